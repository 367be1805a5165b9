"""Files of state: lines that several sessions append, and that each reads on from where it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.state_files import Read, append_lines, read_back, read_lines

MOST = 2**20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "log"


def test_what_was_appended_since_is_all_that_is_read(path: Path) -> None:
    append_lines(path, [b"one", b"two"])
    first = read_lines(path, MOST)
    assert (first.lines, first.rest, first.anew) == ([b"one", b"two"], b"", True)
    append_lines(path, [b"three"], sync=True)
    second = read_lines(path, MOST, first.read)
    assert (second.lines, second.rest, second.anew) == ([b"three"], b"", False)
    third = read_lines(path, MOST, second.read)
    assert (third.lines, third.rest, third.anew) == ([], b"", False)


def test_a_line_without_its_end_is_read_again(path: Path) -> None:
    append_lines(path, [b"one"])
    with path.open("ab") as file:
        file.write(b"tw")
    first = read_lines(path, MOST)
    assert (first.lines, first.rest) == ([b"one"], b"tw")
    with path.open("ab") as file:
        file.write(b"o")
    second = read_lines(path, MOST, first.read)
    assert (second.lines, second.rest, second.anew) == ([], b"two", False)
    append_lines(path, [b"three"])
    third = read_lines(path, MOST, second.read)
    assert (third.lines, third.rest, third.anew) == ([b"two", b"three"], b"", False)


@pytest.mark.parametrize("text", ["", "a\n", "six\nsix\n", "one\ntwo\nthree, which is more\n", "one\nTWO\n", "torn"])
@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_was_written_anew_is_read_anew(path: Path, text: str, replaced: bool) -> None:
    append_lines(path, [b"one", b"tWo"])
    first = read_lines(path, MOST)
    if replaced:
        other = path.with_name("other")
        other.write_text(text)
        other.replace(path)
    else:
        path.write_text(text)
        os.utime(path, ns=(0, first.read.changed + 10**9))
    *lines, rest = text.encode().split(b"\n")
    second = read_lines(path, MOST, first.read)
    assert (second.lines, second.rest, second.anew) == (lines, rest, True)


def test_of_a_long_file_the_end_is_read(path: Path) -> None:
    append_lines(path, [b"%04d" % number for number in range(1000)])
    found = read_lines(path, 17)
    assert found.lines == [b"6", b"0997", b"0998", b"0999"]
    append_lines(path, [b"1000"])
    assert read_lines(path, 17, found.read).lines == [b"1000"]
    append_lines(path, [b"%04d" % number for number in range(1001, 1100)])
    anew = read_lines(path, 17, found.read)
    assert (anew.lines[1:], anew.anew) == ([b"1097", b"1098", b"1099"], True)


@given(st.lists(st.lists(st.binary(max_size=9).filter(lambda line: b"\n" not in line), max_size=4), max_size=12))
def test_two_that_read_on_find_the_same(tmp_path_factory: pytest.TempPathFactory, batches: list[list[bytes]]) -> None:
    path = tmp_path_factory.mktemp("log") / "log"
    found: list[bytes] = []
    read: Read | None = None
    for batch in batches:
        append_lines(path, batch)
        lines, rest, anew, read = read_lines(path, MOST, read)
        assert rest == b""
        found = lines if anew else found + lines
        assert found == read_lines(path, MOST).lines
    written = [line for batch in batches for line in batch]
    assert found == written
    size = sum(len(line) + 1 for line in written)
    back = [line for block in (read_back(path, size, MOST) if batches else ()) for line in block]
    assert back[1:] == written[::-1] if written else not back


@pytest.mark.parametrize("kind", ["folder", "pipe", "circle", "device"])
def test_what_is_no_file_is_an_error_and_keeps_nobody_waiting(path: Path, kind: str) -> None:
    path.parent.mkdir()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if kind == "device" else path)
    for attempt in (
        lambda: append_lines(path, [b"x"]),
        lambda: read_lines(path, MOST),
        lambda: list(read_back(path, 9, MOST)),
    ):
        with pytest.raises(OSError, match=r"\w"):
            attempt()


def test_the_null_device_keeps_nothing(path: Path) -> None:
    path.parent.mkdir()
    path.symlink_to(os.devnull)
    append_lines(path, [b"x"])
    assert read_lines(path, MOST).lines == []
