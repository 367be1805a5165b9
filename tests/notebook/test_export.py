"""--notebook: a lesson as a notebook that can be run from top to bottom, without its answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest

from ptrepl.cli import main
from ptrepl.notebook.export import notebook_text
from ptrepl.tutor.format.lesson import Role
from ptrepl.tutor.library.shelf import shelf
from ptrepl.tutor.progress.log import Progress
from tests.notebook.conftest import Notebook
from tests.notebook.filled import filled_cells
from tests.shares import share
from tests.tutor.library.test_packs import CATS, PURR, install
from tests.tutor.trying import shipped

LESSONS = [each.id for each in shelf()]


@pytest.mark.parametrize("name", LESSONS)
def test_it_is_a_notebook_and_holds_no_answers(name: str) -> None:
    lesson = shipped(name)
    text = notebook_text(lesson, name)
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    cells = [cell.source for cell in notebook.cells]
    shown = {block.source for step in lesson.steps for block in step.codes(Role.DEMO, Role.STARTER)}
    for step in lesson.steps:
        assert any(cell.startswith(f"%at {step.id}\n") for cell in cells) == (step.kind != "read")
        for code in step.codes(Role.SOLUTION):
            if code.source not in shown:
                assert not any(cell.endswith(f"\n{code.source}") for cell in cells if cell.startswith("%at"))
    hints = [hint.text for step in lesson.steps for hint in step.hints]
    assert hints
    assert not [hint for hint in hints if any(hint in cell for cell in cells)]
    assert text == notebook_text(lesson, name)


KEYS = re.compile(r"\bEnter\b|Ctrl-|\bTab\b|answer>")


@pytest.mark.parametrize("name", LESSONS)
def test_it_speaks_of_no_keys_of_the_prompt(name: str) -> None:
    lesson = shipped(name)
    cells = [cell.source for cell in nbformat.reads(notebook_text(lesson, name), as_version=4).cells]
    learned = [step.learned_in_notebook or step.learned for step in lesson.steps]
    prose = [cell.partition("\n")[2] for cell in cells if not cell.startswith("%at")]  # without the step's heading
    assert not [text for text in [*prose, *learned] if KEYS.search(text)]


@pytest.mark.parametrize("name", share(LESSONS, 5))
def test_filled_in_it_runs_from_top_to_bottom(name: str, notebook: Notebook, tmp_path: Path) -> None:
    lesson = shipped(name)
    for cell in filled_cells(lesson):
        shown = notebook.cell(cell)
        assert "UsageError" not in shown, cell
    assert Progress(tmp_path / "state").lesson(name).done == {step.id for step in lesson.steps}


def test_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--notebook", "creation"]) == 0
    assert "jupyter lab creation.ipynb" in capsys.readouterr().out
    assert json.loads((tmp_path / "creation.ipynb").read_text())["metadata"]["ptrepl"]["lesson"] == "creation"
    assert main(["--notebook", "creation"]) == 2
    assert capsys.readouterr().err == "creation.ipynb is there already; -o FILE.ipynb names another file.\n"
    assert main(["--notebook", "creation", "-o", "other.ipynb"]) == 0
    assert main(["--notebook", "creatoin"]) == 2
    assert main(["--notebook", "creation", "-o", "no/where.ipynb"]) == 2
    assert main(["-o", "x.ipynb"]) == 2
    for line in capsys.readouterr().err.splitlines():
        assert "Traceback" not in line


def test_a_cell_out_of_order_begins_its_own_step(notebook: Notebook) -> None:
    notebook.cell("%lesson creation --cells")
    assert "Yes, that is it." in notebook.cell(
        "%at leap-years\n" + shipped("creation").steps[6].codes(Role.SOLUTION)[0].source
    )
    assert notebook.next_cells == []
    shown = notebook.cell("%at nobody-chose\n%answer b")
    assert shown.startswith("Right.")
    assert "6/15" not in shown


def test_a_lesson_of_a_pack_runs_from_its_notebook(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs the notebook has the pack; nobody is there to be asked."""
    made = install(tmp_path, CATS)
    made.joinpath("purr.md").write_text(PURR.format(id="purr", needs="[]"))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert main(["--notebook", "cats/purr"]) == 0
    cells = json.loads((tmp_path / "purr.ipynb").read_text())["cells"]
    opens = next("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert opens.endswith("%lesson cats/purr --trust --cells")
    assert "Purr." in notebook.cell(opens.replace(" --cells", ""))


def test_the_notebook_of_ones_own_lesson_finds_it(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("my lessons", "out"):
        (tmp_path / folder).mkdir()
    text = "---\nid: own\ntitle: Own\n---\n\n## One\n<!-- step: one demo -->\n```python demo\nx = 1\n```\n"
    (tmp_path / "my lessons" / "own.md").write_text(text)
    assert main(["--notebook", "my lessons/own.md", "-o", "out/an own.ipynb"]) == 0
    assert "jupyter lab 'out/an own.ipynb'" in " ".join(capsys.readouterr().out.split())
    cells = nbformat.read(tmp_path / "out" / "an own.ipynb", as_version=4).cells
    (first,) = (cell.source for cell in cells if "%lesson" in cell.source)
    monkeypatch.chdir(tmp_path / "out")
    shown = notebook.cell(first)
    assert "UsageError" not in shown
    assert "There is no" not in shown
    assert "No lesson is open" not in notebook.cell("%hint")
