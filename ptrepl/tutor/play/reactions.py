"""How the tutor takes the statements that the learner types at a task. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ptrepl.texts.lists import every
from ptrepl.texts.messages import N_, gettext, ngettext
from ptrepl.tutor.check.completeness import may_be_whole
from ptrepl.tutor.check.verdict import CheckFault
from ptrepl.tutor.format.lesson import Lesson, Role, Step
from ptrepl.tutor.names import (
    RAISED,
    RESULT,
    asked_names,
    asked_parts,
    bound_in,
    has_blank,
    names_bound_by,
    read_in,
    tree_of,
)
from ptrepl.tutor.play import say
from ptrepl.tutor.play.asides.earlier_pass import was_added, would_be_added
from ptrepl.tutor.play.asides.plain_words import is_plain_words
from ptrepl.tutor.play.asides.wrote_nothing import only_compared, wrote_nothing
from ptrepl.tutor.play.flow import Turn, close
from ptrepl.tutor.play.other_ways import another_way, beside_shortest, dumped_statements, other_ways
from ptrepl.tutor.play.state import Effect, Ran, Save, State
from ptrepl.tutor.program_slice import program_slice
from ptrepl.tutor.replay.waypoints import single_lines

_SO_FAR = N_("Right so far: go on.")


def ran(lesson: Lesson, state: State, event: Ran) -> Turn:
    """Statements at a task. A pass is always told; a failure only about what they bound, changed or plainly tried."""
    step = lesson.steps[state.step]
    asked = frozenset[str]().union(*(asked_names(code.source) for code in step.codes(Role.CHECK)))
    parts = frozenset[str]().union(*(asked_parts(code.source) for code in step.codes(Role.CHECK)))
    if event.found_before:
        return _missed(state, event, _made_before(event.found_before), "note") if asked & event.touched else (state, ())
    if event.verdict.passed:
        return _passed(lesson, state, step, event) if _may_be_done(event, asked) else _stopped(state, event)
    concerned = bool(asked & event.touched) or event.attempted
    state = replace(state, right=state.right - event.touched - event.stale | event.right)
    if event.verdict.fault:
        return _faulty(lesson, state, event.verdict.fault) if concerned else (state, ())
    state = replace(state, begun=state.begun or bool(asked & (event.touched | names_bound_by(event.source))))
    if event.blank:
        return _missed(state, event, event.blank, "note")
    if event.uncalled:
        return _missed(state, event, event.uncalled, "bad")
    if event.old_class:
        return _missed(state, event, event.old_class, "note")
    solutions = [code.source for code in step.codes(Role.SOLUTION)]
    on_the_way = _on_the_way(event.typed, solutions)
    spoken_of = event.verdict.about in event.touched or event.attempted
    mood: say.Mood = "note" if (event.verdict.unfinished or on_the_way or event.halfway) and not event.raised else "bad"
    if event.piled_up and not event.told:
        return _missed(state, event, was_added(event.piled_up), "bad")
    if event.verdict.about in event.old_gradients and not event.raised:
        if _became(state, event, parts):
            return _progress(state, event, parts, so_far=False)
        return _missed(state, event, would_be_added(event.old_gradients), "note")
    if event.moved and not event.told:
        return _missed(state, event, event.moved, "bad")
    so_far = event.as_planned or _begins(event.typed, event.source, solutions)
    alone = event.typed != event.source and len(dumped_statements(event.source)) == 1
    if (event.begins or (so_far and alone)) and not event.raised:
        return _progress(state, event, parts, so_far=so_far)  # on the way, what is still to come need not be told
    if event.told and (event.raised or spoken_of or _seen_late(state, event, asked)):
        became = () if event.raised or spoken_of else sorted(_became(state, event, parts))
        state = replace(state, praised=state.praised | frozenset(became), told_about=event.verdict.about)
        return _missed(state, event, event.told, mood, _are_right(became))
    if event.raised and is_plain_words(event.source, ()) and " " in event.source.strip():
        return _missed(state, event, gettext("Those are words. Type Python here; %hint and %solution help."), "note")
    if compared := only_compared(event.source, event.absent):
        return _missed(state, event, compared, "note")
    if event.raised:
        return _missed(state, event, event.amiss, "note") if event.amiss else _redo(state, event, "", "bad")
    filled = state.attempts > 0 and any(has_blank(code.source) for code in step.codes(Role.STARTER))
    if idle := wrote_nothing(event.source, asked, solutions, event.touched, starter=filled):
        return _missed(state, event, idle, "note")
    if event.unnamed is not None:
        return _missed(state, event, _name_it(*event.unnamed), "note")
    if event.stale:
        return _missed(state, event, _computed_before(event.stale), "note")
    completed = concerned and _completed(event, asked, solutions)
    if event.amiss and not (on_the_way or event.halfway or spoken_of or completed or event.right & event.touched):
        return _missed(state, event, event.amiss, "note")
    begins = on_the_way or event.halfway or not may_be_whole(event.typed, event.made, asked, solutions)
    whole = event.verdict.unfinished or event.verdict.typed_in or event.attempted
    if begins and not whole:
        return _progress(state, event, parts, so_far=so_far)
    known = state.said in (event.told, event.verdict.message) or state.told_about == event.verdict.about
    if completed and not spoken_of and event.amiss and known and not _reads(event.source, event.verdict.about):
        return _missed(state, event, event.amiss, "note")  # what was said stands above; this is what was typed now
    if spoken_of or completed:
        became = sorted(_became(state, event, parts))
        state = replace(state, praised=state.praised | frozenset(became), told_about=event.verdict.about)
        return _missed(state, event, event.told or event.verdict.message, mood, _are_right(became))
    return _progress(state, event, parts, so_far=so_far)


def _reads(source: str, name: str) -> bool:
    tree = tree_of(source)
    return tree is not None and name.partition(".")[0] in read_in(tree)


def _seen_late(state: State, event: Ran, asked: frozenset[str]) -> bool:
    """Whether the input is part of a known mistake that shows in what was made before."""
    told_before = event.told == state.said or event.verdict.about == state.told_about
    return bool(event.touched & asked) and event.verdict.about in event.made and not told_before


def _begins(typed: str, source: str, solutions: Sequence[str]) -> bool:
    """Whether all that was typed, but for what was overwritten, are the first lines of a solution: nothing is wrong.

    Not all of its lines: where they do not pass, something is.
    """
    tree, last = tree_of(typed), tree_of(source)
    recent = len(last.body) if last is not None else 0
    kept = program_slice(tree, bound_in(tree), blocks=True, recent=recent) if tree is not None else None
    theirs = _lines(ast.unparse(kept)) if kept is not None and kept.body else _lines(typed)
    return any(theirs == _lines(each)[: len(theirs)] != _lines(each) for each in solutions)


def _may_be_done(event: Ran, asked: frozenset[str]) -> bool:
    """Whether what holds may be called done: not where the last line failed, unless that is the point of the step."""
    return not event.raised or RAISED in asked


def _made_before(names: frozenset[str]) -> str:
    return ngettext(
        "{names} comes from an earlier step. Make it in this step too.",
        "{names} come from an earlier step. Make them in this step too.",
        len(names),
        names=_listed(names),
    )


def _stopped(state: State, event: Ran) -> Turn:
    """Everything is there, and yet the input ended with an error."""
    text = gettext(
        "What this step asks for is there, but your last lines ended with an error. Mend them, and run them again."
    )
    return _missed(state, event, text, "note")


def _name_it(name: str, other: str) -> str:
    if other:
        return gettext("`{other}` holds the right value. Give it the name `{name}`.", other=other, name=name)
    return gettext("That is it. Give it the name `{name}`.", name=name)


def _computed_before(names: frozenset[str]) -> str:
    return ngettext(
        "{names} still holds what was computed before this line: compute it again.",
        "{names} still hold what was computed before this line: compute them again.",
        len(names),
        names=_listed(names),
    )


def _became(state: State, event: Ran, asked: frozenset[str]) -> frozenset[str]:
    """The asked names that are right now, and were not said to be; none where no other is missing."""
    became = event.right & (event.touched | event.made) - state.praised
    return became if asked - event.right - {RESULT, RAISED} else frozenset()


def _are_right(names: Sequence[str]) -> str:
    if not names:
        return ""
    return ngettext("{names} is right now.", "{names} are right now.", len(names), names=_listed(names))


def _listed(names: Iterable[str]) -> str:
    return every([f"`{name}`" for name in sorted(names)])


def _progress(state: State, event: Ran, parts: frozenset[str], *, so_far: bool) -> Turn:
    """Name what became right, of the asked ``parts``, and what is still missing; else what is amiss, or helps.

    ``so_far``: nothing of it is wrong. Nothing is said where nothing is known.
    """
    became = _became(state, event, parts)
    rest = parts - event.right - {RESULT, RAISED}
    if not became:
        text = event.amiss or _of_helping(event, rest) or (gettext(_SO_FAR) if so_far else _of_value(event, parts))
        return _missed(state, event, text, "note") if text else (state, ())
    fields = {"names": _listed(became), "left": _listed(rest)}
    if event.unkept:
        text = " ".join((_are_right(sorted(became)), event.unkept))
    elif not rest & event.made:
        text = ngettext(
            "{names} is right; still to come: {left}.",
            "{names} are right; still to come: {left}.",
            len(became),
            **fields,
        )
    else:
        text = ngettext(
            "{names} is right now; not yet: {left}.", "{names} are right now; not yet: {left}.", len(became), **fields
        )
    if event.old_gradients:
        text = " ".join((text, would_be_added(event.old_gradients)))
    told = replace(state, praised=state.praised | became, said=text)
    return told, (Save("unfinished", state.step, event.source), say.Feedback(text, "note"))


def _of_value(event: Ran, asked: frozenset[str]) -> str:
    """What the checks miss after an input that gave ``asked`` names values of which nothing else is known; or ""."""
    told = names_bound_by(event.source) & event.touched & asked and not event.begins
    return event.verdict.message if told else ""


def _of_helping(event: Ran, rest: frozenset[str]) -> str:
    """What is said about a value that a solution makes on its way; "" for nothing."""
    match event.helping:
        case (names, "right"):
            fields = {"names": _listed(names), "left": _listed(rest)}
            if rest & event.made:
                return ngettext("{names} is right: go on.", "{names} are right: go on.", len(names), **fields)
            return ngettext(
                "{names} is right; still to come: {left}.",
                "{names} are right; still to come: {left}.",
                len(names),
                **fields,
            )
        case ((name, *_), "tuple"):
            return gettext("`{name}` is a tuple with the right tensor in it. [0] takes that out.", name=name)
        case ((name, *_), "bare tuple"):
            return gettext(
                "`{name}` is a tuple, and the tensor in it has the right values, but no graph: nothing can be traced "
                "back from it.",
                name=name,
            )
        case ((name, *_), "no grad"):
            return gettext(
                "`{name}` has the right values, but no graph: nothing can be traced back from it.", name=name
            )
    return ""


def _completed(event: Ran, asked: frozenset[str], solutions: Sequence[str]) -> bool:
    """Whether the learner has bound every asked name that some solution binds, the wrong one included.

    The answer is then complete and wrong, which has to be said: no message would look like a pass.
    """
    made = names_bound_by(event.typed)
    done = any(asked & names_bound_by(source) <= made for source in solutions)
    return done and event.verdict.about in made


def _missed(state: State, event: Ran, text: str, mood: say.Mood, before: str = "") -> Turn:
    """An attempt, and what is said about it, ``before`` first.

    A note that would repeat the last one is left out, and is no attempt. A mistake that is made again is told again.
    """
    said_again = text == state.said and not (text == gettext(_SO_FAR) and names_bound_by(event.source))
    if said_again and mood == "note" and not before and (has_blank(event.source) or not event.blank):
        return state, ()
    tried = replace(state, attempts=state.attempts + 1, said=text)
    mistake = event.told if text == event.told else ""
    kept = Save("unfinished" if mood == "note" else "attempt", state.step, event.source, mistake)
    tried, redo = _redo(tried, event, text, mood)
    if event.left_over and not redo:
        redo = (say.Instruction(_left_over(event.left_over, given=event.of_setup)),)
    alone = text == event.told and (event.told_of_error or not event.raised)
    return tried, (kept, say.Feedback(f"{before} {text}".strip(), mood, alone), *redo)


def _left_over(name: str, *, given: bool) -> str:
    if given:
        return gettext("Lines that ended in an error had changed `{name}` before. %redo gives it back.", name=name)
    return gettext(
        "Lines that ended in an error had changed `{name}` before: make it anew, and run these again.", name=name
    )


def _redo(state: State, event: Ran, text: str, mood: say.Mood) -> Turn:
    """The hint at ``%redo``: once a step, and only where one of the step's own variables has lost what it held."""
    if not event.overwritten or state.redo_told or mood == "note" or "%redo" in text:
        return state, ()
    names = every([f"`{name}`" for name in sorted(event.overwritten)])
    said: tuple[Effect, ...] = (say.Instruction(gettext("%redo gives {names} back as the step began.", names=names)),)
    if event.overwritten_by is not None:
        name, line = event.overwritten_by
        why = gettext("Since your line `{line}`, `{name}` is not what the step began with.", line=line, name=name)
        said = (say.Instruction(why), *said)
    return replace(state, redo_told=True), said


def _passed(lesson: Lesson, state: State, step: Step, event: Ran) -> Turn:
    effects: list[Effect] = [say.Feedback(gettext("Yes, that is it."), "good")]
    solutions = step.codes(Role.SOLUTION)
    others = other_ways(solutions, event)
    state, closing = close(lesson, replace(state, answer=event.answer), "passed")
    if lesson.shortest:
        effects += beside_shortest(step, event)
    elif others and len(solutions) > 1:
        effects += another_way(others)
    return state, (*effects, *closing)


def _on_the_way(typed: str, solutions: Sequence[str]) -> bool:
    """Whether the learner's last statements are the first ones of a solution: nothing is wrong so far."""
    theirs = dumped_statements(typed)
    for solution in solutions:
        wanted = dumped_statements(solution)
        if any(theirs[-count:] == wanted[:count] for count in range(1, len(wanted))):
            return True
    return False


def _lines(source: str) -> list[str]:
    """The statements, each line under a ``with`` as one of its own."""
    tree = tree_of(source)
    return [] if tree is None else dumped_statements("\n".join(map(ast.unparse, single_lines(tree))))


def _faulty(lesson: Lesson, state: State, fault: CheckFault) -> Turn:
    """Skip the step: a mistake in the lesson must not stop the learner."""
    sorry = gettext("This step cannot be checked; the mistake is in the lesson, not yours.")
    state, closing = close(lesson, state, "skipped")
    return state, (say.Feedback(f"{sorry} {fault}", "fault"), *closing)
