"""Class indices that are the grey values of a mask image: 0 and 255 for two classes."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ptrepl.explain.case import Case
from ptrepl.explain.operands.losses import values
from ptrepl.explain.rewrite import in_a_sentence, postfix
from ptrepl.texts.messages import gettext

_LEAST_GREY = 100
"""In a row of numbers a smaller one is a class, as likely as not."""


@dataclass(frozen=True, slots=True)
class GreyMask:
    """``text``: what the values are; ``code``: the class indices."""

    text: str
    code: str


def grey_mask(case: Case, node: ast.expr, classes: int) -> GreyMask | None:
    """For two classes, where ``node`` holds 0 and one other number, too large for a class; else None."""
    found = values(case, node) if classes == 2 else None
    if found is None or not found.numel():
        return None
    held = sorted({int(each) for each in (found.min(), found.max())})
    if (
        len(held) < 2
        or held[0] != 0
        or held[1] <= (2 if found.dim() > 1 else _LEAST_GREY)
        or not bool(((found == 0) | (found == held[1])).all())
    ):
        return None
    base = node
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr="long"), args=[], keywords=[]):
            pass
    code = f"({postfix(case.site.source, base, '')} > 0).long()"
    text = gettext(
        "It holds only 0 and {grey}, like the pixels of a mask image: {code} makes the class indices 0 and 1.",
        grey=held[1],
        code=in_a_sentence(code),
    )
    return GreyMask(text, code)
