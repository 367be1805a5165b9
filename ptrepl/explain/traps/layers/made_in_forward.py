"""The trap of a layer that ``forward`` makes: new random parameters in each call, which nothing trains."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place, inside
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_LAYERS = frozenset(
    "Linear Bilinear Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d Embedding EmbeddingBag RNN "
    "LSTM GRU RNNCell LSTMCell GRUCell MultiheadAttention TransformerEncoderLayer TransformerDecoderLayer".split()
)
"""Layers whose parameters start with random numbers."""
_MOVES = ("to", "cuda", "cpu", "double", "float", "half")
_SEEDS = ("manual_seed", "fork_rng", "no_grad", "load_state_dict")


def layer_made_in_forward(noticed: Noticed) -> Iterator[Told]:
    """``return nn.Linear(32, 10)(h)`` in ``forward``."""
    for place in noticed.places:
        if not place.certain or place.grads_off or not is_in_forward(place):
            continue
        for node in place.nodes():
            made = _made_and_called(place, node) if isinstance(node, ast.Call) else None
            if made is None:
                continue
            code, name = place.text(made), name_of_made(place, made)
            if not _needs_only_constants(made):
                text = gettext(
                    "{layer} is made anew in each call of forward(), with new random parameters that no optimizer has: "
                    "it never learns. Make the layer once, in __init__().",
                    layer=code,
                )
            else:
                text = gettext(
                    "{layer} is made anew in each call of forward(), with new random parameters that no optimizer has: "
                    "it never learns. Make it once, in __init__(), by {line}, and call self.{name} here.",
                    layer=code,
                    line=f"self.{name} = {code}",
                    name=name,
                )
            yield told_of(place, text, made)
            return


def is_in_forward(place: Place) -> bool:
    """Whether it stands in the ``forward`` of a network, or in what that calls."""
    return any(each.function == "forward" and "self" in each.reader.scope.extra for each in (*place.callers, place))


def _made_and_called(place: Place, call: ast.Call) -> ast.Call | None:
    """The call that makes a layer, whose result ``call`` calls at once or by a name that is only called."""
    match call.func:
        case ast.Call():
            return _makes_layer(place, call.func)
        case ast.Name(id=name) if name in place.defined:
            where, value = place.defined[name]
            made = _makes_layer(place, value)
            return made if made is not None and where.call is place.call and is_only_called(where, name) else None
    return None


def _makes_layer(place: Place, node: ast.expr) -> ast.Call | None:
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _MOVES and isinstance(inner, ast.Call):
            return _makes_layer(place, inner)
        case ast.Call(func=func):
            found = place.reader.real(func)
            known = type(found) is type and is_torch_class(found)
            parts = (
                [_makes_layer(place, each) for each in node.args] if known and found.__name__ == "Sequential" else []
            )
            if known and (found.__name__ in _LAYERS or any(each is not None for each in parts)):
                return node
    return None


def is_only_called(place: Place, name: str) -> bool:
    """Whether the layer under ``name`` is nowhere kept, and its parameters are not set, in the block it is made in."""
    called = set()
    for node in inside(place.body):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called.add(id(node.func))
        word = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if word in _SEEDS:
            return False
    return all(
        id(node) in called or not isinstance(node.ctx, ast.Load)
        for node in inside(place.body)
        if isinstance(node, ast.Name) and node.id == name
    )


def name_of_made(place: Place, made: ast.Call) -> str:
    """The name that the learner gives the layer; without one, that of its class: ``linear``."""
    match place.statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is made:
            return name
    names = [name for name, (_, value) in place.defined.items() if value is made]
    return names[0] if names else _plain_name(made)


def _plain_name(made: ast.Call) -> str:
    """A name for the layer that the call makes: ``linear`` for ``nn.Linear(…)``."""
    func = made.func
    return (
        func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else "layer"
    ).lower()


def _needs_only_constants(made: ast.Call) -> bool:
    parts = [*made.args, *(each.value for each in made.keywords)]
    return all(not isinstance(each, ast.Name) for part in parts for each in ast.walk(part))
