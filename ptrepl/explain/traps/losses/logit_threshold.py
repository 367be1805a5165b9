"""The trap of logits that are compared with 0.5, or rounded, as if they were probabilities."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from ptrepl.engine.outcome import Status
from ptrepl.explain.traps.losses.softmax import last_operation
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.losses_called import given_to_losses
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_FUNCTIONS, _CLASSES = ("binary_cross_entropy_with_logits",), ("BCEWithLogitsLoss",)
_VIEWS = ("squeeze", "view", "reshape", "flatten", "detach", "cpu", "float", "unsqueeze", "data")
_MOST_SEARCHED = 10
_LONGEST = 2_000


def logits_taken_for_probabilities(noticed: Noticed) -> Iterator[Told]:
    """``loss = BCEWithLogitsLoss()(out, y)``, and ``(out > 0.5) == y``."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            judged = _judged(place, node)
            name = "" if judged is None else _base(judged)
            if judged is None or not name or not _is_logits(noticed, place, name):
                continue
            logits = place.text(judged)
            if isinstance(node, ast.Compare):
                text = gettext(
                    "BCEWithLogitsLoss takes logits, and {code} compares them with 0.5, which as a logit stands for a "
                    "probability of 0.62. Write {logits} > 0, or torch.sigmoid({logits}) > 0.5.",
                    code=place.text(node),
                    logits=logits,
                )
            else:
                text = gettext(
                    "BCEWithLogitsLoss takes logits, and {code} rounds them, as if they were probabilities. Write "
                    "torch.sigmoid({logits}).round().",
                    code=place.text(node),
                    logits=logits,
                )
            yield told_of(place, text, node)
            return


def _judged(place: Place, node: ast.expr) -> ast.expr | None:
    """``out`` of ``out > 0.5``, ``out.round()`` and ``torch.round(out)``."""
    match node:
        case ast.Compare(left=left, ops=[ast.Gt() | ast.GtE()], comparators=[ast.Constant(value=0.5)]):
            return left
        case ast.Call(func=ast.Attribute(value=inner, attr="round"), args=[]) if place.reader.real(node.func) is None:
            return inner
        case ast.Call(func=func, args=[inner]) if place.is_function(func, "round"):
            return inner
    return None


def _base(node: ast.expr) -> str:
    """The name of the tensor that it is, or is a view of; "" for anything that was computed."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _VIEWS:
            return _base(inner)
        case ast.Attribute(value=inner, attr="data"):
            return _base(inner)
        case ast.Subscript(value=inner):
            return _base(inner)
    return ""


def _is_logits(noticed: Noticed, place: Place, name: str) -> bool:
    """Whether what the name stands for here is given to the loss with logits as well, and no sigmoid came before."""
    if last_operation(noticed, place, ast.Name(name, ast.Load())) in ("sigmoid", "softmax", "Sigmoid"):
        return False
    made = noticed.definition(place, name)
    for where, given in given_to_losses(noticed, _FUNCTIONS, _CLASSES):
        if where.call is place.call and _base(given) == name:
            other = noticed.definition(where, name)
            return made is None or other is None or other[1] is made[1]
    return not place.function and made is not None and _was_given(noticed, name)


def _was_given(noticed: Noticed, name: str) -> bool:
    """Whether a statement of the prompt gave it to the loss since it was made."""
    for entry in islice(noticed.earlier(), _MOST_SEARCHED):
        if name in entry.bound or entry.status is not Status.OK or len(entry.source) >= _LONGEST:
            return False
        if name not in entry.source:
            continue
        calls = [each for each in ast.walk(ast.parse(entry.source)) if isinstance(each, ast.Call)]
        for call in calls:
            is_loss = noticed.is_function(call.func, *_FUNCTIONS) or noticed.is_module(call.func, *_CLASSES)
            if is_loss and call.args and _base(call.args[0]) == name:
                return True
    return False
