"""A word of the lesson's own is answered with the sentence that tells of it, as far as the learner has read."""

from __future__ import annotations

import pytest

from ptrepl.shell.asked_in_words import asked_in_words
from ptrepl.tutor.play.asides.said_about import said_about
from tests.tutor.trying import player_of, shipped

RULE = "It has the rule `w * distance + b`, which is a straight line"


@pytest.mark.parametrize(
    ("step", "word", "said"),
    [
        ("regression/loss", "rule", f"Step 1, 'A first guess', says: {RULE}"),
        ("regression/stopped-early", "rule", "This step says: Somebody made a loss below 1 the rule to stop."),
        ("autograd-more/falling-stone", "stone", "This step says: The function `height(t)` says how high a stone is"),
        ("graph/leaves", "yards", ""),
        ("graph/leaves", "they", ""),
        ("graph/leaves", "volume", ""),
    ],
)
def test_the_last_sentence_that_was_read_is_quoted(step: str, word: str, said: str) -> None:
    lesson, _, name = step.partition("/")
    player = player_of(lesson)
    player.begin(name)
    told = player.run.said_about(word)
    assert told.startswith(said)
    assert bool(told) == bool(said)


def test_marks_of_bold_are_left_out_and_powers_are_not() -> None:
    rule, stone = player_of("regression"), player_of("autograd-more")
    rule.begin("loss")
    stone.begin("falling-stone")
    assert "the weight `w` and the bias `b`" in rule.run.said_about("rule")
    assert "`20 * t - 5 * t**2`" in stone.run.said_about("stone")


def test_what_follows_an_open_question_is_not_quoted() -> None:
    lesson = shipped("graph")
    index = lesson.index("cube")
    assert index is not None
    before, after = (said_about(lesson, index, shown, "base") for shown in (2, len(lesson.steps[index].blocks)))
    assert before == ""
    assert "through base" in after.replace("`", "")


@pytest.mark.parametrize("text", ["what is the rule?", "what is a rule", "what does rule mean?", "explain the rule"])
def test_the_quotation_is_the_answer_where_there_is_no_help(text: str) -> None:
    assert asked_in_words(text, {}, tuple, in_lesson=True, said_about=lambda word: f"said of {word}") == "said of rule"
    assert asked_in_words(text, {}, tuple, in_lesson=True).startswith("There is no help on rule.")
