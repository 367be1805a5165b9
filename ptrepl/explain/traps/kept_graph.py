"""Traps of what a loop keeps: the graph of every loss, and a state dict whose tensors training goes on to change."""

from __future__ import annotations

import ast
import collections
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import Kind, is_one, kind_of
from ptrepl.explain.called_name import names_within
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.rounds import backward_in, is_in
from ptrepl.explain.traps.reading.passes import parameters_of
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext


def kept_graphs(noticed: Noticed) -> Iterator[Told]:
    """``total += loss`` in a loop in which ``loss.backward()`` runs: only the number was wanted."""
    for place in noticed.places:
        if not place.certain or not place.loops:
            continue
        total, loss, instead = _added(place)
        if total is None or loss is None or _is_used_for_backward(noticed, total):
            continue
        loop = place.loops[-1]
        if loop.times is not None and loop.times < 2:
            continue
        if not any(_goes_backward(each, loss) for each in noticed.places if each.certain and is_in(each, loop)):
            continue
        if _is_rebound(place, loss):
            continue
        text = gettext(
            "{total} holds on to the graph of every {loss} that went into it, so memory grows with each round. Take "
            "the number alone: {instead}.",
            total=total,
            loss=loss,
            instead=instead,
        )
        yield told_of(place, text)


def _added(place: Place) -> tuple[str | None, str | None, str]:
    """(the total, the loss, what to type in place of it)."""
    match place.statement:
        case ast.AugAssign(target=target, op=ast.Add(), value=ast.Name(id=loss)):
            total = place.text(target)
            return total, loss, f"{total} += {loss}.item()"
        case ast.AugAssign(
            target=target,
            op=ast.Add(),
            value=ast.BinOp(left=ast.Name(id=loss), op=ast.Mult() | ast.Div() as operator, right=other),
        ) if not isinstance(other, ast.Name) or other.id != loss:
            sign = "*" if isinstance(operator, ast.Mult) else "/"
            total = place.text(target)
            return total, loss, f"{total} += {loss}.item() {sign} {place.text(other)}"
        case ast.Assign(
            targets=[ast.Name(id=total)], value=ast.BinOp(left=ast.Name(id=left), op=ast.Add(), right=ast.Name(id=loss))
        ) if left == total:
            return total, loss, f"{total} += {loss}.item()"
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=target, attr="append"), args=[ast.Name(id=loss)])):
            total = place.text(target)
            return total, loss, f"{total}.append({loss}.item())"
    return None, None, ""


def _goes_backward(place: Place, loss: str) -> bool:
    call = backward_in(place)
    return (
        call is not None
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and (call.func.value.id == loss)
    )


def _is_used_for_backward(noticed: Noticed, total: str) -> bool:
    """Whether the total itself goes backward somewhere, or is read together with a call of ``backward``."""
    for place in noticed.places:
        call = backward_in(place)
        if call is not None and total in names_within(call.func):
            return True
    return False


def _is_rebound(place: Place, loss: str) -> bool:
    """Whether the loop binds the name again after ``backward()``: ``loss = loss.item()``."""
    for node in ast.walk(place.loops[-1].tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Attribute(attr="item" | "detach"))):
                if name == loss:
                    return True
    return False


def kept_state(noticed: Noticed) -> Iterator[Told]:
    """``if loss < best: best_state = net.state_dict()`` in a loop: the tensors are those that training changes."""
    if not isinstance(noticed.tree, (ast.For, ast.While)):
        return
    for place in noticed.places[:1]:
        for block in [each for each in ast.walk(noticed.tree) if isinstance(each, ast.If)]:
            if any(isinstance(each, (ast.Break, ast.Return)) for each in ast.walk(block)):
                continue
            for kept, call, owner in _states(block.body):
                if "best" in kept.lower() and _shares(noticed.names.get(kept), noticed.names.get(owner)):
                    text = gettext(
                        "{kept} holds the tensors of {network} themselves, which each later step() of training "
                        "changes. copy.deepcopy({code}) keeps their values.",
                        kept=kept,
                        network=owner,
                        code=place.text(call),
                    )
                    yield told_of(place, text)
                    return


def _states(body: list[ast.stmt]) -> Iterator[tuple[str, ast.Call, str]]:
    """(the name, the call, the network) of each ``name = network.state_dict()``, also where several names are bound."""
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                pairs = [*zip(targets, values, strict=False)]
            case ast.Assign(targets=[target], value=value):
                pairs = [(target, value)]
            case _:
                continue
        for target, value in pairs:
            match target, value:
                case (
                    ast.Name(id=kept),
                    ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="state_dict"), args=[]) as call,
                ):
                    yield kept, call, owner


def _shares(state: Any, network: Any) -> bool:
    """Whether a state dict holds the very numbers of the parameters of ``network``."""
    if kind_of(network) is not Kind.MODULE or not is_one(type(state), (collections.OrderedDict,)):
        return False
    torch = sys.modules["torch"]
    plain = [each for each in state.values() if is_one(type(each), (torch.Tensor,))]
    own = {
        torch.Tensor.data_ptr(each) for each in parameters_of(network)[:4] if is_one(type(each), (torch.nn.Parameter,))
    }
    return bool(own) and any(torch.Tensor.data_ptr(each) in own for each in plain)
