"""Memory on huge pages holds what it held, and a system that knows none is left alone."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from pathlib import Path

import pytest

from ptrepl.tutor.verify.huge_pages import use_huge_pages

SIZE = 8 << 20
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="pages are collapsed on Linux alone")


def huge_bytes() -> int:
    """Of this process, as the kernel counts them."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    (count,) = [line.split()[1] for line in lines if line.startswith("AnonHugePages")]
    return int(count) << 10


@LINUX
def test_what_is_in_memory_stays_and_a_fork_sees_it() -> None:
    with mmap.mmap(-1, SIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        content = bytes(range(256)) * (SIZE >> 8)
        memory[:] = content
        before = huge_bytes()
        use_huge_pages()
        assert huge_bytes() >= before
        assert memory[:] == content
        pid = os.fork()
        if pid == 0:
            os._exit(0 if memory[:] == content else 1)
        assert os.waitpid(pid, 0) == (pid, 0)


@LINUX
def test_nothing_happens_where_the_system_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    use_huge_pages()


def test_nothing_happens_on_another_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", None)
    use_huge_pages()
