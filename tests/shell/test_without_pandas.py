"""The lesson data where pandas is not installed: told at its beginning and end, finished, and gone on with later."""

from __future__ import annotations

import pytest

from ptrepl.folders import state_folder
from ptrepl.screen.line import plain
from ptrepl.shell.lessons.lesson import OpenLesson
from ptrepl.shell.lessons.listing import list_lines
from ptrepl.tutor.library import installed
from ptrepl.tutor.library.catalog import open_lesson
from ptrepl.tutor.library.shelf import Listed, shelf
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import finished_lessons
from tests.shell.commands.commanding import Shell


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The packages that are not installed: pandas, until the test takes it out."""
    names = {"pandas"}
    there = installed._is_there
    monkeypatch.setattr(installed, "_is_there", lambda name: name not in names and there(name))
    return names


def data() -> Listed:
    (listed,) = [each for each in shelf() if each.key == "data"]
    return listed


def opened(shell: Shell) -> OpenLesson:
    found = open_lesson("data")
    shell.context.read_line = lambda prompt: ""
    shell.context.lesson = lesson = OpenLesson(found, shell.context, Progress(state_folder()), shell.context.read_line)
    lesson.begin()
    return lesson


def to_the_end(progress: Progress) -> None:
    """Pass all steps that can be taken, as the log has it."""
    for step in data().taken:
        progress.save("data", step, "passed", 1)


def test_the_shelf_knows_which_steps_lack_what(lacking: set[str]) -> None:
    listed = data()
    assert (len(listed.left_out), listed.lacking) == (5, ("pandas",))
    assert not {*listed.left_out} & {*listed.taken, *listed.asked}
    lacking.clear()
    assert (data().left_out, data().lacking, data().taken) == ((), (), data().steps)


def test_the_list_counts_it_as_finished_and_says_what_brings_the_rest(lacking: set[str]) -> None:
    progress = Progress(state_folder())
    to_the_end(progress)
    known = progress.lessons()
    assert "data" in finished_lessons(shelf(), known)
    lines = [plain(line).strip() for line in list_lines(shelf(), known, {}, drawn=False, width=80)]
    assert "5 steps need pandas: pip install pandas" in lines
    assert not any("--lesson data" in line for line in lines)
    lacking.clear()
    assert "data" not in finished_lessons(shelf(), known)
    lines = [plain(line).strip() for line in list_lines(shelf(), known, {}, drawn=False, width=80)]
    assert lines[-1] == "Go on with: ptrepl --lesson data"
    assert not any("pip install" in line for line in lines)


def test_it_is_told_at_the_beginning_and_at_the_end_and_comes_back(
    lacking: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress(state_folder())
    to_the_end(progress)
    lesson = opened(Shell(capsys))
    assert "%pip install pandas and then %lesson data" in " ".join(capsys.readouterr().out.split())
    lesson.command("goto", data().taken[-1])
    lesson.command("skip", "")
    said = " ".join(capsys.readouterr().out.split())
    assert "you have finished all of 'From a table to tensors' that goes without pandas." in said
    assert "5 steps were left out: 'Four houses', 'Fill the gaps', " in said
    assert "They come once you have typed %pip install pandas and then %lesson data." in said
    assert progress.lesson("data").finished
    lacking.clear()
    assert opened(Shell(capsys)).label == "data 1/15"


def test_in_a_pipe_no_command_of_the_prompt_is_advised(lacking: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    OpenLesson(open_lesson("data"), Shell(capsys).context, Progress(None), None).begin()
    said = " ".join(capsys.readouterr().out.split())
    assert "5 steps of this lesson need pandas, which is not installed, and are left out." in said
    assert "They come with: pip install pandas" in said
    assert "%pip" not in said
    assert "%lesson" not in said
