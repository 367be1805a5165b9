"""The tutor as a pure function: (lesson, state, event) → (state, effects)."""

from __future__ import annotations

from dataclasses import replace

from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.lesson import CodeFence, Lesson, Pictures
from ptrepl.tutor.play import say
from ptrepl.tutor.play.flow import Turn, enter, follow
from ptrepl.tutor.play.lesson_commands import obey
from ptrepl.tutor.play.questions import answered, demo_ran, picked
from ptrepl.tutor.play.reactions import ran
from ptrepl.tutor.play.state import (
    Answered,
    Asked,
    Continued,
    DemoRan,
    DemoTyped,
    Entered,
    Event,
    Phase,
    Picked,
    Ran,
    Review,
    Round,
    Save,
    State,
)
from ptrepl.tutor.replay.demo_steps import rest, split_statements

_FAILURES = ("attempt", "solution", "missed", "skipped")


def begin_round(lesson: Lesson, state: State, event: Review) -> Turn:
    """Enter the first of the steps. A learner who is at another step comes back to it afterwards."""
    here = None if state.phase is Phase.OVER else state.step
    home = here if state.round is None else state.round.home
    return enter(lesson, state, event.steps[0], fresh=True, review=Round(event.steps[1:], home))


def marked(before: State, turn: Turn) -> Turn:
    """The turn; once the outcome of the reviewed step is decided, also an effect that saves it.

    A step is recalled only if its first attempt was right: after one failure it counts as lapsed.
    """
    state, effects = turn
    review = before.round
    if review is None or before.phase is Phase.OVER:
        return turn
    failures = [each for each in effects if isinstance(each, Save) and each.kind in _FAILURES]
    if failures and not review.failed:
        if state.round is not None and state.step == before.step:
            state = replace(state, round=replace(state.round, failed=True))
        return state, (Save("lapsed", before.step, failures[0].typed), *effects)
    if state.phase is Phase.DONE and before.phase is not Phase.DONE and not review.failed:
        # the last effect tells the learner how to go on, so it must stay the last
        return state, (*effects[:-1], Save("recalled", before.step, state.answer), *effects[-1:])
    return turn


def advance(lesson: Lesson, state: State, event: Event) -> Turn:
    """The next state and what to do about it, in order. An event that does not fit the phase changes nothing.

    Raises KeyError for a command that is not one of the tutor's.
    """
    state, effects = marked(state, _react(lesson, state, event))
    while _goes_on_by_itself(lesson, state):
        state, more = _go_on(lesson, state)
        effects += more
    return state, effects


def _goes_on_by_itself(lesson: Lesson, state: State) -> bool:
    if state.notebook:
        draws = state.phase is Phase.SHOWING and isinstance(lesson.steps[state.step].blocks[state.block], Pictures)
        return draws or state.phase in (Phase.READING, Phase.DONE)
    return state.piped and state.phase in (Phase.READING, Phase.SHOWING, Phase.DONE)


def _react(lesson: Lesson, state: State, event: Event) -> Turn:
    match event:
        case Entered(step, opening, resumed):
            return enter(lesson, state, step, fresh=True, opening=opening, resumed=resumed)
        case Continued():
            return _go_on(lesson, state)
        case DemoRan() if state.phase is Phase.RUNNING:
            return demo_ran(lesson, state, event)
        case DemoTyped(count, error) if state.phase is Phase.SHOWING:
            running = replace(state, phase=Phase.RUNNING, running_to=state.ran_pieces + count)
            return demo_ran(lesson, running, DemoRan(error))
        case Ran() if state.phase is Phase.WORKING:
            return ran(lesson, state, event)
        case Answered() if state.phase is Phase.ANSWERING:
            return answered(lesson, state, event)
        case Picked() if state.phase is Phase.ANSWERING:
            return picked(lesson, state, event)
        case Asked(name, argument):
            return obey(lesson, state, name, argument)
        case Review():
            return begin_round(lesson, state, event)
    return state, ()


def _go_on(lesson: Lesson, state: State) -> Turn:
    step = lesson.steps[state.step]
    if state.phase is Phase.SHOWING:
        code = step.blocks[state.block]
        if isinstance(code, Pictures):
            return replace(state, phase=Phase.RUNNING), (say.RunDemo("", commands=code.commands),)
        assert isinstance(code, CodeFence)  # in the phase SHOWING the block is one or the other
        running = replace(state, phase=Phase.RUNNING, running_to=len(split_statements(code.source)))
        return running, (say.RunDemo(rest(code.source, state.ran_pieces), code.raises),)
    if state.phase is Phase.READING:
        kept = () if step.id in state.done else (Save("passed", state.step),)
        state, effects = follow(lesson, replace(state, done=state.done | {step.id}))
        return state, (*kept, *effects)
    if state.phase is Phase.DONE:
        return follow(lesson, state)
    if state.phase is Phase.ANSWERING:
        return state, (
            say.Instruction(gettext("The question is open: type your answer, or %hint. %task shows it again.")),
        )
    if state.phase is Phase.WORKING and not state.piped:
        return state, (say.Instruction(gettext("The task is open: type your code, or %hint. %task shows it again.")),)
    return state, ()
