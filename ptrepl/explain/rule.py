"""The form of a rule: which errors it is for, and what it says of one case."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: a paragraph of whole sentences in the learner's names, and fixes that were tried."""

    text: str
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One family of errors. ``rule`` returns None where it does not know enough to say something."""

    family: str
    """A short name for the family, for tests and logs: learners do not see it."""
    errors: tuple[str, ...]
    """Names of exception classes; a class that derives from one of them counts too."""
    pattern: str
    """A regular expression, searched in the message."""
    rule: Callable[[Case], Finding | None]
    more: str = ""
    """The section of ``texts/LANGUAGE/errors`` that has the family at length, for ``%explain``: ``shapes/permute``.

    It says what torch was doing, and how one gets there; rules may share one.
    """
    lesson: str = ""
    """The step of a lesson that teaches it: ``autograd/backward-twice``."""
    only_torch: bool = True
    """The error must come from torch: the learner's frame called no other library that raised it."""

    def matches(self, classes: frozenset[str], message: str) -> re.Match[str] | None:
        """The match of the pattern, if one of ``classes`` is among the errors."""
        return None if classes.isdisjoint(self.errors) else _compiled(self.pattern).search(message)


def class_names(error: BaseException) -> frozenset[str]:
    """The names of the class of an error and of all that it derives from."""
    return frozenset(cls.__name__ for cls in type.__dict__["__mro__"].__get__(type(error)))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)  # re itself forgets all where it has more than 512 of them
