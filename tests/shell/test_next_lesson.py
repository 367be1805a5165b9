"""Behind the last step of a lesson: Enter at the empty prompt opens the next one, anything else is free play."""

from __future__ import annotations

from pathlib import Path

import pytest
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from ptrepl.engine.run.source import check_input, clean
from ptrepl.folders import state_folder
from ptrepl.shell.context import ShellContext
from ptrepl.shell.lessons.lesson import OpenLesson
from ptrepl.shell.prompt.prompt import PromptReader
from ptrepl.tutor.library.catalog import open_lesson
from ptrepl.tutor.library.shelf import shelf
from ptrepl.tutor.progress.log import Progress
from tests.shell.commands.commanding import Shell
from tests.shell.typing_keys import CTRL, is_command
from tests.tutor.lessons import FRONT

END = "%skip\r"
"""At the last step, which was done before."""
READING = FRONT + "\n## One\n<!-- step: one read -->\nRead this.\n"


def typed_at_the_end(shell: Shell, keys: str, name: str = "shapes") -> ShellContext:
    """Type ``keys`` at the last step of a lesson of which all steps are done; the prompt ends with them."""
    progress = Progress(state_folder())
    lesson = open_lesson(name).lesson
    for step in lesson.steps:
        progress.save(lesson.key, step.id, "passed", 1)
    context = shell.context
    with create_pipe_input() as terminal:
        terminal.send_text(keys)
        terminal.close()
        reader = PromptReader(
            check_input, clean, is_command, InMemoryHistory(), tuple, input=terminal, output=DummyOutput()
        )
        context.read_line, context.stdin_is_tty = reader.read_line, True
        try:
            found = open_lesson(f"{name}/{lesson.steps[-1].id}")
            context.lesson = OpenLesson(found, context, progress, reader.read_line)
            context.lesson.begin()
            assert shell.converse(reader) == 0
        finally:
            reader.close()
    return context


def opened(context: ShellContext) -> str:
    """The lesson that is open, in the bar."""
    assert context.lesson is not None
    return context.lesson.label


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


@pytest.mark.parametrize("keys", ["\r", "  \r"])
def test_enter_opens_the_next_lesson(shell: Shell, capsys: pytest.CaptureFixture[str], keys: str) -> None:
    assert opened(typed_at_the_end(shell, END + keys)) == "math 1/15"
    printed = capsys.readouterr().out
    assert "Next comes 'Compute with whole tensors': press Enter to open it, or type %next later." in printed
    assert "The lesson goes on from here with: ptrepl --lesson math" in printed


@pytest.mark.parametrize("keys", ["mine = 5\r\r", "%help lesson\r\r", "shape?\r\r", "%progress\r\r\r"])
def test_behind_anything_else_enter_says_that_next_opens_it(
    shell: Shell, capsys: pytest.CaptureFixture[str], keys: str
) -> None:
    assert opened(typed_at_the_end(shell, END + keys)) == ""
    assert "%next opens the next lesson." in capsys.readouterr().out
    assert opened(typed_at_the_end(shell, END + keys + "%next\r")) == "math 1/15"


def test_what_was_made_is_there_still_and_one_free_line_runs(shell: Shell) -> None:
    context = typed_at_the_end(shell, f"{END}mine = 5\r%next\r")
    assert context.session.namespace["mine"] == 5


def test_ctrl_d_leaves(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    assert opened(typed_at_the_end(shell, END + CTRL["d"])) == ""
    assert "The lesson goes on" not in capsys.readouterr().out


@pytest.mark.parametrize("keys", [CTRL["d"], f"%goto 3\r{CTRL['d']}", "%back\rexit()\r", f"%restart\r{CTRL['d']}"])
def test_a_finished_lesson_is_not_said_to_go_on(shell: Shell, capsys: pytest.CaptureFixture[str], keys: str) -> None:
    typed_at_the_end(shell, keys)
    printed = capsys.readouterr().out
    assert "You have finished this lesson. ptrepl --lesson shapes opens it again." in printed
    assert "goes on" not in printed


def test_whoever_leaves_a_finished_lesson_is_told_so(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    typed_at_the_end(shell, f"%goto 3\r%leave\r{CTRL['d']}")
    printed = " ".join(capsys.readouterr().out.split())
    assert "which you have finished. %redo comes back to this step" in printed
    assert "goes on" not in printed


def test_behind_the_last_lesson_enter_does_nothing(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(state_folder())
    *others, last = shelf()
    for each in others:
        for step in each.steps:
            progress.save(each.key, step, "passed", 1)
    assert opened(typed_at_the_end(shell, f"{END}\r%next\r", last.key)) == ""
    printed = capsys.readouterr().out
    assert "No other lesson is left to do. %lesson NAME opens one again; Ctrl-D leaves." in printed
    assert "There is no lesson after this one." in printed


def test_a_lesson_of_ones_own_is_followed_by_none(
    shell: Shell, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "small.md").write_text(READING, encoding="utf-8")
    assert opened(typed_at_the_end(shell, f"{END}\r", str(tmp_path / "small.md"))) == ""
    assert "%lesson NAME opens another lesson; Ctrl-D leaves." in capsys.readouterr().out
