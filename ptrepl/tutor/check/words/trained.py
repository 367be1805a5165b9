"""The check word ``trained``: whether training has brought numbers where they should be, however it was written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from ptrepl.texts.lists import every
from ptrepl.texts.messages import N_, gettext, ngettext
from ptrepl.tutor.check.calling import fresh
from ptrepl.tutor.check.compare import same_values, unreadable
from ptrepl.tutor.check.look import Look, Sought, spelled
from ptrepl.tutor.check.modules import call_module, module_state, suited
from ptrepl.tutor.check.rerun import rerun
from ptrepl.tutor.check.verdict import Longer, Miss
from ptrepl.tutor.check.wording import noun_for, number, numbers_text, two_values
from ptrepl.tutor.isolation.error_text import error_line
from ptrepl.tutor.isolation.time_limit import Stopped
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_module_value, is_tensor_value, method, tensor_from

_SHORT = 8


def trained(
    look: Look,
    *names: str,
    near: Any = None,
    within: float = 0.1,
    loss: Callable[..., Any] | None = None,
    below: float | None = None,
    on: Mapping[str, Any] | None = None,
    rule: bool = False,
    kept: bool = False,
) -> None:
    """Parameters, as tensors or in modules, are where training should have brought them.

    ``near``, of one name: its values, in any shape, each at most ``within`` away. ``loss`` is called with a copy of
    what each name holds and must come out under ``below``. Raises TypeError where neither is given: a lesson's fault.

    ``rule``: what ``loss`` gives is how far off the rule behind the data they are, and no loss that they train with.

    ``kept``: ``loss`` is small while they are as the step began, which they are to stay.

    ``on``: data, by their names, on which the lines of the step are to come there. They run once more, beside the
    session, as ``again`` runs them; where they cannot, nothing is asked. It finds a training that came there by luck.
    """
    if (near is None) == (loss is None) or (loss is None) != (below is None) or (near is not None and len(names) != 1):
        raise TypeError(gettext("trained takes one name with near=, or names with both loss= and below="))
    if on is not None and loss is not None and below is not None:
        _train_again(look, names, loss, below, on)
        return
    values = {name: look.find(name, Sought.TRAINED) for name in names}
    for name, value in values.items():
        if not is_tensor_value(value) and not is_module_value(value):
            look.see(type(value).__name__)
            message = gettext(
                "`{name}` is {kind}; this step wants a tensor or a module.", name=name, kind=noun_for(value)
            )
            raise Miss(message, name.partition(".")[0])
        _refuse_nan(look, name, value)
    if near is not None:
        _look_near(look, names[0], values[names[0]], tensor_from(near), within)
    if loss is not None and below is not None:
        _look_at_loss(look, values, loss, below, rule=rule, kept=kept)


def _train_again(
    look: Look, names: tuple[str, ...], loss: Callable[..., Any], below: float, on: Mapping[str, Any]
) -> None:
    found = rerun(look, on)
    values = {name: (found or {}).get(name) for name in names}
    if all(is_tensor_value(value) or is_module_value(value) for value in values.values()):
        _look_at_loss(look, values, loss, below, every([f"`{name}`" for name in on]))


def _refuse_nan(look: Look, name: str, value: Any) -> None:
    root = name.partition(".")[0]
    for each in module_state(value, root).parameters.values() if is_module_value(value) else (value,):
        try:
            copy = copy_of(each)
        except NoCopy as error:
            raise Miss(unreadable(f"`{name}`", error), root) from None
        if bool(method("any", method("isnan", copy))):
            look.see("nan")
            message = gettext("`{name}` holds nan, and training cannot go on from nan; start again.", name=name)
            raise Miss(message, root)


def _look_near(look: Look, name: str, value: Any, wanted: Any, within: float) -> None:
    root = name.partition(".")[0]
    if not is_tensor_value(value):
        message = gettext("`{name}` is {kind}; this step wants a tensor.", name=name, kind=noun_for(value))
        raise Miss(message, root)
    look.see(value)
    mine, goal = method("reshape", copy_of(value), (-1,)), method("reshape", wanted, (-1,))
    if mine.shape != goal.shape:
        message = ngettext(
            "`{name}` holds {count} value; this step wants {wanted}.",
            "`{name}` holds {count} values; this step wants {wanted}.",
            len(mine),
            name=spelled(name),
            wanted=len(goal),
        )
        raise Miss(message, root)
    if same_values(mine, goal, rtol=0.0, atol=within):
        return
    raise Miss(_not_near(spelled(name), mine, goal, f"{within:g}"), root)


def _not_near(name: str, mine: Any, goal: Any, within: str) -> str:
    if len(goal) > _SHORT:
        return gettext("`{name}` is not within {within} of the numbers that this step wants.", name=name, within=within)
    if len(goal) == 1:
        value, wanted = two_values(method("item", mine), method("item", goal))
        template = N_("`{name}` is {value}; this step wants it within {within} of {wanted}.")
    else:
        value, wanted = two_values(method("tolist", mine), method("tolist", goal))
        template = N_("`{name}` is {value}; this step wants each within {within} of {wanted}.")
    return gettext(template, name=name, value=value, within=within, wanted=wanted)


def _look_at_loss(
    look: Look,
    values: dict[str, Any],
    loss: Callable[..., Any],
    below: float,
    others: str = "",
    *,
    rule: bool = False,
    kept: bool = False,
) -> None:
    root = next(iter(values)).partition(".")[0]
    names = ", ".join(f"`{name}`" for name in values)
    try:
        found = loss(*(_stand_in(name, value) for name, value in values.items()))
        reached = float(found)
    except (Miss, Stopped):
        raise
    except BaseException as error:
        message = gettext("The loss with {names} cannot be computed. {error}", names=names, error=error_line(error))
        raise Miss(message, root) from None
    look.see(reached)
    if not reached < below:
        digits = numbers_text(reached) if math.isfinite(reached) else number(reached)
        if others:
            message = gettext(
                "Run again with other values in {others}, your lines bring the loss with {names} to {loss}; they "
                "should come below {limit} there.",
                others=others,
                names=names,
                loss=digits,
                limit=format(below, "g"),
            )
            raise Miss(message, root)
        message = gettext(
            "The loss with {names} is {loss}; this step wants it below {limit}.",
            names=names,
            loss=digits,
            limit=format(below, "g"),
        )
        if rule:
            message = gettext(
                "From the rule behind the data {names} is still {loss} off; this step wants it less than {limit} off.",
                names=names,
                loss=digits,
                limit=format(below, "g"),
            )
        if kept:
            raise Miss(
                gettext("{names} has changed, and this step leaves it as it is. %redo gives it back.", names=names),
                root,
            )
        raise Miss(message, root, longer=Longer(lambda: _longer(look, (*values,), loss, below)))


def _longer(look: Look, names: tuple[str, ...], loss: Callable[..., Any], below: float) -> bool:
    """Whether more rounds of the learner's loop bring the loss under ``below``."""

    def is_there(found: Mapping[str, Any]) -> bool:
        return bool(float(loss(*(_stand_in(name, found[name]) for name in names))) < below)

    return rerun(look, {}, until=is_there) is not None


def _stand_in(name: str, value: Any) -> Any:
    """A copy of a tensor; for a module, something to call that leaves the module as it is.

    It takes arguments of any floating dtype and device, since neither was asked of the module.
    """
    if is_tensor_value(value):
        return method("detach", fresh(value))
    root = name.partition(".")[0]
    state = module_state(value, root)
    return lambda *given: call_module(value, state.all, suited(given, state), f"`{name}(…)`", root)
