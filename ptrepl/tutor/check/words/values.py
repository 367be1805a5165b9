"""Check words about one value: a tensor, a number, a gradient, the last result, shared memory, an error.

None compares what it was not told to.
"""

from __future__ import annotations

import sys
from typing import Any

from ptrepl.engine.static_read import gradient, keeps_gradient
from ptrepl.engine.watch.facts import read, torch_functions_off
from ptrepl.engine.watch.memory import Extent, array_extent, overlap, tensor_extent
from ptrepl.tutor.check.look import Look, wants_of
from ptrepl.tutor.check.verdict import Miss
from ptrepl.tutor.check.wording import noun_for, numbers_text
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value, method
from ptrepl.tutor.names import RAISED, RESULT

_NOT_GIVEN: Any = object()


def tensor(look: Look, name: str, value: Any = None, **wants: Any) -> None:
    """``name`` is a tensor, with the ``value`` and whatever else of ``Wants`` is given."""
    look.compare(f"`{name}`", look.find(name, "a tensor"), wants_of(value, wants), name)


def result(look: Look, value: Any = None, **wants: Any) -> None:
    """The same of the value of the last expression statement."""
    look.about = RESULT
    found = look.last.value
    if found is None:
        raise Miss("The last line gave no value; this step wants one.", RESULT)
    expected = wants_of(value, wants)
    if is_tensor_value(found) or expected.value is None or expected.value.shape:
        look.compare("The result", found, expected, RESULT)
    else:
        look.number("The result", found, expected, RESULT)


def scalar(look: Look, name: str, value: float | None = None, **wants: Any) -> None:
    """``name`` is a single number: a Python or NumPy one, or a tensor of one element in any shape."""
    look.number(f"`{name}`", look.find(name, "a number"), wants_of(value, wants), name)


def grad(look: Look, name: str, value: Any = _NOT_GIVEN, **wants: Any) -> None:
    """``name.grad`` holds ``value``; with ``None`` it is cleared: None or all zeros."""
    found = look.find(name, "a tensor")
    label = f"`{name}.grad`"
    if not is_tensor_value(found):
        raise Miss(f"`{name}` is {noun_for(found)}; this step wants a tensor.", name)
    facts, held = read(found), gradient(found)
    if value is None:
        _cleared(look, label, held, name)
        return
    if held is None:
        look.see(None)
        if not keeps_gradient(found):
            raise Miss(f"`{name}` was made by {facts.grad_fn}, and only a leaf keeps its gradient.", name)
        if not facts.requires_grad:
            raise Miss(f"`{name}` does not require grad, so {label} stays None.", name)
        raise Miss(f"{label} is None so far; a backward pass fills it.", name, unfinished=True)
    expected = wants_of(None if value is _NOT_GIVEN else value, wants)
    if expected.value is not None and not expected.value.shape:
        look.number(label, held, expected, name)
    else:
        look.compare(label, held, expected, name)


def shares_memory(look: Look, name: str, other: str, shared: bool = True) -> None:
    """Whether two tensors lie in the same storage, or a tensor and a NumPy array in the same bytes."""
    one, two = (_with_memory(look, each) for each in (name, other))
    look.about = name
    if is_tensor_value(one) and is_tensor_value(two):
        found = _storage(one, name) == _storage(two, other)
    else:
        extents = _extent(one), _extent(two)
        found = extents[0] is not None and extents[1] is not None and overlap(extents[0], extents[1])
    look.see(found)
    if shared and not found:
        raise Miss(f"`{name}` has memory of its own; this step wants it to share the memory of `{other}`.", name)
    if found and not shared:
        raise Miss(f"`{name}` shares memory with `{other}`; this step wants it to have memory of its own.", name)


def raised(look: Look, error: str, about: str = "") -> None:
    """The last statement raised ``error``, with ``about`` in its message where given."""
    look.about = RAISED
    last = look.last
    look.see((last.error, last.message.split("\n")[0]))
    if not last.error:
        raise Miss(f"The last line ran without an error; this step wants it to raise {error}.", RAISED)
    if last.error != error:
        raise Miss(f"The last line raised {last.error}; this step wants {error}.", RAISED)
    if about and about not in last.message:
        raise Miss(f"That is {error} for another reason; this step wants the one about '{about}'.", RAISED)


def _cleared(look: Look, label: str, gradient: Any, name: str) -> None:
    look.see(gradient)
    if gradient is None:
        return
    try:
        values = copy_of(gradient)
    except NoCopy:
        return
    if bool(method("any", values)):
        shown = numbers_text(method("tolist", values)) if method("numel", values) <= 8 else "not zero everywhere"
        raise Miss(f"{label} is {shown}; this step wants it cleared.", name)


def _with_memory(look: Look, name: str) -> Any:
    found = look.find(name, "a tensor")
    if not is_tensor_value(found) and not _is_array(found):
        raise Miss(f"`{name}` is {noun_for(found)}; this step wants a tensor.", name)
    return found


def _is_array(value: Any) -> bool:
    """Whether it is NumPy's own array of numbers: what a subclass says of its memory would be the learner's code."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.ndarray and not value.dtype.hasobject


def _extent(value: Any) -> Extent | None:
    if not is_tensor_value(value):
        return array_extent(value)
    with torch_functions_off():
        return tensor_extent(value)


def _storage(tensor: Any, name: str) -> int:
    try:
        return int(method("untyped_storage", tensor).data_ptr())
    except (RuntimeError, NotImplementedError):
        raise Miss(f"`{name}` has no memory that could be shared.", name) from None
