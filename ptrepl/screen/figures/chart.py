"""Curves and points between two axes, in braille.

``chart_lines`` takes series of plain numbers and gives lines; who has facts of other kinds makes such series first.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ptrepl.screen.figures.braille import DOTS_DOWN, BrailleCanvas
from ptrepl.screen.figures.ticks import Axis, axis_of
from ptrepl.screen.line import Line, plain
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import columns, line_width

CHART_COLUMNS, CHART_ROWS = 80, 16
"""Of a chart in a wide terminal; a narrow one has its own width."""
_LEAST_COLUMNS = 16
_SAMPLES = {"curve": "⠒⠒", "marks": "⠶"}
_ROWS_A_TICK, _COLUMNS_A_TICK = 3, 10


@dataclass(frozen=True, slots=True)
class Series:
    """Finite numbers that belong together. ``drawn_as``: a curve, or marks.

    ``name``: what the heading calls it, beside a sample of how it is drawn; of several series each has one.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    drawn_as: Literal["curve", "marks"] = "curve"
    style: str = "code"
    name: str = ""


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
        else:
            lines += [line for name in names for line in told(plain(name).rstrip(), width, "fact")]
    labels = {rows - 1 - up.place(tick, rows): label for tick, label in zip(up.ticks, up.labels, strict=True)}
    styles = [*canvases]
    for number, texts in enumerate(zip(*(each.text_rows() for each in canvases.values()), strict=True)):
        label = labels.get(number, "")
        mark = "┤" if label else "│"
        lines.append((("fact", label.rjust(margin - 1)), ("gutter", f" {mark}"), *_laid_over(texts, styles)))
    return [*lines, *_bottom(across, size, margin, x_label, width)]


def _draw(canvas: BrailleCanvas, series: Series, across: Axis, up: Axis) -> None:
    # each row of characters has its tick in its middle: there, between the second and the third dot
    top, height = DOTS_DOWN // 2, canvas.height - DOTS_DOWN + 1
    places = [
        (across.place(x, canvas.width), top + height - 1 - up.place(y, height))
        for x, y in zip(series.x, series.y, strict=True)
    ]
    if series.drawn_as == "marks" or len(places) == 1:  # a single dot is hardly seen
        for x, y in places:
            canvas.mark(min(x, canvas.width - 2), y)
    else:
        for (x0, y0), (x1, y1) in itertools.pairwise(places):
            canvas.line(x0, y0, x1, y1)


def _named(series: Series) -> Line:
    return (series.style, _SAMPLES[series.drawn_as]), ("fact", f" {series.name}"), ("", "   ")


def _laid_over(texts: Sequence[str], styles: Sequence[str]) -> Line:
    """Rows of braille, one over the other."""
    if len(texts) == 1:
        return ((styles[0], texts[0].rstrip()),)
    parts: list[tuple[str, str]] = []
    for characters in zip(*texts, strict=True):
        style, character = "", " "
        for each, own in zip(characters, styles, strict=True):
            if each != " ":
                # the dots are the low bits of the character
                style, character = own, each if character == " " else chr(ord(character) | ord(each))
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
