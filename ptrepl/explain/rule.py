"""The form of a rule: which errors it is for, and what it says of one case."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

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

    def matches(self, error: BaseException, message: str) -> re.Match[str] | None:
        """The match of the pattern, if the error is of one of the classes."""
        names = {cls.__name__ for cls in type.__dict__["__mro__"].__get__(type(error))}
        return re.search(self.pattern, message, re.DOTALL) if names.intersection(self.errors) else None
