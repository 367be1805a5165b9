"""Class indices beside one-hot rows, or beside maps with a plane for each class."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.losses import values
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_Operand = tuple[ast.expr, tuple[int, ...]]


def class_numbers(case: Case, left: _Operand, right: _Operand) -> Finding | None:
    """What to say of ``pred == onehot`` and of ``probs * mask``; None of other operands."""
    for (node, shape), (other, whole) in ((left, right), (right, left)):
        facts = case.facts(node)
        if facts is None or facts.dtype != "int64":
            continue
        if isinstance(case.node, ast.Compare) and len(whole) == 2 and shape == whole[:1]:
            return _one_hot(case, node, other)
        is_product = isinstance(case.node, ast.BinOp) and isinstance(case.node.op, ast.Mult)
        if is_product and len(whole) == 2 and shape == whole[:1] and whole[0] != whole[1]:
            return _rows(case, node, other, whole[1])
        if is_product and len(whole) > 2 and shape == (whole[0], *whole[2:]):
            return _planes(case, node, other, whole[1])
    return None


def _one_hot(case: Case, node: ast.expr, other: ast.expr) -> Finding | None:
    rows = values(case, other)
    if rows is None or not bool(((rows == 0) | (rows == 1)).all()) or not bool((rows.sum(1) == 1).all()):
        return None
    code = postfix(case.site.source, other, ".argmax(1)")
    text = gettext(
        "{rows} is one-hot, with a 1 at the right class, and {indices} holds the numbers of classes: {code} has the "
        "same of {rows}.",
        rows=case.text(other),
        indices=case.text(node),
        code=in_a_sentence(code),
    )
    return Finding(text, tried(case, [Candidate(changed(case, {other: code}))]))


def _rows(case: Case, node: ast.expr, other: ast.expr, classes: int) -> Finding | None:
    """``target * loss_of_each`` in the loss of a capsule network, with class indices for the target."""
    found = values(case, node)
    if found is None or not found.numel() or not 1 < int(found.max()) < classes or int(found.min()) < 0:
        return None
    function = "F" if "F" in case.site.frame.f_globals else "torch.nn.functional"
    source, line = case.site.source, case.site.line
    one_hot = f"{function}.one_hot({segment(source, node)}, {classes})"
    column = postfix(source, node, ".unsqueeze(1)")
    text = gettext(
        "{indices} holds numbers up to {most}, and {rows} has {classes} columns. If those are class indices, {code} "
        "has a row of 0 and 1 for each; if they are weights of the rows, {column} is a column of them.",
        indices=case.text(node),
        most=int(found.max()),
        rows=operand_text(case, other),
        classes=classes,
        code=in_a_sentence(one_hot),
        column=in_a_sentence(column),
    )
    same = [each for each in ast.walk(line) if isinstance(each, ast.expr) and ast.dump(each) == ast.dump(node)]
    ways = (spliced(source, line, dict.fromkeys(same, each)) for each in (one_hot, column))
    return Finding(text, tried(case, [Candidate(each, replaces_line=True) for each in ways]))


def _planes(case: Case, node: ast.expr, other: ast.expr, classes: int) -> Finding | None:
    found = values(case, node)
    if found is None or not found.numel() or not 1 < int(found.max()) < classes or int(found.min()) < 0:
        return None
    function = "F" if "F" in case.site.frame.f_globals else "torch.nn.functional"
    code = f"{function}.one_hot({segment(case.site.source, node)}, {classes}).movedim(-1, 1)"
    text = gettext(
        "{indices} holds numbers up to {most}, and {planes} has {classes} planes in dim 1. If those are class indices, "
        "{code} has a plane of 0 and 1 for each class.",
        indices=case.text(node),
        most=int(found.max()),
        planes=case.text(other),
        classes=classes,
        code=in_a_sentence(code),
    )
    return Finding(text, tried(case, [Candidate(changed(case, {node: code}))]))
