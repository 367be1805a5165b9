"""Indices that a tensor does not have: too large, too many, of the wrong kind."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.callers import call_that_gave
from ptrepl.explain.operands.invocation import invocation
from ptrepl.explain.operands.losses import values
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.forward.two_dims_of_lstm import given_without_batch
from ptrepl.explain.rules.forward.windows import index_past_the_end
from ptrepl.explain.rules.losses.made_for import made_for
from ptrepl.explain.rules.shapes.index_parts import IndexPart, instead, out_of_range, places
from ptrepl.texts.messages import gettext, ngettext

_MORE = "shapes/index"


def _too_large(case: Case) -> Finding | None:
    match case.node:
        case ast.Subscript(value=base, slice=index):
            shape = case.shape(base)
        case _:
            return _gathered(case)
    if shape == ():
        return _number(case)
    if not shape:
        return None
    given = places(case, index, shape)
    wrong = next(((place, number) for place in given if (number := out_of_range(case, place)) is not None), None)
    if wrong is None:
        return None
    place, number = wrong
    has = _has(case, base, shape, place, from_end=number < 0)
    if place.size == 0:
        return Finding(has)
    if isinstance(place.node, (ast.Constant, ast.UnaryOp)):
        no_index = gettext("There is no index {index}.", index=number)
        return Finding(f"{has} {no_index}", tried(case, _nearer(case, given, place, number)))
    if (further := index_past_the_end(case, base, place.node, place.size)) is not None:
        return Finding(f"{has} {further.text}", further.fixes)
    name = case.called(place.node, gettext("The index"))
    if type(case.value(place.node)) is int:
        says = gettext("{index} is {number}.", index=name, number=number)
    else:
        says = gettext("{index} holds {number}.", index=name, number=number)
    return Finding(f"{has} {says}")


def _has(case: Case, base: ast.expr, shape: tuple[int, ...], place: IndexPart, *, from_end: bool = False) -> str:
    """A sentence: the shape of a tensor and the indices of one of its dims, with ``from_end`` negative ones too."""
    name, text = case.called(base, gettext("The tensor")), shape_text(shape)
    match place.size:
        case 0:
            return gettext(
                "{tensor} is {shape}: dim {dim} has size 0, so it has no index at all.",
                tensor=name,
                shape=text,
                dim=place.dim,
            )
        case 1 if not from_end:
            return gettext("{tensor} is {shape}: dim {dim} has one index, 0.", tensor=name, shape=text, dim=place.dim)
    return gettext(
        "{tensor} is {shape}: the indices of dim {dim} go from {first} to {last}.",
        tensor=name,
        shape=text,
        dim=place.dim,
        first=-place.size if from_end else 0,
        last=place.size - 1,
    )


def _nearer(case: Case, given: list[IndexPart], place: IndexPart, number: int) -> Iterator[Candidate]:
    if number == place.size:
        yield instead(case, {place.node: "-1"})
    if len(given) == 2 and all(isinstance(each.node, ast.Constant) for each in given):
        first, second = (case.text(each.node) for each in given)
        yield instead(case, {given[0].node: second, given[1].node: first})


def _gathered(case: Case) -> Finding | None:
    """``x.gather(1, i)``: the indices in i."""
    call = invocation(case)
    if call is None or call.name not in ("gather", "index_select", "scatter", "scatter_", "scatter_add_", "index_add_"):
        return None
    dim, index = call.argument(1, "dim"), call.argument(2, "index")
    shape, along = case.shape(call.args[0]), case.value(dim) if dim is not None else None
    if not shape or index is None or type(along) is not int or not -len(shape) <= along < len(shape):
        return None
    place = IndexPart(index, along % len(shape), shape[along])
    number = out_of_range(case, place)
    if number is None:
        return None
    name = case.called(index, gettext("The index"))
    holds = gettext("{index} holds {number}.", index=name, number=number)
    made = _made_for(case, call.args[0], shape[along], number) if number > 0 and place.dim else ""
    return Finding(" ".join(filter(None, [_has(case, call.args[0], shape, place), holds, made])))


def _made_for(case: Case, node: ast.expr, columns: int, number: int) -> str:
    """What to make so that the network whose output is gathered has a column for ``number``; "" if not known."""
    passed = call_that_gave(case, node.id) if case.site.is_nested and isinstance(node, ast.Name) else None
    outer, given = passed if passed is not None else (case, node)
    made = made_for(outer, given, columns, number + 1)
    if made is None:
        return ""
    enough = gettext("If {number} is a right index, it needs a column for it: {code}.", number=number, code=made.code)
    return f"{made.said} {enough}"


def _too_many(case: Case) -> Finding | None:
    if case.message.endswith("dimension 0"):
        return _number(case)
    match case.node:
        case ast.Subscript(value=base, slice=ast.Tuple(elts=elements)):
            shape = case.shape(base)
        case _:
            return None
    if not shape or any(isinstance(each, ast.Starred) for each in elements):
        return None
    given = [each for each in elements if not (isinstance(each, ast.Constant) and each.value in (None, Ellipsis))]
    if len(given) <= len(shape) or any(
        (facts := case.facts(each)) is not None and facts.dtype == "bool" for each in given
    ):
        return None
    name = case.called(base, gettext("The tensor"))
    text = ngettext(
        "{tensor} is {shape}: it has one dim, and got {indices} indices.",
        "{tensor} is {shape}: it has {count} dims, and got {indices} indices.",
        len(shape),
        tensor=name,
        shape=shape_text(shape),
        indices=len(given),
    )
    if alone := given_without_batch(case, base, shape):
        return Finding(f"{text} {alone}")
    # which of the indices is one too many, or which dim is missing, only the learner knows
    most = ngettext(
        "Each index is for one dim, and there is one.",
        "Each index is for one dim, and there are {count}.",
        len(shape),
    )
    is_list = len(shape) == 1 and len(given) > 2 and all(map(_is_written_number, given))
    if is_list and isinstance(case.node.ctx, ast.Load):  # two might be the row and the column of a table
        code = f"[{', '.join(map(case.text, given))}]"
        several = gettext("A list picks several: {code}.", code=f"{postfix(case.site.source, base, '')}[{code}]")
        return Finding(f"{text} {most} {several}", tried(case, [instead(case, {case.node.slice: code})]))
    return Finding(f"{text} {most}")


def _is_written_number(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
    return isinstance(inner, ast.Constant) and type(inner.value) is int


def _number(case: Case) -> Finding | None:
    """``x[0]`` of a single number."""
    match case.node:
        case ast.Subscript(value=base) as node if case.shape(base) == ():
            pass
        case _:
            return None
    name, source = case.called(base, gettext("The tensor")), case.site.source
    text = gettext(
        "{tensor} is a single number, a tensor without dims: there is nothing in it to index.",
        tensor=name,
    )
    if not isinstance(node.ctx, ast.Load):
        return Finding(text)
    return Finding(text, tried(case, [Candidate(postfix(source, base, ".item()")), Candidate(segment(source, base))]))


def _not_integer(case: Case) -> Finding | None:
    match case.node:
        case ast.Subscript(value=base, slice=index) if (shape := case.shape(base)) is not None:
            pass
        case _:
            return None
    for place in places(case, index, shape):
        value, facts = case.value(place.node), case.facts(place.node)
        name = case.called(place.node, gettext("The index"))
        if type(value) is float:
            if isinstance(place.node, ast.Constant):
                text = gettext("{index} is a float. An index must be an integer.", index=name)
            else:
                text = gettext("{index} is {number}, a float. An index must be an integer.", index=name, number=value)
            return Finding(text, tried(case, _whole(case, place.node, value)))
        if facts is not None and facts.dtype in ("float32", "float64", "float16", "bfloat16"):
            sizes = case.shape(place.node)
            if sizes and sizes == shape[place.dim : place.dim + len(sizes)] and _is_mask(case, place.node):
                text = gettext(
                    "{index} is {dtype} and holds nothing but 0 and 1, in the shape of what it picks from. A mask must "
                    "be bool: .bool() makes one.",
                    index=name,
                    dtype=facts.dtype,
                )
                mask = postfix(case.site.source, place.node, ".bool()")
                return Finding(text, tried(case, [instead(case, {place.node: mask})]))
            text = gettext(
                "{index} is {dtype}. A tensor of indices must hold integers: .long() makes int64.",
                index=name,
                dtype=facts.dtype,
            )
            if _are_places(case, place):
                mended = postfix(case.site.source, place.node, ".long()")
                return Finding(text, tried(case, [instead(case, {place.node: mended})]))
            return Finding(
                gettext(
                    "{index} is {dtype}, and holds numbers that are no places of dim {dim}. An index holds places, "
                    "counted from 0, or is a mask of True and False.",
                    index=name,
                    dtype=facts.dtype,
                    dim=place.dim,
                )
            )
    return None


def _are_places(case: Case, place: IndexPart) -> bool:
    """Whether the values, if they are known, are indices of the dim: whole numbers, but for those of a division."""
    found = values(case, place.node)
    if found is None:
        return True
    made = origin(case, place.node.id) if isinstance(place.node, ast.Name) else None
    if made is not None and isinstance(made.value, ast.BinOp) and isinstance(made.value.op, ast.Div):
        found = found.trunc()
    return bool(((found == found.round()) & (found >= -place.size) & (found < place.size)).all())


def _is_mask(case: Case, node: ast.expr) -> bool:
    """Whether it holds nothing but 0 and 1."""
    found = values(case, node)
    return found is not None and bool(((found == 0) | (found == 1)).all())


def _whole(case: Case, node: ast.expr, value: float) -> Iterator[Candidate]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield instead(case, {node: f"{case.text(node.left)} // {case.text(node.right)}"})
    if not isinstance(node, ast.Constant):
        yield instead(case, {node: f"int({case.text(node)})"})
    elif value.is_integer():
        yield instead(case, {node: str(int(value))})


def _backwards(case: Case) -> Finding | None:
    """``x[::-1]``."""
    match case.node:
        case ast.Subscript(value=base, slice=index) as node if case.shape(base):
            pass
        case _:
            return None
    text = gettext(
        "A slice of a tensor takes no negative step, unlike a slice of a list. .flip(dim) reverses the order along a "
        "dim."
    )
    source = case.site.source
    match index:
        case ast.Slice(lower=None, upper=None, step=ast.expr() as step) if case.value(step) == -1 and isinstance(
            node.ctx, ast.Load
        ):
            pass
        case _:
            return Finding(text)
    return Finding(text, tried(case, [Candidate(postfix(source, base, ".flip(0)"))]))


BEFORE = (
    "shapes.embedding",
    "shapes.mask",
)


def _unequal(case: Case) -> Finding | None:
    """``scores[range(6), labels]`` with five labels."""
    match case.node:
        case ast.Subscript(slice=ast.Tuple(elts=elements)):
            pass
        case _:
            return None
    sizes: list[tuple[ast.expr, int]] = []
    for each in elements:
        shape, value = case.shape(each), case.value(each)
        count = shape[0] if shape is not None and len(shape) == 1 else None
        count = len(value) if type(value) in (range, list, tuple) else count
        if count is None:
            return None
        sizes.append((each, count))
    counted = any(type(case.value(each)) is range for each, _ in sizes)
    if len(sizes) != 2 or sizes[0][1] == sizes[1][1] or not counted:
        return None
    (first, one), (second, two) = sizes
    text = gettext(
        "{first} gives {one} indices and {second} gives {two}: they are taken in pairs, a row and a column each, so "
        "there have to be as many of both.",
        first=case.text(first),
        one=one,
        second=case.text(second),
        two=two,
    )
    source = case.site.source
    match first:
        case (
            ast.Call(func=ast.Name(id="range"), args=[stop]) | ast.Call(func=ast.Attribute(attr="arange"), args=[stop])
        ):
            counts = f"len({segment(source, second)})"
            return Finding(text, tried(case, [Candidate(spliced(source, case.site.node, {stop: counts}))]))
    return Finding(text)


RULES = (
    Rule("unequal indices", ("IndexError",), r"^shape mismatch: indexing tensors could not be", _unequal, _MORE),
    Rule(
        "index range",
        ("IndexError", "RuntimeError"),
        r"is out of bounds for dimension \d+ with size",
        _too_large,
        more=_MORE,
        lesson="indexing/one-number",
    ),
    Rule(
        "index_select",
        ("IndexError",),
        r"index out of range in self",
        _gathered,
        more=_MORE,
        lesson="indexing/by-list",
    ),
    Rule(
        "index count",
        ("IndexError",),
        r"too many indices for tensor of dimension",
        _too_many,
        more=_MORE,
        lesson="indexing/one-number",
    ),
    Rule(
        "scalar index",
        ("IndexError",),
        r"invalid index of a 0-dim tensor|slice\(\) cannot be applied to a 0-dim tensor",
        _number,
        more=_MORE,
        lesson="indexing/one-number",
    ),
    Rule(
        "float index",
        ("IndexError",),
        r"tensors used as indices must be long|only integers, slices .* are valid indices",
        _not_integer,
        more="shapes/integer-index",
        lesson="indexing/one-number",
    ),
    Rule(
        "negative step",
        ("ValueError",),
        r"step must be greater than zero",
        _backwards,
        more="shapes/negative-step",
        lesson="indexing/slices",
    ),
)
