"""Functions that select, repeat or split along a dim, and were asked for more than there is."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import FailedCall, invocation
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def selecting_call(case: Case, *names: str) -> tuple[FailedCall, ast.expr, tuple[int, ...]] | None:
    """The call, its tensor and the shape of that."""
    call = invocation(case)
    tensor = call.argument(0, "input", "self") if call is not None else None
    shape = case.shape(tensor) if tensor is not None else None
    if call is None or tensor is None or shape is None or call.name not in names:
        return None
    return call, tensor, shape


def _topk(case: Case) -> Finding | None:
    found = selecting_call(case, "topk", "kthvalue")
    if found is None:
        return None
    call, tensor, shape = found
    k = case.value(given) if (given := call.argument(1, "k")) is not None else None
    dim = case.value(asked) if (asked := call.argument(2, "dim")) is not None else -1
    if type(k) is not int or type(dim) is not int or not shape or not -len(shape) <= dim < len(shape):
        return None
    size = shape[dim]
    if k <= size:
        return None
    text = gettext(
        "{tensor} is {shape}: there are {size} values along dim {dim}, and k={k} asks for more.",
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
        size=size,
        dim=dim % len(shape),
        k=k,
    )
    source, asked_for = case.site.source, call.argument(1, "k")
    most = str(size)
    if asked_for is not None and not isinstance(asked_for, ast.Constant):
        most = f"min({segment(source, asked_for)}, {operand(source, tensor)}.size({dim}))"
    return Finding(text, tried(case, [Candidate(call.with_argument(source, 1, "k", most))]))


def _index_dims(case: Case) -> Finding | None:
    """``scores.gather(1, labels)`` with one index for each row, but without the dim that goes along the columns."""
    found = selecting_call(case, "gather", "scatter", "scatter_", "scatter_add", "scatter_add_")
    given = found[0].argument(2, "index") if found is not None else None
    index = case.shape(given) if given is not None else None
    dim = case.value(asked) if found is not None and (asked := found[0].argument(1, "dim")) is not None else None
    if found is None or given is None or index is None or type(dim) is not int or len(index) == len(found[2]):
        return None
    call, tensor, shape = found
    text = gettext(
        "{index} is {index_shape} and {tensor} is {shape}: {call} needs an index with as many dims as the tensor.",
        index=operand_text(case, given),
        index_shape=shape_text(index),
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
        call=call.said,
    )
    if len(index) != len(shape) - 1 or index != without_dim(shape, dim):
        return Finding(text)
    return Finding(text, tried(case, [_with_dim(case, call.node, given, dim)]))


def _places_of_each(case: Case) -> Finding | None:
    """``table.take_along_dim(table.argmax(dim=1), dim=1)``: the places lack the dim that argmax took away."""
    found = selecting_call(case, "take_along_dim")
    given = found[0].argument(1, "indices") if found is not None else None
    places = case.shape(given) if given is not None else None
    if found is None or given is None or places is None:
        return None
    call, tensor, shape = found
    text = gettext(
        "{index} is {index_shape} and {tensor} is {shape}: {call} needs indices with as many dims as the tensor.",
        index=operand_text(case, given),
        index_shape=shape_text(places),
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
        call=call.said,
    )
    dim = case.value(asked) if (asked := call.argument(2, "dim")) is not None else None
    if type(dim) is not int or not -len(shape) <= dim < len(shape):
        return Finding(text)
    if places != without_dim(shape, dim):
        return Finding(text)
    return Finding(text, tried(case, [_with_dim(case, call.node, given, dim)]))


def without_dim(shape: tuple[int, ...], dim: int) -> tuple[int, ...]:
    """The shape that is left where ``dim`` is taken away."""
    return shape[: dim % len(shape)] + shape[dim % len(shape) + 1 :]


def _with_dim(case: Case, call: ast.Call, given: ast.expr, dim: int) -> Candidate:
    """The call with the dim that its indices lack."""
    source = case.site.source
    return Candidate(spliced(source, call, {given: postfix(source, given, f".unsqueeze({dim})")}))


def _masked(case: Case) -> Finding | None:
    """``torch.masked_select(week > 4, week)``: the mask comes second."""
    call = invocation(case)
    if call is None or call.name != "masked_select":
        return None
    tensor, given = call.argument(0, "input", "self"), call.argument(1, "mask")
    facts = case.facts(given) if given is not None else None
    first = case.facts(tensor) if tensor is not None else None
    if tensor is None or given is None or facts is None or facts.dtype == "bool":
        return None
    text = gettext(
        "{call} takes a bool tensor for mask, and {given} is {dtype}.",
        call=call.said,
        given=operand_text(case, given),
        dtype=facts.dtype,
    )
    if first is None or first.dtype != "bool" or call.is_method or call.keywords:
        return Finding(text)
    source = case.site.source
    turned: dict[ast.expr | ast.stmt, str] = {tensor: segment(source, given), given: segment(source, tensor)}
    return Finding(
        gettext("The tensor comes first, then the mask.") + " " + text,
        tried(case, [Candidate(spliced(source, call.node, turned))]),
    )


def _repeat(case: Case) -> Finding | None:
    found = selecting_call(case, "repeat", "tile")
    if found is None:
        return None
    call, tensor, shape = found
    text = gettext(
        "{tensor} is {shape}: {call} takes one number for each dim, how often it is repeated along that dim, "
        "at least {count} numbers here.",
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
        call=call.said,
        count=len(shape),
    )
    given = call.args[1:]
    if len(given) != 1 or not isinstance(given[0], ast.Constant) or len(shape) != 2:
        return Finding(text)
    written = case.text(given[0])
    source = case.site.source
    ways = [f"{written}, 1", f"1, {written}"]
    return Finding(text, tried(case, [Candidate(spliced(source, call.node, {given[0]: each})) for each in ways]))


def _split(case: Case) -> Finding | None:
    found = selecting_call(case, "split", "split_with_sizes")
    if found is None:
        return None
    call, tensor, shape = found
    given = call.argument(1, "split_size_or_sections", "split_size", "split_sizes")
    dim = case.value(asked) if (asked := call.argument(2, "dim")) is not None else 0
    parts: Any = case.value(given) if given is not None else None
    if type(parts) not in (list, tuple) or type(dim) is not int or not all(type(each) is int for each in parts):
        return None
    text = gettext(
        "{tensor} is {shape}. The sizes of the parts have to add up to dim {dim}, {size}: {given} adds up to {total}.",
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
        dim=dim % len(shape),
        size=shape[dim],
        given=operand_text(case, given) if given is not None else "",
        total=sum(parts),
    )
    return Finding(text)


def _window(case: Case) -> Finding | None:
    found = selecting_call(case, "unfold")
    if found is None:
        return None
    _, tensor, shape = found
    text = gettext(
        "{tensor} is {shape}: dim {dim} has {size} values, too few for windows of {window}.",
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
        dim=case.match["dim"],
        size=case.match["size"],
        window=case.match["window"],
    )
    return Finding(text)


def _unflatten(case: Case) -> Finding:
    return Finding(
        gettext(
            "The new sizes {sizes} multiplied do not give {size}, the size of dim {dim}. With -1 as one of them, "
            "PyTorch computes that one, where it comes out even.",
            sizes=case.match["sizes"],
            size=case.match["size"],
            dim=case.match["dim"],
        )
    )


def _select(case: Case) -> Finding | None:
    found = selecting_call(case, "index_select", "take_along_dim", "index_add", "index_copy")
    if found is None:
        return None
    _, tensor, shape = found
    number, size = int(case.match["number"]), int(case.match["size"])
    text = gettext(
        "{tensor} is {shape}: along a dim of {size} the indices go from 0 to {last}, and one of them is {number}.",
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
        size=size,
        last=size - 1,
        number=number,
    )
    return Finding(text)


def _columns(case: Case) -> Finding | None:
    """``torch.cdist`` of points of different dims."""
    found = selecting_call(case, "cdist")
    other = found[0].argument(1, "x2") if found is not None else None
    two = case.shape(other) if other is not None else None
    if found is None or other is None or two is None:
        return None
    text = gettext(
        "{one} is {one_shape} and {two} is {two_shape}: torch.cdist takes the distances between rows, so both need "
        "rows of one length, and these have {first} and {second}.",
        one=operand_text(case, found[1]),
        one_shape=shape_text(found[2]),
        two=operand_text(case, other),
        two_shape=shape_text(two),
        first=case.match["one"],
        second=case.match["two"],
    )
    return Finding(text)


def _cross(case: Case) -> Finding | None:
    found = selecting_call(case, "cross", "linalg_cross")
    if found is None:
        return None
    text = gettext(
        "{tensor} is {shape}. The cross product exists for vectors of 3 numbers only: one dim has to have size 3.",
        tensor=operand_text(case, found[1]),
        shape=shape_text(found[2]),
    )
    return Finding(text)


_MORE = "shapes/selection"

BEFORE = ("shapes.index", "arrays.creation", "shapes.broadcast")

RULES = (
    Rule("top k", ("RuntimeError",), r"selected index k out of range|k out of range", _topk, more=_MORE),
    Rule(
        "index dims",
        ("RuntimeError",),
        r"Index tensor must have the same number of dims|Index tensor must have the "
        r"same number of dimensions as (input|self) tensor",
        _index_dims,
        more=_MORE,
    ),
    Rule(
        "index dims",
        ("RuntimeError",),
        r"take_along_dim\(\): input and indices should have the same number of dimensions",
        _places_of_each,
        more=_MORE,
    ),
    Rule("mask dtype", ("RuntimeError",), r"masked_select: expected BoolTensor for mask", _masked, more=_MORE),
    Rule("repeat", ("RuntimeError",), r"Number of dimensions of repeat dims can not be smaller", _repeat, more=_MORE),
    Rule("split sizes", ("RuntimeError",), r"split_with_sizes expects split_sizes to sum exactly", _split, more=_MORE),
    Rule(
        "window",
        ("RuntimeError",),
        r"maximum size for tensor at dimension (?P<dim>\d+) is (?P<size>\d+) but size is (?P<window>\d+)",
        _window,
        more=_MORE,
    ),
    Rule(
        "unflatten",
        ("RuntimeError",),
        r"unflatten: Provided sizes (?P<sizes>\[[^]]*\]) don't multiply up to the size "
        r"of dim (?P<dim>\d+) \((?P<size>\d+)\)",
        _unflatten,
        more=_MORE,
    ),
    Rule(
        "selected index",
        ("RuntimeError", "IndexError"),
        r"INDICES element is out of DATA bounds, id=(?P<number>-?\d+) axis_dim=(?P<size>\d+)",
        _select,
        more=_MORE,
    ),
    Rule(
        "distances",
        ("RuntimeError",),
        r"must have the same number of columns\. X1: (?P<one>\d+) X2: (?P<two>\d+)",
        _columns,
        more=_MORE,
    ),
    Rule(
        "cross product",
        ("RuntimeError",),
        r"no dimension of size 3 in input|inputs dimension -?\d+ must have length 3",
        _cross,
        more=_MORE,
    ),
)
