"""Check words about one value: a tensor, a number, a gradient, the last result, shared memory, an error.

None compares more than it was given.
"""

from __future__ import annotations

from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.static_read import gradient, keeps_gradient
from ptrepl.texts.messages import N_, gettext
from ptrepl.tutor.check.drawn import uneven_in_all
from ptrepl.tutor.check.look import Look, Sought, spelled, wants_of
from ptrepl.tutor.check.memory import in_one_memory, is_number_array, storage_of
from ptrepl.tutor.check.rerun import rerun
from ptrepl.tutor.check.verdict import Miss
from ptrepl.tutor.check.wording import noun_for, numbers_text
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value, method, tensor_from
from ptrepl.tutor.names import RAISED, RESULT, names_bound_by

_NOT_GIVEN: Any = object()
_DRAWS = 10
"""How often lines that draw are run again: a die of which two faces come half as often is sure to show then."""


def tensor(look: Look, name: str, value: Any = None, **wants: Any) -> None:
    """``name`` is a tensor, with the ``value`` and whatever else of ``Wants`` is given."""
    wanted = wants_of(value, wants)
    look.compare(f"`{spelled(name)}`", look.find(name, Sought.TENSOR), wanted, name)
    if wanted.drawn_from is not None:
        again = (found for _ in range(_DRAWS) if (found := rerun(look, {}, only_for=name)) is not None)
        if message := uneven_in_all(f"`{name}`", (found.get(name) for found in again), wanted.drawn_from):
            raise Miss(message, name)


def result(look: Look, value: Any = None, **wants: Any) -> None:
    """The same of the value of the last expression statement."""
    look.about = RESULT
    found = look.last.value
    if found is None:
        raise Miss(gettext("The last line gave no value; this step wants one."), RESULT)
    expected = wants_of(value, wants)
    if is_tensor_value(found) or expected.value is None or expected.value.shape:
        look.compare(gettext("The result"), found, expected, RESULT)
    else:
        look.number(gettext("The result"), found, expected, RESULT)


def scalar(
    look: Look,
    name: str,
    value: float | None = None,
    *,
    above: float | None = None,
    below: float | None = None,
    **wants: Any,
) -> None:
    """``name`` is a single number: a Python or NumPy one, or a tensor of one element in any shape.

    ``above``, ``below``: what it must be more than, and less than.
    """
    found = look.find(name, Sought.NUMBER)
    look.number(f"`{name}`", found, wants_of(value, wants), name)
    if above is None and below is None:
        return
    held = float(method("item", copy_of(found if is_tensor_value(found) else tensor_from(found))))
    look.see(held)
    if above is not None and not held > above:
        template = N_("`{name}` is {value}; this step wants it above {limit}.")
        raise Miss(gettext(template, name=name, value=numbers_text(held), limit=format(above, "g")), name)
    if below is not None and not held < below:
        template = N_("`{name}` is {value}; this step wants it below {limit}.")
        raise Miss(gettext(template, name=name, value=numbers_text(held), limit=format(below, "g")), name)


def grad(look: Look, name: str, value: Any = _NOT_GIVEN, **wants: Any) -> None:
    """``name.grad`` holds ``value``; with ``None`` it is cleared: None or all zeros."""
    found = look.find(name, Sought.TENSOR)
    label = f"`{name}.grad`"
    if not is_tensor_value(found):
        raise Miss(_not_a_tensor(name, found), name)
    facts, held = read(found), gradient(found)
    if value is None:
        _cleared(look, label, held, name)
        return
    if held is None:
        look.see(None)
        if not keeps_gradient(found):
            message = gettext(
                "`{name}` was made by {grad_fn}, and only a leaf keeps its gradient.", name=name, grad_fn=facts.grad_fn
            )
            raise Miss(message, name)
        if not facts.requires_grad:
            raise Miss(gettext("`{name}` does not require grad, so `{name}.grad` stays None.", name=name), name)
        message = gettext("`{name}.grad` is None so far; a backward pass fills it.", name=name)
        raise Miss(message, name, unfinished=True)
    expected = wants_of(None if value is _NOT_GIVEN else value, wants)
    if expected.value is not None and not expected.value.shape:
        look.number(label, held, expected, name)
    else:
        look.compare(label, held, expected, name)


def shares_memory(look: Look, name: str, other: str, shared: bool = True) -> None:
    """Whether two tensors lie in the same storage, or a tensor and a NumPy array in the same bytes."""
    one, two = (_with_memory(look, each) for each in (name, other))
    bound = names_bound_by(look.last.source)
    if other.partition(".")[0] in bound and name.partition(".")[0] not in bound:
        name, other, one, two = other, name, two, one  # it is the other that was made in this step
    look.about = root = name.partition(".")[0]
    for each, value in ((name, one), (other, two)) if is_tensor_value(one) and is_tensor_value(two) else ():
        if storage_of(value) is None:
            raise Miss(gettext("`{name}` has no memory that could be shared.", name=each), each)
    found = in_one_memory(one, two)
    look.see(found)
    if shared and not found:
        message = gettext(
            "`{name}` has memory of its own; this step wants it to share the memory of `{other}`.",
            name=name,
            other=other,
        )
        raise Miss(message, root)
    if found and not shared:
        message = gettext(
            "`{name}` shares memory with `{other}`; this step wants it to have memory of its own.",
            name=name,
            other=other,
        )
        raise Miss(message, root)


def raised(look: Look, error: str, about: str = "") -> None:
    """The last statement raised ``error``, with ``about`` in its message where given."""
    look.about = RAISED
    last = look.last
    look.see((last.error, last.message.split("\n")[0]))
    if not last.error:
        message = gettext("The last line ran without an error; this step wants it to raise {error}.", error=error)
        raise Miss(message, RAISED)
    if last.error != error:
        message = gettext("The last line raised {error}; this step wants {wanted}.", error=last.error, wanted=error)
        raise Miss(message, RAISED)
    if about and about not in last.message:
        message = gettext(
            "The last line raised {error} for another reason; this step wants the one about '{text}'.",
            error=error,
            text=about,
        )
        raise Miss(message, RAISED)


def _not_a_tensor(name: str, found: object) -> str:
    return gettext("`{name}` is {kind}; this step wants a tensor.", name=name, kind=noun_for(found))


def _cleared(look: Look, label: str, gradient: Any, name: str) -> None:
    look.see(gradient)
    if gradient is None:
        return
    try:
        values = copy_of(gradient)
    except NoCopy:
        return
    if bool(method("any", values)):
        if method("numel", values) > 8:
            raise Miss(gettext("{name} is not zero everywhere; this step wants it cleared.", name=label), name)
        shown = numbers_text(method("tolist", values))
        raise Miss(gettext("{name} is {value}; this step wants it cleared.", name=label, value=shown), name)


def _with_memory(look: Look, name: str) -> Any:
    found = look.find(name, Sought.TENSOR)
    if not is_tensor_value(found) and not is_number_array(found):
        raise Miss(_not_a_tensor(name, found), name)
    return found
