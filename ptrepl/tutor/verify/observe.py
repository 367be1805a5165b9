"""The promised results of a step after a program ran, as plain values, so that two programs can be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.static_read import gradient
from ptrepl.tutor.check.calling import call_text
from ptrepl.tutor.check.compare import same_values
from ptrepl.tutor.check.memory import in_one_memory, is_number_array
from ptrepl.tutor.check.verdict import Last
from ptrepl.tutor.format.lesson import Facet, Lesson, Promised, Step
from ptrepl.tutor.isolation.guard import guarded
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_module_value, is_tensor_value, method, tensor_from
from ptrepl.tutor.verify.probes import Probe, probes
from ptrepl.tutor.verify.promise import Promise


class Subject(Enum):
    """What an observation is of."""

    CODE = auto()
    MEMORY = auto()
    """Whether two names share memory."""
    RESULT = auto()
    """The value of the last line."""
    RESULT_SHAPE = auto()
    ERROR = auto()


@dataclass(frozen=True, slots=True)
class Observable:
    """Something that two programs are compared by: ``Observable(Subject.CODE, "w.grad", "w")``.

    ``code``: as an author writes it, ``x``, ``x.shape``, ``f(2.0)``. ``name``: the name that it belongs to.
    ``other``: the second name of MEMORY. ``number`` tells two calls apart whose code looks the same.
    """

    subject: Subject
    code: str = ""
    name: str = ""
    other: str = ""
    number: int = 0


Observed = dict[Observable, Any]
"""The values are CPU tensors or plain Python values."""

_MOST = 10**6
"""Elements of one tensor that are compared."""
_TOLERANCE = (1e-4, 1e-6)
"""(rtol, atol) where the step states none."""


def observe(
    lesson: Lesson, step: Step, promise: Promise, namespace: Mapping[str, Any], last: Last, given: Mapping[str, Any]
) -> Observed:
    """The value of everything that is promised, after a solution ran. Calls the learner's functions, on copies.

    Inputs for which it differs from the reference of a check are left out: the task does not ask for those.
    """
    found = _left_behind(promise, namespace, last)
    for probe in probes(lesson, step, namespace, given):
        expected = _called(probe.call, probe.reference, probe.arguments)
        value = _called(probe.call, namespace.get(probe.name), probe.arguments)
        if _is_sound(expected) and _same(value, expected, _tolerance(promise, probe.name)):
            found[_key_of_call(probe)] = value
    return found


def first_broken(
    lesson: Lesson,
    step: Step,
    promise: Promise,
    namespace: Mapping[str, Any],
    last: Last,
    given: Mapping[str, Any],
    wanted: Observed,
) -> Observable | None:
    """The first key of ``wanted`` whose value is missing or different after a mutant ran; None where there is none.

    Calls the learner's functions for as long as all is as wanted: many of them train.
    """
    found = _left_behind(promise, namespace, last)
    calls: dict[Observable, Probe] | None = None
    for key, value in wanted.items():
        if key not in found:
            if calls is None:
                calls = {_key_of_call(probe): probe for probe in probes(lesson, step, namespace, given)}
            if (probe := calls.get(key)) is None:
                return key
            found[key] = _called(probe.call, namespace.get(probe.name), probe.arguments)
        if not _same(value, found[key], _tolerance(promise, key.name)):
            return key
    return None


def _left_behind(promise: Promise, namespace: Mapping[str, Any], last: Last) -> Observed:
    """The promised values that stand there without a call."""
    found: Observed = {}
    if promise.error:
        found[Observable(Subject.ERROR)] = last.error
    if promise.result:
        _value(found, Observable(Subject.RESULT), last.value, promise)
    for name in sorted(promise.values & namespace.keys()):
        _value(found, Observable(Subject.CODE, name, name), namespace[name], promise)
    for name in sorted(promise.grads & namespace.keys()):
        if is_tensor_value(namespace[name]):
            found[Observable(Subject.CODE, f"{name}.grad", name)] = _gradient(namespace[name])
    for promised in promise.stated:
        found |= _stated(promised, namespace, promise)
    return found


def _key_of_call(probe: Probe) -> Observable:
    return Observable(Subject.CODE, call_text(probe.name, probe.arguments), probe.name, number=probe.number)


def agreed(observed: Sequence[Observed], promise: Promise) -> Observed:
    """The values that are the same in all solutions; where right answers differ, nothing is promised."""
    first, *others = observed
    return {
        key: value
        for key, value in first.items()
        if all(key in each and _same(value, each[key], _tolerance(promise, key.name)) for each in others)
    }


def key_of(promised: Promised) -> Observable:
    """The key under which a stated promise is observed."""
    if promised.other:
        return Observable(Subject.MEMORY, name=promised.name, other=promised.other)
    return Observable(Subject.CODE, promised.text, promised.name)


def _value(found: Observed, key: Observable, value: Any, promise: Promise) -> None:
    if is_module_value(value):
        found[key] = [tuple(method("size", each)) for each in value.parameters()]
        return
    if callable(value):
        return
    shaped = key.name not in promise.loose | promise.anyhow
    copy = _copy(value) if is_tensor_value(value) else _plain(value)
    if key.name not in promise.loose:
        found[key] = method("reshape", copy, (-1,)) if is_tensor_value(copy) and not shaped else copy
    if is_tensor_value(value) and shaped:
        found[_shape_of(key)] = read(value).shape


def _shape_of(key: Observable) -> Observable:
    if key.subject is Subject.RESULT:
        return Observable(Subject.RESULT_SHAPE)
    return replace(key, code=f"{key.code}.shape")


def _stated(promised: Promised, namespace: Mapping[str, Any], promise: Promise) -> Observed:
    """The value of a promise that a comment of the step states; empty where the value has no such property."""
    value: Any = namespace.get(promised.name)
    other = namespace.get(promised.other)
    found: Observed = {}
    if promised.name not in namespace:
        return found
    if promised.other:
        if all(is_tensor_value(each) or is_number_array(each) for each in (value, other)):
            found[key_of(promised)] = in_one_memory(value, other)
    elif promised.facet is Facet.VALUE:
        _value(found, key_of(promised), value, promise)
    elif promised.facet is Facet.TRAINING:
        if is_module_value(value):
            found[key_of(promised)] = value.training
    elif is_tensor_value(value):
        found[key_of(promised)] = _gradient(value) if promised.facet is Facet.GRAD else _fact(value, promised.facet)
    return found


def _fact(tensor: Any, facet: Facet) -> object:
    facts = read(tensor)
    match facet:
        case Facet.SHAPE:
            return facts.shape
        case Facet.DTYPE:
            return facts.dtype
        case Facet.REQUIRES_GRAD:
            return facts.requires_grad
        case _:
            return facts.is_leaf


def _copy(tensor: Any) -> Any:
    try:
        return copy_of(tensor, most=_MOST)
    except NoCopy as error:
        return str(error)


def _plain(value: Any) -> Any:
    """Numbers as tensors, so that 2 and tensor(2.) agree; anything else as its type and its text."""
    try:
        return tensor_from(value)
    except (TypeError, ValueError, RuntimeError, OverflowError, NoCopy):
        return f"{type(value).__name__} {value}"[:1000]


def _gradient(tensor: Any) -> Any:
    """None also for a gradient of zeros, since both count as cleared."""
    found = gradient(tensor)
    copy = None if found is None else _copy(found)
    return copy if not is_tensor_value(copy) or bool(method("any", copy)) else None


def _is_sound(value: Any) -> bool:
    """Whether a reference gave numbers: no error, and no nan."""
    if isinstance(value, list):
        return all(map(_is_sound, value))
    return is_tensor_value(value) and not bool(method("any", method("isnan", value)))


def _called(call: Callable[..., Any], function: Any, arguments: tuple[Any, ...]) -> Any:
    try:
        with guarded():
            value = call(function, arguments)
    except (Exception, SystemExit) as error:
        return f"raises {type(error).__name__}"
    if isinstance(value, (tuple, list)):
        return [_copy(each) if is_tensor_value(each) else _plain(each) for each in value]
    return _copy(value) if is_tensor_value(value) else _plain(value)


def _tolerance(promise: Promise, name: str) -> tuple[float, float]:
    return promise.tolerance.get(name.partition(".")[0], _TOLERANCE)


def _same(one: Any, other: Any, tolerance: tuple[float, float]) -> bool:
    if is_tensor_value(one) and is_tensor_value(other):
        return same_values(one, other, *tolerance)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return all(_same(first, second, tolerance) for first, second in zip(one, other, strict=True))
    return type(one) is type(other) and bool(one == other)
