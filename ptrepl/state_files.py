"""How a file of state is written and read: history, progress, trusted lessons, the log of errors.

Such a file is a log of lines: several sessions append to it at once, each with a single write of whole lines, and none
rewrites it. A line that a crash has torn costs no other one.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ptrepl.texts.messages import gettext

_BLOCK = 64 * 1024
_KNOWN_BY = 256
# O_NONBLOCK: a named pipe of that name must not keep anybody waiting. Not every system has all of them.
_PLAIN = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def append_lines(path: Path, lines: Sequence[bytes], *, sync: bool = False) -> None:
    """Append ``lines``, without their line ends, in one write; make the file, for its owner alone, if there is none.

    ``sync``: return when they are on the disk. Raises OSError, also for what is there and is no file, and where the
    disk is full; a part may be written then, which the next call ends with its line.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = _open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    try:
        record = b"".join(line + b"\n" for line in lines)
        size = os.fstat(descriptor).st_size
        if size and record:
            os.lseek(descriptor, size - 1, os.SEEK_SET)
            if os.read(descriptor, 1) != b"\n":
                record = b"\n" + record  # the line before was torn; this one must not be lost with it
        if record and os.write(descriptor, record) != len(record):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Read(NamedTuple):
    """How far a file was read: which one it is, its time and size then, and what stands before its last line's end."""

    file: tuple[int, int]
    changed: int
    """Nanoseconds."""
    size: int
    whole: int
    """Bytes up to the end of the last whole line."""
    before: bytes
    """The last of those bytes, to know the file again by."""


class Lines(NamedTuple):
    """``lines``: whole ones, without their ends; ``rest``: what stands behind the last of them, torn or being written.

    ``anew``: they do not go on from an earlier reading, of which nothing counts any more.
    """

    lines: list[bytes]
    rest: bytes
    anew: bool
    read: Read


def read_lines(path: Path, most: int, since: Read | None = None) -> Lines:
    """The lines of ``path``, or those that were appended since ``since``; of a long file, those in its last ``most``
    bytes, where the first may be a part of one. Raises OSError, also for what is there and is no file.
    """
    with os.fdopen(_open(path, os.O_RDONLY), "rb") as file:
        status = os.fstat(file.fileno())
        begin = max(0, status.st_size - most)
        if since is None or since.whole < begin or not _goes_on(file, status, since):
            since = None
        else:
            begin = since.whole
        file.seek(begin)
        text = file.read(status.st_size - begin)
    whole, end, rest = text.rpartition(b"\n")
    before = ((b"" if since is None else since.before) + whole + end)[-_KNOWN_BY:]
    which = (status.st_dev, status.st_ino)
    read = Read(which, status.st_mtime_ns, status.st_size, begin + len(whole) + len(end), before)
    return Lines(whole.split(b"\n") if end else [], rest, since is None, read)


def _goes_on(file: BinaryIO, status: os.stat_result, since: Read) -> bool:
    """Whether nothing was done to the file but to append to it."""
    if since.file != (status.st_dev, status.st_ino) or status.st_size < since.size:
        return False
    if status.st_size == since.size and status.st_mtime_ns != since.changed:
        return False
    # an editor may have put a longer text into the same file
    file.seek(since.whole - len(since.before))
    return file.read(len(since.before)) == since.before


def read_back(path: Path, size: int, most: int) -> Iterator[list[bytes]]:
    """The lines in the last ``most`` of the first ``size`` bytes of ``path``, the newest first, block by block.

    The file is open only while a block is read. Raises OSError, also for what is there and is no file.
    """
    begin, torn = size, b""
    while begin > max(0, size - most):
        end, begin = begin, max(0, begin - _BLOCK)
        with os.fdopen(_open(path, os.O_RDONLY), "rb") as file:
            file.seek(begin)
            torn, *lines = (file.read(end - begin) + torn).split(b"\n")
        yield [*reversed(lines), torn] if begin == 0 else lines[::-1]


def _open(path: Path, flags: int) -> int:
    """A descriptor of a file, or of the null device, which keeps nothing. Raises OSError, also for anything else."""
    descriptor = os.open(path, flags | _PLAIN, 0o600)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) and not os.path.samestat(status, os.stat(os.devnull)):
        os.close(descriptor)
        raise OSError(errno.EINVAL, gettext("Not a regular file"))
    return descriptor
