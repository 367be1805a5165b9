"""Curves and points between two axes, in braille.

``chart_lines`` takes series of plain numbers and gives lines; who has facts of other kinds makes such series first.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ptrepl.screen.figures.braille import DOTS_ACROSS, DOTS_DOWN, BrailleCanvas
from ptrepl.screen.figures.ticks import Axis, axis_of
from ptrepl.screen.line import Line, plain
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import columns, line_width

CHART_COLUMNS, CHART_ROWS = 80, 16
"""Of a chart in a wide terminal; a narrow one has its own width."""
_LEAST_COLUMNS = 16
_SAMPLES = {"curve": "⠒⠒", "marks": "⠶"}
_ROWS_A_TICK, _COLUMNS_A_TICK = 3, 10
_CELLS_TO_TAG = 200
"""Of a long curve so many points are looked at for a place of its tag."""
_AROUND_TAG = 1
"""Rows above and below a tag that are better empty; columns twice as many."""


@dataclass(frozen=True, slots=True)
class Series:
    """Finite numbers that belong together. ``drawn_as``: a curve, or marks.

    ``name``: what the heading calls it, beside a sample of how it is drawn; of several series each has one.
    ``tag``: a letter that stands on the curve and in the heading, so that curves are told apart without colours too.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    drawn_as: Literal["curve", "marks"] = "curve"
    style: str = "code"
    name: str = ""
    tag: str = ""


def chart_lines(
    series: Sequence[Series],
    width: int | None,
    *,
    rows: int = CHART_ROWS,
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    places: bool = False,
    counts: bool = False,
) -> list[Line]:
    """``series`` in one frame of ``width`` columns; ``rows``: of the canvas, without the labels around it.

    ``places``: what goes across are places in a series, ``counts``: what goes up is counted; between whole numbers
    there is nothing to be read then. Where series of two styles meet in a character, it has that of the later one.

    Raises ValueError where there is nothing to draw.
    """
    xs = [value for each in series for value in each.x]
    ys = [value for each in series for value in each.y]
    if not xs:
        raise ValueError("a chart wants a point at least")
    whole = CHART_COLUMNS if width is None else max(_LEAST_COLUMNS, min(CHART_COLUMNS, width - 1))
    up = axis_of(min(ys), max(ys), max(2, rows // _ROWS_A_TICK + 1), whole=counts)
    margin = max(map(columns, up.labels)) + 1
    across = axis_of(min(xs), max(xs), max(2, (whole - margin) // _COLUMNS_A_TICK), whole=places)
    size = max(4, whole - margin - 1)
    canvases = {each.style: BrailleCanvas(size, rows) for each in series}
    for each in series:
        _draw(canvases[each.style], each, across, up)
    lines: list[Line] = []
    if title and columns(title) > size:
        lines += told(title, width, "title")
    elif title:
        lines.append((("", " " * (margin + (size - columns(title)) // 2)), ("title", title)))
    if y_label:
        lines += told(y_label, width, "fact")
    if names := [_named(each) for each in series if each.name]:
        beside = tuple(part for name in names for part in name)[:-1]
        if width is None or line_width(beside) <= width:
            lines.append(beside)
        elif any(each.tag for each in series):
            lines += _packed(names, width)
        else:
            lines += [line for name in names for line in told(plain(name).rstrip(), width, "fact")]
    labels = {rows - 1 - up.place(tick, rows): label for tick, label in zip(up.ticks, up.labels, strict=True)}
    styles = [*canvases]
    tags = _tags(series, across, up, canvases)
    for number, texts in enumerate(zip(*(each.text_rows() for each in canvases.values()), strict=True)):
        label = labels.get(number, "")
        mark = "┤" if label else "│"
        here = {column: drawn for (row, column), drawn in tags.items() if row == number}
        lines.append((("fact", label.rjust(margin - 1)), ("gutter", f" {mark}"), *_laid_over(texts, styles, here)))
    return [*lines, *_bottom(across, size, margin, x_label, width)]


def _dots(canvas: BrailleCanvas, series: Series, across: Axis, up: Axis) -> list[tuple[int, int]]:
    # each row of characters has its tick in its middle: there, between the second and the third dot
    top, height = DOTS_DOWN // 2, canvas.height - DOTS_DOWN + 1
    return [
        (across.place(x, canvas.width), top + height - 1 - up.place(y, height))
        for x, y in zip(series.x, series.y, strict=True)
    ]


def _draw(canvas: BrailleCanvas, series: Series, across: Axis, up: Axis) -> None:
    places = _dots(canvas, series, across, up)
    if series.drawn_as == "marks" or len(places) == 1:  # a single dot is hardly seen
        for x, y in places:
            canvas.mark(min(x, canvas.width - 2), y)
    else:
        for (x0, y0), (x1, y1) in itertools.pairwise(places):
            canvas.line(x0, y0, x1, y1)


def _tags(
    series: Sequence[Series], across: Axis, up: Axis, canvases: Mapping[str, BrailleCanvas]
) -> dict[tuple[int, int], tuple[str, str]]:
    """Row and column → the style and the tag that stand there: where the curve is by itself, as far as it is."""
    tagged = [each for each in series if each.tag]
    cells: list[list[tuple[int, int]]] = []
    for each in tagged:
        dots = _dots(canvases[each.style], each, across, up)
        thin = dots[:: -(-len(dots) // _CELLS_TO_TAG)]
        cells.append([*dict.fromkeys((y // DOTS_DOWN, x // DOTS_ACROSS) for x, y in thin)])
    drawn = [_characters(canvases[each.style]) for each in tagged]
    tags: dict[tuple[int, int], tuple[str, str]] = {}
    for number, (each, own) in enumerate(zip(tagged, cells, strict=True)):
        others = set(tags).union(*(found for index, found in enumerate(drawn) if index != number))
        free = [cell for cell in own if cell not in tags]
        if free:
            middle = len(free) // 2
            best = min(range(len(free)), key=lambda at: (_crowd(free[at], others), abs(at - middle)))
            tags[free[best]] = each.style, each.tag
    return tags


def _characters(canvas: BrailleCanvas) -> set[tuple[int, int]]:
    """Rows and columns of the characters that hold a dot."""
    return {
        (row, column)
        for row, text in enumerate(canvas.text_rows())
        for column, character in enumerate(text)
        if character != " "
    }


def _crowd(cell: tuple[int, int], others: Container[tuple[int, int]]) -> int:
    """How many characters around ``cell`` other curves pass through."""
    row, column = cell
    return sum(
        (row + down, column + aside) in others
        for down in range(-_AROUND_TAG, _AROUND_TAG + 1)
        for aside in range(-2 * _AROUND_TAG, 2 * _AROUND_TAG + 1)
    )


def _packed(names: Sequence[Line], width: int) -> list[Line]:
    """The names in as few lines as hold them."""
    lines: list[Line] = []
    for name in names:
        joined = (*(lines[-1] if lines else ()), *name)
        if lines and line_width(joined[:-1]) <= width:
            lines[-1] = joined
        else:
            lines.append(name)
    return [line[:-1] for line in lines]


def _named(series: Series) -> Line:
    if series.tag:
        return (series.style, series.tag), ("fact", f" {series.name}"), ("", "   ")
    return (series.style, _SAMPLES[series.drawn_as]), ("fact", f" {series.name}"), ("", "   ")


def _laid_over(texts: Sequence[str], styles: Sequence[str], tags: Mapping[int, tuple[str, str]]) -> Line:
    """Rows of braille, one over the other, and over them ``tags``, by their column."""
    if len(texts) == 1 and not tags:
        return ((styles[0], texts[0].rstrip()),)
    parts: list[tuple[str, str]] = []
    for column, characters in enumerate(zip(*texts, strict=True)):
        style, character = "", " "
        for each, own in zip(characters, styles, strict=True):
            if each != " ":
                # the dots are the low bits of the character
                style, character = own, each if character == " " else chr(ord(character) | ord(each))
        style, character = tags.get(column, (style, character))
        if parts and parts[-1][0] == style:
            parts[-1] = style, parts[-1][1] + character
        else:
            parts.append((style, character))
    if parts and not parts[-1][0]:
        parts.pop()
    return tuple(parts)


def _bottom(axis: Axis, size: int, margin: int, label: str, width: int | None) -> list[Line]:
    marks, text = ["─"] * size, ""
    for tick, words in zip(axis.ticks, axis.labels, strict=True):
        place = max(0, min(size - 1, axis.place(tick, size)))
        start = max(0, min(place - columns(words) // 2, size - columns(words)))
        if text and start <= len(text):
            continue  # it would touch the one before
        marks[place] = "┬"
        text = text.ljust(start) + words
    lines: list[Line] = [
        (("gutter", " " * margin + "└" + "".join(marks)),),
        (("fact", " " * (margin + 1) + text),),
    ]
    if label and columns(label) > size:
        lines += told(label, width, "fact")
    elif label:
        lines.append((("fact", " " * (margin + 1 + (size - columns(label)) // 2) + label),))
    return lines
