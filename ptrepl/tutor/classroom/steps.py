"""The reports of many learners → each step, and how the class fares at it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from ptrepl.tutor.classroom.reports import StepReport


@dataclass(frozen=True, slots=True)
class StepOfClass:
    """One step. ``passed``: how many of those who ``entered`` it; ``attempts``, ``seconds``: medians of these."""

    lesson: str
    step: str
    entered: int
    passed: int
    attempts: float
    hints: int
    """How many asked for a hint or a solution."""
    seconds: float
    mistake: str = ""
    """What the lesson said to most of those who made a known mistake."""
    made: int = 0
    """How many made it."""

    @property
    def stuck(self) -> int:
        """How many entered it and have not passed."""
        return self.entered - self.passed


def class_steps(reports: Sequence[StepReport], order: Mapping[tuple[str, str], int]) -> list[StepOfClass]:
    """The steps that anybody entered. ``order``: (lesson, step) → its place in the course; others come last."""
    steps: dict[tuple[str, str], list[StepReport]] = {}
    for report in reports:
        steps.setdefault((report.lesson, report.step), []).append(report)
    last = len(order)
    return [_step(steps[key]) for key in sorted(steps, key=lambda key: (order.get(key, last), key))]


def stuck_most(steps: Iterable[StepOfClass], most: int) -> list[StepOfClass]:
    """Those at which most learners are stuck, then those that took most attempts; none that gave no trouble."""
    troubled = [each for each in steps if each.stuck or each.attempts >= 2]
    return sorted(troubled, key=lambda each: (-each.stuck, -each.attempts, -each.hints))[:most]


def _step(reports: Sequence[StepReport]) -> StepOfClass:
    made: Counter[str] = Counter()
    for report in reports:
        made.update(set(report.mistakes))
    mistake, count = next(iter(made.most_common(1)), ("", 0))
    return StepOfClass(
        reports[0].lesson,
        reports[0].step,
        len(reports),
        sum(each.status == "passed" for each in reports),
        median(each.attempts for each in reports),
        sum(bool(each.hints or each.solutions) for each in reports),
        median(each.seconds for each in reports),
        mistake,
        count,
    )
