"""The trap of a loss that gets the targets where the scores belong, and the scores for targets."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.traps.losses.softmax import last_operation
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.losses_called import calls_of_losses
from ptrepl.explain.traps.reading.own_code import is_own_module
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.reader import Made
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_FUNCTIONS = ("cross_entropy", "binary_cross_entropy_with_logits")
_CLASSES = ("CrossEntropyLoss", "BCEWithLogitsLoss")
_PROBABILITIES = ("softmax", "sigmoid", "log_softmax", "Softmax", "Sigmoid", "Softmax2d")
_VIEWS = ("squeeze", "view", "reshape", "flatten", "float")
_DEEPEST = 6


def targets_before_scores(noticed: Noticed) -> Iterator[Told]:
    """``F.cross_entropy(one_hot, net(x))``."""
    for place, node in calls_of_losses(noticed, _FUNCTIONS, _CLASSES):
        if len(node.args) < 2 or place.grads_off:
            continue
        first, second = node.args[:2]
        if not _is_output(noticed, place, second) or _is_output(noticed, place, first):
            continue
        one, two = place.reader.tensor(first), place.reader.tensor(second)
        if one is None or two is None or one.requires_grad or not two.requires_grad or two.is_leaf:
            continue
        if last_operation(noticed, place, second) in _PROBABILITIES:
            continue
        text = gettext(
            "{loss} takes the scores of the network first and the targets second. Here {first}, which has no graph, "
            "stands for the scores, and {second}, which has one, for the targets. Write {instead}.",
            loss=place.text(node.func),
            first=place.text(first),
            second=place.text(second),
            instead=f"{place.text(node.func)}({place.text(second)}, {place.text(first)})",
        )
        yield told_of(place, text, node)
        return


def _is_output(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> bool:
    """Whether a network gave it."""
    match node:
        case ast.Name(id=name) if depth and (found := noticed.definition(place, name)) is not None:
            return _is_output(noticed, *found, depth - 1)
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _VIEWS:
            return _is_output(noticed, place, inner, depth - 1)
        case ast.Call(func=func):
            return _is_network(place.reader.real(func))
    return False


def _is_network(found: Any) -> bool:
    return kind_of(found) is Kind.MODULE or type(found) is Made or is_own_module(found)
