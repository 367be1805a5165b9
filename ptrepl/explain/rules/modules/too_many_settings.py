"""A class of the learner's that is given more than its ``__init__`` takes: ``Net(4)`` for ``Net()``."""

from __future__ import annotations

import ast
import types
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, is_a, is_module_class, mro, name_of_type
from ptrepl.explain.case import Case
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext


def _too_many(case: Case) -> Finding | None:
    node = case.node
    cls: Any = case.real(node.func) if isinstance(node, ast.Call) else None
    if not isinstance(node, ast.Call) or not is_a(cls, type) or is_torch_class(cls) or not node.args:
        return None
    if name_of_type(cls) not in case.match.groups() or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    if not is_module_class(cls) and any(case.facts(each) is not None for each in node.args):
        return None
    called, given = operand_text(case, node.func), [operand_text(case, each) for each in node.args]
    owner = next((each for each in mro(cls) if "__init__" in class_dict(each)), None)
    own = owner is not None and not is_torch_class(owner) and owner is not object
    fields: dict[str, Any] = {"cls": called, "call": f"{called}({', '.join(given)})"}
    if owner is None or not own:
        if "_init_" in class_dict(cls):
            text = gettext(
                "{cls} has a method _init_, with one underscore on each side. Python calls __init__, with two, and "
                "there is none that takes {given}.",
                given=every(given),
                **fields,
            )
            return Finding(text)
        text = gettext(
            "{cls} has no __init__ of its own that could take {given}. Write {cls}(), or give the class one.",
            given=every(given),
            **fields,
        )
        return Finding(text)
    init = class_dict(owner)["__init__"]
    if type(init) is not types.FunctionType:
        return None
    code = init.__code__
    parameters = code.co_varnames[1 : code.co_argcount]
    if not parameters:
        if code.co_argcount == 0:
            return Finding(
                gettext("The __init__ of {cls} has no parameter at all: its first is self, the new object.", **fields)
            )
        made = gettext(
            "The __init__ of {cls} has no parameter besides self, and {call} gives it {given}.",
            given=every(given),
            **fields,
        )
        if is_module_class(cls):
            instead = gettext(
                "{cls}() makes the network with the sizes that stand in it. To set them from outside, __init__ needs "
                "parameters that it uses.",
                **fields,
            )
        else:
            instead = gettext(
                "It is made with {cls}(). To set something from outside, __init__ needs a parameter.", **fields
            )
        return Finding(f"{made} {instead}")
    if len(given) <= len(parameters):
        return None
    rest = given[len(parameters) :]
    text = gettext(
        "The __init__ of {cls} takes {parameters}, and {call} gives one value more: {rest}.",
        parameters=every([*parameters]),
        rest=every(rest),
        **fields,
    )
    if len(rest) > 1:
        text = gettext(
            "The __init__ of {cls} takes {parameters}, and {call} gives {count} values more: {rest}.",
            parameters=every([*parameters]),
            count=len(rest),
            rest=every(rest),
            **fields,
        )
    return Finding(text)


BEFORE = ("forward.missing_input", "modules.module", "python.called")

RULES = (
    Rule(
        "class settings",
        ("TypeError",),
        r"(?P<cls>\w+)\.__init__\(\) takes .*given|^(?P<alone>\w+)\(\) takes no arguments",
        _too_many,
        more="modules/module-class",
    ),
)
