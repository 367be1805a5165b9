"""A canvas of braille characters: two dots across and four down in each, so that a line looks like one.

Dots are counted from the top left. Pure Python: a curve of some thousand points is drawn in a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence

DOTS_ACROSS, DOTS_DOWN = 2, 4
"""Dots in a character."""

_BLANK = 0x2800
# Unicode's bits of the dots, by row and column of the character (block 2800, Braille Patterns)
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


class BrailleCanvas:
    """``columns`` × ``rows`` characters; what is drawn outside of it is not seen.

    >>> canvas = BrailleCanvas(3, 1)
    >>> canvas.line(0, 3, 5, 0)
    >>> canvas.text_rows()
    ['⡠⠔⠉']
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.width, self.height = columns * DOTS_ACROSS, rows * DOTS_DOWN
        """In dots."""
        self._cells = bytearray(columns * rows)

    def dot(self, x: int, y: int) -> None:
        """One dot."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self._cells[y // DOTS_DOWN * self.columns + x // DOTS_ACROSS] |= _BITS[y % DOTS_DOWN][x % DOTS_ACROSS]

    def line(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """A straight line, both ends included. The ends may lie outside."""
        steps = max(abs(x1 - x0), abs(y1 - y0))
        first, last = 0, steps
        if steps > 4 * (self.width + self.height):  # most of it lies outside: only what may be seen is walked
            first, last = self._seen(x0, y0, x1, y1, steps)
        for step in range(first, last + 1):
            share = step / steps if steps else 0.0
            self.dot(x0 + round((x1 - x0) * share), y0 + round((y1 - y0) * share))

    def mark(self, x: int, y: int) -> None:
        """A mark of two by two dots, which is told from a stray dot."""
        for across in (0, 1):
            for down in (0, 1):
                self.dot(x + across, y + down)

    def text_rows(self) -> list[str]:
        """The characters, a text for each row; where no dot is, a space."""
        if not self.columns:
            return [""] * self.rows
        whole = "".join(chr(_BLANK + bits) if bits else " " for bits in self._cells)
        return [whole[start : start + self.columns] for start in range(0, len(whole), self.columns)]

    def _seen(self, x0: int, y0: int, x1: int, y1: int, steps: int) -> tuple[int, int]:
        low, high = 0.0, 1.0
        for start, end, size in ((x0, x1, self.width), (y0, y1, self.height)):
            if start == end:
                continue
            shares = sorted(((-1 - start) / (end - start), (size - start) / (end - start)))
            low, high = max(low, shares[0]), min(high, shares[1])
        return int(low * steps), min(steps, int(high * steps) + 1)


def braille_rows(is_set: Sequence[Sequence[bool]]) -> list[str]:
    """Braille of a mask of dots: ``is_set`` has four rows and two columns for each character, or a few less."""
    rows = -(-len(is_set) // DOTS_DOWN)
    columns = -(-max(map(len, is_set), default=0) // DOTS_ACROSS)
    canvas = BrailleCanvas(columns, rows)
    for y, row in enumerate(is_set):
        for x, dot in enumerate(row):
            if dot:
                canvas.dot(x, y)
    return canvas.text_rows()
