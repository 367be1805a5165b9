"""When a step that was missed is due again: after 1, 3, 7, 17 and 44 days. Pure, from the events of progress."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

WAITS = tuple(timedelta(days=days) for days in (1, 3, 7, 17, 44))
_OLDEST = datetime(2020, 1, 1, tzinfo=UTC)
"""A clock that shows an earlier time was never set."""


@dataclass(slots=True)
class Plan:
    """What is ahead for one step. ``right``: how many reviews in a row went well; after five of them it rests.

    ``due`` is None for a step that rests, or was never missed.
    """

    due: datetime | None = None
    right: int = 0
    _troubled: bool = False

    def take(self, kind: str, at: datetime) -> None:
        """One event of the step, which happened at ``at``."""
        if kind in ("attempt", "solution"):
            self._troubled = True
        elif kind in ("skipped", "missed", "lapsed") or (kind == "passed" and self._troubled):
            self.right = 0
            self._wait(at)
        elif kind == "recalled" and self.due is not None:
            self.right += 1
            self._wait(at)

    def _wait(self, at: datetime) -> None:
        self._troubled = False
        self.due = at + WAITS[self.right] if self.right < len(WAITS) else None


def plans(events: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, dict[str, Plan]]:
    """Lesson → step → its plan, for each step that was missed once. ``events`` in the order of the log."""
    found: dict[str, dict[str, Plan]] = {}
    for event, at in zip(events, _moments(events, now), strict=True):
        lesson, step, kind = event["lesson"], event["step"], event["event"]
        if kind != "reset":
            found.setdefault(lesson, {}).setdefault(step, Plan()).take(kind, at)
        elif step:
            found.get(lesson, {}).pop(step, None)
        else:
            found.pop(lesson, None)
    return {
        lesson: {step: plan for step, plan in steps.items() if plan.due is not None or plan.right}
        for lesson, steps in found.items()
    }


def due_steps(steps: Mapping[str, Plan], asked: Iterable[str], now: datetime) -> tuple[str, ...]:
    """Those of ``asked`` that are due, in their order in the lesson."""
    return tuple(step for step in asked if (at := _due(steps, step)) is not None and at <= now)


class Asking(Protocol):
    """A lesson, as far as reviews are concerned."""

    @property
    def key(self) -> str:
        """What its progress is kept under."""
        ...

    @property
    def asked(self) -> tuple[str, ...]:
        """Its steps that ask something."""
        ...


def waiting(
    lessons: Iterable[Asking], known: Mapping[str, Mapping[str, Plan]], now: datetime
) -> dict[str, tuple[str, ...]]:
    """Key of a lesson → its steps that are due, for those that have any; in the order of ``lessons``."""
    found = {each.key: due_steps(known.get(each.key, {}), each.asked, now) for each in lessons}
    return {key: steps for key, steps in found.items() if steps}


def next_due(steps: Mapping[str, Plan], asked: Iterable[str]) -> datetime | None:
    """When the first of ``asked`` is due; None where none ever is."""
    return min((at for step in asked if (at := _due(steps, step)) is not None), default=None)


def _due(steps: Mapping[str, Plan], step: str) -> datetime | None:
    return steps[step].due if step in steps else None


def _moments(events: Sequence[Mapping[str, Any]], now: datetime) -> list[datetime]:
    """When each event happened. The log is in order: what is dated later than an event after it, or than now, was
    dated by a clock that ran ahead.
    """
    latest = now.astimezone(UTC)
    found: list[datetime] = []
    for event in reversed(events):
        at = read_moment(event["at"])
        if at is not None and _OLDEST <= at < latest:
            latest = at
        found.append(latest)
    return found[::-1]


def read_moment(text: str) -> datetime | None:
    """A time that the log has, in UTC; None where ``text`` is none. Without a time zone it is taken for UTC."""
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day have no other time zone
        return None
