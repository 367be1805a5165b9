"""A lesson's notebook in a real kernel, and several sessions on one progress file."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest

from ptrepl.notebook.export import notebook_text
from ptrepl.tutor.library.shelf import shelf
from ptrepl.tutor.progress.log import Progress
from tests.children import run_child
from tests.notebook.filled import filled_cells
from tests.program.test_command_line import ptrepl
from tests.shares import share
from tests.tutor.trying import right_inputs, shipped

KERNEL = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


RUN = "import sys; from nbclient.cli import main; sys.exit(main())"
"""In a process of its own: libraries of the kernel leave sockets open, which is a warning, and an error here."""


def run(name: str, folder: Path) -> Any:
    """The notebook of a lesson, filled in and run."""
    lesson = shipped(name)
    notebook = nbformat.reads(notebook_text(lesson, name), as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell, source in zip(code, filled_cells(lesson), strict=True):
        cell.source = source
    file = folder / f"{name}.ipynb"
    nbformat.write(notebook, file)
    done = run_child([sys.executable, "-W", "ignore", "-c", RUN, "--inplace", file], cwd=folder)
    assert done.returncode == 0, done.stderr
    return nbformat.read(file, as_version=4)


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a kernel of this Python and nothing of the user's."""
    spec = tmp_path / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    spec.joinpath("kernel.json").write_text(json.dumps({"argv": KERNEL, "display_name": "P", "language": "python"}))
    for name, folder in {"JUPYTER_PATH": "jupyter", "IPYTHONDIR": "ipython", "JUPYTER_RUNTIME_DIR": "run"}.items():
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setenv("PTREPL_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PTREPL_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([*sys.path[:1], str(Path(__file__).parents[2])]))
    return tmp_path


@pytest.mark.parametrize("name", share([each.id for each in shelf()], 100))
def test_every_cell_of_a_lesson_runs_in_a_kernel(name: str, kernel: Path) -> None:
    notebook = run(name, kernel)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    kinds = {kind for output in outputs for kind in output.get("data", ())}
    assert {"text/plain", "text/markdown"} <= kinds
    makes_tensors = not name.startswith("puzzles")  # functions alone
    assert ("text/html" in kinds) is makes_tensors
    assert Progress(kernel / "state").lesson(name).done == {step.id for step in shipped(name).steps}


def test_two_notebooks_and_a_terminal_lose_nothing(kernel: Path) -> None:
    """At once, on one progress file: each lesson is done in the end, and no line is torn."""
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(run, name, kernel) for name in ("start", "creation")]:
            done.result()
    progress = Progress(kernel / "state")
    for name in ("start", "creation"):
        assert progress.lesson(name).done == {step.id for step in shipped(name).steps}
    assert progress.skipped == 0
    assert ptrepl("--lesson", "start", stdin="\n".join(right_inputs(shipped("start")))).returncode == 0
