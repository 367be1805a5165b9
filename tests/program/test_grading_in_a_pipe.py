"""The GitHub Classroom example of docs/teaching.md: its script on right and on wrong answers."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml

from tests.children import run_child
from tests.house.tree import ROOT

EXAMPLE = ROOT / "docs" / "examples" / "classroom"
RIGHT = {
    "adds-up.txt": "[1, 5, 9, 13]\n",
    "your-own.py": "# mine\nx = torch.tensor(2.0, requires_grad=True)\n\ny = x**3 + x\ny.backward()\n",
    "clear.py": "x.grad = None\n(x * x).sum().backward()\n",
}
PTREPL = f'#!/bin/sh\nexec {sys.executable} -m ptrepl "$@"\n'


@pytest.fixture
def handed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's copy of the template, which nothing was written into yet; ``ptrepl`` is on the path."""
    script = tmp_path / "bin" / "ptrepl"
    script.parent.mkdir()
    script.write_text(PTREPL)
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return Path(shutil.copytree(EXAMPLE, tmp_path / "handed-in"))


def grade(folder: Path, *step: str) -> CompletedProcess[str]:
    return run_child(["sh", "grade.sh", *step], cwd=folder)


def test_the_points_of_an_answered_assignment(handed_in: Path) -> None:
    for name, text in RIGHT.items():
        (handed_in / "answers" / name).write_text(text)
    done = grade(handed_in)
    assert done.stdout.splitlines() == [
        "1/1  autograd/adds-up",
        "2/2  autograd/your-own",
        "2/2  autograd/clear",
        "5 of 5 points",
    ]
    assert done.returncode == 0


@pytest.mark.nightly
def test_the_points_of_one_that_is_answered_in_part(handed_in: Path) -> None:
    """A starter with its blanks, nothing but a comment, and a known mistake: each with what the tutor says."""
    (handed_in / "answers" / "adds-up.txt").write_text("[1, 1, 1, 1]\n")
    done = grade(handed_in)
    assert re.findall(r"^\d.*", done.stdout, re.MULTILINE) == [
        "0/1  autograd/adds-up",
        "0/2  autograd/your-own",
        "0/2  autograd/clear",
        "0 of 5 points",
    ]
    assert "That is the gradient of the sum alone." in done.stdout
    assert "There is a blank ___ left to fill in." in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (RIGHT["clear.py"], 0),
        ("(x * x).sum().backward()", 1),
        pytest.param("%skip", 1, marks=pytest.mark.nightly),
        pytest.param("%solution\n%solution", 1, marks=pytest.mark.nightly),
        ("import os; os._exit(0)", 1),
        pytest.param("raise SystemExit(0)", 1, marks=pytest.mark.nightly),
    ],
)
def test_the_exit_status_of_one_step(handed_in: Path, answer: str, status: int) -> None:
    (handed_in / "answers" / "clear.py").write_text(f"{answer}\n")
    assert grade(handed_in, "autograd/clear").returncode == status


def test_a_step_without_an_answer(handed_in: Path) -> None:
    done = grade(handed_in, "autograd/slope")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "There is no answer to autograd/slope: write answers/slope.py.\n"


def test_the_workflow_grades_what_the_points_name() -> None:
    workflow = yaml.safe_load((EXAMPLE / ".github" / "workflows" / "classroom.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["run-autograding-tests"]["steps"]
    graders = [step for step in steps if "command-grader" in step.get("uses", "")]
    named = {f"{step['with']['max-score']} {step['with']['command'].split()[-1]}" for step in graders}
    assert named == set((EXAMPLE / "points.txt").read_text(encoding="utf-8").splitlines())
    (report,) = (step for step in steps if "reporter" in step.get("uses", ""))
    ids = [step["id"] for step in graders]
    assert report["with"]["runners"].split(",") == ids
    assert report["env"] == {f"{each.upper()}_RESULTS": f"${{{{ steps.{each}.outputs.result }}}}" for each in ids}
