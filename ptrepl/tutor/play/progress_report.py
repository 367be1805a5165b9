"""Where the learner stands in a lesson: what was done, what is due for review, and when the next review is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.lesson import Lesson, StepKind
from ptrepl.tutor.play import say
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import LessonRecord, records
from ptrepl.tutor.progress.review import WAITS, Plan, due_steps, next_due, plans


class Standing:
    """What the log says about one lesson at ``now``."""

    def __init__(self, lesson: Lesson, progress: Progress, now: datetime) -> None:
        events = progress.events()
        self._lesson = lesson
        self._now = now
        self._record = records(events).get(lesson.key, LessonRecord())
        self._plans = plans(events, now).get(lesson.key, {})
        self._asked = [step.id for step in lesson.steps if step.kind not in (StepKind.READ, StepKind.DEMO)]

    @property
    def due(self) -> tuple[int, ...]:
        """The steps that are due for review, counted from 0."""
        ids = [step.id for step in self._lesson.steps]
        return tuple(ids.index(step) for step in due_steps(self._plans, self._asked, self._now))

    def report(self, here: int | None) -> say.ProgressReport:
        """Every step and what became of it. ``here``: the one that is open."""
        rows = []
        due = self.due
        for number, step in enumerate(self._lesson.steps):
            each = self._record.steps.get(step.id)
            rows.append(
                say.ReportRow(step.id, step.title, each.status if each else "new", number == here, number in due)
            )
        ahead = gettext("%review asks again what is due.") if due else nothing_due(self._next)
        more = gettext("%progress course shows all lessons.")
        return say.ProgressReport(self._lesson.title, tuple(rows), f"{ahead} {more}")

    def agenda(self) -> say.Instruction:
        """What a review asks, or when there is one."""
        titles = ", ".join(f"'{self._lesson.steps[index].title}'" for index in self.due)
        return say.Instruction(gettext("Due for review: {steps}.", steps=titles) if titles else nothing_due(self._next))

    def remembered(self, step: str) -> say.Instruction:
        """What follows from a review of ``step`` that went well."""
        right = max(1, self._plans.get(step, Plan()).right)
        if right >= len(WAITS):
            text = gettext("You knew it {count} times in a row. It does not come back for review.", count=len(WAITS))
        else:
            text = gettext("You knew it. It comes back for review in {days} days.", days=WAITS[right].days)
        return say.Instruction(text)

    def back(self, steps: Iterable[str]) -> datetime | None:
        """When the first of ``steps`` comes back for review; None where none of them does."""
        return min((at for step in steps if (at := self.plan_of(step)) is not None), default=None)

    def plan_of(self, step: str) -> datetime | None:
        """When the step comes back for review; None for never."""
        return self._plans[step].due if step in self._plans and step in self._asked else None

    @property
    def _next(self) -> datetime | None:
        return next_due(self._plans, self._asked)


def nothing_due(at: datetime | None) -> str:
    """A sentence on when the next review is; ``at`` None: none is ahead."""
    if at is None:
        return gettext(
            "No step waits for a review. Steps that do not go right at once come back after 1, 3, 7, 17 and 44 days."
        )
    local = at.astimezone()
    return gettext(
        "Nothing is due for review yet. The next step comes back on {date} at {time}.",
        date=format(local, "%Y-%m-%d"),
        time=format(local, "%H:%M"),
    )
