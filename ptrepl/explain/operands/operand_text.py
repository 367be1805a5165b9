"""What an operand is called in a sentence."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case

_MOST, _END = 40, 15


def is_written(node: ast.expr) -> bool:
    """Whether its text is its value already, ``2.5`` or ``(3, 4)``: a sentence that tells the value says it twice."""
    match node:
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return all(map(is_written, elements))
        case ast.UnaryOp(operand=operand):
            return isinstance(operand, ast.Constant)
    return isinstance(node, ast.Constant)


def operand_text(case: Case, node: ast.expr) -> str:
    """The learner's own text of ``node``; of a long one, without the middle: ``model(batch.to(device))…mean(dim=1)``.

    It is nothing but code, so that a sentence in any language can hold it.
    """
    text = case.text(node)
    return text if len(text) <= _MOST else f"{text[: _MOST - _END - 1]}…{text[-_END:]}"
