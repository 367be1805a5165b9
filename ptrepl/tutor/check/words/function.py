"""The check word ``function``: run on hidden inputs, beside a reference."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ptrepl.engine.watch.static_read import gradient as gradient_of
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.check.calling import (
    SHORT,
    argument_tensors,
    call_text,
    called,
    called_with,
    changed_by,
    endless,
    fresh,
    raising,
)
from ptrepl.tutor.check.compare import Wants, is_cleared, same_values
from ptrepl.tutor.check.look import Look, Sought, wants_of
from ptrepl.tutor.check.verdict import Miss
from ptrepl.tutor.check.wording import noun_for, numbers_text
from ptrepl.tutor.isolation.error_text import error_line
from ptrepl.tutor.isolation.time_limit import Stopped, TookTooLong
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value, method, own, tensor_from

_FULL = 40


def function(
    look: Look,
    name: str,
    reference: Callable[..., Any] | None,
    inputs: Iterable[Any],
    *,
    below: float | None = None,
    in_place: bool = False,
    gradient: bool = False,
    hides: Sequence[str] = (),
    through: Callable[[Any], Any] | None = None,
    in_full: bool = False,
    **wants: Any,
) -> None:
    """``name`` gives what ``reference`` gives for each of ``inputs``: a tuple of arguments, or one argument.

    ``in_place``: it leaves the tensors among its arguments, also in lists, as the reference does, and cleared gradients
    where the reference clears them; what it returns is not looked at. ``gradient``: backward from what it gives reaches
    the arguments that require grad as it does from the reference's. ``hides``: names of the prompt that it must do
    without, since it is to work with its parameters. ``through``: what both give is compared after this was called on
    it, while the names are hidden still: how an object of a class behaves. Its docstring may say what that is, with
    ``{call}`` for the call: "The count of numbers in {call}". ``below``: each call gives a single number under this
    one, as an error on hidden data is; there need be no reference then. ``in_full``: tensors of up to 40 values are
    written out where a call is named, so that it can be typed, and what a call raises is explained.
    """
    found = look.find(name, Sought.FUNCTION)
    if not callable(found):
        message = gettext("`{name}` is {kind}; this step wants a function.", name=name, kind=noun_for(found))
        raise Miss(message, name)
    if reference is not None and below is not None:
        raise TypeError(gettext("function takes a reference, or None and below="))
    mine = found if through is None else _followed(found, through)
    theirs = reference if through is None or reference is None else _followed(reference, through)
    inputs = list(inputs)
    for place, given in enumerate(inputs):
        arguments = given if isinstance(given, tuple) else (given,)
        written = call_text(name, arguments, _FULL if in_full else SHORT)
        label = f"`{written}`" if through is None else _followed_label(through, written)
        call: Callable[..., Any] = changed_by if in_place else _with_slopes if gradient else called_with
        expected: Any = None if below is not None else call(theirs, arguments)
        try:
            with look.hiding(hides):
                value = call(mine, arguments)
        except TookTooLong:
            raise Miss(endless(label), name) from None
        except Stopped:
            raise
        except BaseException as error:
            look.see(error_line(error))
            if isinstance(error, NameError) and (outer := error.name) in hides:
                message = gettext(
                    "`{function}` uses `{name}`, which stands outside of it; let it use what it is given.",
                    function=name,
                    name=outer,
                )
                raise Miss(message, name) from None
            if through is not None and not _was_reached(through, error):
                label = f"`{written}`"
            elif through is not None and through.__doc__ and "{call}" in through.__doc__:
                used = gettext("Using what `{call}` makes raises {error}", call=written, error=error_line(error))
                raise Miss(used, name) from None
            told = (raising(label, error), *(_why(error, look) if in_full else ()))
            raise Miss("\n\n".join(told), name) from None
        if below is not None:
            _refuse_from(look, label, value, below, name)
        elif in_place:
            _compare_left(look, label, value, expected, argument_tensors(arguments), name)
        elif gradient:
            compare_returned(look, label, value[0], expected[0], wants, name)
            _compare_slopes(look, label, value[1], expected[1], name)
        else:
            others = inputs[:place] + inputs[place + 1 :]
            elsewhere = partial(_beside, look, hides, mine, theirs, others)
            compare_returned(look, label, value, expected, wants, name, elsewhere)


def _beside(
    look: Look, hides: Sequence[str], mine: Callable[..., Any], theirs: Any, inputs: Sequence[Any]
) -> Iterator[tuple[Any, Any]]:
    """What ``mine`` and ``theirs`` give for each of the ``inputs`` that ``mine`` takes."""
    for given in inputs:
        arguments = given if isinstance(given, tuple) else (given,)
        try:
            with look.hiding(hides):
                value = called_with(mine, arguments)
        except Stopped:
            raise
        except BaseException:
            continue  # what it raises there says nothing of what it gives here
        yield value, called_with(theirs, arguments)


def _why(error: BaseException, look: Look) -> tuple[str, ...]:
    """Why the learner's function failed, in the names and shapes that it had; nothing where that is not known."""
    from ptrepl.explain.explain import explain

    found = explain(error, look.namespace)
    return (found.text,) if found is not None else ()


def _followed(function: Callable[..., Any], then: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda *arguments: then(function(*arguments))


def _was_reached(then: Callable[[Any], Any], error: BaseException) -> bool:
    """Whether ``error`` was raised in ``then``: the function itself gave something before."""
    code = getattr(then, "__code__", None)
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    return code is None or any(frame.f_code is code for frame in frames)


def _refuse_from(look: Look, label: str, value: Any, limit: float, name: str) -> None:
    """Raises Miss where ``value`` is no single number under ``limit``."""
    look.number(label, value, Wants(), name)
    held = float(method("item", copy_of(value if is_tensor_value(value) else tensor_from(value))))
    look.see(held)
    if not held < limit:
        message = gettext(
            "{call} is {value}; this step wants it below {limit}.",
            call=label,
            value=numbers_text(held),
            limit=format(limit, "g"),
        )
        raise Miss(message, name)


def _with_slopes(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, list[Any] | None]:
    """What ``function`` gives, and its gradients: None where backward cannot begin at it."""
    copies = fresh(arguments)
    value = called(function, *copies)
    leaves = [each for each in argument_tensors(copies) if each.requires_grad]
    if not is_tensor_value(value) or not value.requires_grad:
        return value, None
    slopes = own().torch.autograd.grad(value.sum(), leaves, allow_unused=True)
    return value.detach(), [None if each is None else copy_of(each) for each in slopes]


def _compare_slopes(look: Look, label: str, slopes: list[Any] | None, wanted: list[Any] | None, name: str) -> None:
    if wanted is None:
        return
    if slopes is None:
        look.see("no graph")
        message = gettext(
            "No backward pass can begin at what {call} gives: it is cut off from the graph. Return the tensor itself.",
            call=label,
        )
        raise Miss(message, name)
    for found, expected in zip(slopes, wanted, strict=True):
        if expected is None:
            continue
        if found is None:
            look.see(None)
            message = gettext(
                "A backward pass from what {call} gives does not reach its arguments: something cuts the graph.",
                call=label,
            )
            raise Miss(message, name)
        shown = gettext("The gradient of {call}", call=label)
        look.compare(shown, found, Wants(expected), name)


def _compare_left(
    look: Look, label: str, found: Sequence[Any], expected: Sequence[Any], before: Sequence[Any], name: str
) -> None:
    """Raises Miss where a tensor among the arguments was not left as the reference leaves it."""
    for number, (mine, wanted, given) in enumerate(zip(found, expected, before, strict=True), 1):
        if _is_unchanged(mine, given) and not same_values(copy_of(given), copy_of(wanted)):
            look.see(mine)
            message = gettext(
                "After {call}, tensor {number} is still what it was before; this step wants it changed in place.",
                call=label,
                number=number,
            )
            raise Miss(message, name)
        if not _is_unchanged(mine, given) and same_values(copy_of(given), copy_of(wanted)):
            look.see(mine)
            message = gettext(
                "{call} writes into the tensor that it is given; this step wants that to stay as it was.", call=label
            )
            raise Miss(message, name)
        shown = gettext("After {call}, tensor {number}", call=label, number=number)
        look.compare(shown, mine, Wants(copy_of(wanted)), name)
        had, keeps, held = gradient_of(given), gradient_of(wanted), gradient_of(mine)
        if had is None or not is_cleared(keeps) or is_cleared(had):
            continue
        look.see(held)
        if not is_cleared(held):
            message = gettext(
                "After {call}, the gradient of tensor {number} is still there; this step wants it cleared.",
                call=label,
                number=number,
            )
            raise Miss(message, name)


def _is_unchanged(value: Any, before: Any) -> bool:
    try:
        return same_values(copy_of(value), copy_of(before))
    except NoCopy:
        return False


def _followed_label(through: Callable[[Any], Any], written: str) -> str:
    """What is compared, in the words of the docstring of ``through``, such as ``the numbers that {call} holds``."""
    told = through.__doc__ or ""
    return told.format(call=f"`{written}`") if "{call}" in told else f"`{through.__name__}({written})`"


def compare_returned(
    look: Look,
    label: str,
    value: Any,
    expected: Any,
    wants: dict[str, Any],
    name: str,
    elsewhere: Callable[[], Iterable[tuple[Any, Any]]] = tuple,
) -> None:
    """Raises Miss where what a call gave is not what was expected: one value, or several in a tuple.

    ``elsewhere``: what other calls gave, and what was expected of them.
    """
    pairs = [(label, value, expected)]
    if isinstance(expected, (tuple, list)):
        if not isinstance(value, (tuple, list)) or len(value) != len(expected):
            message = ngettext(
                "{call} gives {kind}; this step wants {count} value.",
                "{call} gives {kind}; this step wants {count} values.",
                len(expected),
                call=label,
                kind=noun_for(value),
            )
            raise Miss(message, name)
        pairs = [(f"{label}[{place}]", *pair) for place, pair in enumerate(zip(value, expected, strict=True))]
    for place, (each, found, wanted) in enumerate(pairs):
        if found is None:
            look.see(None)
            raise Miss(gettext("{call} gives None, and no value: look at the return of the function.", call=each), name)
        if isinstance(wanted, str):
            look.text(each, found, wanted, name)
        elif is_tensor_value(found):
            within = place if isinstance(expected, (tuple, list)) else None
            wanting = replace(wants_of(wanted, wants), elsewhere=partial(_tensors, elsewhere, within))
            look.compare(each, found, wanting, name)
        else:
            look.number(each, found, wants_of(wanted, wants), name)


def _tensors(elsewhere: Callable[[], Iterable[tuple[Any, Any]]], place: int | None) -> Iterator[tuple[Any, Any]]:
    """Those pairs of values that are tensors; with a ``place`` those in a tuple there."""
    for value, expected in elsewhere():
        if place is not None:
            if not isinstance(value, (tuple, list)) or len(value) != len(expected):
                continue
            value, expected = value[place], expected[place]
        if is_tensor_value(value):
            yield value, tensor_from(expected)
