"""A tensor that was created with ``requires_grad=True`` and then computed with in the same line."""

from __future__ import annotations

import ast

from ptrepl.explain.provenance.origins import Origin
from ptrepl.explain.rewrite import in_one_line
from ptrepl.texts.messages import gettext

_MOST_STEP = 40


def computed_after(made: Origin) -> str:
    """A sentence: what came after the creation, ``* 0.01`` or ``.to(device)``, where its label does not show it."""
    if not made.label.endswith("…"):
        return ""
    step = _after_creation(made.value, made.source)
    if not step:
        return ""
    return gettext(
        "The tensor that was created with requires_grad=True is a leaf; `{step}` computes another one from it.",
        step=step,
    )


def _after_creation(value: ast.expr, source: str) -> str:
    """``* 0.01``, ``.to(device)``: what is done to a tensor that was created with ``requires_grad=True``."""
    match value:
        case ast.BinOp(left=ast.Call(keywords=keywords) as made):
            pass
        case ast.Call(func=ast.Attribute(value=ast.Call(keywords=keywords) as made)):
            pass
        case _:
            return ""
    if not any(each.arg == "requires_grad" and getattr(each.value, "value", False) is True for each in keywords):
        return ""
    step = in_one_line(source, value)[len(in_one_line(source, made)) :].strip()
    return step if 0 < len(step) <= _MOST_STEP and step[0] in ".*/+-" else ""
