"""What an operand is called in a sentence."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case

_MOST, _END = 40, 15


def operand_text(case: Case, node: ast.expr) -> str:
    """The learner's own text of ``node``; of a long one, without the middle: ``model(batch.to(device))…mean(dim=1)``.

    It is nothing but code, so that a sentence in any language can hold it.
    """
    text = case.text(node)
    return text if len(text) <= _MOST else f"{text[: _MOST - _END - 1]}…{text[-_END:]}"
