"""Targets of a sequence model with one place more than the predictions: the start token has no prediction."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.losses import LossCall
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_FLAT = ("view", "reshape", "flatten")


def one_place_longer(case: Case, loss: LossCall) -> Finding | None:
    """``criterion(logits.view(-1, 30), targets.view(-1))`` of (4, 9, 30) and (4, 10); None for other sizes."""
    scores, labels = _base(loss.input), _base(loss.target)
    one = case.shape(scores) if scores is not None else None
    two = case.shape(labels) if labels is not None else None
    if labels is None or one is None or two is None or len(one) != 3 or two != (one[0], one[1] + 1):
        return None
    source = case.site.source
    cut = postfix(source, labels, "[:, 1:]")
    assert isinstance(loss.target, ast.Call)
    assert isinstance(loss.target.func, ast.Attribute)
    rest = segment(source, loss.target)[len(segment(source, loss.target.func)) :]
    flat = f"{cut}.reshape{rest}" if loss.target.func.attr != "flatten" else f"{cut}.flatten{rest}"
    text = gettext(
        "{labels} is {shape}: one place more in each row than the {count} predictions. If it begins with a start "
        "token, which is not predicted, {cut} leaves that out.",
        labels=in_one_line(source, labels),
        shape=shape_text(two),
        count=one[1],
        cut=in_a_sentence(cut),
    )
    return Finding(text, tried(case, [Candidate(spliced(source, loss.node, {loss.target: flat}))]))


def _base(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr=name)) if name in _FLAT:
            return base
    return None
