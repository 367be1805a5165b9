"""Reviews: steps that are due are asked again, and how each of them went is kept. Pure."""

from __future__ import annotations

from dataclasses import replace

from ptrepl.tutor.format.lesson import Lesson
from ptrepl.tutor.play.flow import Turn, enter
from ptrepl.tutor.play.state import Phase, Review, Round, Save, State

_FAILURES = ("attempt", "solution", "missed", "skipped")


def begin_round(lesson: Lesson, state: State, event: Review) -> Turn:
    """Enter the first of the steps. A learner who is at another step comes back to it afterwards."""
    here = None if state.phase is Phase.OVER else state.step
    home = here if state.round is None else state.round.home
    return enter(lesson, state, event.steps[0], fresh=True, review=Round(event.steps[1:], home))


def marked(before: State, turn: Turn) -> Turn:
    """The turn, with the outcome of the reviewed step kept as soon as it is decided.

    Right is only what was right at once: the first failure decides, whatever comes after it.
    """
    state, effects = turn
    review = before.round
    if review is None or before.phase is Phase.OVER:
        return turn
    if not review.failed and any(isinstance(each, Save) and each.kind in _FAILURES for each in effects):
        if state.round is not None and state.step == before.step:
            state = replace(state, round=replace(state.round, failed=True))
        return state, (Save("lapsed", before.step), *effects)
    if state.phase is Phase.DONE and before.phase is not Phase.DONE and not review.failed:
        # the last effect says how to go on, and stays the last
        return state, (*effects[:-1], Save("recalled", before.step), *effects[-1:])
    return turn
