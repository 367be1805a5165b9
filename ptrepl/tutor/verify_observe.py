"""What a program has left behind of what its step promises, as plain values that two programs can be compared by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ptrepl.engine.facts import base_attribute, read, torch_functions_off
from ptrepl.tutor.calling import call_text, called_with
from ptrepl.tutor.compare import same_values
from ptrepl.tutor.grading import compile_fence
from ptrepl.tutor.guard import set_random_state, sown, undisturbed
from ptrepl.tutor.lesson import Lesson, Role, Step
from ptrepl.tutor.names import CHECK_WORDS
from ptrepl.tutor.own import NoCopy, copy_of, is_module, is_tensor, method, tensor_from
from ptrepl.tutor.verdict import Last
from ptrepl.tutor.verify_promise import Promise

__all__ = ["Observed", "agreed", "broken", "observe"]

Observed = dict[str, Any]
"""``"x"``, ``"x.shape"``, ``"x.grad"``, ``"f(2.0)"`` … → a CPU tensor or a plain value."""

_MOST = 10**6
"""Elements of one tensor that are compared."""
_PROBES = 40
_SEEDS = (11, 12)
"""Hidden inputs are drawn anew under each of them: what a check tries once, it might have tried with other numbers."""


def observe(
    lesson: Lesson, step: Step, promise: Promise, namespace: Mapping[str, Any], last: Last, given: Mapping[str, Any]
) -> Observed:
    """All that the promise speaks of, as it is now. Calls the learner's functions, on copies."""
    found: Observed = {}
    if promise.error:
        found["the error"] = last.error
    if promise.result:
        _value(found, "the result", last.value, promise)
    for name in sorted(promise.values & namespace.keys()):
        _value(found, name, namespace[name], promise)
    for name in sorted(promise.grads & namespace.keys()):
        if is_tensor(namespace[name]):
            found[f"{name}.grad"] = _gradient(namespace[name])
    if "memory" in promise.aspects:
        found |= _shared(namespace, sorted(promise.values))
    for name, arguments in _probes(lesson, step, namespace, last, given):
        found[call_text(name, arguments) + f" [{len(found)}]"] = _called(namespace.get(name), arguments)
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


def _value(found: Observed, name: str, value: Any, promise: Promise) -> None:
    if is_module(value):
        found[f"{name}.parameters"] = [tuple(method("size", each)) for each in value.parameters()]
        if "training" in promise.aspects:
            found[f"{name}.training"] = value.training
        return
    if callable(value):
        return
    if not is_tensor(value):
        if name not in promise.loose:
            found[name] = _plain(value)
        return
    facts = read(value)
    shaped = name not in promise.loose | promise.anyhow or "shape" in promise.aspects
    if shaped:
        found[f"{name}.shape"] = facts.shape
    for aspect, fact in (
        ("dtype", facts.dtype),
        ("requires_grad", facts.requires_grad),
        ("leaf", facts.is_leaf),
    ):
        if aspect in promise.aspects:
            found[f"{name}.{aspect}"] = fact
    if name not in promise.loose:
        copy = _copy(value)
        found[name] = method("reshape", copy, (-1,)) if is_tensor(copy) and not shaped else copy


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
    with torch_functions_off():
        kept = read(tensor).is_leaf is True or base_attribute("retains_grad").__get__(tensor)
        gradient = base_attribute("grad").__get__(tensor) if kept else None
    copy = None if gradient is None else _copy(gradient)
    return copy if not is_tensor(copy) or bool(method("any", copy)) else None


def _shared(namespace: Mapping[str, Any], names: Sequence[str]) -> Observed:
    pointers = {}
    for name in names:
        try:
            pointers[name] = method("untyped_storage", namespace[name]).data_ptr()
        except (KeyError, TypeError, AttributeError, RuntimeError, NotImplementedError):
            continue
    return {
        f"the memory of {one} and {other}": pointers[one] == pointers[other]
        for one in pointers
        for other in pointers
        if one < other
    }


def _probes(
    lesson: Lesson, step: Step, namespace: Mapping[str, Any], last: Last, given: Mapping[str, Any]
) -> list[tuple[str, tuple[Any, ...]]]:
    """The hidden inputs of the checks of functions, as they are and as they might have been."""
    found: list[tuple[str, tuple[Any, ...]]] = []

    def note(name: str, reference: Any, inputs: Any, **wants: Any) -> None:
        found.extend((name, each if isinstance(each, tuple) else (each,)) for each in inputs)

    words: dict[str, Callable[..., None]] = dict.fromkeys(CHECK_WORDS, _nothing)
    for seed in _SEEDS:
        for code in step.codes(Role.CHECK):
            with undisturbed():
                set_random_state(sown(seed))
                try:
                    exec(compile_fence(lesson, code), {**namespace, **given, **words, "function": note})
                except Exception:
                    continue  # the check itself is tried elsewhere
    return (found + [(name, tuple(map(_varied, arguments))) for name, arguments in found])[:_PROBES]


def _nothing(*arguments: Any, **keywords: Any) -> None:
    return


def _varied(argument: Any) -> Any:
    """Another argument of the same kind."""
    if is_tensor(argument) and method("is_floating_point", argument):
        return method("detach", method("flip", argument, (0,)) if method("dim", argument) else argument) * 1.5 + 0.25
    if type(argument) is float:
        return argument * 1.5 + 0.25
    return argument + 1 if type(argument) is int else argument


def _called(function: Any, arguments: tuple[Any, ...]) -> Any:
    try:
        with undisturbed():
            value = called_with(function, arguments)
    except (Exception, SystemExit) as error:
        return f"raises {type(error).__name__}"
    if isinstance(value, (tuple, list)):
        return [_copy(each) if is_tensor(each) else _plain(each) for each in value]
    return _copy(value) if is_tensor(value) else _plain(value)


def _same(one: Any, other: Any, promise: Promise, key: str) -> bool:
    rtol, atol = promise.tolerance.get(key.partition(".")[0].partition("(")[0], (1e-4, 1e-6))
    if is_tensor(one) and is_tensor(other):
        return same_values(one, other, rtol, atol)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return all(_same(mine, theirs, promise, key) for mine, theirs in zip(one, other, strict=True))
    return type(one) is type(other) and bool(one == other)
