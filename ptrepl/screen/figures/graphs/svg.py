"""An autograd graph → SVG: leaves above, the result at the bottom; no script, no font of its own, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from ptrepl.engine.graphs.graph import AutogradGraph
from ptrepl.screen.figures.graphs.boxes import Box, boxes_of
from ptrepl.screen.figures.graphs.layers import Layout, lay_out
from ptrepl.screen.wrap import columns
from ptrepl.texts.cut import cut
from ptrepl.texts.messages import gettext

_LETTER, _SMALL_LETTER = 8.6, 7.0
"""Width of a column of text at the two sizes, of the widest monospace font that is usual."""
_LINE, _PADDING, _GAP, _ROW_GAP, _MARGIN = 16.0, 10.0, 22.0, 44.0, 20.0
_FIRST, _SIZE, _SMALL = 18.0, 14, 11.5
_LONGEST, _NARROWEST = 40, 50.0
_LIGHT = 0.02
"""How much a leaf pulls, beside an operation's 1: what is computed stands in a column, its parameters around it."""

# under a class, since some notebooks put the picture into their page, where a style is for all pictures of it;
# Okabe and Ito's colours, which tell apart for the colour-blind too; leaves differ by their round ends as well
_STYLE = """\
.ptrepl-graph { background: #ffffff; color-scheme: light dark }
.ptrepl-graph text { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
.ptrepl-graph text { fill: #1a1a1a; text-anchor: middle }
.ptrepl-graph .first { font-size: 14px; font-weight: bold }
.ptrepl-graph .more, .ptrepl-graph .shape { font-size: 11.5px; fill: #444444 }
.ptrepl-graph .behind { fill: #ffffff }
.ptrepl-graph .box { fill: #f3f5f7; stroke: #56606b; stroke-width: 1.3 }
.ptrepl-graph .result .box { stroke-width: 2.6 }
.ptrepl-graph .leaf .box { fill: #e0f0fa; stroke: #0072b2 }
.ptrepl-graph .freed .box { fill: #fdf0dd; stroke: #b36b00; stroke-dasharray: 5 3 }
.ptrepl-graph .again .box { stroke-dasharray: 2 3 }
.ptrepl-graph .edge { fill: none; stroke: #7a838c; stroke-width: 1.3 }
.ptrepl-graph .tip { fill: #7a838c }
@media (prefers-color-scheme: dark) {
  .ptrepl-graph { background: #14171a }
  .ptrepl-graph text { fill: #f0f2f4 }
  .ptrepl-graph .more, .ptrepl-graph .shape { fill: #b9c1c9 }
  .ptrepl-graph .behind { fill: #14171a }
  .ptrepl-graph .box { fill: #22272c; stroke: #97a3af }
  .ptrepl-graph .leaf .box { fill: #10344a; stroke: #56b4e9 }
  .ptrepl-graph .freed .box { fill: #3d2c10; stroke: #e69f00 }
  .ptrepl-graph .edge { stroke: #8a949e }
  .ptrepl-graph .tip { fill: #8a949e }
}"""


def graph_svg(label: str, graph: AutogradGraph) -> str:
    """The picture of the graph behind ``label``, as the text of an SVG file; well-formed XML."""
    found = boxes_of(label, graph)
    sizes = [(_width(box), _height(box)) for box in found.boxes]
    weights = [_LIGHT if box.is_leaf else 1.0 for box in found.boxes]
    layout = lay_out([width for width, _ in sizes], list(found.edges), _GAP, weights)
    tops = _tops(layout, [height for _, height in sizes])
    width = layout.width + 2 * _MARGIN
    height = max(tops[row] for row in layout.rows) + max(
        size[1] for size, row in zip(sizes, layout.rows, strict=True) if row == 0
    )
    height += _MARGIN
    title = escape(gettext("The autograd graph of {name}", name=label))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" class="ptrepl-graph" role="img" aria-label="{title}">',
        f"<title>{title}</title>",
        f"<style>\n{_STYLE}\n</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path class="tip" d="M0 0 L8 4 L0 8 z"/></marker></defs>',
    ]
    parts += _edges(layout, found.edges, sizes, tops)
    for place, box in enumerate(found.boxes):
        parts += _drawn(box, layout.centres[place] + _MARGIN, tops[layout.rows[place]], sizes[place], place == 0)
    return "\n".join([*parts, "</svg>", ""])


def _lines(box: Box) -> list[str]:
    return [cut(line, _LONGEST) for line in box.lines]


def _width(box: Box) -> float:
    first, *more = _lines(box)
    return max([_NARROWEST, columns(first) * _LETTER, *(columns(line) * _SMALL_LETTER for line in more)]) + 2 * _PADDING


def _height(box: Box) -> float:
    return _FIRST + _LINE * (len(box.lines) - 1) + 2 * _PADDING


def _tops(layout: Layout, heights: list[float]) -> list[float]:
    """Where each row begins; row 0, that of the result, is at the bottom."""
    tallest = [0.0] * (max(layout.rows, default=0) + 1)
    for row, height in zip(layout.rows, heights, strict=True):
        tallest[row] = max(tallest[row], height)
    tops, at = [0.0] * len(tallest), _MARGIN
    for row in range(len(tallest) - 1, -1, -1):
        tops[row] = at
        at += tallest[row] + _ROW_GAP
    return tops


def _edges(
    layout: Layout, edges: dict[tuple[int, int], str], sizes: list[tuple[float, float]], tops: list[float]
) -> Iterator[str]:
    shapes: dict[tuple[int, str], None] = {}
    for (user, operand), shape in edges.items():
        start = (layout.centres[operand] + _MARGIN, tops[layout.rows[operand]] + sizes[operand][1])
        end = (layout.centres[user] + _MARGIN, tops[layout.rows[user]])
        points = [start]
        for row, centre in reversed(layout.bends[user, operand]):
            points += [(centre + _MARGIN, tops[row]), (centre + _MARGIN, tops[row - 1] - _ROW_GAP)]
        points.append(end)
        yield f'<path class="edge" marker-end="url(#tip)" d="{_curve(points)}"/>'
        if shape:
            shapes[operand, shape] = None
    for operand, lines in _by_operand(shapes).items():  # above all edges
        x, y = layout.centres[operand] + _MARGIN, tops[layout.rows[operand]] + sizes[operand][1]
        text = " ".join(lines)
        width = columns(text) * _SMALL_LETTER
        yield f'<rect class="behind" x="{x - width / 2:.1f}" y="{y + 3:.1f}" width="{width:.1f}" height="14"/>'
        yield f'<text class="shape" x="{x:.1f}" y="{y + 14:.1f}">{escape(text)}</text>'


def _by_operand(shapes: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for operand, shape in shapes:
        found.setdefault(operand, []).append(shape)
    return found


def _curve(points: list[tuple[float, float]]) -> str:
    (x, y), *rest = points
    parts = [f"M{x:.1f} {y:.1f}"]
    for next_x, next_y in rest:
        middle = (y + next_y) / 2
        parts.append(f"C{x:.1f} {middle:.1f} {next_x:.1f} {middle:.1f} {next_x:.1f} {next_y:.1f}")
        x, y = next_x, next_y
    return " ".join(parts)


def _drawn(box: Box, centre: float, top: float, size: tuple[float, float], is_result: bool) -> Iterator[str]:
    width, height = size
    kinds = [
        name
        for name, holds in (
            ("leaf", box.is_leaf),
            ("freed", box.is_freed),
            ("again", box.again),
            ("result", is_result),
        )
        if holds
    ]
    yield f'<g class="{" ".join(kinds) or "operation"}"><title>{escape(box.title)}</title>'
    radius = height / 2 if box.is_leaf else 5
    yield (
        f'<rect class="box" x="{centre - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{min(radius, 16):.1f}"/>'
    )
    y = top + _PADDING + _FIRST * 0.75
    for number, line in enumerate(_lines(box)):
        yield f'<text class="{"more" if number else "first"}" x="{centre:.1f}" y="{y:.1f}">{escape(line)}</text>'
        y += _LINE
    yield "</g>"
