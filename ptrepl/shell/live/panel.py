"""The lowest rows of a terminal, kept free for us while a program prints above them.

As apt's progress bar does it: the margins of the scrolling region (DECSTBM, ECMA-48's successor of VT100) end above the
panel, so that what the program prints scrolls there; cursor and column are saved around each drawing (DECSC, DECRC).
Each change is one write, which no line of the program's can come into.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

_SAVE, _RESTORE, _INDEX = "\x1b7", "\x1b8", "\x1bD"
_HIDE, _SHOW = "\x1b[?25l", "\x1b[?25h"
_LEAST_ABOVE = 8
"""Rows that a program has at least."""


class Panel:
    """``write(text)`` sends to the terminal; ``size()`` is its columns and rows now."""

    def __init__(self, write: Callable[[str], None], size: Callable[[], tuple[int, int]]) -> None:
        self._write = write
        self._size = size
        self._rows = 0
        self._at: tuple[int, int] = (0, 0)

    @property
    def is_up(self) -> bool:
        return self._rows > 0

    def most_rows(self) -> int:
        """Rows that it may have; 0 in a terminal that is too low for both."""
        _, rows = self._size()
        return rows // 2 if rows - rows // 2 >= _LEAST_ABOVE else 0

    @property
    def kept_rows(self) -> int:
        """Rows that are not the program's: those that it has, or may have once it is up."""
        return self._rows or self.most_rows()

    def draw(self, lines: Sequence[str]) -> bool:
        """Show ``lines``, which fit the columns.

        False, and the panel is gone, where the size of the terminal has changed since: what is where nobody knows then.
        """
        size = self._size()
        if self.is_up and size != self._at:
            self.remove()
            return False
        if len(lines) > self._rows:
            self.remove()
            self._rows, self._at = len(lines), size
            # the cursor keeps its column: INDEX scrolls where it has to, and what was printed comes along
            self._write(f"{_INDEX * self._rows}\x1b[{self._rows}A{_SAVE}\x1b[1;{size[1] - self._rows}r{_RESTORE}")
        first = size[1] - self._rows + 1
        shown = [*lines, *[""] * self._rows][: self._rows]
        rows = "".join(f"\x1b[{first + number};1H\x1b[2K{line}" for number, line in enumerate(shown))
        self._write(f"{_HIDE}{_SAVE}{rows}{_RESTORE}{_SHOW}")
        return True

    def remove(self) -> None:
        """Give the rows back, empty."""
        if self.is_up:
            first = self._size()[1] - self._rows + 1
            self._rows = 0
            self._write(f"{_SAVE}\x1b[r\x1b[{max(1, first)};1H\x1b[J{_RESTORE}")


def writer_to(descriptor: int) -> Callable[[str], None]:
    """Writes whole texts, below Python's streams: their locks are the program's."""

    def write(text: str) -> None:
        left = text.encode(errors="replace")
        while left:
            left = left[os.write(descriptor, left) :]

    return write


def size_of_terminal(descriptor: int) -> Callable[[], tuple[int, int]]:
    """Its columns and rows; 80 and 0 where it was never told."""

    def size() -> tuple[int, int]:
        try:
            columns, rows = os.get_terminal_size(descriptor)
        except OSError:
            return 80, 0
        return columns or 80, rows

    return size
