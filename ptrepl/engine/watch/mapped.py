"""Whether memory that torch does not own is still there.

``torch.frombuffer`` holds the buffer's owner but not its memory: once a ``mmap`` or a ``SharedMemory`` is closed,
reading the tensor is a segmentation fault. The kernel, asked to copy from there, says so instead.
"""

from __future__ import annotations

import ctypes
import os

_PAGE = 4096
_MOST_PAGES = 64
"""A pipe takes 64 KiB and one call 1,024 pieces; a larger range is not asked about, and not read."""


def is_mapped(address: int, size: int) -> bool:
    """Whether each page of ``size`` bytes at ``address`` can be read. Only the kernel reads it: one byte a page."""
    pages = range(0, size, _PAGE)
    if not address or len(pages) > _MOST_PAGES:
        return False
    places = [address + offset for offset in pages] + [address + size - 1]
    reading, writing = os.pipe()
    try:
        pieces = [(ctypes.c_char * 1).from_address(place) for place in places]
        return os.writev(writing, pieces) == len(pieces)
    except OSError:
        return False
    finally:
        os.close(reading)
        os.close(writing)
