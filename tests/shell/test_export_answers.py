"""--export-answers: what was typed in the lessons, as a Python file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.cli import main
from ptrepl.tutor.format.lesson import Role
from ptrepl.tutor.library.catalog import open_lesson
from ptrepl.tutor.progress.log import Progress
from tests.tutor.lessons import Player


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    monkeypatch.setenv("PTREPL_STATE", str(folder))
    return folder


def test_answers_stand_in_the_order_of_the_course(state: Path, tmp_path: Path) -> None:
    progress = Progress(state)
    for name, step in (("indexing", "weekend"), ("creation", "dice"), ("creation", "leap-years")):
        lesson = open_lesson(name).lesson
        (asked,) = (each for each in lesson.steps if each.id == step)
        player = Player(lesson, progress)
        player.begin_work(step)
        player.type(asked.codes(Role.SOLUTION)[0].source)
    typed = {each["step"]: each["typed"] for each in progress.events() if each["event"] == "passed"}
    assert [*typed] == ["weekend", "dice", "leap-years"]
    file = tmp_path / "mine.py"
    assert main(["--export-answers", str(file)]) == 0
    text = file.read_text()
    heads = [line for line in text.splitlines() if line.startswith("# %% ")]
    assert [head.split()[2].rstrip(":") for head in heads] == ["creation", "leap-years", "dice", "indexing", "weekend"]
    assert all(answer in text for answer in typed.values())
    compile(text, "mine.py", "exec")


def test_what_is_no_program_is_a_comment(state: Path, tmp_path: Path) -> None:
    progress = Progress(state)
    progress.save("gone", "one", "passed", typed="def f(x):\n    return x")
    progress.save("gone", "two", "passed", typed="x = = 1\nprint(\x1b[31m)")
    progress.save("autograd", "slope", "passed", typed="c")
    file = tmp_path / "mine.py"
    assert main(["--export-answers", str(file)]) == 0
    text = file.read_text()
    assert text.endswith("# %% gone\n\n# %% one\ndef f(x):\n    return x\n\n# %% two\n# x = = 1\n# print(\\x1b[31m)\n")
    assert "# %% slope (1/15): " in text
    assert "\n# c\n" in text
    compile(text, "mine.py", "exec")


def test_it_may_be_written_again_but_over_nothing_else(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Progress(state).save("gone", "one", "passed", typed="x = 1")
    file = tmp_path / "mine.py"
    assert main(["--export-answers", str(file)]) == 0
    assert capsys.readouterr().out == f"1 answer is in {file}.\n"
    Progress(state).save("gone", "two", "passed", typed="y = 2")
    assert main(["--export-answers", str(file)]) == 0
    assert "y = 2" in file.read_text()
    own = tmp_path / "own.py"
    own.write_text("precious = 1\n")
    assert main(["--export-answers", str(own)]) == 2
    assert own.read_text() == "precious = 1\n"
    assert capsys.readouterr().err == f"{own} is there already, and is not a file of answers. Choose another name.\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["mine.py", "own.py", "state"]


@pytest.mark.parametrize("place", ["nowhere/mine.py", "."])
def test_what_cannot_be_written_is_one_line(
    place: str, state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Progress(state).save("gone", "one", "passed", typed="x = 1")
    assert main(["--export-answers", str(tmp_path / place)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be written" in line


def test_the_name_of_a_lesson_is_no_file(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Progress(state).save("gone", "one", "passed", typed="x = 1")
    assert main(["--export-answers", str(tmp_path / "creation")]) == 2
    assert "wants the name of a Python file" in capsys.readouterr().err
    assert not (tmp_path / "creation").exists()


def test_nothing_is_written_where_nothing_was_answered(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Progress(state).save("creation", "filled", "passed")
    assert main(["--export-answers", str(tmp_path / "mine.py")]) == 0
    assert "no answer to write yet" in capsys.readouterr().out
    assert not (tmp_path / "mine.py").exists()


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("x = 1\r\ny = 2\rz = 3", "x = 1\ny = 2\nz = 3"),
        ("from __future__ import annotations", "# from __future__ import annotations"),
        ("x = '\ud800'", "# x = '\\ud800'"),
        ("q\x0cw = 1", "# q\\x0cw = 1"),
    ],
)
def test_whatever_was_typed_the_file_is_python(typed: str, written: str, state: Path, tmp_path: Path) -> None:
    Progress(state).save("gone", "one", "passed", typed=typed)
    file = tmp_path / "mine.py"
    assert main(["--export-answers", str(file)]) == 0
    assert file.read_text().endswith(f"# %% one\n{written}\n")
    compile(file.read_text(), "mine.py", "exec")
