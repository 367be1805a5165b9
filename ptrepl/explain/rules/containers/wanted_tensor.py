"""``net(batch)`` of a list, a tuple or a dict: a tensor is wanted, and it holds one, or several."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_a, is_tensor_class, kind_of, own_dict, type_name
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.keys_for_values import keys_for_values
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.callers import call_that_gave
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.outline import outline
from ptrepl.explain.operands.state import is_plain_dict, listed
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.containers.list_pairs import lists_of_pairs
from ptrepl.explain.rules.containers.which_part import is_loss, keys_meant, part_meant, returned_parts, told_of_strings
from ptrepl.explain.rules.dtypes.number_as_text import number_of
from ptrepl.explain.rules.readings.repeated_parts import repeated_parts
from ptrepl.texts.messages import gettext

_RECURRENT = ("LSTM", "GRU", "RNN")
_MOST_LAYERS = 5
_TAKES_TENSOR = re.compile(r"(?m)^ *\* \([^*\n]*\b[Tt]ensors?\b")
"""A form in torch's message that takes a tensor by position, before its ``*``."""
_INPUTS = ("input", "x", "query", "src", "target", "other", "tensors")
"""Parameters of torch's own functions that are tensors; ``target`` comes second in losses."""


def _not_a_tensor(case: Case) -> Finding | None:
    return _in_sequential(case) or lists_of_pairs(case) or _argument(case)


def _given_none(case: Case) -> Finding | None:
    """``torch.relu(None)``, or a name that was given to None."""
    node = case.node
    if not isinstance(node, ast.Call):
        return None
    taker = operand_text(case, node.func)
    for each in (*node.args, *(keyword.value for keyword in node.keywords)):
        if isinstance(each, ast.Constant) and each.value is None:
            return Finding(gettext("{function} takes a tensor here, and was given None.", function=taker))
        if isinstance(each, ast.Name) and case.scope.locals.get(each.id, 0) is None:
            made = origin(case, each.id)
            if made is not None and isinstance(made.value, ast.Constant):
                text = gettext(
                    "{function} takes a tensor here, and {name} is None: it comes from `{statement}`.",
                    function=taker,
                    name=each.id,
                    statement=made.label,
                )
                return Finding(text)
    return None


def _in_sequential(case: Case) -> Finding | None:
    """A layer of ``nn.Sequential`` whose result is a tuple, which the next one is handed whole."""
    held = _innermost_sequential(case)
    network, given, layer = held.get("self"), held.get("input"), held.get("module")
    layers = own_dict(network).get("_modules")
    if type(layers) is not dict or is_tensor_class(type(given)) or given is None or layer is None:
        return None
    keys = list(layers)
    at = next((number for number, key in enumerate(keys) if layers[key] is layer), 0)
    path = next((path for path, each in case.modules() if each is network), "")
    if at == 0 or not path or sum(each is layer for each in layers.values()) > 1:
        return None
    before, kind = layers[keys[at - 1]], type_name(layers[keys[at - 1]])
    fields = {
        "before": f"{path}[{keys[at - 1]}]",
        "kind": kind,
        "after": f"{path}[{keys[at]}]",
        "after_kind": type_name(layer),
        "parts": outline(given),
    }
    if kind == "LSTM":
        text = gettext(
            "{before} ({kind}) returns a tuple, its outputs and its last states (h, c), here with the shapes {parts}. "
            "nn.Sequential hands the whole tuple on to {after} ({after_kind}), which wants a tensor: the outputs, "
            "{before}(x)[0]. Call the layers one after the other.",
            **fields,
        )
    elif kind in _RECURRENT:
        text = gettext(
            "{before} ({kind}) returns a tuple, its outputs and its last state h, here with the shapes {parts}. "
            "nn.Sequential hands the whole tuple on to {after} ({after_kind}), which wants a tensor: the outputs, "
            "{before}(x)[0]. Call the layers one after the other.",
            **fields,
        )
    else:
        text = gettext(
            "{before} ({kind}) returns no tensor but {parts}, and nn.Sequential hands it on as it is to {after} "
            "({after_kind}), which wants a tensor.",
            **fields,
        )
    if kind not in _RECURRENT:
        pair = gettext("Made without return_indices=True, {before} returns the values alone.", **fields)
        return Finding(f"{text} {pair}" if own_dict(before).get("return_indices") is True else text)
    last = "[:, -1]" if own_dict(before).get("batch_first") is True else "[-1]"
    step = gettext("For the last step alone, write [0]{last} in the place of [0].", last=last)
    return Finding(f"{text} {step}", _one_by_one(case, network, keys))


def _innermost_sequential(case: Case) -> dict[str, Any]:
    frames = [each for each in case.inner_frames if each.f_code.co_qualname == "Sequential.forward"]
    return dict(frames[-1].f_locals) if frames else {}


def _one_by_one(case: Case, network: Any, keys: list[str]) -> tuple[Fix, ...]:
    found = tried(case, _layer_by_layer(case, network, keys))
    return found or verified(case, *_layer_by_layer(case, network, keys))


def _layer_by_layer(case: Case, network: Any, keys: list[str]) -> Iterator[Candidate]:
    """``net[1](net[0](x)[0])``: the same layers, each given the outputs of the one before."""
    node = case.node
    if not isinstance(node, ast.Call) or len(node.args) != 1 or case.real(node.func) is not network:
        return
    if len(keys) > _MOST_LAYERS or not all(key.isdigit() for key in keys):
        return
    source = case.site.source
    text = segment(source, node.args[0])
    for key in keys:
        taken = "[0]" if type_name(own_dict(network)["_modules"][key]) in _RECURRENT else ""
        text = f"{postfix(source, node.func, f'[{key}]')}({text}){taken}"
    yield Candidate(text)


def _argument(case: Case) -> Finding | None:
    """An argument of the learner's call that is no tensor."""
    found = _culprit(case)
    if found is None:
        return None
    node, value = found
    takes_no_tensor = "one of:\n" in case.message and not _TAKES_TENSOR.search(case.message)
    if node is None or (takes_no_tensor and type(value) is not str):
        return None
    fields = {"name": operand_text(case, node), "parts": outline(value), "type": type_name(value)}
    function = case.node.func if isinstance(case.node, ast.Call) else None
    taker = operand_text(case, function) if function is not None else "torch"
    if is_plain_dict(value):
        return _dict(case, node, value, taker)
    if type(value) is str:
        keys = keys_for_values(case, node, value)
        if keys is not None:
            return Finding(*keys)
        if (number := number_of(value)) is not None:
            return _number_as_text(case, node, value, number)
        if function is not None and isinstance(function, ast.Attribute) and case.facts(function.value) is not None:
            return None  # a method, which may take numbers as well
        text = gettext("{name} is a string, and {function} takes a tensor.", function=taker, **fields)
        return Finding(text)
    if not is_a(value, tuple) and type(value) is not list:
        return None
    if type_name(value) == "PackedSequence":
        return _packed(case, node, taker)
    inside = [*tuple.__iter__(value)] if is_a(value, tuple) else value
    if inside and all(type(each) in (int, float, bool) for each in inside):
        return _numbers(case, node, fields, taker)
    if inside and all(type(each) is str for each in inside):
        return Finding(told_of_strings(inside, function=taker, **fields))
    if isinstance(node, ast.BinOp) or not any(is_tensor_class(type(each)) for each in inside):
        return repeated_parts(case, node)
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    recurrent = _recurrent(case, made)
    if recurrent:
        text = gettext(
            "{name} is a tuple with the shapes {parts}: an {kind} returns its outputs and its last state. {function} "
            "takes a tensor: {name}[0] are the outputs.",
            kind=recurrent,
            function=taker,
            **fields,
        )
        return Finding(
            text, _apart(case, made, recurrent) or tried(case, _with(case, node, [_postfix_text(case, node, "[0]")]))
        )
    if len(inside) == 1:
        text = gettext(
            "{name} is a {type} that holds one tensor, {parts}, and {function} takes a tensor. {name}[0] takes it out.",
            function=taker,
            **fields,
        )
    elif type(value) is list and len({outline(each) for each in inside}) == 1:
        text = gettext(
            "{name} is a list with the shapes {parts}, and {function} takes a tensor.", function=taker, **fields
        )
        if fixes := tried(case, _with(case, node, _parts(case, node, value, inside))):
            stack = gettext("torch.stack joins tensors of one shape along a new dim 0.")
            return Finding(f"{text} {stack}", fixes)
        return Finding(text)
    else:
        names = returned_parts(case, node)
        at = part_meant(names, inside)
        text = gettext(
            "{name} is a {type} with the shapes {parts}, and {function} takes a tensor.", function=taker, **fields
        )
        if at is None and names and is_loss(case):
            which = gettext("The parts are {names}: take the one that is meant.", names=", ".join(names))
            return Finding(f"{text} {which}")
        part = names[at or 0] if names else gettext("one part")
        first = gettext("{name}[{at}] takes {part}.", at=at or 0, part=part, **fields)
        return Finding(f"{text} {first}", tried(case, _with(case, node, [_postfix_text(case, node, f"[{at or 0}]")])))
    return Finding(text, tried(case, _with(case, node, _parts(case, node, value, inside))))


def _number_as_text(case: Case, node: ast.expr, value: str, number: str) -> Finding:
    """``x.view(size, size)`` of a size that is still text."""
    convert = f"{number}({segment(case.site.source, node)})"
    text = gettext(
        "{name} is the string {text}, not a number. {code} makes one of it.",
        name=operand_text(case, node),
        text=repr(value),
        code=convert,
    )
    call = case.site.node
    same = [each for each in ast.walk(call) if isinstance(each, ast.expr) and ast.dump(each) == ast.dump(node)]
    new = spliced(case.site.source, call, dict.fromkeys(same, convert))
    return Finding(text, tried(case, [Candidate(new)]))


def _packed(case: Case, node: ast.expr, taker: str) -> Finding:
    """The output of a recurrent layer that was given a packed sequence."""
    held = [case.scope.locals.get("self"), *case.names.values()]
    layers = [each for module in held if kind_of(module) is Kind.MODULE for each in (module, *_children(module))]
    given = [own_dict(each).get("batch_first") for each in layers if type_name(each) in _RECURRENT] or [True]
    imported = case.real(ast.Name("pad_packed_sequence", ast.Load())) is not None
    function = "pad_packed_sequence" if imported else "nn.utils.rnn.pad_packed_sequence"
    code = f"{function}({segment(case.site.source, node)}{', batch_first=True' if True in given else ''})[0]"
    text = gettext(
        "{name} is a packed sequence: the steps of all sequences one after the other. {function} takes a tensor: "
        "{code} is one, with the shorter ones padded.",
        name=operand_text(case, node),
        function=taker,
        code=code,
    )
    return Finding(text, verified(case, *_with(case, node, [code])))


def _children(module: Any) -> list[Any]:
    held = own_dict(module).get("_modules")
    return [each for each in held.values() if each is not None] if type(held) is dict else []


def _numbers(case: Case, node: ast.expr, fields: dict[str, str], taker: str) -> Finding | None:
    text = gettext("{name} is a {type} of numbers, and {function} takes a tensor.", function=taker, **fields)
    made = f"torch.tensor({segment(case.site.source, node)})"
    return Finding(text, tried(case, _with(case, node, [made, f"{made}.float()"]), most=1))


def _parts(case: Case, node: ast.expr, value: Any, inside: list[Any]) -> Iterator[str]:
    """What may be meant: the parts of a list joined, or one part."""
    text = segment(case.site.source, node)
    shapes = {sizes(read(each)) if is_tensor_class(type(each)) else None for each in inside}
    if type(value) is list and len(shapes) == 1 and None not in shapes and len(inside) > 1:
        yield f"torch.stack({text})"
        yield f"torch.cat({text})"
    elif is_tensor_class(type(inside[0])):
        yield _postfix_text(case, node, "[0]")


def _postfix_text(case: Case, node: ast.expr, suffix: str) -> str:
    """The learner's text of ``node`` with ``suffix`` behind it."""
    return postfix(case.site.source, node, suffix)


def _with(case: Case, node: ast.expr, texts: Any) -> Iterator[Candidate]:
    whole = case.node
    assert whole is not None
    yield from (Candidate(spliced(case.site.source, whole, {node: text})) for text in texts)


def _dict(case: Case, node: ast.expr, value: Any, taker: str) -> Finding:
    text = gettext(
        "{name} is a dict with the keys {keys}, and {function} takes a tensor: the one under one of the keys.",
        name=operand_text(case, node),
        keys=listed([str(key) for key in value], 6),
        function=taker,
    )
    keys = keys_meant(case, [key for key, each in value.items() if type(key) is str and is_tensor_class(type(each))])
    name = node.id if isinstance(node, ast.Name) else ""
    passed = call_that_gave(case, name) if name else None
    if passed is not None and case.real(node) is value:
        outer, given = passed
        likely = [name] if name in keys else keys
        ways = [postfix(outer.site.source, given, f'["{key}"]') for key in likely]
        return Finding(text, tried(outer, [Candidate(changed(outer, {given: each})) for each in ways]))
    return Finding(text, tried(case, _with(case, node, [_postfix_text(case, node, f'["{key}"]') for key in keys])))


def _culprit(case: Case) -> tuple[ast.expr | None, Any] | None:
    """The argument that is no tensor: the expression for it, and the object."""
    node, wanted = case.node, case.match.group("type")
    if not isinstance(node, ast.Call):
        return None
    given = [*node.args, *(each.value for each in node.keywords)]
    for each in given:
        value = case.held(each)
        if value is not None and type_name(value) == wanted:
            return each, value
    for frame in reversed(case.inner_frames):
        for name in _INPUTS:
            value = frame.f_locals.get(name)
            if value is not None and type_name(value) == wanted:
                return _expression(case, node, name, value), value
    return None


def _expression(case: Case, node: ast.Call, name: str, value: Any) -> ast.expr | None:
    """The learner's expression for what a function of torch got as ``name``."""
    held = locals_of(case, "_call_impl", "torch/nn/modules/module.py").get("args")
    if type(held) is tuple and len(held) == len(node.args):
        return next((each for each, got in zip(node.args, held, strict=True) if got is value), None)
    position = 1 if name == "target" else 0
    first = case.inner_frames[0] if case.inner_frames else None
    if first is not None and first.f_locals.get(name) is value and len(node.args) > position:
        return node.args[position]
    return None


def _recurrent(case: Case, made: Origin | None) -> str:
    """``LSTM``, where the value of a name is what a recurrent layer returned."""
    if made is None or not isinstance(made.value, ast.Call):
        return ""
    layer = case.real(made.value.func)
    kind = type_name(layer) if kind_of(layer) is Kind.MODULE else ""
    return kind if kind in _RECURRENT else ""


def _apart(case: Case, made: Origin | None, kind: str) -> tuple[Fix, ...]:
    """In a class: the line that calls the layer, with two names before the =."""
    held = case.site.frame.f_locals.get("self")
    text = class_text(case, type(held)) if kind_of(held) is Kind.MODULE else None
    if made is None or text is None or not isinstance(made.statement, ast.Assign):
        return ()
    target = made.statement.targets[0]
    for each in ast.walk(text.node):
        if isinstance(each, ast.Assign) and (each.lineno, each.col_offset) == (
            made.statement.lineno,
            made.statement.col_offset,
        ):
            state = "(h, c)" if kind == "LSTM" else "h"
            new = f"{segment(made.source, target)}, {state}"
            return text.anew({each.targets[0]: new}, gettext("then make {cls} again", cls=text.cls.__name__))
    return ()


BEFORE = ("modules.subclass",)

_NO_METHOD = (
    r"^'(?:collections\.)?(?P<type>tuple|list|dict|str|OrderedDict)' object has no attribute "
    r"'(?:size|dim|shape|flatten|softmax|log_softmax|new_zeros|view|unsqueeze|is_sparse|is_nested|transpose)'"
)

RULES = (
    Rule(
        "None given",
        ("TypeError",),
        r"\(\): argument '\w+' \(position \d+\) must be Tensor, not NoneType",
        _given_none,
        more="containers/tensor-wanted",
    ),
    Rule(
        "wanted tensor",
        ("TypeError",),
        r"\(\): argument '\w+' \(position \d+\) must be Tensor, not (?P<type>\w+)",
        _not_a_tensor,
        more="containers/tensor-wanted",
    ),
    Rule(
        "wanted tensor",
        ("TypeError",),
        r"received an invalid combination of arguments - got \((?P<type>tuple|list|dict|str|OrderedDict), ",
        _not_a_tensor,
        more="containers/tensor-wanted",
    ),
    Rule(
        "wanted tensor",
        ("AttributeError",),
        _NO_METHOD,
        _not_a_tensor,
        more="containers/tensor-wanted",
    ),
)
