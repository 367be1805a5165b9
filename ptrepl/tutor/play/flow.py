"""From block to block and step to step: the moves of the tutor, pure."""

from __future__ import annotations

from dataclasses import replace

from ptrepl.texts.messages import N_, gettext, ngettext
from ptrepl.tutor.format.lesson import Choices, CodeFence, Lesson, Pictures, Prose, Role, Step, StepKind
from ptrepl.tutor.names import check_calls, has_blank
from ptrepl.tutor.play import say
from ptrepl.tutor.play.state import Effect, LessonEnded, Phase, Prepare, Round, Save, SaveKind, State
from ptrepl.tutor.replay.demo_steps import split_statements

Turn = tuple[State, tuple[Effect, ...]]
_FILL_IN = N_(
    "Fill in each ___: Enter goes to the next one, and from the last it runs all. Ctrl-C empties the prompt, Up fills "
    "it again."
)
_CHANGE = N_(
    "Change the lines; Enter behind the last one, or Ctrl-O anywhere, runs them. Ctrl-C empties the prompt, Up fills "
    "it again."
)
_PUT_AWAY = N_("Change the line; Enter runs it. Ctrl-C empties the prompt, Up fills it again.")
_HELP = N_("%hint, %solution and %skip help.")


def note(state: State, *sentences: str) -> tuple[Effect, ...]:
    """A Note about keys, of one or more sentences; nothing where the answers come from a pipe."""
    text = " ".join(filter(None, sentences))
    return (say.Instruction(text),) if text and not state.piped else ()


def enter(
    lesson: Lesson,
    state: State,
    index: int,
    *,
    fresh: bool,
    opening: bool = False,
    resumed: bool = False,
    review: Round | None = None,
) -> Turn:
    """Begin a step. To go to another step ends a review, unless ``review`` is given."""
    step = lesson.steps[index]
    if state.alone and state.phase is not Phase.OVER and index != state.step:
        return replace(state, phase=Phase.OVER), ()
    state = State(
        step=index,
        done=state.done,
        round=review,
        piped=state.piped,
        notebook=state.notebook,
        by_line=state.by_line,
        alone=state.alone,
    )
    effects: list[Effect] = [Prepare(index, fresh), Save("entered", index)]
    if opening:
        effects.append(say.Title(lesson.title, lesson.minutes, len(lesson.steps)))
        if index == 0 and lesson.intro:
            effects.append(say.AuthorText(lesson.intro))
        elif resumed:
            effects.append(
                say.Instruction(gettext("The lesson goes on with this step. %restart begins at the first one."))
            )
    effects.append(say.Heading(step.title, index + 1, len(lesson.steps)))
    state, more = walk(lesson, state)
    return state, (*effects, *more)


def walk(lesson: Lesson, state: State) -> Turn:
    """Say the blocks from ``state.block`` on, up to one that waits for the learner or the end of the step."""
    step = lesson.steps[state.step]
    effects: list[Effect] = []
    for number in range(state.block, len(step.blocks)):
        block = step.blocks[number]
        waiting = replace(state, block=number)
        match block:
            case Prose(text):
                effects.append(say.AuthorText(state.worded(text, block.in_notebook or text)))
            case CodeFence(Role.DEMO, source):
                keys = [state.worded(gettext("Press Enter to run it."), gettext("The next cell holds it: run it."))]
                if len(split_statements(source)) > 1 and not state.notebook:
                    keys.append(gettext("%step runs one line of it."))
                effects += (say.CodeBlock(source), *note(state, *keys))
                return replace(waiting, phase=Phase.SHOWING), tuple(effects)
            case Pictures(commands):
                keys = [
                    ngettext("Press Enter to draw it.", "Press Enter to draw these {count}.", len(commands)),
                ]
                if state.notebook:  # there they draw themselves, and are called otherwise
                    commands, keys = tuple(each.replace("%", "%pt ", 1) for each in commands), []
                effects += (say.CodeBlock("\n".join(commands)), *note(state, *keys))
                return replace(waiting, phase=Phase.SHOWING), tuple(effects)
            case CodeFence(Role.PREDICT, source):
                question = state.worded(
                    gettext("What does it give? Type the value, or the error, before it runs."),
                    gettext("What does it give? Type %answer and the value, or the error, before it runs."),
                )
                effects += (say.CodeBlock(source), *note(state, question, gettext(_HELP)))
                return replace(waiting, phase=Phase.ANSWERING), tuple(effects)
            case Choices(items):
                letters = tuple((chr(ord("a") + place), item.text) for place, item in enumerate(items))
                question = state.worded(
                    gettext("Type the letter of your answer."), gettext("Type %answer and the letter of your answer.")
                )
                effects += (say.Options(letters), *note(state, question, gettext(_HELP)))
                return replace(waiting, phase=Phase.ANSWERING), tuple(effects)
    state = replace(state, block=len(step.blocks))
    if step.kind.asks_for_code:
        if state.piped:  # there is no prompt that it could be put into
            effects += [say.CodeBlock(code.source) for code in step.codes(Role.STARTER)]
        keys = [_starter_keys(state, code.source) for code in step.codes(Role.STARTER)]
        if _is_computed(step):
            keys.append(gettext("Results that are typed in do not count."))
        effects += note(state, *keys, gettext(_HELP))
        return replace(state, phase=Phase.WORKING), tuple(effects)
    state, more = close(lesson, state, None if state.missed else "passed")
    return state, (*effects, *more)


def _starter_keys(state: State, source: str) -> str:
    if state.by_line:
        return _by_line(source)
    if has_blank(source):
        return state.worded(gettext(_FILL_IN), gettext("Fill in each ___ in the next cell, and run it."))
    at_prompt = gettext(_CHANGE) if "\n" in source.strip() else gettext(_PUT_AWAY)
    return state.worded(at_prompt, gettext("The next cell holds the code: change it, and run it."))


def _by_line(source: str) -> str:
    """What a starter waits for at a prompt of one line, which only a starter of one line stands in."""
    match has_blank(source), "\n" in source.strip():
        case True, True:
            return gettext("Type the lines below, with something for each ___; a blank line ends a block.")
        case False, True:
            return gettext("Type the lines below as they should be; a blank line ends a block.")
        case True, False:
            return gettext("Write something for each ___; Enter runs the line.")
    return gettext("Change the line; Enter runs it.")


def _is_computed(step: Step) -> bool:
    """Whether a result that was typed in as numbers is refused."""
    return any(word == "computed" for code in step.codes(Role.CHECK) for word, _ in check_calls(code.source))


def close(lesson: Lesson, state: State, outcome: SaveKind | None) -> Turn:
    """The step has said and asked all: what was learned, then Enter goes on. ``outcome`` is kept, where there is one.

    A step that is only read is passed by going on from it, so that whoever leaves in the middle finds it again. With
    the step that has the whole lesson in it, all the others are done.
    """
    step = lesson.steps[state.step]
    learned = state.worded(step.learned, step.learned_in_notebook or step.learned)
    said = (say.Learned(learned),) if learned else ()
    told = (*said, *note(state, state.worded(gettext("Press Enter to go on."), "")))
    if step.kind is StepKind.READ:
        return replace(state, phase=Phase.READING), told
    kept: tuple[Save, ...] = (Save(outcome, state.step, state.answer),) if outcome else ()
    done = state.done | {step.id}
    if step.id == lesson.short and outcome == "passed":
        others = [number for number, each in enumerate(lesson.steps) if each.id not in done]
        kept += tuple(Save("passed", number) for number in others)
        done |= {each.id for each in lesson.steps}
        if others:
            whole = gettext("With it the whole lesson is done.")
            told = (*said, *note(state, whole, state.worded(gettext("Press Enter to go on."), "")))
    return replace(state, phase=Phase.DONE, done=done), (*kept, *told)


def follow(lesson: Lesson, state: State, *, fresh: bool = False) -> Turn:
    """Go on to the next step, or end the lesson after the last; in a review, to the next step that is due."""
    if state.alone:
        return replace(state, phase=Phase.OVER), ()
    if state.round is not None:
        return _follow_round(lesson, state, state.round)
    if state.step + 1 < len(lesson.steps):
        return enter(lesson, state, state.step + 1, fresh=fresh)
    done = all(step.id in state.done for step in lesson.steps)
    kept = (Save("finished", state.step),) if done else ()
    return replace(state, phase=Phase.OVER), (*kept, LessonEnded())


def _follow_round(lesson: Lesson, state: State, review: Round) -> Turn:
    if review.left:
        return enter(lesson, state, review.left[0], fresh=True, review=Round(review.left[1:], review.home))
    told = say.Feedback(gettext("That was the last step of this review."), "good")
    if review.home is None:
        return replace(state, phase=Phase.OVER, round=None), (told,)
    state, effects = enter(lesson, state, review.home, fresh=True)
    return state, (told, say.Instruction(gettext("You are back where you were before the review.")), *effects)
