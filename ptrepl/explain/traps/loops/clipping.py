"""The trap of gradients that are clipped when no step will use them."""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Iterator

from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.rounds import at, backward_in, clears, stepped, training_round
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_CLIPS = ("clip_grad_norm_", "clip_grad_value_", "clip_grad_norm")
_MEASURES = 1e4
"""A norm that clips nothing: the call is there for the norm that it returns."""


def clipped_without_effect(noticed: Noticed) -> Iterator[Told]:
    """``clip_grad_norm_`` after ``step()``, or before ``backward()``: what it clips is cleared and not used."""
    for place in noticed.places if noticed.complete else ():
        call = _clip(place)
        if call is None or _only_measures(place, call):
            continue
        _, places = training_round(noticed, place)
        acts = _acts(noticed, places)
        if acts is None or not any(each is place for each in places):
            continue
        before = [each for each in acts if at(places, each[1]) < at(places, place)]
        after = [each for each in acts if at(places, each[1]) > at(places, place)]
        clip = f"{place.text(call.func)}()"
        step = next((text for kind, _, text in acts if kind == "step"), "")
        text = ""
        match _last(before), _next(after, before, skips="backward"):
            case ("step", _, _), ("clear", cleared, clear) if _is_sure(cleared, place):
                text = gettext(
                    "{clip} stands after {step}, which has used the gradients by then, and {clear} clears them before "
                    "the next step: clipping has no effect. Put it between backward() and {step}.",
                    clip=clip,
                    step=step,
                    clear=clear,
                )
        match _last(before), after[:2]:
            case ("clear", cleared, clear), [("backward", _, _), ("step", _, _)] if _is_sure(cleared, place):
                text = gettext(
                    "{clip} stands after {clear} and before backward(): there are no gradients to clip yet. Put it "
                    "between backward() and {step}.",
                    clip=clip,
                    step=step,
                    clear=clear,
                )
        if text:
            yield told_of(place, text, call)
            return


_Act = tuple[str, Place, str]
"""step, clear or backward; where; the text of the call."""


def _clip(place: Place) -> ast.Call | None:
    utils = sys.modules["torch"].nn.utils
    for node in place.nodes():
        if isinstance(node, ast.Call):
            found = place.reader.real(node.func)
            if found is not None and any(found is getattr(utils, name, None) for name in _CLIPS):
                return node
    return None


def _only_measures(place: Place, call: ast.Call) -> bool:
    limits = [*call.args[1:2], *(each.value for each in call.keywords if each.arg in ("max_norm", "clip_value"))]
    for each in limits:
        if isinstance(each, ast.Call) or (isinstance(each, ast.Attribute) and each.attr == "inf"):
            return True  # float("inf"), math.inf
        try:
            value = place.reader.value(each)
        except (Unknown, Failed):
            continue
        if type(value) in (int, float) and (math.isinf(value) or value >= _MEASURES):
            return True
    return False


def _acts(noticed: Noticed, places: list[Place]) -> list[_Act] | None:
    """What is done to the gradients in a round, in order; None where it steps several optimizers, or in unknown ways.

    A step of a scheduler, or of what cannot be told, is one of unknown ways only where no optimizer is known.
    """
    found: list[_Act] = []
    owners = set()
    for place in places:
        owner, clear = stepped(noticed, place), clears(place)
        if owner is not None:
            owners.add(place.text(owner))
            found.append(("step", place, f"{place.text(owner)}.step()"))
        elif clear is not None:
            found.append(("clear", place, place.text(clear)))
        elif backward_in(place) is not None:
            found.append(("backward", place, ""))
        elif any(_steps_something(place, node) for node in place.nodes()):
            return None
    return found if len(owners) == 1 else None


def _steps_something(place: Place, node: ast.expr) -> bool:
    """Whether it steps something that may be an optimizer."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="step")):
            name = place.text(owner).casefold()
            return not any(word in name for word in ("sched", "warm", "env")) and place.reader.real(owner) is None
        case ast.Call(func=ast.Attribute(attr="optimizer_step" | "minimize")):
            return True
    return False


def _last(before: list[_Act]) -> _Act | None:
    return before[-1] if before else None


def _next(after: list[_Act], before: list[_Act], *, skips: str) -> _Act | None:
    """What comes next, in this round or the one that follows."""
    return next((each for each in (*after, *before) if each[0] != skips), None)


def _is_sure(cleared: Place, clip: Place) -> bool:
    """Whether the clear runs in each round in which the clip does."""
    return cleared.certain or cleared.body == clip.body
