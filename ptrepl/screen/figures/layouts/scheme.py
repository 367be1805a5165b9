"""Tensors of many elements, and those that do not fit together: their dims in columns, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence

from ptrepl.engine.layouts.layout import ElementLayout, RefusedLayout
from ptrepl.engine.layouts.scheme import Scheme
from ptrepl.engine.watch.facts import shape_text
from ptrepl.screen.figures.layouts.dims import STRETCHED, dim_texts
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import columns
from ptrepl.texts.cut import cut

_LEAST_CODE = 20
"""Columns of code, beside which dims stand in columns."""
_CLASH = "≠"


def scheme_lines(layout: ElementLayout, width: int | None, *, drawn: bool = True) -> list[Line]:
    """The dims of the operands and of the results, then what happens to them. ``drawn`` False: no columns."""
    scheme = layout.scheme
    assert scheme is not None
    signs = _signs(len(layout.operands), layout.sign)
    tensors = [*layout.operands, *(each.tensor for each in layout.results)]
    signs += ["=" if layout.sign else "→"] * len(layout.results)
    codes = [f"{sign} {each.code}".strip() for sign, each in zip(signs, tensors, strict=True)]
    shapes = [each.shape for each in tensors]
    lines = table_lines(scheme if drawn else Scheme(()), codes, shapes, width)
    said = [line for each in dim_texts(layout, scheme, drawn=drawn) for line in told(each, width)]
    return [*lines, *said]


def refused_lines(refused: RefusedLayout, said: str, width: int | None, *, drawn: bool = True) -> list[Line]:
    """The dims of operands that torch refused, and ``said``: why."""
    lines: list[Line] = []
    if refused.operands:
        signs = _signs(len(refused.operands), refused.sign)
        codes = [f"{sign} {each.code}".strip() for sign, each in zip(signs, refused.operands, strict=True)]
        shapes = [each.shape for each in refused.operands]
        lines = table_lines((drawn and refused.scheme) or Scheme(()), codes, shapes, width)
    return [*lines, *told(said, width, "warn")]


def _signs(operands: int, sign: str) -> list[str]:
    return [sign if place else "" for place in range(operands)]


def table_lines(
    scheme: Scheme, codes: Sequence[str], shapes: Sequence[tuple[int, ...]], width: int | None
) -> list[Line]:
    """A row for each tensor, its dims below those that they meet."""
    if not scheme.rows or not scheme.rows[0]:
        return _shape_lines(codes, shapes, width)
    across = len(scheme.rows[0])
    meets = bool(scheme.names or scheme.gone or scheme.stretched or scheme.clashes or scheme.moved is None)
    header = [*scheme.names] if scheme.names else [str(column) for column in range(across)] if meets else []
    texts = [[_size_text(scheme, row, column) for column in range(across)] for row, _ in enumerate(scheme.rows)]
    sizes = [
        max(columns(each) for each in (*column, *header[at : at + 1]))
        for at, column in enumerate(zip(*texts, strict=True))
    ]
    beside = sum(sizes) + 2 * len(sizes) + 1 + max(columns(shape_text(shape)) for shape in shapes)
    if width is not None and width - 2 - beside < min(_LEAST_CODE, max(map(columns, codes))):
        return _shape_lines(codes, shapes, width)
    names = [code if width is None else cut(code, width - 2 - beside) for code in codes]
    edge = max(map(columns, names)) + 2
    lines = []
    if scheme.names:
        lines.append(
            text_line(
                " " * edge + "  ".join(f"{name:>{size}}" for name, size in zip(header, sizes, strict=True)), "dim"
            )
        )
    for row, (name, shape) in enumerate(zip(names, shapes, strict=True)):
        parts: list[tuple[str, str]] = [("name", name), ("", " " * (edge - columns(name)))]
        for column, size in enumerate(sizes):
            text = texts[row][column]
            style = (
                "bad"
                if column in scheme.clashes
                else "dim"
                if (row, column) in scheme.stretched
                else f"hue{column % 6}"
            )
            parts += [(style, f"{text:>{size}}"), ("", "  ")]
        parts.append(("dim", f" {shape_text(shape)}"))
        lines.append(tuple(parts))
    if scheme.clashes:
        marks = [_CLASH if column in scheme.clashes else "" for column in range(across)]
        lines.append(
            text_line(
                (" " * edge + "  ".join(f"{mark:>{size}}" for mark, size in zip(marks, sizes, strict=True))).rstrip(),
                "bad",
            )
        )
    return lines


def _shape_lines(codes: Sequence[str], shapes: Sequence[tuple[int, ...]], width: int | None) -> list[Line]:
    """A row for each tensor, with its shape beside it, or below where there is no room."""
    names = codes if width is None else [cut(code, max(width // 2, _LEAST_CODE)) for code in codes]
    texts = [*map(shape_text, shapes)]
    edge = max(map(columns, names)) + 2
    if width is None or edge + max(map(columns, texts)) <= width:
        return [
            (("name", name), ("", " " * (edge - columns(name))), ("", text))
            for name, text in zip(names, texts, strict=True)
        ]
    return [
        line
        for code, text in zip(codes, texts, strict=True)
        for line in (*told(code, width, "name"), *told(text, width, "", "  "))
    ]


def _size_text(scheme: Scheme, row: int, column: int) -> str:
    size = scheme.rows[row][column]
    if (row, column) in scheme.stretched:
        return f"{'' if size is None else size}{STRETCHED}{scheme.widest(column)}"
    return "" if size is None else str(size)
