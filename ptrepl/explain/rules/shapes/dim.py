"""A dim that the tensor does not have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import FailedCall, changed, invocation
from ptrepl.explain.operands.layers import failing_layer
from ptrepl.explain.rewrite import postfix
from ptrepl.explain.rule import Finding, Rule

_EXCHANGING = ("transpose", "swapaxes", "swapdims")
_LAYERS = ("Softmax", "LogSoftmax", "Flatten", "Softmin", "Unflatten")


def _no_such_dim(case: Case) -> Finding | None:
    call = invocation(case)
    if call is None:
        return _in_a_layer(case)
    got, low, high = (int(case.match[name]) for name in ("got", "low", "high"))
    shape = case.shape(call.args[0]) if call.args else None
    if shape is None or high not in (max(len(shape), 1) - 1, len(shape)):
        return None
    name = case.called(call.args[0], "the tensor")
    if high == len(shape) and shape:
        text = (
            f"{name} is {shape_text(shape)}. {call.said} makes a new dim, which can stand at {low} to {high}; there is "
            f"no place {got}."
        )
        return Finding(text, tried(case, _other_dims(case, call, got, [high])))
    text = f"{name} is {shape_text(shape)}: {_dims(len(shape))}, so there is no dim {got}."
    return Finding(text, tried(case, _other_dims(case, call, got, [*range(high, -1, -1)] if shape else [])))


def _dims(count: int) -> str:
    if count == 0:
        return "it is a single number without dims"
    if count == 1:
        return "its one dim is dim 0, or -1"
    if count == 2:
        return "its two dims are 0 and 1, or -2 and -1 from the end"
    return f"its {count} dims are numbered 0 to {count - 1}, or -1 to -{count} from the end"


def _other_dims(case: Case, call: FailedCall, got: int, dims: list[int]) -> Iterator[Candidate]:
    for node in (*call.args[1:], *call.keywords.values()):
        for each in [*node.elts] if isinstance(node, (ast.Tuple, ast.List)) else [node]:
            if type(value := case.value(each)) is int and value == got:
                taken = [case.value(other) for other in call.args[1:]] if call.name in _EXCHANGING else []
                for dim in [dim for dim in dims if dim not in taken][:2]:
                    yield Candidate(changed(case, {each: str(dim)}))
                return


def _in_a_layer(case: Case) -> Finding | None:
    """``nn.Softmax(dim=1)`` of one row without a batch."""
    layer = failing_layer(case, *_LAYERS)
    got = int(case.match["got"])
    if layer is None or int(case.match["high"]) != max(len(layer.shape), 1) - 1:
        return None
    dim = next((name for name in ("dim", "start_dim") if own_dict(layer.module).get(name) == got), None)
    if dim is None:
        return None
    given = layer.before_text if layer.argument is None else case.called(layer.argument, "the input")
    text = (
        f"{layer.path} works on dim {got} ({dim}={got}), and {given} is {shape_text(layer.shape)}: "
        f"{_dims(len(layer.shape))}. Most layers expect a batch in dim 0."
    )
    if layer.argument is None or len(layer.shape) != 1 or got != 1:
        return Finding(text)
    source = case.site.source
    batch = changed(case, {layer.argument: postfix(source, layer.argument, ".unsqueeze(0)")})
    return Finding(text, tried(case, [Candidate(batch)]))


def _permuted(case: Case) -> Finding | None:
    call = invocation(case)
    shape = case.shape(call.args[0]) if call is not None and call.name == "permute" and call.args else None
    if call is None or shape is None:
        return None
    name = case.called(call.args[0], "the tensor")
    every = ", ".join(map(str, range(len(shape))))
    return Finding(
        f"{name} is {shape_text(shape)}, and {call.said} puts all its dims into a new order: each of {every} must "
        f"stand in it exactly once."
    )


def _no_such_size(case: Case) -> Finding | None:
    """``x.shape[2]`` of a tensor with two dims."""
    match case.node:
        case ast.Subscript(
            value=ast.Attribute(value=tensor, attr="shape")
            | ast.Call(func=ast.Attribute(value=tensor, attr="size")) as whole,
            slice=index,
        ):
            shape = case.shape(tensor)
        case _:
            return None
    if shape is None:
        return None
    text = (
        f"{case.called(tensor, 'The tensor')} is {shape_text(shape)}: {_dims(len(shape))}, so its shape has no item "
        f"{case.called(index, 'of that number')}."
    )
    return Finding(text, tried(case, [Candidate(f"{case.text(whole)}[-1]")]) if shape else ())


def _no_dims(case: Case) -> Finding | None:
    """``x.sum().size(0)``."""
    call = invocation(case)
    if call is None or not call.args or case.shape(call.args[0]) != ():
        return None
    name = case.called(call.args[0], "the tensor")
    return Finding(f"{name} is (): {_dims(0)}, so there is no dim {case.match['got']}.")


RULES = (
    Rule(
        "no such dim",
        ("IndexError",),
        r"Dimension out of range \(expected to be in range of \[(?P<low>-?\d+), (?P<high>-?\d+)\], "
        r"but got (?P<got>-?\d+)\)",
        _no_such_dim,
        more="shapes/dims",
    ),
    Rule(
        "dim of a number",
        ("IndexError",),
        r"Dimension specified as (?P<got>-?\d+) but tensor has no dimensions",
        _no_dims,
        more="shapes/scalar-dims",
    ),
    Rule(
        "dims in a new order",
        ("RuntimeError",),
        r"number of dimensions in the tensor input does not match the length of the desired ordering|"
        r"permute\(\): duplicate dims are not allowed",
        _permuted,
        more="shapes/permute",
    ),
    Rule(
        "no such size",
        ("IndexError",),
        r"tuple index out of range",
        _no_such_size,
        more="shapes/shape-tuple",
    ),
)
