"""What a program has left behind of what its step promises, as plain values that two programs can be compared by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.static_read import gradient
from ptrepl.tutor.check.calling import call_text, called_with
from ptrepl.tutor.check.compare import same_values
from ptrepl.tutor.check.grading import compile_fence
from ptrepl.tutor.check.memory import in_one_memory, is_number_array
from ptrepl.tutor.check.verdict import Last
from ptrepl.tutor.format.lesson import Facet, Lesson, Promised, Role, Step
from ptrepl.tutor.isolation.guard import guarded, set_random_state, sown
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_module_value, is_tensor_value, method, tensor_from
from ptrepl.tutor.names import CHECK_WORDS
from ptrepl.tutor.verify.promise import Promise

Observed = dict[str, Any]
"""``"x"``, ``"x.shape"``, ``"x.grad"``, ``"f(2.0)"`` … → a CPU tensor or a plain value."""

_MOST = 10**6
"""Elements of one tensor that are compared."""
_PROBES = 60
_SEEDS = (11, 12)
"""Hidden inputs are drawn anew under each of them: what a check tries once, it might have tried with other numbers."""


def observe(
    lesson: Lesson,
    step: Step,
    promise: Promise,
    namespace: Mapping[str, Any],
    last: Last,
    given: Mapping[str, Any],
    *,
    right: bool,
) -> Observed:
    """All that the promise speaks of, as it is now. Calls the learner's functions, on copies.

    ``right``: a solution was run. Where it and the reference of a check differ, the input is outside of what is asked.
    """
    found: Observed = {}
    if promise.error:
        found["the error"] = last.error
    if promise.result:
        _value(found, "the result", last.value, promise)
    for name in sorted(promise.values & namespace.keys()):
        _value(found, name, namespace[name], promise)
    for name in sorted(promise.grads & namespace.keys()):
        if is_tensor_value(namespace[name]):
            found[f"{name}.grad"] = _gradient(namespace[name])
    for promised in promise.stated:
        found |= _stated(promised, namespace, promise)
    for number, (name, reference, arguments) in enumerate(_probes(lesson, step, namespace, given)):
        expected = _called(reference, arguments)
        value = _called(namespace.get(name), arguments)
        if _is_sound(expected) and not (right and not _same(value, expected, promise, name)):
            found[f"{call_text(name, arguments)} [{number}]"] = value
    return found


def agreed(observed: Sequence[Observed], promise: Promise) -> Observed:
    """What all the solutions have in common: where right answers differ, nothing was promised."""
    first, *others = observed
    return {
        key: value
        for key, value in first.items()
        if all(key in each and _same(value, each[key], promise, key) for each in others)
    }


def broken(wanted: Observed, found: Observed, promise: Promise) -> str:
    """The first thing of ``wanted`` that is not so in ``found``; "" where every promise is kept."""
    return next(
        (key for key, value in wanted.items() if key not in found or not _same(value, found[key], promise, key)), ""
    )


def key_of(promised: Promised) -> str:
    """Under which key of Observed a stated promise is kept."""
    if promised.other:
        return f"the memory of {promised.name} and {promised.other}"
    return promised.text


def _value(found: Observed, name: str, value: Any, promise: Promise) -> None:
    if is_module_value(value):
        found[name] = [tuple(method("size", each)) for each in value.parameters()]
        return
    if callable(value):
        return
    shaped = name not in promise.loose | promise.anyhow
    copy = _copy(value) if is_tensor_value(value) else _plain(value)
    if name not in promise.loose:
        found[name] = method("reshape", copy, (-1,)) if is_tensor_value(copy) and not shaped else copy
    if is_tensor_value(value) and shaped:
        found[f"{name}.shape"] = read(value).shape


def _stated(promised: Promised, namespace: Mapping[str, Any], promise: Promise) -> Observed:
    """What the comment of the step adds; empty where the value has no such thing."""
    value: Any = namespace.get(promised.name)
    other = namespace.get(promised.other)
    found: Observed = {}
    if promised.name not in namespace:
        return found
    if promised.other:
        if all(is_tensor_value(each) or is_number_array(each) for each in (value, other)):
            found[key_of(promised)] = in_one_memory(value, other)
    elif promised.facet is Facet.VALUE:
        _value(found, promised.name, value, promise)
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
    """Numbers as tensors, so that 2 and tensor(2.) agree; anything else by what it shows of itself."""
    try:
        return tensor_from(value)
    except (TypeError, ValueError, RuntimeError, OverflowError, NoCopy):
        return f"{type(value).__name__} {value}"[:1000]


def _gradient(tensor: Any) -> Any:
    """None for a cleared gradient, which may be zeros as well."""
    found = gradient(tensor)
    copy = None if found is None else _copy(found)
    return copy if not is_tensor_value(copy) or bool(method("any", copy)) else None


_Probe = tuple[str, Callable[..., Any], tuple[Any, ...]]


def _probes(lesson: Lesson, step: Step, namespace: Mapping[str, Any], given: Mapping[str, Any]) -> list[_Probe]:
    """The hidden inputs of the checks of functions, as they are and as they might have been."""
    found: list[_Probe] = []

    def note(name: str, reference: Callable[..., Any], inputs: Any, **wants: Any) -> None:
        found.extend((name, reference, each if isinstance(each, tuple) else (each,)) for each in inputs)

    words: dict[str, Callable[..., None]] = dict.fromkeys(CHECK_WORDS, _nothing)
    for seed in _SEEDS:
        for code in step.codes(Role.CHECK):
            with guarded():
                set_random_state(sown(seed))
                try:
                    exec(compile_fence(lesson, code), {**namespace, **given, **words, "function": note})
                except Exception:
                    continue  # the check itself is tried elsewhere
    others = [(name, reference, other) for name, reference, given in found for other in _varied(given)]
    return (found + others)[:_PROBES]


def _nothing(*arguments: Any, **keywords: Any) -> None:
    return


def _varied(arguments: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Other arguments of the same kinds: larger, in another order, with the other sign."""
    yield tuple(_moved(each, 1.5, 0.25) for each in arguments)
    if len(arguments) > 1:
        yield arguments[::-1]
    yield tuple(_moved(each, -1.0, 0.0) for each in arguments)


def _moved(argument: Any, factor: float, more: float) -> Any:
    if is_tensor_value(argument) and method("is_floating_point", argument):
        return method("detach", argument) * factor + more
    if type(argument) is float:
        return argument * factor + more
    return argument + 1 if type(argument) is int else argument


def _is_sound(value: Any) -> bool:
    """Whether a reference gave numbers: no error, and no nan."""
    if isinstance(value, list):
        return all(map(_is_sound, value))
    return is_tensor_value(value) and not bool(method("any", method("isnan", value)))


def _called(function: Any, arguments: tuple[Any, ...]) -> Any:
    try:
        with guarded():
            value = called_with(function, arguments)
    except (Exception, SystemExit) as error:
        return f"raises {type(error).__name__}"
    if isinstance(value, (tuple, list)):
        return [_copy(each) if is_tensor_value(each) else _plain(each) for each in value]
    return _copy(value) if is_tensor_value(value) else _plain(value)


def _same(one: Any, other: Any, promise: Promise, key: str) -> bool:
    rtol, atol = promise.tolerance.get(key.partition(".")[0].partition("(")[0], (1e-4, 1e-6))
    if is_tensor_value(one) and is_tensor_value(other):
        return same_values(one, other, rtol, atol)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return all(_same(mine, theirs, promise, key) for mine, theirs in zip(one, other, strict=True))
    return type(one) is type(other) and bool(one == other)
