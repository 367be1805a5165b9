"""Input from a pipe: one top-level statement at a time, cut where Python cuts a file.

A statement is handed over as soon as it cannot go on, so that a program that writes into the pipe and waits for the
answer is not kept waiting: a simple statement at the end of its line, a block when the next statement begins.
"""

from __future__ import annotations

import errno
import re
import tokenize
from collections.abc import Callable
from typing import TextIO

from ptrepl.errors import UsageError
from ptrepl.texts.messages import gettext

_HAS_CLAUSES = frozenset({"for", "if", "try", "while"})
_CLAUSE = re.compile(r"\s*(elif|else|except|finally)\b")
_LAYOUT = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT})


class PipeReader:
    """A ``Reader`` of ``stream``; no prompt is shown.

    ``is_command`` is asked for a line that starts with ``%`` or ``!`` where a statement may begin, and for every other
    statement of one line as a whole.
    """

    def __init__(self, stream: TextIO, is_command: Callable[[str], bool]) -> None:
        self._stream = stream
        self._is_command = is_command
        self._put_back = ""
        self._has_read = False

    def read(self, prompt: str = ">>> ", prefill: str = "", kept: str = "") -> str:
        """The next statement or command. What the end of the stream leaves unfinished is given as it is.

        Raises EOFError at the end, UsageError for what is not text or cannot be read.
        """
        line = self._first_line()
        if line[0] in "%!" and self._is_command(line.rstrip()):
            return line.rstrip()
        text, words = self._logical_line(line)
        if text == line and self._is_command(line.rstrip()):
            return line.rstrip()
        margin = _margin(line)
        if words[:1] == ["%"]:  # a command that takes code, such as %time
            words = words[next((place for place, word in enumerate(words) if word != "%"), 0) + 1 :]
        parts = [text]
        while words[:1] == ["@"] and (line := self._next_line()):
            if not _is_blank(line):
                line, words = self._logical_line(line)
            parts.append(line)
        keyword = "".join(words[1:2] if words[:1] == ["async"] else words[:1])
        if keyword in _HAS_CLAUSES or words[-1:] == [":"]:
            parts += self._block(margin)
        while keyword in _HAS_CLAUSES and (line := self._clause(margin)):
            parts += [self._logical_line(line)[0], *self._block(margin)]
        while _is_blank(parts[-1]):
            parts.pop()  # blank lines at the end belong to the next statement
        return "".join(parts).rstrip()

    def read_line(self, prompt: str = "", prefill: str = "") -> str:
        """The next line that is neither empty nor a comment. Raises EOFError at the end, UsageError."""
        return self._first_line().strip()

    def _next_line(self) -> str:
        line, self._put_back = self._put_back, ""
        try:
            line = line or self._stream.readline()
            self._has_read = True
            return line
        except OSError as error:
            if error.errno == errno.EBADF and self._has_read:
                return ""  # the statements themselves have closed it: os.close(0)
            reason = error.strerror or error
            raise UsageError(gettext("The input cannot be read: {reason}.", reason=reason)) from error
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            raise UsageError(
                gettext(
                    "The input is not text in {encoding}: it has the byte 0x{byte:02x}. Convert it and try again.",
                    encoding=error.encoding,
                    byte=byte,
                )
            ) from error

    def _first_line(self) -> str:
        """The next line with something in it. Raises EOFError."""
        while line := self._next_line():
            line = line.removeprefix("\ufeff")  # some editors mark a file as Unicode with it
            if not _is_blank(line):
                return line
        raise EOFError

    def _logical_line(self, first: str) -> tuple[str, list[str]]:
        """``first`` and the lines that its open brackets, strings and backslashes take in; the words of them all."""
        lines: list[str] = []

        def next_line() -> str:
            lines.append(self._next_line() if lines else first)
            return lines[-1]

        words: list[str] = []
        try:
            for token in tokenize.generate_tokens(next_line):
                if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
                    break
                if token.type not in _LAYOUT:
                    words.append(token.string)
        except (tokenize.TokenError, SyntaxError):
            pass  # the engine reports the syntax error
        return "".join(lines), words

    def _block(self, margin: int) -> list[str]:
        """The lines that are deeper than ``margin``, with what is blank between and after them."""
        parts = []
        while line := self._next_line():
            if _is_blank(line):
                parts.append(line)
            elif _margin(line) > margin:
                parts.append(self._logical_line(line)[0])
            else:
                self._put_back = line
                break
        return parts

    def _clause(self, margin: int) -> str:
        """The next line if it goes on with the statement at ``margin``, else nothing."""
        line = self._next_line()
        if _CLAUSE.match(line) and _margin(line) == margin:
            return line
        self._put_back = line
        return ""


def _is_blank(line: str) -> bool:
    """Whether there is no code in ``line``."""
    return not line.strip() or line.lstrip().startswith("#")


def _margin(line: str) -> int:
    """The column at which ``line`` begins."""
    expanded = line.expandtabs(8)
    return len(expanded) - len(expanded.lstrip())
