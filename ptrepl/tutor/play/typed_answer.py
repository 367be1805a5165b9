"""A line typed at an open question: an answer, a letter, words that are none yet, or code. Runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, replace

from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.answer_in_words import answer_in_words, is_undecided, letter_in_words
from ptrepl.tutor.check.answers import Answer, behind_name, is_letter, read_answer, read_letter, without_doubt
from ptrepl.tutor.check.predict import Result, judge, misconception
from ptrepl.tutor.format.lesson import Choices, CodeFence, Role, Step
from ptrepl.tutor.names import tree_of
from ptrepl.tutor.play.asides.plain_words import is_plain_words
from ptrepl.tutor.play.state import Answered, Picked


@dataclass(frozen=True, slots=True)
class NotYet:
    """``why``: the sentence on why the line is no answer yet."""

    why: str


def typed_answer(
    text: str, step: Step, question: CodeFence | Choices, truth: Callable[[], Answer | None], known: Set[str]
) -> Answered | Picked | NotYet | None:
    """What ``text`` is; None for what may be code. ``known``: the names of the session."""
    text = without_doubt(text, question)
    if is_undecided(text, question):
        return NotYet(gettext("Those are two answers: decide on one of them."))
    words = is_plain_words(text, known)
    no_code = tree_of(text) is None or words
    if isinstance(question, Choices):
        index = read_letter(text, question)
        if index is None and no_code:
            index = letter_in_words(text, question)
        if index is not None:
            return Picked(index)
        return NotYet(_no_answer()) if words or (is_letter(text) and _is_unknown(text, known)) else None
    answer = read_answer(text) or read_answer(behind_name(text, question.source))
    if answer is None and no_code:
        answer = answer_in_words(text, truth())
    if answer is None:
        return _in_words(text) if words else None
    judgement = judge(answer, truth())
    if judgement.result is not Result.RIGHT and (says := misconception(answer, step.codes(Role.WRONG))):
        return Answered(replace(judgement, message=says), mistake=says)
    return Answered(judgement)


def _no_answer() -> str:
    return gettext("That is not an answer yet.")


def _in_words(text: str) -> NotYet:
    if text.rstrip().endswith("?"):
        return NotYet(_no_answer())
    return NotYet(gettext("Words are not an answer yet: type the value that comes out, or the error."))


def _is_unknown(text: str, known: Set[str]) -> bool:
    name = text.strip(" ().")
    return not name.isidentifier() or name not in known
