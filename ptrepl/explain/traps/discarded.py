"""The trap of a result that nobody keeps: the method gave a new tensor, and the old one is used on."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_one, is_tensor_class, kind_of
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place, inside, stored_in
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_METHODS = frozenset(
    """
    to cuda cpu float double half bfloat16 long int bool type add sub mul div clamp clip neg abs sqrt exp log pow relu
    sigmoid tanh softmax squeeze unsqueeze reshape view flatten permute transpose t detach clone masked_fill scatter
    index_fill index_add contiguous normal fill zero round
    """.split()
)
_FUNCTIONS = tuple(
    "relu sigmoid tanh softmax dropout log_softmax leaky_relu gelu flatten squeeze unsqueeze transpose permute".split()
)
_SAME = frozenset("to cuda cpu float double half bfloat16 long int bool type".split())


def discarded_result(noticed: Noticed) -> Iterator[Told]:
    """``x.to(device)`` or ``F.relu(x)`` alone on a line of a block, and ``x`` is used after it."""
    for place in noticed.places:
        call = _called(place)
        if call is None or not place.certain:
            continue
        kept = _receiver(noticed, place, call)
        if kept is None:
            continue
        at_prompt = place.statement is noticed.tree
        used = _is_used_after(place, kept) or _is_counting(place, call, kept)
        if used or (at_prompt and _moves_away(place, call)):
            if _gives_itself(place, call):
                if place.loops and used and _names_a_device(place, call):
                    # on this machine it is there already; on another one the loss would meet two devices
                    text = gettext(
                        "{code} leaves {name} where it is and gives the moved tensor, which nothing keeps. To go on "
                        "with that, write {name} = {code}.",
                        code=place.text(call),
                        name=kept,
                    )
                    yield told_of(place, text, call)
                continue
            text = gettext(
                "{code} gives a new tensor, which nothing keeps, and leaves {name} as it is. To go on with the new "
                "one, write {name} = {code}.",
                code=place.text(call),
                name=kept,
            )
            yield told_of(place, text, call)


def _called(place: Place) -> ast.Call | None:
    match place.statement:
        case ast.Expr(value=ast.Call() as call):
            return call
    return None


def _receiver(noticed: Noticed, place: Place, call: ast.Call) -> str | None:
    """The name of the tensor that the call computes from; None where it is no tensor, or has no name."""
    node: ast.expr | None = None
    if place.is_function(call.func, *_FUNCTIONS) and call.args:
        inplace = any(each.arg in ("inplace", "out") for each in call.keywords)
        node = None if inplace else call.args[0]
    elif isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS:
        node = call.func.value
    if not isinstance(node, ast.Name):
        return None
    value = place.reader.tensor(node)
    if value is None and not place.function and not (isinstance(call.func, ast.Attribute) and call.func.attr in _SAME):
        value = noticed.names.get(node.id)  # a loop binds it anew in each round
    return node.id if is_tensor_class(type(value)) else None


def _is_used_after(place: Place, name: str) -> bool:
    """Whether the next statements of the block compute with the name, before they bind it anew."""
    for statement in place.after:
        names = [each for each in inside([statement]) if isinstance(each, ast.Name) and each.id == name]
        if any(isinstance(each.ctx, ast.Load) for each in names):
            if not _is_the_same_again(place, statement):
                return True
            if not place.function:
                return False
            continue  # in a function nobody looks at them
        if names:
            return False
    return False


def _is_counting(place: Place, call: ast.Call, name: str) -> bool:
    """Whether it is ``x.add(1)`` in a loop that does not bind ``x``: each round gives the same."""
    match call:
        case ast.Call(func=ast.Attribute(attr="add" | "sub" | "mul" | "div"), args=[ast.Constant()]):
            return bool(place.loops) and name not in stored_in([place.loops[-1].tree])[0]
    return False


def _is_the_same_again(place: Place, statement: ast.stmt) -> bool:
    """Whether it, too, only computes something that nobody keeps, to be looked at or to be timed."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))) if name in _METHODS:
            return True
        case ast.Expr(value=ast.Call(func=func)):
            return place.reader.real(func) is print or kind_of(place.reader.real(func)) is Kind.MODULE
    return isinstance(statement, ast.Expr)


def _moves_away(place: Place, call: ast.Call) -> bool:
    """Whether it asks for another device than the tensor is on: nobody does that to look at the numbers."""
    if not (isinstance(call.func, ast.Attribute) and call.func.attr in ("to", "cuda")):
        return False
    tensor = place.reader.real(call.func.value)
    asked = "cuda" if call.func.attr == "cuda" else _device(place, call)
    if not is_tensor_class(type(tensor)) or asked is None:
        return False
    return asked.partition(":")[0] != read(tensor).text("device").partition(":")[0]


def _device(place: Place, call: ast.Call) -> str | None:
    torch = sys.modules["torch"]
    for node in [*call.args[:1], *(each.value for each in call.keywords if each.arg == "device")]:
        found: Any = node.value if isinstance(node, ast.Constant) else place.reader.real(node)
        if is_one(type(found), (str, torch.device)):
            return str(found)
    return None


def _names_a_device(place: Place, call: ast.Call) -> bool:
    """Whether it is ``x.to(device)``, with a name that stands for another device on another machine."""
    torch = sys.modules["torch"]
    match call:
        case ast.Call(func=ast.Attribute(attr="to"), args=[ast.Name() as given], keywords=[]):
            return is_one(type(place.reader.real(given)), (torch.device,))
    return False


def _gives_itself(place: Place, call: ast.Call) -> bool:
    """Whether the tensor has that dtype and device already, so that nothing is lost."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _SAME:
        return False
    before, after = place.reader.tensor(call.func.value), place.reader.tensor(call)
    device = _device(place, call)
    here = before is None or device is None or device.partition(":")[0] == before.device.type
    return before is not None and after is not None and before.dtype is after.dtype and here
