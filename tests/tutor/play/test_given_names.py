"""torch, nn, F and device are what lessons are written for, whatever the learner has made of the names before."""

from __future__ import annotations

import pytest
import torch

from ptrepl.tutor.play import say
from ptrepl.tutor.play.run import LessonRun
from ptrepl.tutor.progress.log import Progress
from tests.tutor.lessons import COURSE, FRONT, Player, lesson

AGAIN = "The lesson's own variables are put back as they were: "


def opened_after(line: str) -> tuple[Player, list[str]]:
    """A lesson that is opened in a session where ``line`` was typed, and the notes that it begins with."""
    player = Player(lesson(COURSE))
    assert [outcome.error for outcome in player.session.run(line)] == [None]
    player.run = LessonRun(lesson(COURSE), player.session, Progress(None))
    return player, [each.text for each in player.begin() if isinstance(each, say.Instruction)]


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [("F = 3", "F", torch.nn.functional), ("nn = None", "nn", torch.nn), ("torch = 1", "torch", torch)],
)
def test_a_name_that_was_the_learners_before_the_lesson(line: str, name: str, value: object) -> None:
    player, notes = opened_after(line)
    assert player.session.namespace[name] is value
    assert f"{AGAIN}{name}." in notes


def test_nothing_is_said_where_they_are_what_they_should_be() -> None:
    player, notes = opened_after("mine = 3")
    assert player.session.namespace["mine"] == 3
    assert not [text for text in notes if text.startswith(AGAIN)]


@pytest.mark.parametrize(("line", "kept"), [("device = torch.device('meta')", "meta"), ("device = 'gpu'", "cpu")])
def test_a_device_of_the_learners_is_kept_and_what_is_none_is_not(line: str, kept: str) -> None:
    player, _ = opened_after(line)
    assert player.session.namespace["device"] == torch.device(kept)


def notes_of(said: list[say.Say]) -> list[str]:
    return [each.text for each in said if isinstance(each, say.Instruction)]


@pytest.mark.parametrize(("line", "told"), [("1 + 1", []), ("x = 2", [f"{AGAIN}x."]), ("x + 1; x = 2", [f"{AGAIN}x."])])
def test_the_last_value_is_no_variable_of_the_lesson(line: str, told: list[str]) -> None:
    one = "## One\n<!-- step: one demo -->\n```python demo\nx = max(_ for _ in range(2))\n```\n"
    player = Player(lesson(f"{FRONT}\n{one}\n{one.replace('One', 'Two').replace('one', 'two')}"))
    player.begin()
    player.enter()
    player.type(line)
    assert [text for text in notes_of(player.enter()) if text.startswith(AGAIN)] == told
