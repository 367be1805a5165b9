"""What a task promises: the names that its text and its checks speak of, and what its comment ``promises`` adds."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from ptrepl.tutor.format.lesson import Promised, Prose, Role, Step
from ptrepl.tutor.names import check_calls

_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_NAME = re.compile(r"[^\W\d]\w*")
_GRAD = re.compile(r"([^\W\d]\w*)\.grad")
_NOT_MADE = frozenset({"torch", "nn", "F", "np", "device", "True", "False", "None", "_"})


@dataclass(frozen=True, slots=True)
class Promise:
    """``values``: names whose value counts; ``grads``: names whose gradient does. ``stated``: what the comment adds.

    ``loose``: names whose exact numbers nobody promised, since they are trained; ``anyhow``: numbers in any shape.
    ``tolerance``: (rtol, atol) of a name. ``result``, ``error``: whether the value or error of the last line counts.
    """

    values: frozenset[str]
    grads: frozenset[str]
    stated: tuple[Promised, ...]
    loose: frozenset[str]
    anyhow: frozenset[str]
    tolerance: dict[str, tuple[float, float]]
    result: bool
    error: bool


def promise_of(step: Step) -> Promise:
    """Read from the code between backticks, the names in the checks, and the comment of the step."""
    text = "\n".join(block.text for block in step.blocks if isinstance(block, Prose))
    spans = _SPAN.findall(text)
    values = {span for span in spans if _NAME.fullmatch(span)} - _NOT_MADE
    grads = {match[1] for span in spans if (match := _GRAD.fullmatch(span))}
    loose: set[str] = set()
    anyhow: set[str] = set()
    words: set[str] = set()
    tolerance: dict[str, tuple[float, float]] = {}
    for code in step.codes(Role.CHECK):
        for word, call in check_calls(code.source):
            words.add(word)
            for name in _names(word, call):
                (grads if word == "grad" else values).add(name)
                tolerance[name] = _tolerance(call)
                if word == "trained":
                    loose.add(name)
                if word == "scalar":
                    anyhow.add(name)
    return Promise(
        values=frozenset(values),
        grads=frozenset(grads),
        stated=step.promises,
        loose=frozenset(loose),
        anyhow=frozenset(anyhow),
        tolerance=tolerance,
        result="result" in words,
        error="raised" in words,
    )


def _names(word: str, call: ast.Call) -> list[str]:
    if word not in ("tensor", "scalar", "grad", "function", "module", "trained", "shares_memory"):
        return []
    places = {"trained": len(call.args), "shares_memory": 2}.get(word, 1)
    texts = [each.value for each in call.args[:places] if isinstance(each, ast.Constant)]
    return [text.partition(".")[0] for text in texts if isinstance(text, str)]


def _tolerance(call: ast.Call) -> tuple[float, float]:
    given = {}
    for keyword in call.keywords:
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, (int, float)):
            given[keyword.arg] = float(keyword.value.value)
    return given.get("rtol", 1e-4), given.get("atol", 1e-6)
