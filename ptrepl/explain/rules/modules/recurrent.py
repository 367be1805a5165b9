"""nn.RNN, nn.GRU and nn.LSTM: the state that they are given, and what they give back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict, type_name
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.module_call import ModuleCall, module_call
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext, ngettext

_MORE = "modules/recurrent"


def _layer(case: Case) -> ModuleCall | None:
    return module_call(case, "RNNBase", "input", "hx")


def _cell(case: Case) -> ModuleCall | None:
    return module_call(case, "RNNCellBase", "input", "hx")


def _is_lstm(call: ModuleCall) -> bool:
    return own_dict(call.module).get("mode") == "LSTM"


def _directions(call: ModuleCall) -> int:
    return 2 if call.flag("bidirectional") else 1


def _states(call: ModuleCall) -> list[Any]:
    """The tensors of the state that was given: one, or ``h`` and ``c`` of an LSTM."""
    held = call.given.get("hx")
    states = [*held] if isinstance(held, (tuple, list)) else [held]
    return [each for each in states if is_tensor_class(type(each))]


def _state_names(call: ModuleCall) -> list[str]:
    node = call.nodes.get("hx")
    if isinstance(node, ast.Tuple):
        return [operand_text(call.case, each) for each in node.elts]
    return []


def _size(case: Case) -> Finding | None:
    """A state that was made for another number of layers, directions or examples."""
    call = _layer(case)
    given = call.shape("input") if call is not None else None
    layers, hidden = (call.number("num_layers"), call.number("hidden_size")) if call is not None else (None, None)
    if call is None or given is None or len(given) != 3 or layers is None or hidden is None:
        return None
    hidden = call.number("proj_size") or hidden
    batch = given[0] if call.flag("batch_first") else given[1]
    wanted = (layers * _directions(call), batch, hidden)
    for number, state in enumerate(_states(call)):
        shape = sizes(read(state))
        if number and shape is not None and _is_lstm(call):
            wanted = (*wanted[:2], call.number("hidden_size") or hidden)
        if shape is not None and shape != wanted:
            names = _state_names(call)
            name = names[number] if number < len(names) else call.called("hx")
            return Finding(" ".join(_state_told(call, name, shape, wanted, given)), _batch_first(call, shape, wanted))
    return None


def _state_told(
    call: ModuleCall, name: str, shape: tuple[int, ...], wanted: tuple[int, ...], given: tuple[int, ...]
) -> Iterator[str]:
    yield gettext(
        "{state} is {shape}. The state of {layer} has the shape (num_layers * directions, batch, hidden_size), which "
        "is {wanted} here.",
        state=name,
        shape=shape_text(shape),
        layer=call.path,
        wanted=shape_text(wanted),
    )
    if len(shape) != 3:
        return
    if shape[0] != wanted[0]:
        if call.flag("bidirectional"):
            yield ngettext(
                "{layer} is bidirectional, so its one layer keeps two states.",
                "{layer} is bidirectional, so its {count} layers keep two states each.",
                call.number("num_layers") or 1,
                layer=call.path,
            )
        else:
            yield ngettext(
                "{layer} has one layer, with one state.",
                "{layer} has {count} layers, with one state each.",
                call.number("num_layers") or 1,
                layer=call.path,
            )
    if shape[1] != wanted[1]:
        if call.flag("batch_first"):
            yield gettext(
                "{input} is {shape}, and with batch_first=True its dim 0 is the batch, of {batch}. Make the state for "
                "that batch: batch_first does not change the order of its dims.",
                input=call.called("input"),
                shape=shape_text(given),
                batch=wanted[1],
            )
        elif shape[1] == given[0]:
            yield gettext(
                "{input} is {shape}. {layer} reads that as (length, batch, features), since it was not made with "
                "batch_first=True.",
                input=call.called("input"),
                shape=shape_text(given),
                layer=call.path,
            )
        else:
            yield gettext(
                "{input} is {shape}, read as (length, batch, features): its batch is {batch}.",
                input=call.called("input"),
                shape=shape_text(given),
                batch=wanted[1],
            )


def _batch_first(call: ModuleCall, shape: tuple[int, ...], wanted: tuple[int, ...]) -> tuple[Any, ...]:
    """The state of a batch of one, where the state has no batch dim."""
    node = call.nodes.get("hx")
    if len(shape) != 2 or isinstance(node, ast.Tuple) or node is None or (1, *shape) != wanted:
        return ()
    source = call.case.site.source
    text = spliced(source, call.case.site.node, {node: postfix(source, node, ".unsqueeze(0)")})
    return tried(call.case, [Candidate(text)])


def _state_dims(case: Case) -> Finding | None:
    """A state of two dims beside an input of three, or the reverse."""
    call = _layer(case)
    given = call.shape("input") if call is not None else None
    states = [sizes(read(each)) for each in _states(call)] if call is not None else []
    if call is None or given is None or len(given) not in (2, 3) or not states or states[0] is None:
        return None
    if len(given) == 3:
        return _size(case)
    text = gettext(
        "{input} is {shape}: two dims are one sequence, (length, features), without a batch. Its state has two dims "
        "too, (num_layers * directions, hidden_size), and {state} is {state_shape}.",
        input=call.called("input"),
        shape=shape_text(given),
        state=_state_names(call)[0] if _state_names(call) else call.called("hx"),
        state_shape=shape_text(states[0]),
    )
    node = call.nodes.get("input")
    if node is None:
        return Finding(text)
    source, dim = case.site.source, 0 if call.flag("batch_first") else 1
    batch = spliced(source, case.site.node, {node: postfix(source, node, f".unsqueeze({dim})")})
    return Finding(text, tried(case, [Candidate(batch)]))


def _two_states(case: Case) -> Finding | None:
    """One tensor where an LSTM takes a pair, or a pair where the others take one tensor."""
    call = _layer(case)
    if call is not None:
        return _pair(case, call, lstm=_is_lstm(call))
    call = _cell(case)
    return _pair(case, call, lstm=type_name(call.module) == "LSTMCell") if call is not None else None


def _pair(case: Case, call: ModuleCall, *, lstm: bool) -> Finding | None:
    held, node = call.given.get("hx"), call.nodes.get("hx")
    source = case.site.source
    if lstm and is_tensor_class(type(held)):
        text = gettext(
            "{layer} is an LSTM, which keeps two states: the hidden state and the cell state. It takes them as a pair, "
            "(h, c), and {state} is one tensor.",
            layer=call.path,
            state=call.called("hx"),
        )
        if not isinstance(node, ast.Name):
            return Finding(text)
        pair = f"({node.id}, torch.zeros_like({node.id}))"
        return Finding(text, tried(case, [Candidate(spliced(source, case.site.node, {node: pair}))]))
    if not lstm and type(held) in (tuple, list):
        text = gettext(
            "{state} holds two states, as an LSTM has. {layer} is of type {type}, which keeps one: a tensor.",
            state=call.called("hx"),
            layer=call.path,
            type=type_name(call.module),
        )
        if isinstance(node, ast.Tuple) and node.elts:
            first = segment(source, node.elts[0])
        elif isinstance(node, ast.Name):
            first = f"{node.id}[0]"
        else:
            return Finding(text)
        return Finding(text, tried(case, [Candidate(spliced(source, case.site.node, {node: first}))]))
    return None


def _three_arguments(case: Case) -> Finding | None:
    """``lstm(x, h, c)``."""
    node = case.node
    if not isinstance(node, ast.Call) or len(node.args) != 3 or node.keywords:
        return None
    layer = operand_text(case, node.func)
    source = case.site.source
    first, last = node.args[1], node.args[2]
    pair: dict[ast.expr | ast.stmt, str] = {
        first: f"({segment(source, first)}",
        last: f"{segment(source, last)})",
    }
    text = gettext(
        "{layer} takes the two states as one argument, a pair: {layer}(input, (h, c)).",
        layer=layer,
    )
    return Finding(text, tried(case, [Candidate(spliced(source, node, pair))]))


def _unpacked(case: Case) -> Finding | None:
    """``out, h, c = lstm(x)``, ``out = lstm(x)`` in two names for a GRU."""
    node = case.node
    statement = (
        node if isinstance(node, ast.Assign) else next((e for e in case.parents if isinstance(e, ast.Assign)), None)
    )
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Call):
        return None
    target, module = statement.targets[0], case.real(statement.value.func)
    if not isinstance(target, ast.Tuple) or len(target.elts) != 3 or own_dict(module).get("mode") != "LSTM":
        return None
    source = case.site.source
    parts = [segment(source, each) for each in target.elts]
    text = gettext(
        "{layer} gives two things: the outputs, and a pair with the two states. Write {pattern} = …",
        layer=operand_text(case, statement.value.func),
        pattern=f"{parts[0]}, ({parts[1]}, {parts[2]})",
    )
    written = f"{parts[0]}, ({parts[1]}, {parts[2]}) = {segment(source, statement.value)}"
    return Finding(text, tried(case, [Candidate(written, replaces_line=True, gives="")]))


def _cell_batch(case: Case) -> Finding | None:
    call = _cell(case)
    given = call.shape("input") if call is not None else None
    if call is None or given is None:
        return None
    wanted, hidden = call.number("input_size"), call.number("hidden_size")
    if wanted is not None and given and given[-1] != wanted:
        return Finding(
            gettext(
                "{layer} expects a last dim of {size} (input_size={size}), and {input} is {shape}.",
                layer=call.path,
                size=wanted,
                input=call.called("input"),
                shape=shape_text(given),
            )
        )
    for state in _states(call):
        shape = sizes(read(state))
        if shape is not None and hidden is not None and shape != (*given[:-1], hidden):
            return Finding(
                gettext(
                    "{input} is {shape}, so the state of {layer} is {wanted}: one row for each example, of "
                    "hidden_size={hidden} numbers. {state} is {state_shape}.",
                    input=call.called("input"),
                    shape=shape_text(given),
                    layer=call.path,
                    wanted=shape_text((*given[:-1], hidden)),
                    hidden=hidden,
                    state=call.called("hx"),
                    state_shape=shape_text(shape),
                )
            )
    return None


def _state_dtype(case: Case) -> Finding | None:
    call = _layer(case)
    states = _states(call) if call is not None else []
    dtype = call.dtype("input") if call is not None else None
    if call is None or dtype is None:
        return None
    other = next((each for each in (read(state).dtype for state in states) if each != dtype), None)
    if not isinstance(other, str):
        return None
    return Finding(
        gettext(
            "{input} is {dtype} and the state in {state} is {other}: {layer} needs one dtype for both.",
            input=call.called("input"),
            dtype=dtype,
            state=call.called("hx"),
            other=other,
            layer=call.path,
        )
    )


BEFORE = (
    "data.unpack",
    "modules.subclass",
    "shapes.index",
    "dtypes.dtype",
    "dtypes.needs_float",
    "containers.wanted_tensor",
    "containers.parts",
    "containers.joined",
    "data.split",
    "data.sample_index",
)

RULES = (
    Rule("state size", ("RuntimeError",), r"Expected hidden\S* size \(", _size, more=_MORE),
    Rule(
        "state dims", ("RuntimeError",), r"For (un)?batched \dD?-?D? ?input|For (un)?batched", _state_dims, more=_MORE
    ),
    Rule(
        "two states",
        ("IndexError", "AttributeError", "TypeError", "RuntimeError", "ValueError"),
        r"index 1 is out of bounds for dimension 0|'(tuple|list)' object has no attribute|must be tuple of Tensors, "
        r"not Tensor|must be Tensor, not tuple|"
        r"has no attribute 'size'|LSTMCell: Expected|LSTM: Expected|For (un)?batched",
        _two_states,
        more=_MORE,
    ),
    Rule(
        "two states",
        ("TypeError",),
        r"LSTM\.forward\(\) takes from 2 to 3 positional arguments but 4|LSTMCell\.forward\(\) takes from",
        _three_arguments,
        more=_MORE,
    ),
    Rule("two states", ("ValueError",), r"not enough values to unpack \(expected 3, got 2\)", _unpacked, more=_MORE),
    Rule(
        "cell sizes",
        ("RuntimeError",),
        r"Input batch size \d+ doesn't match hidden\d? batch size|has inconsistent input_size|has inconsistent hidden",
        _cell_batch,
        more=_MORE,
    ),
    Rule("state dtype", ("RuntimeError", "ValueError"), r"unsupported data type|same dtype", _state_dtype, more=_MORE),
)
