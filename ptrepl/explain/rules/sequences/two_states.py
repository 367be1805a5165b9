"""The state of an LSTM is a pair: one tensor in its place, a pair for the others, and a pair taken apart wrongly."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict, type_name
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.state_anew import as_pair
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.module_call import ModuleCall
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.recurrent_call import is_lstm, recurrent_cell, recurrent_layer
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.sequences.pair_maker import made_by_function
from ptrepl.texts.messages import gettext

_MORE = "modules/recurrent"


def _two_states(case: Case) -> Finding | None:
    """One tensor where an LSTM takes a pair, or a pair where the others take one tensor."""
    call = recurrent_layer(case)
    if call is not None:
        return _pair(case, call, lstm=is_lstm(call))
    call = recurrent_cell(case)
    return _pair(case, call, lstm=type_name(call.module) == "LSTMCell") if call is not None else None


def _pair(case: Case, call: ModuleCall, *, lstm: bool) -> Finding | None:
    held, node = call.given.get("hx"), call.nodes.get("hx")
    source = case.site.source
    if lstm and is_tensor_class(type(held)):
        text = gettext(
            "{layer} is an {type}, which keeps two states: the hidden state and the cell state. It takes them as a "
            "pair, (h, c), and {state} is one tensor.",
            layer=call.path,
            type=type_name(call.module),
            state=call.called("hx"),
        )
        if not isinstance(node, ast.Name):
            return Finding(text)
        if (other := _cell_state(case, node.id, held)) is not None:
            both = spliced(source, case.site.node, {node: f"({node.id}, {other})"})
            return Finding(text, tried(case, [Candidate(both)]) or verified(case, Candidate(both)))
        if (made := made_by_function(case, node.id)) is not None:
            return Finding(f"{text} {made.text}", made.fixes)
        if case.site.is_nested or _is_given_again(case, node.id):
            return _pair_everywhere(call, node.id, text)
        pair = f"({node.id}, torch.zeros_like({node.id}))"
        candidate = Candidate(spliced(source, case.site.node, {node: pair}))
        cell = type_name(call.module) == "LSTMCell" and (call.number("hidden_size"),) == (sizes(read(held)) or ())[-1:]
        return Finding(text, tried(case, [candidate]) or (verified(case, candidate) if cell else ()))
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


def _cell_state(case: Case, name: str, state: Any) -> str | None:
    """``c`` of ``h, c = cell(x, h)`` and of ``out, (h, c) = lstm(x, h)``, where it is a tensor already."""
    line = case.site.line
    targets = line.targets if isinstance(line, ast.Assign) and line.value is case.node else []
    for each in (part for target in targets for part in ast.walk(target)):
        match each:
            case ast.Tuple(elts=[ast.Name(id=first), ast.Name(id=second)]) if first == name:
                held = case.real(ast.Name(second, ast.Load()))
                same = is_tensor_class(type(held)) and read(held).shape == read(state).shape
                return second if same else None
    return None


def _is_given_again(case: Case, name: str) -> bool:
    """``out, state = lstm(x, state)``: the name is given what the layer returns."""
    line = case.site.line
    targets = line.targets if isinstance(line, ast.Assign) else []
    stored = [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]
    return name in stored and not type_name(case.real(getattr(case.node, "func", case.node))).endswith("Cell")  # type: ignore[arg-type]


def _pair_everywhere(call: ModuleCall, name: str, text: str) -> Finding:
    """The state that goes in as one tensor would come back as a pair: it has to be a pair where it is made."""
    anew = as_pair(call)
    if anew is None:
        how = gettext(
            "It returns such a pair too, so {state} has to be a pair wherever it is made: {state} = (h, c), with two "
            "tensors of that shape.",
            state=name,
        )
        return Finding(f"{text} {how}")
    how = gettext(
        "It returns such a pair too, so the state has to be a pair where it is made: {code}",
        code=anew.code,
    )
    return Finding(f"{text} {how}", anew.fixes)


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
)
