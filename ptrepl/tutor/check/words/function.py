"""The check word ``function``: run on hidden inputs, beside a reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.check.calling import call_text, called_with, endless, raising
from ptrepl.tutor.check.error_text import error_line
from ptrepl.tutor.check.look import Look, Sought, wants_of
from ptrepl.tutor.check.verdict import Miss
from ptrepl.tutor.check.wording import noun_for
from ptrepl.tutor.isolation.time_limit import Stopped, TookTooLong
from ptrepl.tutor.isolation.torch_api import is_tensor_value


def function(look: Look, name: str, reference: Callable[..., Any], inputs: Iterable[Any], **wants: Any) -> None:
    """``name`` gives what ``reference`` gives for each of ``inputs``: a tuple of arguments, or one argument."""
    found = look.find(name, Sought.FUNCTION)
    if not callable(found):
        message = gettext("`{name}` is {kind}; this step wants a function.", name=name, kind=noun_for(found))
        raise Miss(message, name)
    for given in inputs:
        arguments = given if isinstance(given, tuple) else (given,)
        label = f"`{call_text(name, arguments)}`"
        expected = called_with(reference, arguments)
        try:
            value = called_with(found, arguments)
        except TookTooLong:
            raise Miss(endless(label), name) from None
        except Stopped:
            raise
        except BaseException as error:
            look.see(error_line(error))
            raise Miss(raising(label, error), name) from None
        compare_returned(look, label, value, expected, wants, name)


def compare_returned(look: Look, label: str, value: Any, expected: Any, wants: dict[str, Any], name: str) -> None:
    """Raises Miss where what a call gave is not what was expected: one value, or several in a tuple."""
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
    for each, found, wanted in pairs:
        if found is None:
            look.see(None)
            raise Miss(gettext("{call} gives nothing back; does the function end with return?", call=each), name)
        if is_tensor_value(found):
            look.compare(each, found, wants_of(wanted, wants), name)
        else:
            look.number(each, found, wants_of(wanted, wants), name)
