"""Lessons where the learner's default dtype is float64, set by PYTHONSTARTUP: no step breaks, and it comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ptrepl.tutor.library.shelf import shelf
from tests.program.screen import program
from tests.program.test_command_line import ptrepl
from tests.shares import share
from tests.tutor.lessons import Player, feedback, lesson
from tests.tutor.trying import right_inputs, shipped

IN_FLOAT64 = "import torch\ntorch.set_default_dtype(torch.float64)\n"
LESSONS = [listed.id for listed in shelf()]


@pytest.fixture
def startup(tmp_path: Path) -> dict[str, str]:
    """The environment in which float64 is the default dtype of whoever starts Python at a prompt."""
    (tmp_path / "first.py").write_text(IN_FLOAT64)
    return {"PYTHONSTARTUP": str(tmp_path / "first.py")}


def skipping_what_lacks_pandas(name: str) -> None:
    if shipped(name).all_packages:
        pytest.importorskip("pandas")


@pytest.mark.parametrize("name", share(LESSONS, 10))
def test_each_lesson_is_played_to_its_end_through_a_pipe(name: str, startup: dict[str, str]) -> None:
    skipping_what_lacks_pandas(name)
    done = ptrepl("--lesson", name, stdin="\n".join(right_inputs(shipped(name))) + "\n", **startup)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "That was the last step: you have finished" in done.stdout


@pytest.mark.filterwarnings("ignore:Anomaly Detection has been enabled")
@pytest.mark.filterwarnings("ignore:Error detected in")
@pytest.mark.parametrize("name", share(LESSONS, 10))
def test_each_lesson_is_played_where_float64_was_set_before(name: str) -> None:
    skipping_what_lacks_pandas(name)
    torch.set_default_dtype(torch.float64)
    try:
        player = Player(shipped(name), piped=True)
        said = player.begin()
        for text in right_inputs(shipped(name)):
            assert not [told for mood, told in feedback(said) if mood in ("bad", "fault")], text
            said = player.type(text)
        assert player.run.completed
        assert torch.get_default_dtype() is torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


def test_float64_is_back_whenever_the_lesson_is_over() -> None:
    player = Player(lesson())
    torch.set_default_dtype(torch.float64)
    try:
        found = []
        for command in ("goto doing", "leave", "redo", "leave"):
            player.command(*command.split())
            found.append(torch.get_default_dtype())
        assert found == [torch.float32, torch.float64] * 2
        player.command("redo")
        player.run.close()
        assert torch.get_default_dtype() is torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


def test_at_the_prompt_the_lesson_says_so_and_the_next_one_too(startup: dict[str, str]) -> None:
    with program("--lesson", "creation", environment=startup, columns=120) as screen:
        screen.wait("Lessons use float32, the default dtype that PyTorch begins with.")
        screen.wait("Yours, float64, is back after")
        screen.enter("torch.get_default_dtype()")
        screen.wait("\ntorch.float32")
        screen.enter("%lesson shapes")
        screen.wait("Yours, float64, is back after", 2)
        screen.enter("%leave")
        screen.enter("torch.get_default_dtype()")
        screen.wait("\ntorch.float64")
