"""Binary cross entropy: probabilities that are none, shapes that differ, targets of another dtype."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import isnan

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import conversion
from ptrepl.explain.operands.losses import LossCall, failing_loss, values
from ptrepl.explain.rule import Finding, Rule

_NAN = "holds nan"
_NAMES = ("binary_cross_entropy", "binary_cross_entropy_with_logits", "BCELoss", "BCEWithLogitsLoss")


def _range(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    if loss is None:
        return None
    if case.match.group(1) == "target":
        return Finding(
            f"{loss.target_name} {_span(case, loss.target)}: a target of {loss.name} is 0 for no, 1 for yes, or "
            "between them."
        )
    span = _span(case, loss.input)
    if span == _NAN:
        return Finding(
            f"{loss.input_name} holds nan, which is no number any more: it came from a step before this one."
        )
    text = (
        f"{loss.input_name} {span}: {loss.name} takes probabilities, between 0 and 1. A network gives any number; "
        "sigmoid makes a probability of it."
    )
    return Finding(text, tried(case, _probabilities(loss)))


def _span(case: Case, node: ast.expr) -> str:
    """``goes from -0.2 to 1.5``."""
    found = values(case, node)
    if found is None or not found.numel():
        return "goes outside of 0 to 1"
    least, most = (float(each) for each in (found.min(), found.max()))
    if isnan(least) or isnan(most):
        return _NAN
    return f"is {least:.4g} everywhere" if least == most else f"goes from {least:.4g} to {most:.4g}"


def _probabilities(loss: LossCall) -> Iterator[Candidate]:
    if loss.is_function and loss.name.endswith("binary_cross_entropy"):
        yield Candidate(loss.with_function(f"{loss.name}_with_logits"), exact=True)
    yield Candidate(loss.with_input(".sigmoid()"), exact=True)
    if not loss.is_function:
        yield Candidate(loss.with_function("nn.BCEWithLogitsLoss()"), exact=True)


def _sizes(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    if loss is None:
        return None
    one, two = case.shape(loss.input), case.shape(loss.target)
    if one is None or two is None or one == two:
        return None
    text = (
        f"{loss.input_name} is {shape_text(one)} and {loss.target_name} is {shape_text(two)}: each number of the "
        "prediction has a target of its own, so both need the same shape."
    )
    return Finding(text, tried(case, _reshaped(loss, one, two)))


def _reshaped(loss: LossCall, one: tuple[int, ...], two: tuple[int, ...]) -> Iterator[Candidate]:
    """A dim of size 1 left out of one, or put into the other."""
    longer, shorter = (one, two) if len(one) > len(two) else (two, one)
    at = next((dim for dim in reversed(range(len(longer))) if longer[:dim] + longer[dim + 1 :] == shorter), None)
    if at is None or longer[at] != 1:
        return
    out, into = f".squeeze({at})", f".unsqueeze({at})"
    yield Candidate(loss.with_input(out) if longer is one else loss.with_target(out))
    yield Candidate(loss.with_target(into) if longer is one else loss.with_input(into))


def _dtype(case: Case) -> Finding | None:
    loss = failing_loss(case, *_NAMES)
    if loss is None:
        return None
    one, two = case.facts(loss.input), case.facts(loss.target)
    if one is None or two is None or one.dtype == two.dtype:
        return None
    text = (
        f"{loss.target_name} is {two.dtype} and {loss.input_name} is {one.dtype}: {loss.name} computes with both, "
        "and needs the same dtype for both."
    )
    return Finding(text, tried(case, [Candidate(loss.with_target(conversion(str(one.dtype))), exact=True)]))


_MORE = "losses/binary-cross-entropy"

RULES = (
    Rule(
        "probabilities",
        ("RuntimeError",),
        r"all elements of (input|target) should be between 0 and 1",
        _range,
        more=_MORE,
    ),
    Rule(
        "shape of a target",
        ("ValueError",),
        r"Using a target size .* that is different to the input size|Target size .* must be the same as input size",
        _sizes,
        more=_MORE,
    ),
    Rule(
        "dtype of a target",
        ("RuntimeError",),
        r"Found dtype \w+ but expected \w+",
        _dtype,
        more=_MORE,
    ),
)
