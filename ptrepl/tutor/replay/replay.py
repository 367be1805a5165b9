"""What has to run before a step so that it begins as its author meant. Pure: which code, not the running of it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ptrepl.tutor.format.lesson import CodeFence, Lesson, Role, Step
from ptrepl.tutor.names import asked_names, bound_in, names_bound_by, tree_of, used_names
from ptrepl.tutor.replay.demo_steps import first_pieces

_SHOWN = (Role.DEMO, Role.PREDICT)


@dataclass(frozen=True, slots=True)
class SilentCode:
    """The code of one step that runs silently; the random state is seeded with the lesson's seed before it."""

    step: int
    codes: tuple[CodeFence, ...]


def parts_before(lesson: Lesson, index: int, block: int = 0, ran: int = 0) -> tuple[SilentCode, ...]:
    """The setups, demos, predictions and first solutions of the steps before ``index``.

    Then, of that step, the setup and what was shown and run before ``block``, with the first ``ran`` statements of it.
    """
    parts = []
    for number, step in enumerate(lesson.steps[:index]):
        codes = step.codes(Role.SETUP, *_SHOWN) + step.codes(Role.SOLUTION)[:1]
        parts.append(SilentCode(number, codes))
    step = lesson.steps[index]
    shown = tuple(code for code in step.blocks[:block] if isinstance(code, CodeFence) and code.role in _SHOWN)
    here = step.blocks[block] if ran else None
    begun = (replace(here, source=first_pieces(here.source, ran)),) if isinstance(here, CodeFence) else ()
    return (*parts, SilentCode(index, step.codes(Role.SETUP) + shown + begun))


def parts_before_work(lesson: Lesson, index: int) -> tuple[SilentCode, ...]:
    """The same up to where code is asked for, which is behind the demos of a task; any other step at its beginning."""
    step = lesson.steps[index]
    return parts_before(lesson, index, len(step.blocks) if step.kind.asks_for_code else 0)


def made_by(parts: Iterable[SilentCode]) -> frozenset[str]:
    """The names that these parts bind."""
    return frozenset[str]().union(*(names_bound_by(code.source) for part in parts for code in part.codes))


def reached_names(lesson: Lesson, index: int) -> frozenset[str]:
    """The names that the lesson's code binds up to a step, that step included, and the builtins that it reads.

    Names that only later steps use are the learner's own until then.
    """
    found: set[str] = set()
    for step in lesson.steps[: index + 1]:
        for code in step.codes(Role.SETUP, *_SHOWN, Role.SOLUTION):
            found |= names_bound_by(code.source) | {name for name in used_names(code.source) if hasattr(builtins, name)}
    return frozenset(found)


def setup_names(step: Step) -> frozenset[str]:
    """The names that stand ready when a step begins, by its own setup."""
    return frozenset().union(*(names_bound_by(code.source) for code in step.codes(Role.SETUP)))


def accepted_functions(step: Step, ran: str) -> str:
    """The functions, and what they may need, among the lines that passed a step; "" where it asks for none of them."""
    asked = frozenset[str]().union(*(asked_names(code.source, only="function") for code in step.codes(Role.CHECK)))
    tree = tree_of(ran)
    kept = [node for node in tree.body if _makes_function(node)] if tree is not None else []
    if not any(bound_in(node) & asked for node in kept):
        return ""
    lines = ran.split("\n")
    return "\n".join("\n".join(lines[_first_line(node) - 1 : node.end_lineno]) for node in kept)


def _makes_function(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Lambda)
    return isinstance(node, (ast.FunctionDef, ast.Import, ast.ImportFrom))


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return min([node.lineno, *(each.lineno for each in decorators)])


def solved_names(lesson: Lesson, index: int) -> frozenset[str]:
    """The names that a learner must touch to pass the step: those of its solutions and checks."""
    step = lesson.steps[index]
    found: set[str] = set()
    for code in step.codes(Role.SOLUTION):
        found |= used_names(code.source) | names_bound_by(code.source)
    for code in step.codes(Role.CHECK):
        found |= asked_names(code.source)
    return frozenset(found)
