"""RGB pixels → a PNG (https://www.w3.org/TR/png-3/). zlib is all that it takes."""

from __future__ import annotations

import struct
import zlib

import numpy

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode_png(pixels: numpy.ndarray) -> bytes:
    """``pixels``: an array of shape (height, width, 3) of uint8."""
    height, width, _ = pixels.shape
    rows = numpy.zeros((height, width * 3 + 1), numpy.uint8)  # each row has the number of its filter before it: none
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
