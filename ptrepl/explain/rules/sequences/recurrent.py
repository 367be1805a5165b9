"""nn.RNN, nn.GRU and nn.LSTM: the state that they are given, and what they give back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.state_anew import for_batch
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.module_call import ModuleCall
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.recurrent_call import is_lstm, recurrent_cell, recurrent_layer
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.data.last_batch import at_last_batch
from ptrepl.explain.rules.sequences.state_batch import from_wrong_dim, one_sequence, with_batch_first
from ptrepl.explain.rules.sequences.state_maker import made_for_batch, made_for_other_layers
from ptrepl.texts.messages import gettext, ngettext

_MORE = "modules/recurrent"


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
    call = recurrent_layer(case)
    given = call.shape("input") if call is not None else None
    layers, hidden = (call.number("num_layers"), call.number("hidden_size")) if call is not None else (None, None)
    if call is not None and (given is None or len(given) == 2):
        return _size_told_by_torch(case, call)
    if call is None or given is None or len(given) != 3 or layers is None or hidden is None:
        return None
    hidden = call.number("proj_size") or hidden
    batch = given[0] if call.flag("batch_first") else given[1]
    wanted = (layers * _directions(call), batch, hidden)
    for number, state in enumerate(_states(call)):
        shape = sizes(read(state))
        if number and shape is not None and is_lstm(call):
            wanted = (*wanted[:2], call.number("hidden_size") or hidden)
        if shape is not None and shape != wanted:
            return _told(call, number, shape, wanted, given)
    return None


def _size_told_by_torch(case: Case, call: ModuleCall) -> Finding | None:
    """Of a packed sequence, whose batch is in what it holds, or of one sequence without a batch."""
    found = re.search(r"hidden(?:\[(\d)\])? size \((\d+), (\d+), (\d+)\), got \[(\d+), (\d+), (\d+)\]", case.message)
    if found is None:
        return None
    wanted, got = tuple(map(int, found.groups()[1:4])), tuple(map(int, found.groups()[4:]))
    state = f"{call.called('hx')}[{found[1]}]" if found[1] and not _state_names(call) else call.called("hx")
    fields = {"state": state, "layer": call.path}
    if call.shape("input") is not None:
        text = gettext(
            "{input} is {shape}: one sequence without a batch. Its state then has the shape (num_layers * directions, "
            "hidden_size), which is {wanted} here. {state} is {got}.",
            input=call.called("input"),
            shape=shape_text(call.shape("input") or ()),
            wanted=shape_text((wanted[0], wanted[2])),
            got=shape_text((got[0], got[2])),
            **fields,
        )
        return Finding(text)
    text = gettext(
        "{state} is {got}. The state of {layer} has the shape (num_layers * directions, batch, hidden_size), which is "
        "{wanted} here: {input} holds {batch} sequences.",
        input=call.called("input"),
        got=shape_text(got),
        wanted=shape_text(wanted),
        batch=wanted[1],
        **fields,
    )
    return Finding(text)


def _told(
    call: ModuleCall, number: int, shape: tuple[int, ...], wanted: tuple[int, ...], given: tuple[int, ...]
) -> Finding:
    names, said = _state_names(call), call.called("hx")
    if number < len(names):
        said = names[number]
    elif type(call.given.get("hx")) in (tuple, list):
        said = f"{said}[{number}]"
    told = [*_state_told(call, said, shape, wanted, given)]
    fixes: tuple[Fix, ...] = ()
    if (flat := _without_layers(call, shape, wanted)) is not None:
        told.append(flat.text)
        fixes = flat.fixes
    elif maker := made_for_other_layers(call.case, call.path, shape, wanted):
        told.append(maker)
    fixes = fixes or _of_all_layers(call, shape, wanted)
    if len(shape) == 3 and shape[1] != wanted[1] and (shape[0], shape[2]) == (wanted[0], wanted[2]):
        # a layer that reads its input the wrong way round is mended there, not at the state
        turned = not call.flag("batch_first") and shape[1] == given[0]
        measured = from_wrong_dim(call, shape[1], wanted[1]) if not turned else None
        made = made_for_batch(call, shape[1], wanted[1]) if not turned and measured is None else None
        anew = for_batch(call, shape[1], wanted[1]) if not turned and measured is None and made is None else None
        last = at_last_batch(call.case, wanted[1])
        if last is not None and last.size == shape[1] and measured is None and made is None:
            told.append(last.told)
        first = with_batch_first(call) if turned else None
        if first is not None:
            told.append(first.text)
            fixes = first.fixes
        elif measured is not None:
            told.append(measured.text)
            fixes = measured.fixes
        elif made is not None:
            told.append(made.text)
            fixes = made.fixes
        elif anew is not None:
            told.append(gettext("Make the state for this batch: {code}", code=anew.code))
            fixes = anew.fixes
    return Finding(" ".join(told), fixes)


def _state_told(
    call: ModuleCall, name: str, shape: tuple[int, ...], wanted: tuple[int, ...], given: tuple[int, ...]
) -> Iterator[str]:
    if call.number("proj_size") == wanted[2]:
        yield gettext(
            "{layer} has proj_size={size}, so its hidden state h has the shape (num_layers * directions, batch, "
            "proj_size), which is {wanted} here; only c has hidden_size. {state} is {shape}.",
            layer=call.path,
            size=wanted[2],
            wanted=shape_text(wanted),
            state=name,
            shape=shape_text(shape),
        )
        return
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
                "{input} is {shape}, and with batch_first=True its dim 0 is the batch, of {batch}. In the state the "
                "batch is dim 1, with batch_first=True too.",
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


def _of_all_layers(call: ModuleCall, shape: tuple[int, ...], wanted: tuple[int, ...]) -> tuple[Any, ...]:
    """``torch.zeros(1, batch, hidden)`` in the function with the number of layers, as the layer itself has it."""
    site, case = call.case.site, call.case
    if not site.is_nested or len(shape) != 3 or shape[1:] != wanted[1:] or shape[0] == wanted[0] or not call.nodes:
        return ()
    count = f"{call.path}.num_layers"
    count = f"2 * {count}" if call.flag("bidirectional") else count
    texts: dict[ast.stmt, str] = {}
    for name in _state_names(call) or [call.called("hx")]:
        made = origin(case, name)
        match made.value if made is not None else None:
            case ast.Call(func=ast.Attribute(attr="zeros" | "randn"), args=[ast.Constant(value=number) as first, *_]):
                pass
            case _:
                return ()
        if made is None or made.entry is not None or number != shape[0]:
            return ()
        texts[made.statement] = spliced(site.source, made.statement, {first: count})
    return with_lines_changed(case, texts)


def _without_layers(call: ModuleCall, shape: tuple[int, ...], wanted: tuple[int, ...]) -> Finding | None:
    """A state of (batch, hidden_size), which lacks the dim of the layers; None for any other."""
    node, case = call.nodes.get("hx"), call.case
    if shape != wanted[1:] or node is None:
        return None
    parts, made = _parts_of_state(case, node)
    source = case.site.source
    if type(call.given.get("hx")) in (tuple, list) and len(parts) == 1:
        each = gettext("Each part of {state} lacks the dim of the layers.", state=operand_text(case, node))
        code = f"tuple(each.unsqueeze(0) for each in {segment(source, node)})"  # not a sentence: code
        new = spliced(source, case.site.node, {node: code})
        return Finding(each, tried(case, [Candidate(new, gives="")]) if wanted[0] == 1 else ())
    texts: dict[ast.expr | ast.stmt, str] = {
        each: postfix(source, each, ".unsqueeze(0)") for each in parts if (case.shape(each) or shape) == shape
    }
    code = in_one_line(texts[parts[0]], ast.parse(texts[parts[0]], mode="eval").body) if parts[0] in texts else ""
    if not code or any(isinstance(each, ast.Starred) for each in parts):
        return None
    if wanted[0] > 1:
        text = gettext(
            "The dim of the layers is missing: {code}.repeat({count}, 1, 1) gives each of the {count} the same state.",
            code=code,
            count=wanted[0],
        )
        return Finding(text)
    text = gettext("The dim of the layers is missing: {code} adds it.", code=code)
    inline = spliced(source, node if made is None else made.value, texts) if node not in texts else texts[node]
    fixes = tried(case, [Candidate(spliced(source, case.site.node, {node: inline}))])
    if fixes and made is not None:
        fixes = with_lines_changed(case, {made.statement: spliced(source, made.statement, texts)})
    return Finding(text, fixes)


def _parts_of_state(case: Case, node: ast.expr) -> tuple[list[ast.expr], Origin | None]:
    """The tensors of the state as they are written: ``h, c`` of ``(h, c)``, also where a name was given this tuple."""
    if isinstance(node, ast.Tuple):
        return node.elts, None
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    if made is not None and made.entry is None and isinstance(made.value, ast.Tuple) and made.value.elts:
        return made.value.elts, made
    return [node], None


def _state_dims(case: Case) -> Finding | None:
    """A state of two dims beside an input of three, or the reverse."""
    call = recurrent_layer(case)
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
    if (alone := one_sequence(case, node, _parts_of_state(case, call.nodes.get("hx", node))[0])) is not None:
        return Finding(f"{text} {alone.text}", alone.fixes)
    if len(states[0]) == 3 and states[0][1] == given[0]:  # its rows are the batch: one step of each
        dim = 1 - dim
        step = gettext(
            "In {state} the batch is {batch}, as many as {input} has rows: they are one step of each, {code}.",
            state=_state_names(call)[0] if _state_names(call) else call.called("hx"),
            input=call.called("input"),
            batch=given[0],
            code=in_one_line(turned := postfix(source, node, f".unsqueeze({dim})"), ast.parse(turned).body[0]),
        )
        text = f"{text} {step}"
    batch = spliced(source, case.site.node, {node: postfix(source, node, f".unsqueeze({dim})")})
    return Finding(text, tried(case, [Candidate(batch)]))


def _cell_batch(case: Case) -> Finding | None:
    call = recurrent_cell(case)
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
    names = _state_names(call)
    for number, state in enumerate(_states(call)):
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
                    state=names[number] if number < len(names) else call.called("hx"),
                    state_shape=shape_text(shape),
                )
            )
    return None


def _state_dtype(case: Case) -> Finding | None:
    call = recurrent_layer(case)
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
    "sequences.two_states",
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
        "cell sizes",
        ("RuntimeError",),
        r"Input batch size \d+ doesn't match hidden\d? batch size|has inconsistent input_size|has inconsistent hidden",
        _cell_batch,
        more=_MORE,
    ),
    Rule("state dtype", ("RuntimeError", "ValueError"), r"unsupported data type|same dtype", _state_dtype, more=_MORE),
)
