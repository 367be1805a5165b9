"""The call between the statements of a cell: it is found wherever a cell runs, and costs no more in a long one."""

from __future__ import annotations

import ast
import asyncio
import builtins
import sys
import time
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from ptrepl.error_log import log_path
from ptrepl.notebook.cells import RunCell
from tests.notebook.conftest import Notebook
from tests.notebook.test_unload import state

TWO = "x = torch.ones(2)\nx += 1"


def hooks() -> list[str]:
    return [name for name in vars(builtins) if name.startswith("__ptrepl_after")]


@pytest.mark.parametrize("magic", ["%unload_ext ptrepl", "%reload_ext ptrepl"])
def test_a_cell_may_unload_and_load_anew(magic: str, notebook: Notebook) -> None:
    notebook.cell("one = 1")
    notebook.cell(f"a = 1\n{magic}\nb = 2\nc = 3")
    assert notebook.result.success
    assert notebook.shell.user_ns["c"] == 3
    assert len(notebook.xray(TWO)) == (2 if "reload" in magic else 0)
    assert len(hooks()) == (1 if "reload" in magic else 0)


def test_unloaded_in_a_cell_it_leaves_nothing(plain: Notebook) -> None:
    plain.cell("%load_ext autoreload")
    before = state(plain)
    plain.cell("%load_ext ptrepl")
    plain.cell("%unload_ext ptrepl\na = 1\ndel a")
    after = state(plain)
    assert {part: after[part] for part in before if after[part] != before[part]} == {}


def test_builtins_that_were_tidied_up_break_one_cell_at_most(notebook: Notebook) -> None:
    notebook.cell(TWO)
    for name in hooks():
        delattr(builtins, name)
    assert len(notebook.xray(TWO)) == 2
    notebook.shell.user_ns["__builtins__"] = {}
    notebook.cell("a = 1\nb = 2")
    assert notebook.result.success
    notebook.shell.user_ns["__builtins__"] = builtins
    assert len(notebook.xray(TWO)) == 2


def test_two_shells_tell_of_their_own_cells(notebook: Notebook) -> None:
    config = Config()
    config.HistoryManager.enabled = False
    other = Notebook(InteractiveShell(config=config))
    other.cell("import torch")
    other.cell("%load_ext ptrepl")
    try:
        assert len(notebook.xray(TWO)) == 2
        assert len(other.xray(TWO)) == 2
    finally:
        other.cell("%unload_ext ptrepl")
    assert len(notebook.xray(TWO)) == 2


def test_statements_of_another_transformer_may_have_no_place(notebook: Notebook) -> None:
    class Adds(ast.NodeTransformer):
        def visit_Module(self, node: ast.Module) -> Any:
            made = ast.Assign([ast.Name("made", ast.Store())], ast.Constant(1))
            return ast.Module([made, *node.body], node.type_ignores)

    notebook.shell.ast_transformers.insert(0, Adds())
    assert len(notebook.xray(TWO)) == 2
    assert len(notebook.shell.ast_transformers) == 2


def test_what_goes_wrong_in_our_telling_is_not_the_cells(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr("ptrepl.notebook.extension.show_cell", fails)
    assert notebook.cell("x = torch.ones(2)") == ""
    assert "telling of a cell" in log_path().read_text()


def test_a_magic_is_no_statement_that_cannot_be_read(notebook: Notebook) -> None:
    notebook.cell("%time y = torch.ones(2)")
    notebook.cell("%%prun -q\ny = torch.ones(2)")
    assert not log_path().exists()


@pytest.mark.parametrize(
    "source", ["ä=1; b='''x\nö\n''' ; c=3", "if 1:\n    d=2 # ü\r\ne=5\rf=6", "\fg=1\n@h\ndef i():\n  1"]
)
def test_each_statement_is_cut_out_as_python_does(source: str) -> None:
    cell = RunCell(source, source)
    for node in ast.parse(source).body:
        assert cell.text(node) == ast.get_source_segment(source, node)


def test_a_statement_of_a_long_cell_is_cut_out_as_fast() -> None:
    source = "x = 1\n" * 20_000
    cell = RunCell(source, source)
    nodes = ast.parse(source).body
    began = time.perf_counter()
    assert {cell.text(node) for node in nodes} == {"x = 1"}
    assert time.perf_counter() - began < 2  # by the whole source each time it is minutes


def test_before_torch_is_imported_nothing_is_explained_and_nothing_fails(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "torch")
    for cell in ("[1, 2].shape", "[1] @ [2]", "torch"):
        assert notebook.xray(cell) == []
    assert not log_path().exists()


def test_without_torch_a_lesson_is_refused_in_one_line(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    (line,) = notebook.cell("%lesson start").strip().splitlines()
    assert line.startswith("UsageError: torch could not be imported")


INNER = "p = torch.ones(2)\nq = p + 1"
RUN_BY_A_PROGRAM = f"await get_ipython().run_cell_async({INNER!r}, transformed_cell={INNER!r});"
"""Of such a cell IPython does not tell that it has ended."""


def test_a_cell_that_a_program_runs_stands_in_no_way_of_the_next(notebook: Notebook) -> None:
    assert [line.split()[0] for line in notebook.xray(f"{RUN_BY_A_PROGRAM}\na = 1\nb = torch.ones(3)")][-1] == "b"
    assert len(notebook.xray(TWO)) == 2
    asyncio.run(notebook.shell.run_cell_async("p = 1", transformed_cell="p = 1"))
    notebook.cell("%unload_ext ptrepl")
    assert hooks() == []
    assert notebook.xray(TWO) == []


WAITS = "class Waits:\n    def __await__(self):\n        yield"


@pytest.mark.parametrize("tells", [True, False], ids=["as IPython", "as Jupyter"])
def test_a_cell_that_is_stopped_while_it_awaits_has_ended(tells: bool, notebook: Notebook) -> None:
    def stopped(running: Any) -> None:
        running.send(None)
        running.close()
        raise KeyboardInterrupt

    notebook.cell(WAITS)
    shell = notebook.shell
    runner, trigger = shell.loop_runner, shell.events.trigger
    shell.loop_runner_map["stopped"] = (stopped, True)
    shell.autoawait = True
    shell.loop_runner = "stopped"
    shell.events.trigger = lambda name, *given: trigger(name, *(given if tells or name != "post_run_cell" else [None]))
    shown = notebook.cell("p = torch.ones(2)\nawait Waits()\nq = 1")
    shell.loop_runner = runner
    del shell.events.trigger, shell.loop_runner_map["stopped"]
    assert "│ p  shape=(2,)" in shown
    assert "Error in callback" not in shown
    assert not log_path().exists()
    assert len(notebook.xray(TWO)) == 2
    notebook.cell("%unload_ext ptrepl")
    assert hooks() == []
