"""The log of our own errors: bounded, and harmless whatever stands in its place or was raised."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ptrepl import error_log
from ptrepl.error_log import log, own_error, read_log


@pytest.fixture
def path(own_surroundings: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(error_log, "_counts", {})
    return own_surroundings / "state" / "errors.log"


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def test_an_entry_says_when_where_and_what(path: Path) -> None:
    assert read_log() == (str(path), 0, "", "")
    first = raised(KeyError("first"))
    try:
        raise ValueError("a value", 3) from first
    except ValueError as error:
        said = own_error(error, "showing a value")
    assert said == (f"ptrepl itself failed (ValueError). Details are in {path}.")
    text = path.read_text(encoding="utf-8")
    assert re.match(
        r"== \d{4}-\d\d-\d\d \d\d:\d\d:\d\d ptrepl \S+, Python 3\.\S+, torch .*: while showing a value\n", text
    )
    assert text.index("  KeyError: first\n") < text.index("  ValueError: a value, 3\n")
    assert f'File "{__file__}", line ' in text
    assert path.stat().st_mode & 0o077 == 0
    counted = read_log()
    assert (counted.path, counted.entries) == (str(path), 1)
    assert text.startswith(f"== {counted.last} ")


def test_nothing_of_the_learners_is_run(path: Path) -> None:
    ran = []

    class Told(type):
        def __getattribute__(cls, name: str) -> object:
            ran.append(name)
            return super().__getattribute__(name)

    class Hostile(Exception, metaclass=Told):
        def __str__(self) -> str:
            ran.append("str")
            return "never"

        def __getattribute__(self, name: str) -> object:
            ran.append(name)
            return super().__getattribute__(name)

    error = raised(Hostile("told", ran))
    ran.clear()
    assert log(error, "looking")
    assert ran == []
    assert path.read_text(encoding="utf-8").endswith("Hostile: told, …\n")


def test_one_place_fills_no_file_and_the_file_is_bounded(path: Path) -> None:
    for _ in range(20):
        assert log(raised(ValueError("again")), "looping")
    assert read_log().entries == 3
    for number in range(400):
        with pytest.raises(ValueError, match="xxx") as caught:
            exec(compile("\n" * number + f"raise ValueError({'x' * 5000!r})", "here.py", "exec"), {})
        assert log(caught.value, "looping")
    older = path.with_name("errors.log.1")
    assert path.stat().st_size + older.stat().st_size <= 2 * (256 + 16) * 1024
    assert read_log().entries > 30


@pytest.mark.parametrize("kind", ["folder", "pipe", "read-only", "no folder"])
def test_what_stands_in_its_place_harms_nobody(path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "read-only":
        monkeypatch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    else:
        path.parent.rmdir()
        path.parent.write_text("a file")
    said = own_error(raised(ValueError("x")), "showing")
    assert said.endswith("No log could be written; PTREPL_DEBUG=1 shows more.")


def test_a_stack_without_room_is_survived(path: Path) -> None:
    def deeper() -> None:
        try:
            deeper()
        except RecursionError as error:
            log(error, "recursing")
            raise

    with pytest.raises(RecursionError):
        deeper()


def test_debug_prints_the_traceback(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PTREPL_DEBUG", "1")
    log(raised(ValueError("x")), "showing")
    assert capsys.readouterr().err == path.read_text(encoding="utf-8")
