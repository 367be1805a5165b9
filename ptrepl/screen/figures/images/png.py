"""What is read of a PNG (https://www.w3.org/TR/png-3/)."""

from __future__ import annotations

import struct

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels. Raises ValueError for what is no PNG."""
    if data[:8] != _SIGNATURE or data[12:16] != b"IHDR":
        raise ValueError("these bytes are no PNG")
    width, height = struct.unpack(">II", data[16:24])
    return width, height
