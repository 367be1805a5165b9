"""Shapes that need another number of elements than a tensor has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import prod

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.layer_in_class import LayerAnew, flattened_in_class
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import FailedCall, changed, invocation
from ptrepl.explain.operands.losses import values
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, operand, postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.data.last_batch import at_last_batch
from ptrepl.explain.rules.forward.several_heads import made_for_map, made_for_other_features
from ptrepl.texts.messages import gettext, ngettext

_RESHAPING = ("view", "reshape", "view_as", "reshape_as")
_MOST_PAIRS = 10
_MOST_COUNTS = 10
_MOST_INFERRED = 3
"""Of a shape of more dims, only the first size, the last one, and the first that differs may have been wrong."""

_MORE = "shapes/reshape"


def _target(call: FailedCall) -> list[ast.expr]:
    """The expressions of the new sizes; [] where they are not written out."""
    given = call.args[1:] or tuple(call.keywords.values())
    if len(given) == 1 and isinstance(given[0], (ast.Tuple, ast.List)):
        return [*given[0].elts]
    return [*given]


def _invalid(case: Case) -> Finding | None:
    call = invocation(case)
    shape = case.shape(call.args[0]) if call is not None and call.name in _RESHAPING and call.args else None
    if call is None or shape is None:
        return None
    wanted = [int(each) for each in case.match["shape"].split(",") if each.strip()]
    count, known = prod(shape), prod(size for size in wanted if size != -1)
    told = [_has(case, call.args[0], shape)]
    if -1 not in wanted:
        told.append(gettext("The shape {shape} needs {number}.", shape=shape_text(wanted), number=known))
    elif known:
        told.append(
            gettext(
                "torch infers the size that is written as -1, but {elements} is not a multiple of {known}.",
                elements=count,
                known=known,
            )
        )
    else:
        told.append(gettext("torch infers the size that is written as -1, but beside a size of 0 nothing fits."))
    if picked := _picked_by_mask(case, call):
        return Finding(f"{told[0]} {picked}")
    pairs = [f"({size}, {count // size})" for size in range(1, count + 1) if count % size == 0] if count < 4096 else []
    if len(wanted) == 2 and 2 < len(pairs) <= _MOST_PAIRS:
        told.append(gettext("These shapes of two dims fit: {shapes}.", shapes=", ".join(pairs)))
    if (heads := _heads(case, call, shape, wanted)) is not None:
        return Finding(" ".join([*told, heads]))
    fixes = tried(case, _fitting(case, call, shape, wanted))
    if not fixes and (last := _of_last_batch(case, shape, wanted)) is not None:
        return Finding(" ".join([*told, last.text]), last.fixes)
    anew = _features(case, call, shape, wanted) if not fixes else None
    if anew is not None:
        return Finding(" ".join([*told, anew.said]), anew.fixes)
    if not fixes and _is_flattening(shape, wanted):
        flat = postfix(case.site.source, call.args[0], ".flatten(1)")
        other = made_for_other_features(case, flat, wanted[1], prod(shape[1:]))
        return Finding(" ".join([*told, *([other] if other else [])]))
    return Finding(" ".join(told), fixes)


_FILLED_WITH = {
    "max": 'float("-inf")',
    "amax": 'float("-inf")',
    "min": 'float("inf")',
    "amin": 'float("inf")',
    "sum": "0",
}
"""What a place that does not count holds, so that the function passes it over."""


def _picked_by_mask(case: Case, call: FailedCall) -> str:
    """A sentence on ``x[mask].view(len(x), -1)`` where the mask picks another number in each row; "" elsewhere."""
    node: ast.expr = call.args[0]
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    source, node = (made.source, made.value) if made is not None and made.entry is None else (case.site.source, node)
    match node:
        case ast.Call(func=ast.Attribute(value=ast.expr() as base, attr="contiguous"), args=[]):
            node = base
    match node:
        case ast.Subscript(value=whole, slice=ast.expr() as mask):
            pass
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr="masked_select"), args=[whole, mask]):
            pass
        case ast.Call(func=ast.Attribute(value=whole, attr="masked_select"), args=[mask]):
            pass
        case _:
            return ""
    marks, shape = values(case, mask), case.shape(whole)
    if marks is None or str(marks.dtype) != "torch.bool" or marks.dim() != 2 or shape is None:
        return ""
    counts = [int(each) for each in marks.sum(1).tolist()]
    if len(set(counts)) < 2 or shape[:2] != tuple(marks.shape):
        return ""
    shown = [*counts[:_MOST_COUNTS], "…"] if len(counts) > _MOST_COUNTS else counts
    text = gettext(
        "{mask} picks these numbers of values in the rows of {tensor}: {counts}. Rows of several lengths are no "
        "tensor.",
        mask=in_one_line(source, mask),
        tensor=in_one_line(source, whole),
        counts=", ".join(map(str, shown)),
    )
    around = case.parents[0] if case.parents else None
    name = around.func.attr if isinstance(around, ast.Call) and isinstance(around.func, ast.Attribute) else ""
    if isinstance(around, ast.Attribute):
        name = around.attr
    if name not in _FILLED_WITH:
        keeps = gettext("To keep the rows, fill the other places in place of picking: masked_fill with ~mask.")
        return f"{text} {keeps}"
    code = f"{operand(source, whole)}.masked_fill(~{operand(source, mask)}, {_FILLED_WITH[name]}).{name}(1)"
    filled = gettext(
        "{code} keeps all places, and {name} passes over those that the mask leaves out.",
        code=in_a_sentence(code),
        name=name,
    )
    return f"{text} {filled}"


def _heads(case: Case, call: FailedCall, shape: tuple[int, ...], wanted: list[int]) -> str | None:
    """``x.view(B, T, heads, d // heads)`` where the last dim cannot be divided by the number of heads."""
    nodes = _target(call)
    if len(nodes) != len(wanted) or len(wanted) < 3 or -1 in wanted or [*shape[:-1]] != wanted[:-2] or wanted[-2] < 2:
        return None
    size, heads = shape[-1], wanted[-2]
    if wanted[-1] != size // heads or size % heads == 0:
        return None
    return gettext(
        "The last dim of {size} cannot be divided into {heads} equal parts ({name}): {heads} times {part} is "
        "{product}. These numbers divide it: {divisors}.",
        size=size,
        heads=heads,
        name=case.text(nodes[-2]),
        part=wanted[-1],
        product=heads * wanted[-1],
        divisors=", ".join(str(each) for each in range(1, size + 1) if size % each == 0),
    )


def _of_last_batch(case: Case, shape: tuple[int, ...], wanted: list[int]) -> Finding | None:
    """Where the tensor has the rows of a last, smaller batch, and those of a full one would have fitted."""
    batch = at_last_batch(case, shape[0]) if shape else None
    known = prod(size for size in wanted if size != -1)
    if batch is None or not known:
        return None
    full = batch.size * prod(shape[1:])
    if full != known and (-1 not in wanted or full % known):
        return None
    return Finding(batch.told, batch.dropped(case))


def _features(case: Case, call: FailedCall, shape: tuple[int, ...], wanted: list[int]) -> LayerAnew | None:
    """``x.view(-1, n)`` before an ``nn.Linear(n, …)`` of the class, where x has another number of features."""
    if len(wanted) != 2 or wanted[0] not in (-1, *shape[:1]) or wanted[1] < 1 or len(shape) < 3:
        return None
    flat = postfix(case.site.source, call.args[0], ".flatten(1)")
    anew = flattened_in_class(case, call.node, flat, wanted[1], prod(shape[1:]))
    return anew or made_for_map(case, call.node, flat, wanted[1], shape)


def _is_flattening(shape: tuple[int, ...], wanted: list[int]) -> bool:
    return len(wanted) == 2 and wanted[1] > 0 and len(shape) > 2 and wanted[0] in (-1, *shape[:1])


def _has(case: Case, tensor: ast.expr, shape: tuple[int, ...]) -> str:
    """A sentence: the shape of a tensor, and how many elements that makes."""
    name = case.called(tensor, gettext("The tensor"))
    return ngettext(
        "{tensor} is {shape} and has one element.",
        "{tensor} is {shape} and has {count} elements.",
        prod(shape),
        tensor=name,
        shape=shape_text(shape),
    )


def _fitting(case: Case, call: FailedCall, shape: tuple[int, ...], wanted: list[int]) -> Iterator[Candidate]:
    sizes = _target(call)
    if len(sizes) != len(wanted):
        return
    tensor = call.args[0]
    if wanted == [*shape[:1]] and len(shape) > 1:
        yield Candidate(changed(case, {sizes[0]: f"{segment(case.site.source, sizes[0])}, -1"}))
        return
    if wanted[0] == -1 and _is_flattening(shape, wanted):
        if made_for_other_features(case, "", wanted[1], prod(shape[1:])):
            return
        # -1 would have taken the batch dim, had the number of features been right
        yield Candidate(changed(case, {call.node: postfix(case.site.source, tensor, ".flatten(1)")}))
        if isinstance(tensor, ast.Name):
            yield Candidate(changed(case, {call.node: f"{tensor.id}.view({tensor.id}.size(0), -1)"}))
        return
    if -1 in wanted:
        if wanted[0] not in (-1, shape[0] if shape else -1) and isinstance(tensor, ast.Name) and len(shape) > 1:
            yield Candidate(changed(case, {sizes[0]: f"{tensor.id}.shape[0]"}))
        return
    if _in_another_order(shape, wanted):
        return  # a view would mix the dims
    inner = sizes[_kept(shape, wanted) + 1 : -1] if len(sizes) > _MOST_INFERRED else []
    for node in _free(sizes, shape, wanted):
        if node in inner:
            continue  # that one of many sizes makes it fit does not say that it was the wrong one
        yield Candidate(changed(case, {node: "-1"}))


def _free(sizes: list[ast.expr], shape: tuple[int, ...], wanted: list[int]) -> list[ast.expr]:
    """The sizes that torch may infer: not those that the tensor has in the same place, beside others that it has not.

    Of (10, 4, 8, 8), written as (16, 256), the batch dim is wrong and the features are right.
    """
    if len(shape) > 1 and shape[0] == wanted[0]:
        kept = _kept(shape, wanted)
        return sizes[kept:] if kept < len(sizes) else sizes[1:]
    if len(shape) > 1 and prod(shape[1:]) == prod(wanted[1:]):
        return sizes[:1]
    return sizes


def _kept(shape: tuple[int, ...], wanted: list[int]) -> int:
    """How many dims in front stay as they are."""
    pairs = enumerate(zip(shape, wanted, strict=False))
    return next((at for at, (has, wants) in pairs if has != wants), min(len(shape), len(wanted)))


def _in_another_order(shape: tuple[int, ...], wanted: list[int]) -> bool:
    """Whether a dim of the tensor, behind those that stay, stands in another place: (2, 8, 10, 8) of (2, 10, 64)."""
    kept = _kept(shape, wanted)
    if len(shape) < 3 or len(wanted) < 3:
        return False
    return any(size > 1 and size in wanted[kept + 1 :] for size in shape[kept : kept + 1])


def _two_unknown(case: Case) -> Finding | None:
    call = invocation(case)
    shape = case.shape(call.args[0]) if call is not None and call.name in _RESHAPING and call.args else None
    if call is None or not shape:
        return None
    sizes = _target(call)
    once = gettext("-1 stands for the size that torch infers from all others, so it may stand only once.")
    text = f"{once} {_has(case, call.args[0], shape)}"
    if len(sizes) != 2 or len(shape) < 2:
        return Finding(text)
    if len(shape) == 2:
        return Finding(text, tried(case, [Candidate(changed(case, {sizes[1]: str(shape[-1])}))]))
    flat = postfix(case.site.source, call.args[0], ".flatten(1)")
    return Finding(text, tried(case, [Candidate(changed(case, {call.node: flat}))]))


BEFORE = ("sequences.packed",)

RULES = (
    Rule(
        "reshape",
        ("RuntimeError",),
        r"shape '\[(?P<shape>[-\d, ]*)\]' is invalid for input of size \d+",
        _invalid,
        more=_MORE,
    ),
    Rule("inferred sizes", ("RuntimeError",), r"only one dimension can be inferred", _two_unknown, more=_MORE),
)
