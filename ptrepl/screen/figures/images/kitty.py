"""kitty's graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/), which Ghostty and others have too.

A picture is drawn where the cursor is; or it is sent without being drawn, and then characters of a private use are
printed, of which each stands for one cell of it. Those scroll, are clipped and erased as text is, and so they are right
inside tmux, which does not know that they are a picture.
"""

from __future__ import annotations

from base64 import standard_b64encode

from ptrepl.screen.line import Line
from ptrepl.screen.theme import sgr_style

PLACEHOLDER = "\U0010eeee"
_CHUNK = 4096
"""Bytes of base64 that one command may carry."""

# the first of the combining characters that number rows and columns (rowcolumn-diacritics.txt of kitty): class 230,
# without decomposition. A picture of more cells is drawn smaller
_MARKS = (
    "0305 030D 030E 0310 0312 033D 033E 033F 0346 034A 034B 034C 0350 0351 0352 0357 035B 0363 0364 0365 "
    "0366 0367 0368 0369 036A 036B 036C 036D 036E 036F 0483 0484 0485 0486 0487 0592 0593 0594 0595 0597 "
    "0598 0599 059C 059D 059E 059F 05A0 05A1 05A8 05A9 05AB 05AC 05AF 05C4 0610 0611 0612 0613 0614 0615 "
    "0616 0617 0657 0658 0659 065A 065B 065D 065E 06D6 06D7 06D8 06D9 06DA 06DB 06DC 06DF 06E0 06E1 06E2 "
    "06E4 06E7 06E8 06EB 06EC 0730 0732 0733 0735 0736 073A 073D 073F 0740 0741 0743 0745 0747 0749 074A "
    "07EB 07EC 07ED 07EE 07EF 07F0 07F1 07F3 0816 0817 0818 0819 081B 081C 081D"
)
ROW_MARKS = tuple(chr(int(code, 16)) for code in _MARKS.split())
MOST_CELLS = len(ROW_MARKS)
"""Rows, and columns, that placeholders can number here."""


def kitty_commands(png: bytes, number: int, columns: int, rows: int, *, placeholders: bool) -> list[str]:
    """The escape sequences that send ``png`` as picture ``number`` (1 to 2²⁴−1), to be drawn in so many cells.

    ``placeholders``: it is not drawn now, but where ``placeholder_lines`` are printed. The terminal answers nothing.
    """
    text = standard_b64encode(png).decode("ascii")
    chunks = [text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK)] or [""]
    unicode_keys = "U=1," if placeholders else ""
    # p: a picture sent again takes the place of the one before; q: no answers, which would be typed into the prompt
    keys = f"a=T,{unicode_keys}f=100,i={number},p=1,c={columns},r={rows},q=2"
    commands = []
    for place, chunk in enumerate(chunks):
        more = f"m={int(place + 1 < len(chunks))}"
        commands.append(f"\x1b_G{f'{keys},{more}' if place == 0 else f'{more},q=2'};{chunk}\x1b\\")
    return commands


def placeholder_lines(number: int, columns: int, rows: int) -> list[Line]:
    """What is printed where picture ``number`` is to be seen: the colour of the characters says which one it is."""
    if not (0 < columns <= MOST_CELLS and 0 < rows <= MOST_CELLS):
        raise ValueError(f"a picture of {columns} by {rows} cells has no placeholders")
    style = sgr_style(f"38;2;{number >> 16 & 255};{number >> 8 & 255};{number & 255}")
    across = ROW_MARKS[:columns]
    return [((style, "".join(PLACEHOLDER + ROW_MARKS[row] + column for column in across)),) for row in range(rows)]
