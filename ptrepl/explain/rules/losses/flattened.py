"""A target that was flattened, though it had a row for each prediction: one-hot rows become too many targets."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.losses import LossCall, values
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, postfix, segment
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_FLAT = ("view", "reshape", "flatten", "ravel")


def flattened(case: Case, loss: LossCall, one: tuple[int, ...], two: tuple[int, ...]) -> Finding | None:
    """``criterion(logits, onehot.view(-1))``, or ``onehot = onehot.view(-1)`` before it: 8 rows of 4 became 32 targets.

    None where the target is not the flattened form of rows of 0s and 1s, as many as ``one`` has.
    """
    made = origin(case, loss.target.id) if isinstance(loss.target, ast.Name) else None
    node = made.value if made is not None else loss.target
    base = _flattened_in(node)
    if base is None or two != (one[0] * one[1],) or one[1] < 2:
        return None
    found = values(case, loss.target)
    if found is None or not bool(((found == 0) | (found == 1)).all()):
        return None
    rows = found.reshape(one)
    is_hot = bool((rows.sum(1) == 1).all())
    again = made is not None and in_one_line(made.source, base) == loss.target_name
    if (again and not is_hot) or (not again and case.shape(base) != one):
        return None  # it may have had other rows before
    source = case.site.source if made is None else made.source
    text = gettext(
        "{code} makes {count} targets of {rows} rows: before that, each prediction has its row.",
        code=in_one_line(source, node),
        count=two[0],
        rows=one[0],
    )
    if not is_hot:
        return Finding(text)
    hot = gettext(
        "The rows are one-hot, with a 1 at the right class. The loss takes the class indices, of shape {shape}: "
        ".argmax(dim=1) gives them.",
        shape=shape_text(one[:1]),
    )
    if not again:
        new = postfix(source, base, ".argmax(dim=1)")
    else:
        new = f"{segment(case.site.source, loss.target)}.view(-1, {one[1]}).argmax(dim=1)"
    return Finding(f"{text} {hot}", tried(case, [Candidate(loss.with_target_text(new))]))


def _flattened_in(node: ast.expr) -> ast.expr | None:
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr=name), args=args) if name in _FLAT:
            return base if [ast.unparse(each) for each in args] in ([], ["-1"]) else None
    return None
