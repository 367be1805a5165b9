"""Targets of cross entropy with a number for each class: one-hot, or probabilities, in dim 1 or in the last dim."""

from __future__ import annotations

from typing import Any

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.losses import LossCall
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_CLOSE = 1e-4


def in_the_last_dim(
    case: Case, loss: LossCall, one: tuple[int, ...], two: tuple[int, ...], held: Any
) -> Finding | None:
    """What to say of masks of (N, H, W, C), with a number for each class, where the prediction is (N, C, H, W).

    ``held``: the values of the target. None where they are of another kind, such as the colours of an image.
    """
    if len(one) < 3 or held is None or not held.numel() or len(two) != len(one):
        return None
    last = len(two) - 1
    if (*one[:1], *one[2:]) != two[:-1] or two[-1] < 2:
        return None
    held = held.detach()
    zero_or_one = bool(((held == 0) | (held == 1)).all())
    sums = held.sum(last, dtype=None if held.is_floating_point() else held.dtype)
    if zero_or_one and bool((sums == 1).all()):
        text = gettext(
            "{target} is one-hot: its dim {dim} has a 1 at the right class and 0 at the others. {code} gives the "
            "class index of each place, and no dim for the classes.",
            target=loss.target_name,
            dim=last,
            code=f"{loss.target_name}.argmax({last})",
        )
        fits = two[-1] <= one[1]  # the greatest index is one of a class
        return Finding(text, verified(case, Candidate(loss.with_target(f".argmax({last})"))) if fits else ())
    if two[-1] != one[1]:
        return None
    if zero_or_one and not bool(((sums == 0) | (sums == held.shape[last])).all()):
        return Finding(
            gettext(
                "Dim {dim} of {target} has a 0 or 1 for each class, and another number of 1s than one in some places: "
                "where each class is yes or no by itself, the loss is F.binary_cross_entropy_with_logits, with "
                "floating point targets of the shape of {input}.",
                dim=last,
                target=loss.target_name,
                input=loss.input_name,
            )
        )
    if held.is_floating_point() and bool((held >= 0).all()) and bool(((sums - 1).abs() < _CLOSE).all()):
        order = f".movedim({last}, 1)"
        text = gettext(
            "The numbers in dim {dim} of {target} are those of a probability for each class: they add up to 1. They "
            "belong in dim 1, as in {input}: {code}.",
            dim=last,
            target=loss.target_name,
            input=loss.input_name,
            code=f"{loss.target_name}{order}",
        )
        return Finding(text, tried(case, [Candidate(loss.with_target(order))]))
    return None
