"""A layer, loss or scheduler that is made with too few settings, or with numbers of another kind."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import class_dict, is_tensor_class, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.class_call import ClassCall, class_call
from ptrepl.explain.rewrite import in_one_line, operand, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import is_torch_class, is_torch_function
from ptrepl.texts.lists import every
from ptrepl.texts.messages import N_, gettext, ngettext

_WHAT = {
    "in_features": N_("the size of the last dim of its input"),
    "out_features": N_("how many numbers it gives for each row"),
    "in_channels": N_("the channels of its input"),
    "out_channels": N_("how many channels it makes"),
    "kernel_size": N_("the size of its window, such as 3"),
    "num_features": N_("the size of dim 1 of its input"),
    "normalized_shape": N_("the size of the last dim of its input"),
    "num_embeddings": N_("how many rows the table has, one for each index"),
    "embedding_dim": N_("how many numbers each row has"),
    "embed_dim": N_("the size of the last dim of its input"),
    "num_heads": N_("how many heads share the features"),
    "input_size": N_("the size of the last dim of its input"),
    "hidden_size": N_("how many numbers its state has"),
    "d_model": N_("the size of the last dim of its input"),
    "nhead": N_("how many heads share the features"),
    "num_layers": N_("how many layers lie one above the other"),
    "num_groups": N_("how many groups the channels are put into"),
    "num_channels": N_("the channels of its input"),
    "output_size": N_("the height and width that it makes"),
    "upscale_factor": N_("how many times larger the image becomes"),
    "step_size": N_("after how many epochs the learning rate changes"),
    "gamma": N_("what the learning rate is multiplied by"),
    "milestones": N_("a list of the epochs at which the learning rate changes"),
    "T_max": N_("the number of epochs, or of steps, down to the smallest learning rate"),
    "T_0": N_("the number of epochs before the first restart"),
    "lr_lambda": N_("a function from the epoch to a factor, such as lambda epoch: 0.95 ** epoch"),
    "max_lr": N_("the largest learning rate"),
    "base_lr": N_("the smallest learning rate"),
    "optimizer": N_("the optimizer whose learning rate it changes"),
    "params": N_("the parameters that it trains: net.parameters()"),
    "dataset": N_("where the examples come from"),
    "size": N_("the size of the result"),
}
"""What a parameter that has no default is for."""


def _missing(case: Case) -> Finding | None:
    """``nn.Linear(64)``."""
    call = class_call(case, "")
    if call is None or call.name != case.match["cls"]:
        return None
    missing = re.findall(r"'(\w+)'", case.match["names"])
    if not missing or not all(each in call.parameters for each in missing):
        return None
    takes = gettext("{cls} takes {parameters}.", cls=call.said, parameters=every(call.required))
    lacking = ngettext("{names} is missing.", "{names} are missing.", len(missing), names=every(missing))
    what = " ".join(
        gettext("{parameter} is {what}.", parameter=each, what=gettext(_WHAT[each]))
        for each in missing
        if each in _WHAT
    )
    return Finding(" ".join(each for each in (takes, lacking, _first(call), what) if each))


def _function(case: Case) -> Finding | None:
    """``F.max_pool2d(x)``."""
    node = case.node
    real = case.real(node.func) if isinstance(node, ast.Call) else None
    missing = re.findall(r"'(\w+)'", case.match["names"])
    if not isinstance(node, ast.Call) or real is None or not missing or not is_torch_function(real):
        return None
    if missing[0] not in _WHAT:
        return None
    return Finding(
        gettext(
            "{function} also takes {parameters}. {parameter} is {what}.",
            function=case.text(node.func),
            parameters=every(missing),
            parameter=missing[0],
            what=gettext(_WHAT[missing[0]]),
        )
    )


def _first(call: ClassCall) -> str:
    """What the one number that was given is taken for: in Keras it would be the number of outputs."""
    if len(call.node.args) != 1 or call.node.keywords or call.name not in ("Linear", "LSTM", "GRU", "RNN"):
        return ""
    return gettext(
        "The {number} that was given is read as {parameter}.",
        number=call.case.text(call.node.args[0]),
        parameter=call.parameters[0],
    )


def _whole_numbers(case: Case) -> Finding | None:
    """``nn.Linear(n, n / 2)``, ``nn.Embedding("100", 8)``, ``nn.Linear(x.shape, 8)``."""
    call = class_call(case, "torch.nn.")
    if call is None:
        return None
    for parameter, node in _given(call):
        value = _value(case, node)
        if parameter not in _WHAT or type(value) in (int, bool) or value is None:
            continue
        name = case.text(node)
        if type(value) is float:
            said = gettext(
                "{parameter} is {name}, which is {value}, and {cls} takes an integer for it.",
                parameter=parameter,
                name=name,
                value=f"{value:g}" if value % 1 else f"{value:.1f}",
                cls=call.said,
            )
            return _as_integer(call, node, value, said)
        if type(value) is str and value.isdigit():
            said = gettext(
                "{parameter} is the string {value}, and {cls} takes an integer for it.",
                parameter=parameter,
                value=f'"{value}"',
                cls=call.said,
            )
            return _fixed(call, node, value if isinstance(node, ast.Constant) else f"int({name})", said)
        if isinstance(value, tuple) and call.name in ("Linear", "Embedding", "LSTM", "GRU", "RNN"):
            said = gettext(
                "{parameter} is {name}, {count} sizes, {shape}, and {cls} takes one number for it: {what}.",
                parameter=parameter,
                name=name,
                count=len(value),
                shape=shape_text(value),
                what=gettext(_WHAT[parameter]),
                cls=call.said,
            )
            if not all(type(each) is int for each in value) or len(value) < 2:
                return None
            if isinstance(node, ast.Attribute) and node.attr == "shape" and "last dim" in _WHAT[parameter]:
                return _fixed(call, node, f"{name}[-1]", said)
            return Finding(said)
        if is_tensor_class(type(value)) and read(value).shape == ():
            said = gettext(
                "{parameter} is {name}, a tensor, and {cls} takes an integer for it.",
                parameter=parameter,
                name=name,
                cls=call.said,
            )
            return _fixed(call, node, f"int({name})", said)
        return None
    return None


def _given(call: ClassCall) -> Iterator[tuple[str, ast.expr]]:
    for parameter in call.parameters:
        node = call.argument(parameter)
        if node is not None:
            yield parameter, node


def _value(case: Case, node: ast.expr) -> object:
    real = case.real(node)
    return real if real is not None else case.value(node)


def _as_integer(call: ClassCall, node: ast.expr, value: float, said: str) -> Finding:
    source = call.case.site.source
    match node:
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            slash = gettext("/ gives a floating point number, and // an integer.")
            new = f"{operand(source, left)} // {operand(source, right)}"
            return _fixed(call, node, new, f"{said} {slash}")
        case ast.Constant():
            return _fixed(call, node, str(int(value)), said) if value == int(value) else Finding(said)
    return _fixed(call, node, f"int({in_one_line(source, node)})", said) if value == int(value) else Finding(said)


def _fixed(call: ClassCall, node: ast.expr, text: str, said: str) -> Finding:
    code = call.with_text(node, text)
    write = gettext("Write {code}.", code=in_one_line(code, ast.parse(code, mode="eval").body))
    return Finding(f"{said} {write}", verified(call.case, Candidate(code)))


def _flag(case: Case) -> Finding | None:
    """``nn.LSTM(10, 20, 2, 1)``: a number where True or False is wanted."""
    call = class_call(case, "torch.nn.")
    node = call.argument(case.match["flag"]) if call is not None else None
    if call is None or node is None:
        return None
    return Finding(
        gettext(
            "{parameter} is True or False, and here it is {value}. {cls} takes {parameters} in this order: give the "
            "later ones by name, as in batch_first=True.",
            parameter=case.match["flag"],
            value=case.text(node),
            cls=call.said,
            parameters=every(call.parameters[:5]),
        )
    )


def _class_weights(case: Case) -> Finding | None:
    """``nn.CrossEntropyLoss(weight=[0.2, 0.8])``."""
    call = class_call(case, "torch.nn.")
    node = call.argument(case.match["buffer"]) if call is not None else None
    value = _value(case, node) if node is not None else None
    if call is None or node is None or type(value) not in (list, tuple, float):
        return None
    said = gettext(
        "{parameter} is of type {type}, and {cls} takes a tensor for it.",
        parameter=case.match["buffer"],
        type=type_name(value),
        cls=call.said,
    )
    held = value if isinstance(value, (list, tuple)) else [value]
    if not held or not all(type(each) in (int, float) for each in held):
        return Finding(said)
    text = case.text(node)
    whole = ", dtype=torch.float32" if all(type(each) is int for each in held) else ""
    return _fixed(call, node, f"torch.tensor({text}{whole})", said)


def _given_twice(case: Case) -> Finding | None:
    """``nn.ReLU(width, inplace=True)``: a size for a layer that has none."""
    node, name = case.node, case.match["name"]
    cls: Any = case.real(node.func) if isinstance(node, ast.Call) else None
    if not isinstance(node, ast.Call) or not is_torch_class(cls) or len(node.args) != 1:
        return None
    made = class_dict(cls).get("__init__")
    if type(made) is not types.FunctionType:
        return None
    init = made.__code__
    if init.co_varnames[1:2] != (name,):
        return None
    source = case.site.source
    text = gettext(
        "The first argument of {cls} is {name}: {given} is read as that, and {name} is given once more by its name.",
        cls=in_one_line(source, node.func),
        name=name,
        given=in_one_line(source, node.args[0]),
    )
    if init.co_argcount != 2:
        return Finding(text)
    named = ", ".join(f"{each.arg}={segment(source, each.value)}" for each in node.keywords if each.arg)
    alone = gettext("It has no other one, and no size: it works on each element.")
    return Finding(f"{text} {alone}", verified(case, Candidate(f"{segment(source, node.func)}({named})")))


_MORE = "modules/settings"

BEFORE = ("python.keyword", "arrays.from_data", "modules.own_arguments")

RULES = (
    Rule(
        "missing setting",
        ("TypeError",),
        r"^(?P<cls>\w+)\.__init__\(\) missing \d+ required (?:positional|keyword-only) arguments?: (?P<names>.*)",
        _missing,
        more=_MORE,
    ),
    Rule(
        "missing setting",
        ("TypeError",),
        r"^\w+\(\) missing \d+ required positional arguments?: (?P<names>'.*)",
        _function,
        more=_MORE,
    ),
    Rule(
        "whole number",
        ("TypeError", "RuntimeError", "ValueError"),
        r"^empty\(\)(?: received an invalid|: argument)|should be of type int, got|"
        r"^'<=?' not supported between|cannot be interpreted as an integer",
        _whole_numbers,
        more=_MORE,
    ),
    Rule(
        "given twice",
        ("TypeError",),
        r"^\w+\.__init__\(\) got multiple values for argument '(?P<name>\w+)'",
        _given_twice,
        more=_MORE,
    ),
    Rule("flag", ("TypeError",), r"^(?P<flag>bias|batch_first) should be of type bool", _flag, more=_MORE),
    Rule(
        "class weights",
        ("TypeError",),
        r"cannot assign '\w+' object to buffer '(?P<buffer>weight|pos_weight)'",
        _class_weights,
        more=_MORE,
    ),
)
