"""How the tutor takes answers to a question, and code that the lesson has shown and run. Pure."""

from __future__ import annotations

from dataclasses import replace

from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.predict import Result
from ptrepl.tutor.format.lesson import Choices, CodeFence, Lesson, Pictures, Role
from ptrepl.tutor.play import say
from ptrepl.tutor.play.flow import Turn, walk
from ptrepl.tutor.play.state import Answered, DemoRan, Effect, Phase, Picked, Save, State
from ptrepl.tutor.replay.demo_steps import split_statements

_TRIES = 2
"""Answers to a question, after which it is explained and the lesson goes on."""


def answered(lesson: Lesson, state: State, event: Answered) -> Turn:
    """A typed prediction: right, or the second that is not, runs the code; what to say about it comes after."""
    judgement = event.judgement
    tried = replace(state, attempts=state.attempts + 1)
    if judgement.result is Result.RIGHT:
        more = judgement.message
        text = " ".join((gettext("Right."), more)) if more else gettext("Right, as you said.")
        return run_question(lesson, replace(tried, pending=say.Feedback(text, "good"), answer=event.text))
    kept = Save("attempt", state.step, event.text, event.mistake)
    tries = _TRIES + (judgement.result is Result.NEAR)  # a nearly right answer gets one more try
    if tried.attempts < tries and not state.piped:
        again = gettext("Try once more.") if tried.attempts == 1 else gettext("One more try.")
        text = " ".join((judgement.message or gettext("Not that."), again))
        return tried, (kept, say.Feedback(text, "bad"))
    above = gettext("What it really gives stands above.")
    text = f"{judgement.message} {above}" if judgement.message else above
    state, effects = run_question(lesson, replace(tried, pending=say.Feedback(text, "bad")))
    return state, (kept, *effects)


def run_question(lesson: Lesson, state: State) -> Turn:
    """Run the code that a prediction is about."""
    code = lesson.steps[state.step].blocks[state.block]
    assert isinstance(code, CodeFence)  # a predict step always has code
    return replace(state, phase=Phase.RUNNING), (say.RunDemo(code.source, code.raises),)


def demo_ran(lesson: Lesson, state: State, event: DemoRan) -> Turn:
    """The shown code has run: say what was held back until then, and go on with the next block."""
    code = lesson.steps[state.step].blocks[state.block]
    if isinstance(code, Pictures):
        return walk(lesson, replace(state, block=state.block + 1))
    assert isinstance(code, CodeFence)  # nothing else is run
    is_question = code.role is Role.PREDICT
    if event.interrupted and not is_question and not state.piped:  # in a pipe it would run again without end
        return replace(state, phase=Phase.SHOWING), (
            say.Instruction(
                state.worded(
                    gettext("It was stopped. Press Enter to run it again."),
                    gettext("It was stopped. Run it again to go on."),
                )
            ),
        )
    effects: list[Effect] = []
    if event.error and event.error != code.raises and not is_question:
        text = gettext(
            "The lesson did not plan that error. %redo puts its variables back as they were and starts the step again."
        )
        effects.append(say.Feedback(text, "fault"))
    stopped = event.error or event.interrupted or is_question
    if not stopped and state.running_to < len(split_statements(code.source)):
        waiting = replace(state, phase=Phase.SHOWING, ran_pieces=state.running_to)
        left = state.worded(
            gettext("%step runs the next line, Enter all that are left."),
            gettext("The lines that are left are still to be run."),
        )
        return waiting, (say.Instruction(left),)
    pending = state.pending
    if pending is not None:
        effects.append(pending)
    if is_question and pending is not None and pending.mood != "good":
        effects.append(Save("missed", state.step))
        state = replace(state, missed=True, done=state.done | {lesson.steps[state.step].id})
    state, more = walk(lesson, replace(state, block=state.block + 1, pending=None, ran_pieces=0))
    return state, (*effects, *more)


def picked(lesson: Lesson, state: State, event: Picked) -> Turn:
    """A choice gets its own feedback. After a wrong one the learner may choose again; a pipe gives only one line."""
    question = lesson.steps[state.step].blocks[state.block]
    if not isinstance(question, Choices) or not 0 <= event.index < len(question.items):
        return state, ()
    item = question.items[event.index]
    tried = replace(state, attempts=state.attempts + 1)
    if item.right:
        state, more = walk(lesson, replace(tried, block=state.block + 1, answer=event.text))
        return state, (say.Feedback(" ".join((gettext("Right."), item.feedback)), "good"), *more)
    kept = Save("attempt", state.step, event.text, item.feedback)
    effects: list[Effect] = [kept, say.Feedback(item.feedback, "bad")]
    if not state.piped:
        return tried, tuple(effects)
    return reveal_choice(lesson, tried, tuple(effects))


def reveal_choice(lesson: Lesson, state: State, before: tuple[Effect, ...] = ()) -> Turn:
    """Tell the right choice and go on."""
    question = lesson.steps[state.step].blocks[state.block]
    assert isinstance(question, Choices)  # a choice step asks a question
    place, item = next((place, item) for place, item in enumerate(question.items) if item.right)
    answer = gettext("The answer is {letter}.", letter=chr(ord("a") + place))
    told = say.Feedback(f"{answer} {item.feedback}", "note")
    done = replace(state, block=state.block + 1, missed=True, done=state.done | {lesson.steps[state.step].id})
    state, more = walk(lesson, done)
    return state, (*before, Save("missed", state.step), told, *more)
