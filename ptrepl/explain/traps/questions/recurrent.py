"""What a recurrent layer of torch's gave: its output, and its state of shape (layers * directions, batch, size)."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.spelled import unpacked
from ptrepl.explain.traps.reading.place import Place

RECURRENT = ("LSTM", "GRU", "RNN")
_KEEPS = ("contiguous", "detach", "clone", "float", "relu", "tanh", "to", "cpu", "cuda")
_VIEWS = ("view", "reshape", "unflatten")
_DEEPEST = 6


def is_recurrent_layer(place: Place, node: ast.expr) -> bool:
    """Whether it names an LSTM, a GRU or an RNN of torch's own."""
    layer = place.reader.real(node)
    return kind_of(layer) is Kind.MODULE and is_torch_class(type(layer)) and type_name(layer) in RECURRENT


def is_recurrent_state(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> bool:
    """Whether it is the state, or a part of its dim 0, with the batch in dim 1: ``h``, ``h[-2:]``, ``rnn(x)[1]``."""
    if not depth:
        return False
    match node:
        case ast.Name(id=name):
            if is_of_layer(noticed, place, name, 1):
                return True
            found = noticed.definition(place, name)
            return found is not None and is_recurrent_state(noticed, *found, depth - 1)
        case ast.Subscript(value=ast.Call(func=func), slice=ast.Constant(value=1)):
            return is_recurrent_layer(place, func)
        case ast.Subscript(value=ast.Subscript() as inner, slice=ast.Constant(value=0)):
            return is_recurrent_state(noticed, place, inner, depth - 1)  # rnn(x)[1][0]
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=0)):
            return is_of_layer(noticed, place, name, 1)  # state[0] of out, state = lstm(x)
        case ast.Subscript(value=inner, slice=ast.Slice()):
            return is_recurrent_state(noticed, place, inner, depth - 1)
        case ast.Subscript(value=inner, slice=ast.Constant() | ast.UnaryOp()):
            return _is_split_state(noticed, place, inner, depth - 1)
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _KEEPS:
            return is_recurrent_state(noticed, place, inner, depth - 1)
    return False


def is_of_layer(noticed: Noticed, place: Place, name: str, part: int) -> bool:
    """Whether ``name`` is, of ``out, h = rnn(x)``, the first or the second."""
    found = unpacked(noticed, place, name)
    if found is None or not isinstance(found[0], ast.Call):
        return False
    return found[1] == part and is_recurrent_layer(place, found[0].func)


def _is_split_state(noticed: Noticed, place: Place, node: ast.expr, depth: int) -> bool:
    """Whether it is the state with dim 0 split, (layers, directions, batch, size)."""
    if isinstance(node, ast.Name):
        found = noticed.definition(place, node.id)
        return found is not None and depth > 0 and _is_split_state(noticed, *found, depth - 1)
    match node:
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _VIEWS:
            before, after = place.reader.shape(inner), place.reader.shape(node)
            if before is None or after is None or len(before) != 3 or after[2:] != before[1:]:
                return False
            return is_recurrent_state(noticed, place, inner, depth)
    return False
