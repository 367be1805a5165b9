"""Tensors of many elements, and those that do not fit together: their dims in columns, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ptrepl.engine.layouts.functions import ElementEffect
from ptrepl.engine.layouts.layout import ElementLayout, RefusedLayout
from ptrepl.engine.layouts.scheme import DimOrigin, MovedDim, Scheme
from ptrepl.engine.watch.facts import shape_text
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import columns
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext

_LONGEST_CODE = 30
_STRETCHED, _CLASH, _GONE = "×", "≠", "·"


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
    said = [line for each in _sentences(layout, scheme, drawn=drawn) for line in told(each, width)]
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
    most = _LONGEST_CODE if width is None else min(_LONGEST_CODE, width // 2)
    names = [code if columns(code) <= most else f"{code[: most - 1]}…" for code in codes]
    edge = max(map(columns, names)) + 2
    if not scheme.rows or not scheme.rows[0]:
        return [
            (("name", name), ("", " " * (edge - columns(name))), ("", shape_text(shape)))
            for name, shape in zip(names, shapes, strict=True)
        ]
    across = len(scheme.rows[0])
    meets = bool(scheme.names or scheme.gone or scheme.stretched or scheme.clashes or scheme.moved is None)
    header = [*scheme.names] if scheme.names else [str(column) for column in range(across)] if meets else []
    texts = [[_size_text(scheme, row, column) for column in range(across)] for row, _ in enumerate(scheme.rows)]
    sizes = [
        max(columns(each) for each in (*column, *header[at : at + 1]))
        for at, column in enumerate(zip(*texts, strict=True))
    ]
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


def _size_text(scheme: Scheme, row: int, column: int) -> str:
    size = scheme.rows[row][column]
    if (row, column) in scheme.stretched:
        return f"{'' if size is None else size}{_STRETCHED}{_wide(scheme, column)}"
    return "" if size is None else str(size)


def _wide(scheme: Scheme, column: int) -> int:
    return max(sizes[column] or 1 for sizes in scheme.rows)


def _sentences(layout: ElementLayout, scheme: Scheme, *, drawn: bool) -> Iterator[str]:
    """What happens to the dims."""
    operands = layout.operands
    if layout.effect is ElementEffect.PRODUCT and scheme.names:
        for column in scheme.gone:
            size = next((sizes[column] for sizes in scheme.rows if sizes[column] is not None), 0)
            yield gettext(
                "{name} is summed over: each element of the result is a sum along its {size:,}.",
                name=scheme.names[column],
                size=size,
            )
    if layout.effect is ElementEffect.REDUCTION and scheme.gone:
        gone = every([str(dim) for dim in scheme.gone])
        yield ngettext(
            "Dim {dims} of {name} goes: each element of the result is computed from all elements along it.",
            "Dims {dims} of {name} go: each element of the result is computed from all elements along them.",
            len(scheme.gone),
            dims=gone,
            name=operands[0].code,
        )
    if layout.effect is ElementEffect.ELEMENTWISE and not scheme.stretched:
        yield gettext("Each element of the result is computed from what stands at the same place.")
    if not drawn:
        for row in dict.fromkeys(row for row, _ in scheme.stretched):
            wide = shape_text(layout.results[0].tensor.shape)
            yield gettext("Broadcasting stretches {name} to {shape}.", name=operands[row].code, shape=wide)
    elif scheme.stretched:
        yield gettext("{mark} marks what broadcasting stretches: copies that take no memory.", mark=_STRETCHED)
    if scheme.moved is not None:
        for dim, moved in enumerate(scheme.moved):
            yield moved_text(dim, moved, operands[0].code, layout.results[0].tensor.shape[dim])
    for dim, index in scheme.taken:
        yield gettext("Of dim {dim} of {name}, index {index} is taken.", dim=dim, name=operands[0].code, index=index)
    if scheme.joint is not None:
        for place, first, stop in scheme.joint.pieces:
            last = stop - 1
            yield ngettext(
                "Along dim {dim} of the result, index {first} is {name}.",
                "Along dim {dim} of the result, the indexes {first} to {last} are {name}.",
                stop - first,
                dim=scheme.joint.dim,
                first=first,
                last=last,
                name=operands[place].code,
            )


def moved_text(dim: int, moved: MovedDim, name: str, size: int) -> str:
    """What dim ``dim`` of a result is in the operand ``name``."""
    dims = every([str(each) for each in moved.dims]) if moved.dims else ""
    match moved.origin:
        case DimOrigin.WHOLE:
            return gettext("Dim {dim} is dim {dims} of {name}.", dim=dim, dims=dims, name=name)
        case DimOrigin.REVERSED:
            return gettext("Dim {dim} is dim {dims} of {name}, from its end.", dim=dim, dims=dims, name=name)
        case DimOrigin.PART:
            last = moved.start + moved.step * (size - 1)
            return gettext(
                "Dim {dim} is a part of dim {dims} of {name}: from {first} to {last} in steps of {step}.",
                dim=dim,
                dims=dims,
                name=name,
                first=moved.start,
                last=last,
                step=moved.step,
            )
        case DimOrigin.MERGED:
            return gettext(
                "Dim {dim} runs through dims {dims} of {name}, the last one fastest.", dim=dim, dims=dims, name=name
            )
        case DimOrigin.SPLIT:
            return gettext(
                "Dim {dim} is a part of dim {dims} of {name}, which was split.", dim=dim, dims=dims, name=name
            )
        case DimOrigin.COPIES:
            return gettext("Dim {dim} is made of copies of the same elements.", dim=dim)
        case DimOrigin.NEW:
            return gettext("Dim {dim} is new, of size 1.", dim=dim)
