"""The inputs on which a learner's function is called to compare two programs: the hidden ones, and others like them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.static_read import gradient
from ptrepl.tutor.check.calling import called_with, changed_by
from ptrepl.tutor.check.grading import compile_fence
from ptrepl.tutor.format.lesson import Lesson, Role, Step
from ptrepl.tutor.isolation.guard import guarded, seeded_state, set_random_state
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value, method
from ptrepl.tutor.names import CHECK_WORDS, check_calls

_MOST = 60
_SEEDS = (11, 12)
"""Hidden inputs are drawn once with each seed: a check with random inputs should not depend on one draw."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One call. ``call(function, arguments)``: for what it gives, or for what it leaves of its arguments.

    ``number`` tells two calls apart whose code looks the same.
    """

    number: int
    name: str
    reference: Callable[..., Any]
    arguments: tuple[Any, ...]
    call: Callable[..., Any]


def probes(lesson: Lesson, step: Step, namespace: Mapping[str, Any], given: Mapping[str, Any]) -> list[Probe]:
    """The hidden inputs of the checks of functions, and other inputs like them; none of them twice."""
    found: list[tuple[str, Callable[..., Any], tuple[Any, ...], Callable[..., Any]]] = []

    def note(name: str, reference: Callable[..., Any], inputs: Any, *, in_place: bool = False, **wants: Any) -> None:
        call = changed_by if in_place else called_with
        found.extend((name, reference, each if isinstance(each, tuple) else (each,), call) for each in inputs)

    words: dict[str, Callable[..., None]] = dict.fromkeys(CHECK_WORDS, _nothing)
    checks = [
        code for code in step.codes(Role.CHECK) if any(word == "function" for word, _ in check_calls(code.source))
    ]
    for seed in _SEEDS:
        for code in checks:
            with guarded():
                set_random_state(seeded_state(seed))
                try:
                    exec(compile_fence(lesson, code), {**namespace, **given, **words, "function": note})
                except Exception:
                    continue  # a check that raises is reported by the trial of the solutions
    others = [(name, reference, other, call) for name, reference, given, call in found for other in _varied(given)]
    kept: dict[Any, Probe] = {}
    for number, (name, reference, arguments, call) in enumerate((found + others)[:_MOST]):
        kept.setdefault((name, call, _identity(arguments)), Probe(number, name, reference, arguments, call))
    return list(kept.values())


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


def _identity(argument: Any) -> Any:
    """Equal for arguments that no function could tell apart; of what is not known, for the same object alone."""
    if type(argument) in (bool, int, float, str, type(None)):
        return type(argument), repr(argument)  # 0.0 and -0.0 are equal, 1 / x of them is not
    if type(argument) in (list, tuple):
        return type(argument), tuple(map(_identity, argument))
    if is_tensor_value(argument) and gradient(argument) is None:
        facts = read(argument)
        try:
            content = copy_of(argument).numpy().tobytes()
        except (NoCopy, TypeError):
            return id(argument)
        return facts.shape, facts.dtype, facts.device, facts.requires_grad, method("stride", argument), content
    return id(argument)
