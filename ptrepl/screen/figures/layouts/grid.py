"""The elements of a tensor as a grid: rows and columns with their numbers, the slices of a third dim side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product

from ptrepl.screen.line import Line, text_line
from ptrepl.screen.wrap import columns, fill, line_width

_GAP = 3
_NARROW = 12


class CellMark(Enum):
    """What stands round an element, so that it is seen without colours."""

    NONE = "  "
    COPY = "()"
    CHOSEN = "[]"


@dataclass(frozen=True, slots=True)
class Cell:
    """An element: ``label`` and ``text``, each in styles, and the mark round them."""

    label: Line
    text: tuple[str, str]
    mark: CellMark = CellMark.NONE


@dataclass(frozen=True, slots=True)
class GridBlock:
    """Lines that stand beside other blocks, under a title."""

    lines: tuple[Line, ...]
    is_whole: bool = True
    """Whether no row of two dims had to be cut."""

    @property
    def width(self) -> int:
        return max(map(line_width, self.lines), default=0)


def titled(title: Line, code: str, shape: Sequence[int], cells: Sequence[Cell], width: int, empty: str) -> GridBlock:
    """The grid of a tensor under its title, which is broken where it is wider than ``width``. ``empty``: what is said
    of one without elements."""
    parts = grids(shape, cells, width)
    is_whole = all(each.is_whole for each in parts)
    grid = flow(parts, width) if cells else [text_line(empty, "dim")]
    room = max(max(map(line_width, grid)), min(width, max(line_width(title), _NARROW)))
    if line_width(title) <= room:
        return GridBlock((title, *grid), is_whole)
    head, *rest = fill(code, max(room, _NARROW))
    facts = text_line(f"  {''.join(text for style, text in title if style == 'dim').strip()}", "dim")
    return GridBlock((text_line(head, "name"), *(text_line(each, "name") for each in rest), facts, *grid), is_whole)


def grids(shape: Sequence[int], cells: Sequence[Cell], width: int) -> list[GridBlock]:
    """One block for each slice of two dims, and for each part of its columns that fits ``width``."""
    rows, across = ([1, 1, *shape])[-2:]
    size = max(map(_cell_width, cells), default=0)
    marked = any(each.mark is not CellMark.NONE for each in cells)
    if not shape:
        return [GridBlock((_joined([(("dim", "│ " if marked else "│"),), *_drawn(cells, size, marked=marked)]),))]
    lead = list(product(*map(range, shape[:-2])))
    bar = "│ " if marked else "│"
    edge = len(bar) + (len(str(rows - 1)) + 1 if len(shape) > 1 else 0)
    each = size + (3 if marked else 2)
    most = max(1, (width - edge) // each)
    found = []
    for number, index in enumerate(lead):
        part = cells[number * rows * across : (number + 1) * rows * across]
        for first in range(0, across, most):
            shown = range(first, min(first + most, across))
            lines = [_header(shown, edge, each, marked=marked)]
            if index:
                lines.insert(0, text_line(f"[{', '.join(map(str, index))}]", "dim"))
            for row in range(rows):
                margin = f"{row:>{edge - len(bar) - 1}} {bar}" if len(shape) > 1 else bar
                drawn = _drawn([part[row * across + column] for column in shown], size, marked=marked)
                lines.append(_joined([(("dim", margin),), *drawn]))
            found.append(GridBlock(tuple(lines), len(shape) < 2 or most >= across))
    return found


def _cell_width(cell: Cell) -> int:
    return line_width(cell.label) + bool(cell.label) + columns(cell.text[1])


def _header(shown: range, edge: int, each: int, *, marked: bool) -> Line:
    after = "  " if marked else ""
    return text_line(" " * edge + "".join(f"{column:>{each - len(after)}}{after}" for column in shown).rstrip(), "dim")


def _drawn(cells: Sequence[Cell], size: int, *, marked: bool) -> Iterator[Line]:
    """Each as wide as the widest, its mark close to it. ``marked``: there is room for marks."""
    for cell in cells:
        style, text = cell.text
        before, after = cell.mark.value if marked else ("  ", "")
        edge = "title" if cell.mark is CellMark.CHOSEN else style
        gap = " " if cell.label else ""
        yield (
            ("", " " * (size - _cell_width(cell))),
            (edge, before),
            *cell.label,
            (style, f"{gap}{text}"),
            (edge, f"{after} " if marked else after),
        )


def _joined(parts: Sequence[Line]) -> Line:
    return tuple(fragment for part in parts for fragment in part if fragment[1])


def flow(blocks: Sequence[GridBlock], width: int) -> list[Line]:
    """Blocks side by side as far as they fit ``width``, the others below them."""
    lines: list[Line] = []
    row: list[GridBlock] = []
    for block in blocks:
        if row and sum(each.width + _GAP for each in row) + block.width > width:
            lines += [*_beside(row), ()]
            row = []
        row.append(block)
    return [*lines, *_beside(row)]


def _beside(blocks: Sequence[GridBlock]) -> Iterator[Line]:
    # grids end in the same line: titles may have more lines than one
    for number in range(max(len(each.lines) for each in blocks)):
        line: list[tuple[str, str]] = []
        owed = 0
        for block in blocks:
            own = block.lines[number] if number < len(block.lines) else ()
            if own:
                line += [("", " " * owed), *own]
                owed = 0
            owed += block.width + _GAP - line_width(own)
        yield tuple(fragment for fragment in line if fragment[1])
