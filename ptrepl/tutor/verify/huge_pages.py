"""Puts the memory of this process on huge pages before it forks often.

A fork copies one entry for each page. With torch loaded those are fifty thousand of 4 kB, which takes longer than most
of what is tried in the fork; of 2 MB there are a hundred.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import suppress

_SIZE = 1 << 21
"""Bytes of a huge page."""
_COLLAPSE = 25
"""MADV_COLLAPSE of Linux 6.1, see madvise(2); an older kernel knows no such advice and changes nothing."""


def use_huge_pages() -> None:
    """Collapse the private memory that can be written into huge pages, where the system can."""
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        advise = ctypes.CDLL(None).madvise
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as file:
            lines = file.readlines()
        for begin, end in _written(lines):
            for place in range(-(-begin // _SIZE) * _SIZE, end - _SIZE + 1, _SIZE):
                advise(ctypes.c_void_p(place), ctypes.c_size_t(_SIZE), ctypes.c_int(_COLLAPSE))


def _written(lines: list[str]) -> Iterator[tuple[int, int]]:
    """The addresses of the private ranges that belong to no file and can be written, from a text of proc(5)."""
    for line in lines:
        addresses, rights, _, _, inode, *name = line.split(maxsplit=5)
        if rights.startswith("rw-p") and inode == "0" and (not name or name[0].strip() == "[heap]"):
            begin, _, end = addresses.partition("-")
            yield int(begin, 16), int(end, 16)
