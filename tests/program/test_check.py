"""ptrepl --check and --new: exit status, reports as path:line, trust before any code runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ptrepl.errors import LessonError
from ptrepl.shell.authoring.checking import report_lines
from ptrepl.tutor.library.catalog import open_lesson
from ptrepl.tutor.library.shelf import lesson_files, lessons_folder
from ptrepl.tutor.verify.report import Fault, LessonReport, Tally
from tests.children import run_ptrepl
from tests.program.test_command_line import ptrepl
from tests.tutor.damage import CANARY, damaged

_REPORT = re.compile(
    r"^lessons/(\S+)\.md: steps (\d+), checks (\d+), mutants tried (\d+): "
    r"killed (\d+), harmless (\d+), equivalent (\d+), surviving (\d+); faults 0$",
    re.MULTILINE,
)


_TOTAL = "total = torch.arange(5).sum()\n"
_SHIPPED = [path.stem for path in lesson_files(lessons_folder())]


@pytest.mark.nightly  # .ci/run has a step of its own for it: make check
def test_the_shipped_lessons_have_no_faults_and_their_checks_no_holes(own_surroundings: Path) -> None:
    done = run_ptrepl("--check", folder=lessons_folder().parent, seconds=900)
    assert done.returncode == 0, done.stdout + done.stderr
    reports = _REPORT.findall(done.stdout)
    assert {name for name, *_ in reports} == set(_SHIPPED)
    for name, *figures in reports:
        steps, checks, tried, killed, harmless, equivalent, surviving = map(int, figures)
        assert steps >= 9, name
        assert checks >= 3, name
        assert tried == killed + harmless + equivalent + surviving
        assert killed >= 0.95 * (killed + surviving), name


def test_a_new_lesson_is_written_once_passes_and_can_be_taken(tmp_path: Path, own_surroundings: Path) -> None:
    done = ptrepl("--new", "mine.md", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    written = (tmp_path / "mine.md").read_bytes()
    again = ptrepl("--new", "mine.md", folder=tmp_path)
    assert again.returncode == 2
    assert again.stderr == "mine.md exists already, and nothing is written over it; choose another name.\n"
    assert (tmp_path / "mine.md").read_bytes() == written
    checked = ptrepl("--check", "mine.md", folder=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert re.fullmatch(r"mine\.md: steps 4, checks 2, mutants tried \d+: killed \d+, .*; faults 0\n", checked.stdout)
    taken = ptrepl("--lesson", "mine.md", folder=tmp_path, stdin=f"6\neven = x + x\n{_TOTAL}")
    assert taken.returncode == 0, taken.stdout


def test_files_that_a_lesson_makes_for_a_while_go_when_its_check_ends(
    tmp_path: Path, own_surroundings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ptrepl("--new", "mine.md", folder=tmp_path).returncode == 0
    written = (tmp_path / "mine.md").read_text(encoding="utf-8")
    made = "```python setup\nimport tempfile\nplace = tempfile.mkdtemp()\nopen(place + '/x', 'w').close()\n```\n"
    changed = re.sub("(<!-- step: .* task -->\n)", lambda found: found[1] + made, written, count=1)
    (tmp_path / "mine.md").write_text(changed, encoding="utf-8")
    assert made in changed
    monkeypatch.setenv("TMPDIR", str(tmp_path / "for-a-while"))
    (tmp_path / "for-a-while").mkdir()
    checked = ptrepl("--check", "mine.md", "--trust", folder=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert not [*(tmp_path / "for-a-while").rglob("*")]


def test_of_many_survivors_of_one_step_the_first_are_told() -> None:
    survivors = [Fault(line, f"a hole {number}") for line in (12, 13, 22) for number in range(5)]
    report = LessonReport("x.md", steps=2, mutants=Tally(18, surviving=tuple(survivors[:13])), starts=(10, 20))
    told = ["".join(text for _, text in line) for line in report_lines(report)]
    assert "surviving 13; faults 0" in told[0]
    assert told[1:7] == [f"x.md:{line}: a hole {number}" for line in (12, 13) for number in range(3)]
    assert told[7:] == [
        "x.md:13: the check accepts 4 more mistakes in this step",
        *(f"x.md:22: a hole {number}" for number in range(3)),
    ]


def test_the_commands_that_are_told_can_be_copied(tmp_path: Path, own_surroundings: Path) -> None:
    done = ptrepl("--new", "Mein Test.md", folder=tmp_path)
    assert done.stdout.splitlines() == [
        "Written: Mein Test.md, a lesson of four steps.",
        "Take it with: ptrepl --lesson 'Mein Test.md'",
        "Check it with: ptrepl --check 'Mein Test.md'",
    ]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("mine", "A lesson is a Markdown file: give it a name that ends in .md, such as mine.md."),
        (
            "no/such/mine.md",
            f"{Path('no/such/mine.md')} cannot be written: there is no folder {Path('no/such')}; make it first.",
        ),
    ],
)
def test_a_place_where_no_lesson_can_be_written(tmp_path: Path, path: str, message: str) -> None:
    done = ptrepl("--new", path, folder=tmp_path)
    assert (done.returncode, done.stderr) == (2, f"{message}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_foreign_lesson_runs_nothing_before_it_is_trusted(tmp_path: Path, own_surroundings: Path) -> None:
    ptrepl("--new", "mine.md", folder=tmp_path)
    lesson = tmp_path / "mine.md"
    text = lesson.read_text(encoding="utf-8")
    lesson.write_text(text.replace("x = torch.arange(4", "open('ran', 'w').close(); x = torch.arange(4"))
    done = ptrepl("--check", "mine.md", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("mine.md did not come with ptrepl and runs code on this machine.")
    assert not (tmp_path / "ran").exists()


def test_faults_of_several_files_are_told_with_their_lines(tmp_path: Path, own_surroundings: Path) -> None:
    ptrepl("--new", "one.md", folder=tmp_path)
    text = (tmp_path / "one.md").read_text(encoding="utf-8")
    (tmp_path / "broken.md").write_text(text.replace("even-numbers task", "even-numbers tusk"), encoding="utf-8")
    (tmp_path / "twin.md").write_text(text.replace("x.sum()\n```", "import os; os._exit(1)\n```"), encoding="utf-8")
    (tmp_path / "README.md").write_text("not a lesson", encoding="utf-8")
    done = ptrepl("--check", "--trust", ".", folder=tmp_path)
    assert done.returncode == 1
    line = text.split("\n").index("<!-- step: even-numbers task -->") + 1
    told = done.stdout.splitlines()
    assert f"broken.md:{line}: unknown kind of step 'tusk'; did you mean 'task'?" in told
    assert "twin.md:1: some code of this lesson ends the process" in told
    assert "twin.md:2: the lesson id 'one' is taken by one.md" in told
    assert [each for each in told if each.startswith("one.md")] == [told[1]]


@pytest.mark.parametrize("name", ["no-such-lesson", "no/such.md"])
def test_a_lesson_that_does_not_exist(name: str) -> None:
    done = ptrepl("--check", name)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def unusable(folder: Path, numbers: range) -> list[str]:
    """Write those damaged lessons there; the names of those that are no lessons any more."""
    names = []
    for number in numbers:
        path = folder / f"{number}.md"
        path.write_bytes(damaged(number)[1])
        try:
            open_lesson(str(path))
        except LessonError:
            names.append(path.name)
    return names


def test_damaged_lessons_are_told_with_their_lines_and_run_nothing(tmp_path: Path) -> None:
    names = unusable(tmp_path, range(20))
    assert len(names) > 10
    done = ptrepl("--check", "--trust", *names, folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    told = [re.match(r"(\d+\.md):[1-9]\d*: \S", line) for line in done.stdout.splitlines()]
    assert all(told)
    assert {match[1] for match in told if match} == set(names)
    for name in names[::9]:
        taken = ptrepl("--lesson", name, "--trust", folder=tmp_path)
        assert (taken.returncode, taken.stdout) == (2, "")
        assert all(line.startswith(f"{name}:") for line in taken.stderr.splitlines())
    assert not (tmp_path / CANARY).exists()
