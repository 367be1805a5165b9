"""Whether each name is taught before it is used, and exists if the lesson says it teaches it. Runs no code of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.lesson import Choices, CodeFence, Lesson, Pictures, Prose, Role, Step, StepKind
from ptrepl.tutor.isolation.torch_api import own
from ptrepl.tutor.names import parse_python
from ptrepl.tutor.shown_words import words_in, words_shown
from ptrepl.tutor.verify.report import Fault

_HOMES = ("nn", "nn.functional", "optim", "autograd", "linalg", "utils.data")
_QUESTIONS = (Role.STARTER, Role.PREDICT)


def taught_faults(lesson: Lesson, library: Mapping[str, Lesson]) -> list[Fault]:
    """``library``: the lessons that this one may build upon, by id."""
    return [*_teaches(lesson), *_untaught(lesson, library)]


def needed_by(lesson: Lesson, library: Mapping[str, Lesson], seen: frozenset[str] = frozenset()) -> Iterator[Lesson]:
    """The lessons that come before it, and those before them."""
    for name in lesson.needs:
        if name in library and name not in seen:
            yield library[name]
            yield from needed_by(library[name], library, seen | {name, lesson.id})


def _teaches(lesson: Lesson) -> Iterator[Fault]:
    line = lesson.lines.get("teaches", 1)
    used = _words_of(lesson)
    for name in lesson.teaches:
        root, *parts = name.split(".")
        value: Any = own().torch if root == "torch" else None
        for part in parts if value is not None else ():
            value = getattr(value, part, None)
        if root == "torch" and value is None:
            yield Fault(line, gettext("teaches names {name}, which torch does not have", name=name))
        elif not used & _spellings(parts[-1] if parts else name):
            yield Fault(line, gettext("teaches names {name}, which is nowhere in the code of this lesson", name=name))


def _spellings(name: str) -> set[str]:
    return {name, "@"} if name == "matmul" else {name}


def _untaught(lesson: Lesson, library: Mapping[str, Lesson]) -> Iterator[Fault]:
    """The names that a learner has to read or write before anything has shown them."""
    known = set(words_shown(lesson.intro))
    for needed in needed_by(lesson, library):
        known |= _words_of(needed) | words_in(" ".join(needed.teaches))
    for step in lesson.steps:
        known |= _before(step)
        told: set[str] = set()
        for code in step.codes(*_QUESTIONS) + step.codes(Role.SOLUTION)[:1] if step.kind is not StepKind.DEMO else ():
            for name, line in _used(code):
                if name not in known | told and _is_torch(name):
                    told.add(name)
                    message = gettext(
                        "{name} is used here before it is taught; "
                        "show it first, between backticks in the text or in a demo",
                        name=name,
                    )
                    yield Fault(line, message)
            if code.role is not Role.SOLUTION:
                known |= words_in(code.source)
        known |= _words_of_step(step)


def _before(step: Step) -> set[str]:
    """The words of code that a learner can see before they answer; a hint is one of them, the quotation is not."""
    found = set(words_shown(step.title))
    for block in step.blocks:
        match block:
            case Prose(text):
                found |= words_shown(text)
            case Choices(items):
                for item in items:
                    found |= words_shown(item.text)
            case CodeFence(Role.DEMO, source):
                found |= words_in(source)
            case Pictures(commands):
                found |= words_in(" ".join(commands))
            case CodeFence(Role.PREDICT):
                break  # what follows is shown after the answer
    for hint in step.hints:
        found |= words_shown(hint.text)
    return found


def _words_of(lesson: Lesson) -> frozenset[str]:
    """Every word of code that a learner of the lesson has seen by its end."""
    return words_shown(lesson.intro).union(*map(_words_of_step, lesson.steps))


def _words_of_step(step: Step) -> frozenset[str]:
    told = [block.text for block in step.blocks if isinstance(block, Prose)]
    told += [f"`{command}`" for block in step.blocks if isinstance(block, Pictures) for command in block.commands]
    told += [
        each
        for block in step.blocks
        if isinstance(block, Choices)
        for item in block.items
        for each in (item.text, item.feedback)
    ]
    texts = (step.title, step.learned, *told, *(hint.text for hint in step.hints))
    return frozenset[str]().union(*map(words_shown, texts), *(words_in(code.source) for code in step.codes(*Role)))


def _used(code: CodeFence) -> Iterator[tuple[str, int]]:
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
    """Whether torch has something of that name; names of Python itself need no lesson."""
    torch = own().torch
    if name in ("device", "tensor") or name.startswith("__"):
        return False
    homes = [torch, own().Tensor, *(_at(torch, path) for path in _HOMES)]
    return any(hasattr(home, name) for home in homes) or name in ("requires_grad", "keepdim", "dim", "create_graph")


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = getattr(value, part, None)
    return value
