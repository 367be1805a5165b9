"""Hooks on tensors and modules that torch refuses."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MORE = "transforms/hooks"


def _without_gradient(case: Case) -> Finding | None:
    """``out.register_hook(keep)`` of a tensor that no gradient reaches."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=tensor, attr="register_hook" | "retain_grad")):
            pass
        case _:
            return None
    return Finding(
        gettext(
            "{name} does not require grad, so no backward pass reaches it, and a hook on it would never be called. "
            "A tensor of your own requires grad with requires_grad=True; a result does where something that it was "
            "computed from does, outside of torch.no_grad() and torch.inference_mode().",
            name=operand_text(case, tensor),
        )
    )


def _in_place_layer(case: Case) -> Finding | None:
    """``register_full_backward_hook`` on ``nn.ReLU(inplace=True)``, or beside one."""
    layers: list[tuple[str, Any]] = [(path, each) for path, each in case.modules() if _is_in_place(each)]
    if not layers:
        return None
    path, layer = layers[-1]
    return Finding(
        gettext(
            "{layer} ({type}) was made with inplace=True and writes over its input, which a full backward hook has "
            "wrapped to see its gradient. With inplace=False it makes a new tensor, and the hook works.",
            layer=path,
            type=type_name(layer),
        )
    )


def _is_in_place(module: Any) -> bool:
    return own_dict(module).get("inplace") is True


BEFORE = ("autograd.leaf",)

RULES = (
    Rule(
        "gradient hook",
        ("RuntimeError",),
        r"^cannot register a hook on a tensor that doesn't require gradient",
        _without_gradient,
        _MORE,
    ),
    Rule(
        "in-place hook",
        ("RuntimeError",),
        r"^Output \d+ of BackwardHookFunction(?:Backward)? is a view and is being modified inplace",
        _in_place_layer,
        _MORE,
    ),
)
