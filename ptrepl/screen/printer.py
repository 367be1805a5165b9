"""The one place that prints: lines of styled text to stdout, errors to stderr, as plain text or with ANSI colours."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import TextIO

from ptrepl.errors import OutputError
from ptrepl.screen.line import Line, harmless, harmless_but_coloured
from ptrepl.screen.theme import ansi, use_theme

_ASCII = str.maketrans(
    {"│": "|", "·": "-", "…": "...", "→": "->", "—": "-", "’": "'", "“": '"', "”": '"', "█": "#", "░": "."}
    | dict.fromkeys("▏▎▍▌▋▊▉▓▀▄", "#")
    | {"├": "|", "└": "`", "─": "-", "↑": "^", "▒": ":", "⋅": "*", "×": "x", "≠": "!"}
    | dict.fromkeys("┤┼┴┬┌┐┘", "+")
    # braille: the more dots, the darker
    | {chr(0x2800 + bits): " .:*#"[(bits.bit_count() + 1) // 2] for bits in range(256)}
)


def wants_colour(stream: TextIO, *, plain: bool = False) -> bool:
    """Whether to colour what goes to ``stream``: a terminal that is not dumb, and no NO_COLOR (https://no-color.org)."""
    if plain or os.environ.get("NO_COLOR") or os.environ.get("TERM") in ("dumb", ""):
        return False
    return is_terminal(stream)


def is_terminal(stream: TextIO | None) -> bool:
    """``stream.isatty()``, False for one that is closed or missing."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def _has_characters_of(stream: TextIO, text: str) -> bool:
    """False if ``stream`` would write some of ``text`` as an escape; one that raises instead does so when it writes."""
    if text.isascii() or getattr(stream, "errors", "strict") in ("strict", None):
        return True
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def is_closed(stream: TextIO | None) -> bool:
    """Whether nothing can be written to ``stream`` because somebody closed it, or took away what it writes to."""
    try:
        return stream is None or stream.closed
    except ValueError:  # sys.stdout.detach()
        return True


def _terminal_size(stream: TextIO) -> tuple[int, int]:
    try:
        columns, rows = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        columns = rows = 0
    return columns or 80, rows or 24  # a terminal that was never told its size says 0


def _text(lines: Iterable[Line], colour: bool, safe: Callable[[str], str]) -> str:
    if colour:
        return "".join("".join(ansi(style, safe(part)) for style, part in line) + "\n" for line in lines)
    return "".join("".join(safe(part) for _, part in line) + "\n" for line in lines)


class Printer:
    """Prints to the streams given, or to whatever ``sys.stdout`` and ``sys.stderr`` are at that moment.

    What goes to a stream that was closed (``sys.stdout.close()``) is dropped, as its owner wants it. Raises OutputError
    where an open one cannot be written.
    """

    def __init__(
        self, out: TextIO | None = None, err: TextIO | None = None, *, plain: bool = False, width: int | None = None
    ) -> None:
        self._out, self._err = out, err
        self.plain = plain
        """Linear text: no colour, no drawing, for screen readers and dumb terminals."""
        self._width = width
        self.rows = 0
        """Line ends that were printed so far."""
        # asked once: the environment is the learner's too, who may empty it
        self._is_dumb = os.environ.get("TERM") == "dumb"
        self.colour = wants_colour(self.out, plain=plain)

    def use_theme(self, name: str) -> None:
        """Print in the styles of a theme from now on; ``none`` has no colour."""
        use_theme(name)
        self.colour = name != "none" and wants_colour(self.out, plain=self.plain)

    @property
    def out(self) -> TextIO:
        return self._out if self._out is not None else sys.stdout

    @property
    def err(self) -> TextIO:
        return self._err if self._err is not None else sys.stderr

    @property
    def is_terminal(self) -> bool:
        """Whether stdout is a terminal."""
        return is_terminal(self.out)

    @property
    def shows_errors(self) -> bool:
        """Whether stderr is a terminal."""
        return is_terminal(self.err)

    @property
    def width(self) -> int | None:
        """Columns of the terminal now; None without one: then nothing is wrapped."""
        if self._width is not None:
            return self._width
        return _terminal_size(self.out)[0] if self.is_terminal else None

    @property
    def error_width(self) -> int | None:
        """Columns of the terminal that errors go to; None without one."""
        if self._width is not None:
            return self._width
        return _terminal_size(self.err)[0] if is_terminal(self.err) else None

    @property
    def height(self) -> int | None:
        """Rows of the terminal now; None without one."""
        return _terminal_size(self.out)[1] if self.is_terminal else None

    def fresh_line(self) -> None:
        """On a terminal, go to the next line if something was printed that does not end its own.

        Nobody knows the column (``!cmd`` and C code print too), so a line of spaces finds it, as zsh's PROMPT_SP does:
        from column 0 it stays in its line, from any other it runs over into the next.
        """
        if self.width is not None and self.is_terminal and not self.plain and not self._is_dumb:
            self._put(self.out, " " * self.width + "\r\x1b[K")

    def lines(self, lines: Iterable[Line]) -> None:
        """Print to stdout."""
        self._write(self.out, lines, self.colour, harmless)

    def error(self, lines: Iterable[Line]) -> None:
        """Print to stderr, after what stdout still holds, so that the two stay in order."""
        try:
            self.out.flush()
        except (OSError, ValueError):
            pass
        self._write(self.err, lines, wants_colour(self.err, plain=self.plain), harmless_but_coloured)

    def draw(self, sequences: str) -> None:
        """Send escape sequences of our own to the terminal as they are: a picture, a move of the cursor."""
        if self.is_terminal:
            self._put(self.out, sequences)

    def passing(self, text: str) -> None:
        """Show on stderr, at a terminal, what the next call takes the place of; "" takes it away."""
        if is_terminal(self.err) and not self.plain and not self._is_dumb:
            self._put(self.err, f"\r\x1b[K{harmless(text)}")

    def styled(self, lines: Iterable[Line]) -> str:
        """What ``lines()`` would send to stdout."""
        return _text(lines, self.colour, harmless)

    def like(self, out: TextIO) -> Printer:
        """One that prints as this does, to ``out`` whatever ``sys.stdout`` becomes."""
        other = Printer(out, self._err, plain=self.plain, width=self._width)
        other.colour = self.colour
        return other

    def _write(self, stream: TextIO, lines: Iterable[Line], colour: bool, safe: Callable[[str], str]) -> None:
        if text := _text(lines, colour, safe):
            self._put(stream, text)

    def _put(self, stream: TextIO, text: str) -> None:
        if is_closed(stream):
            return
        self.rows += text.count("\n")
        try:
            try:
                stream.write(text if _has_characters_of(stream, text) else text.translate(_ASCII))
            except UnicodeEncodeError:
                encoding = stream.encoding or "ascii"
                stream.write(text.translate(_ASCII).encode(encoding, "replace").decode(encoding))
            stream.flush()
        except OSError as error:
            raise OutputError(*error.args) from error
