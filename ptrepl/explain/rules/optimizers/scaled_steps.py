"""``GradScaler.step`` of an optimizer whose parameters have no gradients."""

from __future__ import annotations

import ast
import sys
from typing import Any

from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import is_tensor_class, mro, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _no_gradients(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(func=ast.Attribute(attr="step" | "unscale_"), args=[given, *_]):
            pass
        case _:
            return None
    held: Any = case.real(given)
    if not any(each is sys.modules["torch"].optim.Optimizer for each in mro(type(held))):
        return None
    groups = own_dict(held).get("param_groups")
    if type(groups) is not list or not all(type(each) is dict and type(each.get("params")) is list for each in groups):
        return None
    parameters = [each for group in groups for each in group["params"]]
    if not parameters or not all(is_tensor_class(type(each)) for each in parameters):
        return None
    if any(base_attribute("grad").__get__(each) is not None for each in parameters):
        return None
    name = operand_text(case, given)
    return Finding(
        gettext(
            "No parameter of {name} has a gradient: they had no part in the loss that backward() went back from, or "
            "backward() was not called since zero_grad(). Step {name} only where its parameters have been used.",
            name=name,
        )
    )


RULES = (
    Rule(
        "scaled step",
        ("AssertionError",),
        r"^No inf checks were recorded for this optimizer",
        _no_gradients,
        "modules/optimizer",
    ),
)
