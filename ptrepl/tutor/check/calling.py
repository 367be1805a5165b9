"""Calls a learner's function on copies, and names the call in a sentence."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from typing import Any

from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.static_read import gradient
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.check.wording import numbers_text
from ptrepl.tutor.isolation.error_text import error_line, message_of
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value, method
from ptrepl.tutor.names import BLANK

SHORT = 4
"""Values up to which a tensor is written out in a sentence."""
_LEAF_IN_PLACE = "a leaf Variable that requires grad is being used in an in-place operation"  # not a sentence: torch's


def called_with(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """What ``function`` gives for fresh copies of ``arguments``. Raises what it raises."""
    return called(function, *(fresh(argument) for argument in arguments))


def called(function: Callable[..., Any], *arguments: Any) -> Any:
    """``function(*arguments)``; a recursion limit that it sets does not outlast it. Raises what it raises."""
    depth, put_back = sys.getrecursionlimit(), sys.setrecursionlimit
    try:
        return function(*arguments)
    finally:
        put_back(depth)


def fresh(argument: Any) -> Any:
    """A copy of a tensor that is a leaf and requires grad as it does, with a copy of its gradient.

    Of a list or tuple, a copy with copies in it; of an object whose class has ``__copy__``, what that gives; anything
    else as it is.
    """
    if type(argument) in (list, tuple):
        return type(argument)(map(fresh, argument))
    if not is_tensor_value(argument):
        return copy.copy(argument) if "__copy__" in vars(type(argument)) else argument
    made = method("clone", method("detach", argument))
    made = method("requires_grad_", made, read(argument).requires_grad)
    if (held := gradient(argument)) is not None:
        made.grad = method("clone", method("detach", held))
    return made


def argument_tensors(arguments: Any) -> list[Any]:
    """The tensors among arguments and in lists and tuples among them, in order."""
    if type(arguments) in (list, tuple):
        return [tensor for each in arguments for tensor in argument_tensors(each)]
    return [arguments] if is_tensor_value(arguments) else []


def changed_by(function: Callable[..., Any], arguments: tuple[Any, ...]) -> list[Any]:
    """The tensors in copies of ``arguments`` as ``function`` leaves them. Raises what it raises."""
    copies = fresh(arguments)
    called(function, *copies)
    return argument_tensors(copies)


def call_text(name: str, arguments: tuple[Any, ...], most: int = SHORT) -> str:
    """``f(3.0, torch.tensor([1.0, 2.0]))``, as it can be typed.

    In place of a tensor of more than ``most`` values stands its shape: ``f(shape (3, 1))``.
    """
    return f"{name}({', '.join(_argument(each, most) for each in arguments)})"


def endless(call: str) -> str:
    """The sentence about a call that was stopped."""
    return gettext("{call} does not come to an end; is there a loop in it that never stops?", call=call)


def raising(call: str, error: BaseException) -> str:
    """The sentence about a call that failed."""
    if isinstance(error, NameError) and error.name == BLANK:
        return gettext("{call} comes to a blank ___ that is left to fill in.", call=call)
    said = gettext("{call} raises {error}", call=call, error=error_line(error))
    if isinstance(error, RuntimeError) and _LEAF_IN_PLACE in message_of(error):
        return " ".join((said, gettext("Put the line that changes it under with torch.no_grad():")))
    return said


def _argument(argument: Any, most: int) -> str:
    if is_tensor_value(argument):
        try:
            if method("numel", argument) <= most:
                return f"torch.tensor({numbers_text(method('tolist', copy_of(argument)))})"
        except NoCopy:
            pass  # then its shape names it
        shape = read(argument).shape
        return gettext("shape {shape}", shape=shape_text(shape)) if isinstance(shape, tuple) else gettext("a tensor")
    if isinstance(argument, (list, tuple)) and argument_tensors(argument):
        return f"[{', '.join(_argument(each, most) for each in argument)}]"
    if isinstance(argument, list) and not all(isinstance(each, (int, float, list, tuple)) for each in argument):
        return ngettext("a list of {count}", "a list of {count}", len(argument))
    if isinstance(argument, (int, float, list, tuple)):
        return numbers_text(argument)
    if isinstance(argument, str):
        return repr(argument)
    return str(getattr(argument, "__name__", type(argument).__name__))
