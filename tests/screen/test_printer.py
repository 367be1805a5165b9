"""What reaches the streams: plain text without a terminal, colours on one, ASCII where nothing else fits."""

from __future__ import annotations

import io
import sys

import pytest

from ptrepl.screen.line import Line
from ptrepl.screen.printer import Printer, wants_colour

LINES: list[Line] = [(("gutter", "│ "), ("name", "x"), ("", "  "), ("value", "(2,)")), (), (("note", "· new"),)]
PLAIN = "│ x  (2,)\n\n· new\n"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Closed(io.StringIO):
    """As ``sys.stdout`` is in a program whose output was closed."""

    def isatty(self) -> bool:
        raise ValueError("I/O operation on closed file")


def test_without_a_terminal_there_are_no_escape_sequences() -> None:
    out = io.StringIO()
    printer = Printer(out)
    printer.lines(LINES)
    assert out.getvalue() == PLAIN
    assert (printer.width, printer.height, printer.colour, printer.is_terminal) == (None, None, False, False)


def test_a_terminal_has_colours_and_a_width() -> None:
    out = Terminal()
    printer = Printer(out, width=80)
    printer.lines(LINES)
    assert out.getvalue() == "\x1b[36m│ \x1b[0m\x1b[1mx\x1b[0m  (2,)\n\n\x1b[35m· new\x1b[0m\n"
    assert printer.width == 80


@pytest.mark.parametrize(
    ("name", "value", "colour"),
    [
        ("NO_COLOR", "1", False),
        ("NO_COLOR", "", True),
        ("TERM", "dumb", False),
        ("TERM", "", False),
        ("TERM", "linux", True),
    ],
)
def test_who_wants_colours(monkeypatch: pytest.MonkeyPatch, name: str, value: str, colour: bool) -> None:
    monkeypatch.setenv(name, value)
    assert wants_colour(Terminal()) is colour
    assert not wants_colour(Terminal(), plain=True)
    assert not wants_colour(io.StringIO())
    assert not wants_colour(Closed())


def test_what_passes_is_shown_at_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for err, shown in ((Terminal(), "\r\x1b[Kstep 1\r\x1b[K"), (io.StringIO(), "")):
        printer = Printer(out=io.StringIO(), err=err)
        printer.passing("step 1")
        printer.passing("")
        assert err.getvalue() == shown
        assert printer.out.getvalue() == ""  # type: ignore[attr-defined]


def test_errors_go_to_stderr_after_what_stdout_still_holds() -> None:
    class Recording(io.StringIO):
        def flush(self) -> None:
            events.append(name_of[self])

    events: list[str] = []
    out, err = Recording(), Recording()
    name_of = {out: "out", err: "err"}
    Printer(out, err).error(LINES)
    assert events == ["out", "err"]
    assert (out.getvalue(), err.getvalue()) == ("", PLAIN)


def test_each_stream_is_coloured_for_itself() -> None:
    out, err = Terminal(), io.StringIO()
    printer = Printer(out, err)
    printer.error(LINES)
    assert err.getvalue() == PLAIN


def test_it_follows_sys_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    printer = Printer()
    for _ in range(2):
        stream = io.StringIO()
        monkeypatch.setattr(sys, "stdout", stream)
        printer.lines(LINES)
        assert stream.getvalue() == PLAIN


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-8", "│ x · 图 …\n"), ("ascii", "| x - ? ...\n"), ("latin-1", "| x - ? ...\n")],
)
def test_what_the_encoding_lacks_is_written_in_ascii(encoding: str, text: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    Printer(stream).lines([(("", "│ x · 图 …"),)])
    assert raw.getvalue().decode(encoding) == text


def test_nothing_to_print_touches_no_stream() -> None:
    class Untouchable(io.StringIO):
        def write(self, text: str) -> int:
            raise AssertionError(f"wrote {text!r}")

    Printer(Untouchable()).lines([])


def test_charts_are_marks_of_ascii_where_nothing_else_can_be_written() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="\n")
    Printer(out).lines([(("gutter", "4 ┤"), ("code", "⠁⠉⠛⣿")), (("gutter", "  └─┬"), ("code", "░▒▓█▀"))])
    out.seek(0)
    assert out.read() == "4 +..:#\n  `-+.:###\n"


def test_escape_sequences_of_our_own_go_to_a_terminal_alone() -> None:
    out, pipe = Terminal(), io.StringIO()
    Printer(out).draw("\x1b[2A")
    Printer(pipe).draw("\x1b[2A")
    assert (out.getvalue(), pipe.getvalue()) == ("\x1b[2A", "")
