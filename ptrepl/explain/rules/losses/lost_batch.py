"""A batch of one that lost its batch dim on the way to the cross entropy, in the scores or in the target."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.losses import LossCall, values
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line
from ptrepl.explain.rule import Finding
from ptrepl.explain.rules.forward.squeezed_in import squeezed_in
from ptrepl.texts.messages import gettext

_Shape = tuple[int, ...]


def lost_batch(case: Case, loss: LossCall, one: _Shape, two: _Shape) -> Finding | None:
    """What to say of (16, 16) next to (1, 5, 16, 16), and of (5,) next to (1,); None of other shapes."""
    if len(one) == 1 and two == (1,):
        return squeezed_in(case, loss.input)
    if len(one) < 2 or one[0] != 1 or two != one[2:]:
        return None
    if (squeezed := squeezed_in(case, loss.target)) is not None:
        return squeezed
    text = gettext("{target} lacks the batch dim: .unsqueeze(0) makes a batch of one of it.", target=loss.target_name)
    found = values(case, loss.target)
    exact = found is None or found.is_floating_point()
    return Finding(text, tried(case, [Candidate(loss.with_target(".unsqueeze(0)"), exact=exact)]))


def lost_before_backward(case: Case) -> Finding | None:
    """``loss.backward()`` that fails since ``loss = criterion(scores, y)`` got (5,) and (1,), one row without a batch.

    Torch lets these through the forward pass.
    """
    match case.node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="backward")):
            made = origin(case, name)
        case _:
            return None
    call = made.value if made is not None else None
    if made is None or not isinstance(call, ast.Call) or len(call.args) != 2:
        return None
    if "cross_entropy" not in called_name(call) and type_name(case.real(call.func)) != "CrossEntropyLoss":
        return None
    scores, target = call.args
    one, two = case.shape(scores), case.shape(target)
    if one is None or len(one) != 1 or two != (1,):
        return None
    text = gettext(
        "In `{statement}`, {scores} is {shape} and {target} is {other}: a prediction with one dim is one row without a "
        "batch dim, and a batch of one row is {batch}.",
        statement=made.label,
        scores=in_one_line(made.source, scores),
        shape=shape_text(one),
        target=in_one_line(made.source, target),
        other=shape_text(two),
        batch=shape_text((1, *one)),
    )
    found = squeezed_in(case, scores)
    return Finding(f"{text} {found.text}", found.fixes) if found is not None else Finding(text)
