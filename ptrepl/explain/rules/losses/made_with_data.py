"""A module of the learner's own class that was made with the data: ``loss = FocalLoss(outputs, targets)``."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import (
    Kind,
    class_dict,
    is_a,
    is_module_class,
    is_tensor_class,
    kind_of,
    mro,
    own_dict,
    type_name,
)
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import around
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import in_one_line
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MOST_SHOWN = 50
_OWN = r"(?!(?:Tensor|Parameter|NoneType|OrderedDict)\b)[A-Z]\w*"
"""The name of a class that may be the learner's."""


def _made_with_data(case: Case) -> Finding | None:
    if case.node is None:
        return None
    whole = around(case) if isinstance(case.node, ast.expr) else case.node
    for each in ast.walk(whole):
        if isinstance(each, ast.Call):
            text = _of_call(case, each, None)
        elif isinstance(each, ast.Name) and kind_of(case.real(each)) is Kind.MODULE:
            text = _of_name(case, each)
        else:
            continue
        if text:
            return Finding(text)
    return None


def _of_name(case: Case, node: ast.Name) -> str:
    made = assigned_just_before(case, node.id) or origin(case, node.id)
    if made is not None and isinstance(made.value, ast.Call) and (text := _of_call(case, made.value, made)):
        return text
    module = case.real(node)
    held = [name for name, value in own_dict(module).items() if _is_computed(value)]
    forward = _forward(type(module))
    if not held or forward is None or "_modules" not in own_dict(module):
        return ""
    return gettext(
        "{name} is a {cls} that was made with tensors for its settings: {held}. A module is made with its settings, "
        "and called with the data: {criterion} = {cls}(…), then {criterion}({inputs}).",
        name=node.id,
        cls=type_name(module),
        held=every(held),
        criterion=_new_name(case, type_name(module)),
        inputs=", ".join(_inputs(forward)),
    )


def _is_computed(value: Any) -> bool:
    """Whether it is a tensor that was computed from parameters: no setting is."""
    return is_tensor_class(type(value)) and bool(read(value).grad_fn)


def _of_call(case: Case, call: ast.Call, place: Origin | None) -> str:
    cls = case.real(call.func)
    if not is_a(cls, type) or not is_module_class(cls) or is_torch_class(cls):
        return ""
    init, forward = _own(cls, "__init__"), _forward(cls)
    if init is None or forward is None or any(isinstance(each, ast.Starred) for each in call.args):
        return ""
    data = [each for each in call.args if case.facts(each) is not None]
    inputs = forward.__code__.co_argcount - 1
    least = inputs - len(forward.__defaults__ or ())
    if not data or call.args[: len(data)] != data or not least <= len(data) <= inputs:
        return ""
    if len(data) == 1 and len(getattr(case.facts(data[0]), "shape", ())) < 2:
        return ""  # it may well be a setting
    if any(each.arg is None or case.facts(each.value) is not None for each in call.keywords):
        return ""
    return _told(case, call, place, data, init)


def _told(case: Case, call: ast.Call, place: Origin | None, data: list[ast.expr], init: types.FunctionType) -> str:
    source = case.site.source if place is None else place.source
    given = [in_one_line(source, each) for each in data]
    name = in_one_line(source, call.func)
    whole = in_one_line(source, call)
    code = init.__code__
    parameters = code.co_varnames[1 : code.co_argcount]
    taken = parameters[: len(data)]
    named = [in_one_line(source, each.value) for each in call.keywords]
    settings = [f"{each.arg}={text}" for each, text in zip(call.keywords, named, strict=True)]
    needed = [
        each
        for each in parameters[: max(len(parameters) - len(init.__defaults__ or ()), 0)]
        if each not in [word.arg for word in call.keywords]
    ]
    criterion = _new_name(case, name)
    computed = f"{criterion}({', '.join(given)})"
    if place is not None and isinstance(place.statement, ast.Assign):
        computed = f"{place.name} = {computed}"
    if len(taken) == len(data):
        said = gettext(
            "{call} only makes the module: {given} went to {parameters} of its __init__, where its settings belong, "
            "and nothing was computed.",
            call=whole if len(whole) <= _MOST_SHOWN else f"{name}(…)",
            given=every(given),
            parameters=every([*taken]),
        )
    else:
        said = gettext("{call} only makes the module, and nothing is computed.", call=f"{name}(…)")
    if needed or len(call.args) > len(data):
        instead = gettext(
            "Make it with its settings first, and then call it with the data: {criterion} = {cls}(…), then {computed}.",
            criterion=criterion,
            cls=name,
            computed=computed,
        )
    else:
        instead = gettext(
            "Make it once, without the data, and then call it with them: {criterion} = {cls}({settings}), then "
            "{computed}.",
            criterion=criterion,
            cls=name,
            settings=", ".join(settings),
            computed=computed,
        )
    return f"{said} {instead}"


def _new_name(case: Case, cls: str) -> str:
    """A name for the module that nothing has yet."""
    words = ("criterion", "loss_fn", "loss_module") if "loss" in cls.lower() else ("layer", "module", "made")
    frame = case.site.frame
    return next((each for each in words if each not in case.names and each not in frame.f_locals), words[-1])


def _own(cls: Any, name: str) -> types.FunctionType | None:
    """The method of that name that the learner wrote."""
    for base in mro(cls):
        found = class_dict(base).get(name)
        if found is not None:
            return found if type(found) is types.FunctionType and not is_torch_class(base) else None
    return None


def _forward(cls: Any) -> types.FunctionType | None:
    found = _own(cls, "forward")
    return found if found is not None and not found.__code__.co_flags & 0x04 else None  # *inputs: any number


def _inputs(forward: types.FunctionType) -> Iterator[str]:
    yield from forward.__code__.co_varnames[1 : forward.__code__.co_argcount]


_PATTERN = (
    rf"^'{_OWN}' object (?:has no attribute|is not subscriptable)|"  # not a sentence: messages of Python
    rf"unsupported operand type.*'{_OWN}'|"
    rf"must be Tensor, not {_OWN}|must be a string or a real number, not '{_OWN}'|"
    rf"unsupported format string passed to {_OWN}|not supported between .*'{_OWN}'|"
    rf"bad operand type for \S+ \S+: '{_OWN}'"
)

BEFORE = (
    "arrays.assigned",
    "autograd.custom_function",
    "containers.looked_up",
    "containers.wanted_tensor",
    "data.dataset",
    "data.loader",
    "forward.layer_not_called",
    "modules.class_slips",
    "modules.copied",
    "modules.module_index",
    "modules.subclass",
    "optimizers.optimizer_numbers",
    "optimizers.parameter_groups",
    "optimizers.scheduler",
    "python.format",
    "python.other_libraries",
    "saving.not_a_network",
    "saving.optimizer_state",
    "saving.path",
    "sequences.packed",
    "sequences.packed_parts",
    "sequences.two_states",
)

RULES = (
    Rule(
        "settings data",
        ("AttributeError", "TypeError"),
        _PATTERN,
        _made_with_data,
        more="modules/layer-classes",
    ),
)
