"""Keys that were typed as words, at every kind of step."""

from __future__ import annotations

import pytest

from tests.lessons.playing import play


@pytest.mark.parametrize(
    ("step", "typed", "said"),
    [
        ("start/ctrl-t", "Ctrl-T", "Ctrl-T is no word to type: hold Ctrl down and press T."),
        ("start/an-error", "ctrl+t", "ctrl+t is no word to type: hold Ctrl down and press T."),
        ("math/half-a-euro", "Control-C", "Control-C is no word to type: hold Ctrl down and press C."),
        ("start/rows-and-columns", "Ctrl-D", "Ctrl-D is no word to type: hold Ctrl down and press D."),
        ("start/press-enter", "Enter", "Enter is a key on the keyboard, and no word to type."),
        ("start/fill-in", "tab", "Tab is a key on the keyboard, and no word to type."),
    ],
)
def test_a_key_that_was_typed_is_told_to_be_one(step: str, typed: str, said: str) -> None:
    played = play(step, typed)
    assert said in " ".join((*played.said, *played.advice))


@pytest.mark.parametrize("typed", ["ctrl = 3\nT = 2\nctrl - T", "centre", "Enter + 1", "control_t"])
def test_a_name_of_the_session_is_no_key(typed: str) -> None:
    assert not any("key" in text or "word to type" in text for text in play("start/ctrl-t", typed.split("\n")).advice)
