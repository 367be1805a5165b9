"""What the lesson makes of its own questions: answers and known mistakes, worked out when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ptrepl.tutor.answers import Answer
from ptrepl.tutor.lesson import Code, Lesson, Role
from ptrepl.tutor.names import bound_in, parse_python
from ptrepl.tutor.shadow import same_mistake, tried, truth
from ptrepl.tutor.verdict import Last, Verdict

__all__ = ["Oracle"]


class Oracle:
    """Asks shadows of the lesson, beside the learner's session. ``given``: the names that every step finds."""

    def __init__(self, lesson: Lesson, given: Mapping[str, Any]) -> None:
        self._lesson = lesson
        self._given = given
        self._truths: dict[int, Answer | None] = {}
        self._mistakes: dict[int, tuple[Verdict, Last] | None] = {}
        self._step = -1

    def truth(self, index: int, code: Code) -> Answer | None:
        """What the code of a prediction gives; None where no answer can say it."""
        if index not in self._truths:
            self._truths[index] = truth(self._lesson, index, code, self._given)
        return self._truths[index]

    def known_mistake(self, index: int, verdict: Verdict, last: Last, typed: str) -> str:
        """What the ``wrong`` fence says that fails just as what was ``typed`` did; "" where none does.

        Whoever is still on the way has not made a mistake that takes more lines than they have typed.
        """
        if index != self._step:
            self._step = index
            self._mistakes.clear()
        for code in self._lesson.steps[index].codes(Role.WRONG):
            if verdict.unfinished and not last.error and not _in_its_order(code.source, typed):
                continue
            if code.line not in self._mistakes:
                self._mistakes[code.line] = tried(self._lesson, index, code, self._given)
            known = self._mistakes[code.line]
            if known is not None and same_mistake(verdict, last, *known):
                return code.says
        return ""


def _in_its_order(mistake: str, typed: str) -> bool:
    """Whether the learner bound the names of a known mistake in its own order.

    What was bound before something that it is made from was bound anew has nothing to do with that.
    """
    wanted = _binding_order(mistake)
    return [name for name in _binding_order(typed) if name in wanted] == wanted


def _binding_order(source: str) -> list[str]:
    """The names that top-level statements bind, each where it was bound last."""
    order: dict[str, None] = {}
    try:
        statements = parse_python(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    for statement in statements:
        for name in sorted(bound_in(statement)):
            order.pop(name, None)
            order[name] = None
    return list(order)
