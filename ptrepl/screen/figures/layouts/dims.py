"""What happens to the dims of tensors that are too large to be drawn, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from ptrepl.engine.layouts.functions import ElementEffect
from ptrepl.engine.layouts.layout import ElementLayout
from ptrepl.engine.layouts.scheme import DimOrigin, MovedDim, Scheme, Windows
from ptrepl.engine.watch.facts import shape_text
from ptrepl.texts.lists import either, every
from ptrepl.texts.messages import gettext, ngettext

STRETCHED = "×"
_BY_VALUE = frozenset({"sort", "topk"})
_WITH_CONSTANTS = frozenset("pad tril triu masked_fill index_fill diag diag_embed block_diag scatter where".split())
"""Moves into whose result a constant may come; into that of ``where``, if it is given a number."""


def dim_texts(layout: ElementLayout, scheme: Scheme, *, drawn: bool) -> Iterator[str]:
    """``drawn``: the dims stand in columns above, under their names."""
    if all(0 in each.tensor.shape for each in layout.results):
        yield gettext("The result has no elements.")
        return
    match layout.effect:
        case ElementEffect.PRODUCT if scheme.names:
            yield from _of_product(layout, scheme, drawn=drawn)
        case ElementEffect.PRODUCT if scheme.windows is not None:
            yield from _of_windows(layout, scheme.windows)
        case ElementEffect.PRODUCT:
            yield _of_any_product(layout)
        case ElementEffect.REDUCTION:
            yield _of_reduction(layout, scheme)
        case ElementEffect.MOVE if scheme.moved is None and scheme.joint is None:
            yield from _of_any_move(layout)
        case ElementEffect.ELEMENTWISE if not scheme.stretched:
            yield gettext("Each element of the result is computed from what stands at the same place.")
    yield from _stretched(layout, scheme, drawn=drawn)
    if scheme.moved is not None:
        for dim, moved in enumerate(scheme.moved):
            yield moved_text(dim, moved, layout.operands[0].code, layout.results[0].tensor.shape[dim])
    for dim, index in scheme.taken:
        yield gettext(
            "Of dim {dim} of {name}, index {index} is taken.", dim=dim, name=layout.operands[0].code, index=index
        )
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
                name=layout.operands[place].code,
            )


def _of_product(layout: ElementLayout, scheme: Scheme, *, drawn: bool) -> Iterator[str]:
    operands = len(layout.operands)
    if not drawn:
        for dim, column in enumerate(scheme.dims[operands]):
            if came := _places(layout, scheme, column):
                yield gettext("Dim {dim} of the result is {places}.", dim=dim, places=came)
    if not scheme.gone:
        yield gettext("Each element of the result is the product of one element of each operand.")
        return
    terms = prod(scheme.widest(column) for column in scheme.gone)
    fields = {
        "dims": every([f"{scheme.names[column]} ({_places(layout, scheme, column)})" for column in scheme.gone]),
        "terms": f"{terms:,}",
    }
    if layout.name == "linear" and operands > 2:
        yield gettext(
            "{dims} is summed over: each element of the result is the sum of {terms} products, and of its element "
            "of {bias}.",
            **fields,
            bias=layout.operands[-1].code,
        )
    elif operands == 1:
        yield ngettext(
            "{dims} is summed over: each element of the result is the sum of {terms} elements.",
            "{dims} are summed over: each element of the result is the sum of {terms} elements.",
            len(scheme.gone),
            **fields,
        )
    else:
        yield ngettext(
            "{dims} is summed over: each element of the result is the sum of {terms} products.",
            "{dims} are summed over: each element of the result is the sum of {terms} products.",
            len(scheme.gone),
            **fields,
        )


def _places(layout: ElementLayout, scheme: Scheme, column: int) -> str:
    """``dim 1 of a and dim 0 of b``: where a column stands in the operands."""
    codes = [each.code for each in layout.operands]
    found = []
    for row, code in enumerate(codes):
        if column in scheme.dims[row]:
            dim = scheme.dims[row].index(column)
            if codes.count(code) > 1:
                found.append(gettext("dim {dim} of operand {number}", dim=dim, number=row + 1))
            else:
                found.append(gettext("dim {dim} of {name}", dim=dim, name=code))
    return every(found) if found else ""


def _of_windows(layout: ElementLayout, windows: Windows) -> Iterator[str]:
    given, filters, *bias = layout.operands
    last = len(given.shape)
    yield ngettext(
        "A window of {sizes} elements slides over dim {dims} of {name}.",
        "A window of {sizes} elements slides over dims {dims} of {name}.",
        len(windows.sizes),
        sizes=" × ".join(map(str, windows.sizes)),
        dims=every([str(dim) for dim in range(last - len(windows.sizes), last)]),
        name=given.code,
    )
    yield ngettext(
        "At each place every filter in {weight}, {filters:,} in all, gives one element of the result: the sum of "
        "{terms:,} products, over the window in the only channel.",
        "At each place every filter in {weight}, {filters:,} in all, gives one element of the result: the sum of "
        "{terms:,} products, over the window in all {channels:,} channels.",
        windows.channels,
        filters=windows.filters,
        weight=filters.code,
        terms=prod(windows.sizes) * windows.channels,
        channels=windows.channels,
    )
    for each in bias:
        yield gettext("To each is added the element of {name} for its filter.", name=each.code)


def _of_any_product(layout: ElementLayout) -> str:
    if layout.name == "kron":
        return gettext("Each element of the result is the product of one element of each operand.")
    return gettext(
        "Each element of the result is a sum of products of elements of {names}.",
        names=every([each.code for each in layout.operands if each.moves]),
    )


def _of_reduction(layout: ElementLayout, scheme: Scheme) -> str:
    name = layout.operands[0].code
    dims = every([str(dim) for dim in scheme.gone or scheme.along or (0,)])
    if scheme.gone and scheme.rows[-1][scheme.gone[0]] is None:
        return ngettext(
            "Dim {dims} of {name} goes: each element of the result is computed from all elements along it.",
            "Dims {dims} of {name} go: each element of the result is computed from all elements along them.",
            len(scheme.gone),
            dims=dims,
            name=name,
        )
    if scheme.gone:
        return ngettext(
            "Dim {dims} of {name} shrinks to 1: each element of the result is computed from all elements along it.",
            "Dims {dims} of {name} shrink to 1: each element of the result is computed from all elements along them.",
            len(scheme.gone),
            dims=dims,
            name=name,
        )
    if not scheme.along:
        return gettext("Each element of the result is computed from several elements of {name}.", name=name)
    if scheme.is_running:
        return gettext(
            "Each element of the result is computed from those of {name} up to its place along dim {dims}.",
            dims=dims,
            name=name,
        )
    return gettext(
        "Each element of the result is computed from all elements of {name} along dim {dims}.", dims=dims, name=name
    )


def _of_any_move(layout: ElementLayout) -> Iterator[str]:
    """Of a move by values or by an index, which no rule about dims describes."""
    names = [*dict.fromkeys(each.code for each in layout.operands if each.moves)]
    indexes = [each.code for each in layout.operands if not each.moves]
    if layout.name in _BY_VALUE:
        yield gettext(
            "Each value of the result is an element of {name}; its index says where that stood along the dim.",
            name=names[0],
        )
    elif layout.name in _WITH_CONSTANTS and not (
        layout.name == "where" and sum(each.moves for each in layout.operands) > 1
    ):
        yield gettext("Each element of the result is an element of {names}, or a constant.", names=either(names))
    elif indexes:
        yield ngettext(
            "Each element of the result is an element of {names}; {indexes} says which.",
            "Each element of the result is an element of {names}; {indexes} say which.",
            len(indexes),
            names=either(names),
            indexes=every(indexes),
        )
    else:
        yield gettext("Each element of the result is an element of {names}.", names=either(names))


def _stretched(layout: ElementLayout, scheme: Scheme, *, drawn: bool) -> Iterator[str]:
    rows = [*dict.fromkeys(row for row, _ in scheme.stretched)]
    for row in rows:
        operand = layout.operands[row]
        yield gettext(
            "Broadcasting stretches {name} from {shape} to {wide}: the copies take no memory.",
            name=operand.code,
            shape=shape_text(operand.shape),
            wide=shape_text(scheme.stretched_shape(row)),
        )
    if rows and drawn:
        yield gettext("{mark} marks the dims that are stretched.", mark=STRETCHED)


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
