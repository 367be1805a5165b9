"""The commands of a lesson: a table of pure handlers, (lesson, state, argument) → (state, effects)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ptrepl.nearest import nearest
from ptrepl.texts.messages import N_, gettext
from ptrepl.tutor.format.faults import printable
from ptrepl.tutor.format.lesson import Choices, CodeFence, Lesson, Pictures, Prose, Role, Step
from ptrepl.tutor.play import say
from ptrepl.tutor.play.flow import Turn, enter, follow
from ptrepl.tutor.play.questions import reveal_choice, run_question
from ptrepl.tutor.play.state import Effect, Phase, Save, State
from ptrepl.tutor.replay.demo_steps import split_statements

_ENOUGH = 2
"""Attempts after which the solution is shown at once."""
_OVER = N_("The lesson is over. %restart begins it again.")
_LEFT = N_("You have left '{lesson}'. %redo takes you back to where you were, %restart to its first step.")


def obey(lesson: Lesson, state: State, name: str, argument: str) -> Turn:
    """Do the command; raises KeyError for a name that is not in ORDERS."""
    return ORDERS[name](lesson, state, argument.strip())


def _solved(state: State) -> str:
    return state.worded(
        gettext("This step is done. Press Enter to go on; %redo begins it again."),
        gettext("This step is done; %redo begins it again."),
    )


def _nothing_asked(state: State) -> str:
    return state.worded(
        gettext("Nothing is asked here. Press Enter to go on."),
        gettext("Nothing is asked here."),
    )


def _shown(lesson: Lesson, state: State) -> str:
    if isinstance(lesson.steps[state.step].blocks[state.block], Pictures):
        return gettext("Nothing is asked here: press Enter to draw what is shown.")
    return state.worded(
        gettext("Nothing is asked here: press Enter to run the code that is shown."),
        gettext("Nothing is asked here: run the code that is shown."),
    )


def _hint(lesson: Lesson, state: State, _: str) -> Turn:
    step = lesson.steps[state.step]
    if state.phase is Phase.OVER:
        return _told(state, _over(lesson, state))
    if state.phase not in (Phase.WORKING, Phase.ANSWERING):
        if state.phase is Phase.DONE and step.kind.asks_something:
            return _told(state, _solved(state))
        if state.phase is Phase.SHOWING:
            return _told(state, _shown(lesson, state))
        return _told(
            state,
            state.worded(
                gettext("Nothing is asked here, so there is no hint. Press Enter to go on."),
                gettext("Nothing is asked here, so there is no hint."),
            ),
        )
    if not step.hints:
        return _told(state, gettext("This step has no hint. A wrong answer costs nothing: try one."))
    if not state.attempts and not state.begun and not state.hint_asked:
        text = gettext("Try it first: a wrong answer costs nothing. To see the hint now, type %hint again.")
        return replace(state, hint_asked=True), (say.Instruction(text),)
    place = _next_hint(step, state)
    if place is None:
        if state.attempts < _ENOUGH and not state.solution_asked:
            return _told(state, gettext("That was the last hint. %solution shows the answer after two attempts."))
        return _told(state, gettext("That was the last hint. %solution shows the answer."))
    shown = replace(state, hints=state.hints | {place})
    return shown, (Save("hint", state.step), say.AuthorText(step.hints[place].text))


def _next_hint(step: Step, state: State) -> int | None:
    """The place of the hint to show: none on what is right by now, unless nothing else was ever shown."""
    left = [place for place in range(len(step.hints)) if place not in state.hints]
    open_ones = [place for place in left if not step.hints[place].about or {*step.hints[place].about} - state.right]
    return next(iter(open_ones or ([] if state.hints else left)), None)


def _solution(lesson: Lesson, state: State, _: str) -> Turn:
    step = lesson.steps[state.step]
    if state.phase is Phase.OVER:
        return _told(state, _over(lesson, state))
    if state.phase is Phase.DONE and step.kind.asks_something:
        shown = [say.CodeBlock(code.source, code.name) for code in step.codes(Role.SOLUTION)]
        return state, (*shown, say.Instruction(_solved(state)))
    if state.phase not in (Phase.WORKING, Phase.ANSWERING):
        return _told(state, _shown(lesson, state) if state.phase is Phase.SHOWING else _nothing_asked(state))
    if state.attempts < _ENOUGH and not state.solution_asked:
        text = gettext("The solution is shown after two attempts. To see it now, type %solution again.")
        return replace(state, solution_asked=True), (say.Instruction(text),)
    kept = Save("solution", state.step)
    if state.phase is Phase.ANSWERING:
        if isinstance(step.blocks[state.block], Choices):
            return reveal_choice(lesson, state, (kept,))
        pending = say.Feedback(gettext("That is what it gives."), "note")
        state, effects = run_question(lesson, replace(state, pending=pending))
        return state, (kept, *effects)
    shown = [say.CodeBlock(code.source, code.name) for code in step.codes(Role.SOLUTION)]
    return state, (kept, *shown, say.Instruction(gettext("Type it, or a variation of it, and see what it does.")))


def _skip(lesson: Lesson, state: State, _: str) -> Turn:
    step = lesson.steps[state.step]
    if state.phase is Phase.OVER:
        return _told(state, _over(lesson, state))
    asked_again = state.round is not None and state.phase is not Phase.DONE
    if step.id in state.done and not asked_again:
        return follow(lesson, state, fresh=state.phase is not Phase.DONE)
    kept: tuple[Effect, ...] = (Save("skipped", state.step),)
    state, effects = follow(lesson, state, fresh=True)
    return state, (*kept, *effects)


def _back(lesson: Lesson, state: State, _: str) -> Turn:
    if state.step == 0:
        return _told(state, gettext("This is the first step."))
    return enter(lesson, state, state.step - 1, fresh=True)


def _goto(lesson: Lesson, state: State, argument: str) -> Turn:
    known = [step.id for step in lesson.steps]
    if argument.isdecimal() and 1 <= int(argument[:9]) <= len(known):
        return enter(lesson, state, int(argument) - 1, fresh=True)
    if argument in known:
        return enter(lesson, state, known.index(argument), fresh=True)
    if not argument:
        return _told(state, gettext("Say which step: %goto 3, or %goto {id}. %progress lists them.", id=known[0]))
    if close := nearest(argument, known):
        return _told(
            state, gettext("There is no step '{id}'. Did you mean %goto {close}?", id=printable(argument), close=close)
        )
    return _told(state, gettext("There is no step '{id}'. %progress lists them.", id=printable(argument)))


def _restart(lesson: Lesson, state: State, _: str) -> Turn:
    return enter(lesson, state, 0, fresh=True, opening=True)


def _redo(lesson: Lesson, state: State, _: str) -> Turn:
    return enter(lesson, state, state.step, fresh=True, review=state.round)


def _task(lesson: Lesson, state: State, _: str) -> Turn:
    """The text and the code of the step once more, up to where it waits; nothing begins anew."""
    if state.phase is Phase.OVER:
        return _told(state, _over(lesson, state))
    step = lesson.steps[state.step]
    shown: list[Effect] = [say.Heading(step.title, state.step + 1, len(lesson.steps))]
    for block in step.blocks[: state.block + 1]:
        match block:
            case Prose(text):
                shown.append(say.AuthorText(state.worded(text, block.in_notebook or text)))
            case CodeFence(Role.DEMO | Role.PREDICT, source):
                shown.append(say.CodeBlock(source))
            case Choices(items):
                letters = tuple((chr(ord("a") + place), item.text) for place, item in enumerate(items))
                shown.append(say.Options(letters))
    return state, tuple(shown)


def _step(lesson: Lesson, state: State, _: str) -> Turn:
    if state.phase is Phase.ANSWERING and isinstance(lesson.steps[state.step].blocks[state.block], CodeFence):
        return _told(state, gettext("The code shown here runs when you have answered, all of it."))
    if state.phase is not Phase.SHOWING:
        return _told(state, gettext("No code is shown here that waits to be run. %step runs one line of such code."))
    code = lesson.steps[state.step].blocks[state.block]
    if not isinstance(code, CodeFence):
        return _told(state, _shown(lesson, state))
    piece = split_statements(code.source)[state.ran_pieces]
    running = replace(state, phase=Phase.RUNNING, running_to=state.ran_pieces + 1)
    return running, (say.CodeBlock(piece), say.RunDemo(piece, code.raises))


def _leave(lesson: Lesson, state: State, _: str) -> Turn:
    if state.phase is Phase.OVER:
        return _told(state, _over(lesson, state))
    if state.piped:
        text = gettext("You have left '{lesson}'.", lesson=lesson.title)
    elif all(step.id in state.done for step in lesson.steps):
        text = gettext(
            "You have left '{lesson}', which you have finished. %redo comes back to this step; your variables stay.",
            lesson=lesson.title,
        )
    else:
        text = gettext(
            "You have left '{lesson}'. It goes on from here next time, or with %redo; your variables stay.",
            lesson=lesson.title,
        )
    return replace(state, phase=Phase.OVER, round=None, left=True), (say.Feedback(text, "note"),)


def _over(lesson: Lesson, state: State) -> str:
    return gettext(_LEFT, lesson=lesson.title) if state.left else gettext(_OVER)


def _told(state: State, text: str) -> Turn:
    return state, (say.Instruction(text),)


ORDERS: dict[str, Callable[[Lesson, State, str], Turn]] = {
    "hint": _hint,
    "solution": _solution,
    "skip": _skip,
    "back": _back,
    "goto": _goto,
    "restart": _restart,
    "redo": _redo,
    "task": _task,
    "step": _step,
    "leave": _leave,
}
"""name → handler. The list of commands says what each does."""
