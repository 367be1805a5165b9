"""What checking a lesson found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something that the author has to fix; prints as ``path:line: message``."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A mutant that survives and is no mistake; ``reason`` is the author's."""

    line: int
    change: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of mutants. ``harmless``: they pass the checks and keep every promise of their step."""

    tried: int = 0
    killed: int = 0
    harmless: int = 0
    equivalent: tuple[Mark, ...] = ()
    surviving: tuple[Fault, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.tried + other.tried,
            self.killed + other.killed,
            self.harmless + other.harmless,
            self.equivalent + other.equivalent,
            self.surviving + other.surviving,
        )


@dataclass(frozen=True, slots=True)
class LessonReport:
    """Of one lesson. ``unchecked`` says why it was not checked, "" where it was. Warnings need no fix."""

    path: str
    steps: int = 0
    checks: int = 0
    mutants: Tally = Tally()
    faults: tuple[Fault, ...] = ()
    unchecked: str = ""
    warnings: tuple[Fault, ...] = ()
    starts: tuple[int, ...] = ()
    """The line of each step."""
    translated: int | None = None
    """Of a translation: how many of the steps have text in it."""

    @property
    def passed(self) -> bool:
        """Whether there is nothing to fix; a lesson that was not checked has passed."""
        return not self.faults and not self.mutants.surviving
