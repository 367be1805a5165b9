"""What running the checks of a step found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Aspect = Literal["", "values", "requires_grad"]
"""What of a tensor a check finds not as wanted; "" for anything else, such as its shape."""


@dataclass(frozen=True, slots=True)
class Last:
    """How the last statement ended: type and message of its error, empty where it raised none; the value of ``_``.

    ``source``: all that was typed in the step so far.
    """

    error: str = ""
    message: str = ""
    value: Any = None
    source: str = ""
    ran: str = ""
    """Those statements of ``source`` that ran to their end; "" where one changed something before it failed."""
    printed: str = ""
    """What all of them have written to stdout."""
    line: int = field(default=0, compare=False)
    """Where a fence of a lesson raised its error, in the lesson's file; 0 where that is not known."""


class Longer:
    """Whether more rounds would be enough, by running them. In another process, where the lines are not, it is None."""

    def __init__(self, run: Callable[[], bool]) -> None:
        self._run = run

    def __call__(self) -> bool:
        return self._run()

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        return type(None), ()


class Miss(Exception):
    """What a check looked for is not so. The message is what the learner reads; ``about`` is the name it is about.

    ``unfinished``: nothing is wrong so far, something is yet to be done. ``typed_in``: as ``Verdict.typed_in``.
    ``aspect``: what of a tensor is not as wanted, where it is this alone. ``longer``: as ``Verdict.longer``.
    """

    def __init__(
        self,
        message: str,
        about: str,
        *,
        unfinished: bool = False,
        typed_in: bool = False,
        aspect: Aspect = "",
        longer: Longer | None = None,
    ) -> None:
        super().__init__(message)
        self.about = about
        self.unfinished = unfinished
        self.typed_in = typed_in
        self.aspect = aspect
        self.longer = longer


@dataclass(frozen=True, slots=True)
class CheckFault:
    """A check that fails by itself, which is a mistake of the lesson: ``autograd.md:31: TypeError: …``."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where ``passed`` is false, ``message`` says what is missing, or ``fault`` what is wrong with the lesson."""

    passed: bool
    message: str = ""
    fault: CheckFault | None = None
    about: str = ""
    """The learner's name that the failed check is about."""
    unfinished: bool = False
    """Nothing is wrong so far; something is yet to be done."""
    typed_in: bool = False
    """All is right, but was written down instead of computed: whoever typed it takes it for a whole answer."""
    longer: Longer | None = field(default=None, compare=False)
    """Of a training: whether more rounds of the same lines would be enough. Runs them; to be called while guarded."""
    seen: tuple[Any, ...] = field(default=(), compare=False)
    """What the checks read up to the failure: CPU copies and plain values, to recognise known mistakes by."""
