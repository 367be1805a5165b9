"""Looked at without running it: nothing gives an answer away, and nothing is used before it is taught."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ptrepl.tutor.lesson import Choices, Code, Kind, Lesson, Prose, Role, Step
from ptrepl.tutor.names import parse_python
from ptrepl.tutor.own import own
from ptrepl.tutor.verify_report import Fault

__all__ = ["text_faults", "words_of"]

_CODE = re.compile(r"(?ms)^(?P<mark>`{3,}|~{3,})[^\n]*\n(?P<block>.*?)^(?P=mark)|(?<!`)`(?P<span>[^`\n]+)`(?!`)")
_WORD = re.compile(r"\w+")
_HOMES = ("nn", "nn.functional", "optim", "autograd", "linalg", "utils.data")


def text_faults(lesson: Lesson, library: Mapping[str, Lesson]) -> list[Fault]:
    """``library``: the lessons that this one may build upon, by id."""
    faults = [fault for step in lesson.steps if step.kind.asks_for_code for fault in _given_away(step)]
    return [*faults, *_needs(lesson, library), *_unknown_names(lesson), *_untaught(lesson, library)]


def words_of(lesson: Lesson) -> frozenset[str]:
    """Every word that a learner of the lesson has seen by its end."""
    found = _words(lesson.intro) | _words(" ".join(lesson.teaches))
    for step in lesson.steps:
        found |= _shown(step) | _words(" ".join(code.source for code in step.codes(*Role)))
    return frozenset(found)


def _needs(lesson: Lesson, library: Mapping[str, Lesson]) -> Iterator[Fault]:
    line = lesson.lines.get("needs", 1)
    for name in lesson.needs:
        if name not in library and name != lesson.id:
            yield Fault(line, f"needs names the lesson '{name}', which does not exist")
    if lesson.id in lesson.needs or any(lesson.id in each.needs for each in _needed(lesson, library, frozenset())):
        yield Fault(line, "this lesson needs itself, by way of the lessons that it needs")


def _given_away(step: Step) -> Iterator[Fault]:
    texts = [(block.text, block.line, 1) for block in step.blocks if isinstance(block, Prose)]
    texts += [(hint.text, hint.line, 0) for hint in step.hints]
    for code in step.codes(Role.SOLUTION):
        wanted = _statements(code.source)
        for text, line, exact in texts:
            for match in _CODE.finditer(text):
                shown = _statements(match["block"] or match["span"])
                if wanted and any(shown[at : at + len(wanted)] == wanted for at in range(len(shown))):
                    at = line + exact * text.count("\n", 0, match.start())
                    yield Fault(at, f"this text gives the solution on line {code.line} away")
                    break


def _statements(source: str) -> list[str]:
    """How the statements read, however spaced and with or without ``device=``; none where it is not Python."""
    try:
        tree = parse_python(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "device"]
    return [ast.dump(statement) for statement in tree.body]


def _unknown_names(lesson: Lesson) -> Iterator[Fault]:
    for name in lesson.teaches:
        root, *parts = name.split(".")
        value: Any = own().torch if root == "torch" else None
        for part in parts if value is not None else ():
            value = getattr(value, part, None)
        if root == "torch" and value is None:
            yield Fault(lesson.lines.get("teaches", 1), f"teaches names {name}, which torch does not have")


def _untaught(lesson: Lesson, library: Mapping[str, Lesson]) -> Iterator[Fault]:
    """What a learner has to read or write with nothing to have learned it from."""
    known = set(_words(lesson.intro))
    for needed in _needed(lesson, library, frozenset()):
        known |= words_of(needed)
    for step in lesson.steps:
        known |= _shown(step)
        asked = step.codes(Role.STARTER, Role.PREDICT) + step.codes(Role.SOLUTION)[:1]
        told: set[str] = set()
        for code in asked if step.kind is not Kind.DEMO else ():
            for name, line in _used(code):
                if name not in known | told and _is_torch(name):
                    told.add(name)
                    yield Fault(
                        line, f"{name} is used here before it is taught; show it in the text or in a demo first"
                    )
            if code.role is not Role.SOLUTION:
                known |= _words(code.source)
        known |= _words(" ".join(code.source for code in step.codes(*Role)))


def _needed(lesson: Lesson, library: Mapping[str, Lesson], seen: frozenset[str]) -> Iterator[Lesson]:
    for name in lesson.needs:
        if name in library and name not in seen:
            yield library[name]
            yield from _needed(library[name], library, seen | {name, lesson.id})


def _shown(step: Step) -> set[str]:
    found = _words(step.title) | _words(step.learned)
    for block in step.blocks:
        if isinstance(block, Prose):
            found |= _words(block.text)
        elif isinstance(block, Choices):
            for item in block.items:
                found |= _words(item.text) | _words(item.feedback)
        elif block.role is Role.DEMO:
            found |= _words(block.source)
    for hint in step.hints:
        found |= _words(hint.text)
    return found


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text))


def _used(code: Code) -> Iterator[tuple[str, int]]:
    """The attributes and keyword arguments in a piece of code, with their lines in the file."""
    try:
        tree = parse_python(code.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr, code.line + node.lineno
        elif isinstance(node, ast.Call):
            yield from ((each.arg, code.line + node.lineno) for each in node.keywords if each.arg)


def _is_torch(name: str) -> bool:
    """Whether torch has something of that name; what is Python's own needs no lesson."""
    torch = own().torch
    if name in ("device", "tensor") or name.startswith("__"):
        return False
    homes = [torch, own().Tensor, *(_at(torch, path) for path in _HOMES)]
    return any(hasattr(home, name) for home in homes) or name in ("requires_grad", "keepdim", "dim", "create_graph")


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = getattr(value, part, None)
    return value
