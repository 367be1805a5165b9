"""Cells that give points: ``passed``, and the nbgrader assignment of docs/teaching.md."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from ptrepl.notebook.export import notebook_text
from ptrepl.tutor.progress.log import Progress
from tests.children import run_child
from tests.house.tree import ROOT
from tests.notebook.conftest import Notebook
from tests.notebook.test_kernel import RUN, kernel  # noqa: F401
from tests.tutor.trying import shipped

EXAMPLE = ROOT / "docs" / "examples" / "nbgrader" / "make_assignment.py"
POINTS = {"adds-up": 1.0, "your-own": 2.0}
RIGHT = {
    "adds-up": "%answer [1, 5, 9, 13]",
    "your-own": "x = torch.tensor(2.0, requires_grad=True)\ny = x**3 + x\ny.backward()",
}
WRONG = {"adds-up": "%answer [1, 1, 1, 1]", "your-own": "x = torch.tensor(2.0)\ny = x**3 + x"}
ASKS = "from ptrepl.notebook.grading import passed\npassed('{step}')"


def asks(notebook: Notebook, step: str) -> bool:
    notebook.cell(ASKS.format(step=step))
    answer: bool = notebook.result.result
    return answer


def test_what_was_passed_in_this_kernel(notebook: Notebook, tmp_path: Path) -> None:
    notebook.cell("%lesson autograd --cells")
    assert not asks(notebook, "autograd/your-own")
    notebook.cell(f"%at your-own\n{WRONG['your-own']}")
    assert not asks(notebook, "autograd/your-own")
    notebook.cell(f"%at your-own\n{RIGHT['your-own']}")
    assert asks(notebook, "autograd/your-own")
    notebook.cell("%lesson start --cells")
    assert asks(notebook, "autograd/your-own"), "the lesson was left"
    assert not asks(notebook, "start/fill-in")


def test_to_ask_is_no_attempt(notebook: Notebook, tmp_path: Path) -> None:
    notebook.cell("%lesson autograd --cells")
    notebook.cell("%at your-own\nx = torch.tensor(2.0)")
    before = Progress(tmp_path / "state").lesson("autograd").steps["your-own"].attempts
    assert notebook.cell(ASKS.format(step="autograd/your-own")).count("False") == 1
    assert Progress(tmp_path / "state").lesson("autograd").steps["your-own"].attempts == before


def test_what_cannot_be_asked(notebook: Notebook) -> None:
    notebook.cell("%lesson autograd --cells")
    assert "Lesson 'autograd' has no step 'yours'." in notebook.cell(ASKS.format(step="autograd/yours"))
    notebook.cell("%unload_ext ptrepl")
    assert "%load_ext ptrepl" in notebook.cell(ASKS.format(step="autograd/your-own"))


def example() -> Any:
    spec = importlib.util.spec_from_file_location("make_assignment", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def points(answers: dict[str, str], folder: Path) -> dict[str, float]:
    """What nbgrader gives for the assignment with these answers in it: nothing where a grading cell failed."""
    (folder / "autograd.ipynb").write_text(notebook_text(shipped("autograd"), "autograd"), encoding="utf-8")
    wanted = [f"{step}={number}" for step, number in POINTS.items()]
    example().main(str(folder / "autograd.ipynb"), str(folder / "release" / "ps1.ipynb"), *wanted)
    notebook = nbformat.read(folder / "release" / "ps1.ipynb", as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        step = cell.source.partition("\n")[0].removeprefix("%at ")
        if cell.cell_type == "code" and step in answers:
            cell.source = f"%at {step}\n{answers[step]}"
    nbformat.write(notebook, folder / "ps1.ipynb")
    command = [sys.executable, "-W", "ignore", "-c", RUN, "--allow-errors", "--inplace", folder / "ps1.ipynb"]
    done = run_child(command, cwd=folder)
    assert done.returncode == 0, done.stderr
    given = {}
    for cell in nbformat.read(folder / "ps1.ipynb", as_version=4).cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade"):
            failed = any(each.output_type == "error" or each.get("name") == "stderr" for each in cell.outputs)
            given[about["grade_id"].removeprefix("points-")] = 0.0 if failed else about["points"]
    return given


def test_the_assignment_gives_points_for_what_each_learner_passed(kernel: Path) -> None:  # noqa: F811
    """One account grades both: what the first has passed does not count for the second."""
    assert points(RIGHT, kernel) == POINTS
    assert Progress(kernel / "state").lesson("autograd").done >= POINTS.keys()
    assert points({**RIGHT, "your-own": WRONG["your-own"]}, kernel) == {"adds-up": 1.0, "your-own": 0.0}


def test_the_assignment_locks_what_is_not_the_learners() -> None:
    notebook = json.loads(notebook_text(shipped("autograd"), "autograd"))
    made = example().assignment(notebook, POINTS)
    locked = [cell for cell in made["cells"] if cell["metadata"].get("nbgrader", {}).get("locked")]
    assert [cell["metadata"]["nbgrader"]["grade_id"] for cell in locked] == [
        "opens-the-lesson",
        "points-your-own",
        "points-adds-up",
    ]
    assert next(cell for cell in made["cells"] if cell not in locked) == notebook["cells"][0]
    with pytest.raises(SystemExit, match="no such step: mine"):
        example().assignment(notebook, {"mine": 1.0})
