"""RGB pixels → a PNG (https://www.w3.org/TR/png-3/), and its size back. zlib is all that it takes."""

from __future__ import annotations

import struct
from typing import Any

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode_png(pixels: Any) -> bytes:
    """``pixels``: an array of shape (height, width, 3) of uint8."""
    import zlib

    import numpy

    height, width, _ = pixels.shape
    rows = numpy.zeros((height, width * 3 + 1), numpy.uint8)  # each row has the number of its filter before it: none
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels. Raises ValueError for what is no PNG."""
    if data[:8] != _SIGNATURE or data[12:16] != b"IHDR":
        raise ValueError("these bytes are no PNG")
    width, height = struct.unpack(">II", data[16:24])
    return width, height
