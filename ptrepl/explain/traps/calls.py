"""Traps of single calls: one that was not made, one without its dim, one that goes backward through nothing."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator

from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.facts import base_attribute, shape_text
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.own_code import own_code
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_METHODS = {
    Kind.TENSOR: ("backward", "zero_", "detach_", "requires_grad_", "retain_grad"),
    Kind.MODULE: ("eval", "train", "zero_grad", "cuda", "cpu", "half", "double", "float"),
    Kind.OPTIMIZER: ("step", "zero_grad"),
}


def method_not_called(noticed: Noticed) -> Iterator[Told]:
    """``loss.backward`` without brackets: nothing ran."""
    for place in noticed.places:
        match place.statement:
            case ast.Expr(value=ast.Attribute(value=owner, attr=name) as node) if place.certain:
                pass
            case _:
                continue
        value = place.reader.tensor(owner) if place.reader.real(owner) is None else place.reader.real(owner)
        kind = Kind.TENSOR if is_tensor_class(type(value)) else kind_of(value)
        if kind is None or name not in _METHODS.get(kind, ()):
            continue
        code = place.text(node)
        text = gettext("Without brackets, {code} names the method and does not run it: write {code}().", code=code)
        yield told_of(place, text, node)


def softmax_without_dim(noticed: Noticed) -> Iterator[Told]:
    """``F.softmax(x)``: which dim sums to 1 then depends on how many dims there are."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            match node:
                case ast.Call(func=func, args=[given], keywords=keywords) if _is_softmax_function(place, func):
                    pass
                case _:
                    continue
            if any(each.arg in ("dim", None) for each in keywords):
                continue
            shape = place.reader.shape(given)
            if shape is None or len(shape) < 2:
                continue
            taken = 0 if len(shape) == 3 else 1
            text = gettext(
                "{code} got no dim. For {input} of shape {shape} PyTorch takes dim {taken}, for others another one. "
                "Write dim=-1 for the last.",
                code=place.text(func),
                input=place.text(given),
                shape=shape_text(shape),
                taken=taken,
            )
            yield told_of(place, text, node)


def _is_softmax_function(place: Place, func: ast.expr) -> bool:
    found = place.reader.real(func)
    plain = type(found) is types.FunctionType  # torch.softmax, which is not, takes no call without a dim
    return plain and place.is_function(func, "softmax", "log_softmax", "softmin")


def backward_through_nothing(noticed: Noticed) -> Iterator[Told]:
    """``loss.backward()`` of a loss that is a leaf: ``requires_grad_()`` made the error go away, not its cause."""
    match noticed.tree:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name) as owner, attr="backward"))):
            tensor = noticed.tensor(owner)
        case _:
            return
    if tensor is None or not base_attribute("is_leaf").__get__(tensor):
        return
    for place in noticed.places[:1]:
        found = noticed.definition(place, name)
        if found is None:
            return
        match found[1]:
            case ast.Call(func=ast.Attribute(attr="requires_grad_")):
                text = gettext(
                    "{loss}.backward() reached no parameter: {loss} is a leaf, as what it was computed from does not "
                    "require grad. requires_grad_() makes a new leaf of it and does not connect it to the parameters.",
                    loss=name,
                )
                yield told_of(place, text)
            case ast.Call(func=ast.Name(id=function) as func):
                code = _new_leaf(place.reader.real(func))
                if code:
                    text = gettext(
                        "{loss}.backward() reached no parameter: {function} returns `{code}`, a new leaf with the "
                        "value and without its graph. Compute {loss} with operations on tensors all the way.",
                        loss=name,
                        function=function,
                        code=code,
                    )
                    yield told_of(place, text)


def _new_leaf(function: object) -> str:
    """``torch.tensor(…, requires_grad=True)`` that a function of the learner returns; "" where it does not."""
    code = own_code(function) if isinstance(function, types.FunctionType) else None
    for each in ast.walk(code.tree) if code is not None else ():
        match each:
            case ast.Return(value=ast.Call(func=ast.Attribute(attr="tensor"), args=[given], keywords=keywords)):
                if not isinstance(given, ast.Constant) and any(part.arg == "requires_grad" for part in keywords):
                    return one_line(ast.unparse(each)[len("return ") :])
    return ""
