"""After each cell, per statement, what happened to each tensor; and the cells run as they did without it."""

from __future__ import annotations

import re
import sys
from collections import Counter

import pytest

from ptrepl.notebook.host_names import HostNames
from tests.notebook.conftest import Notebook

FACTS = "dtype=float32  device=cpu  grad_fn=None  is_leaf=True"


def test_each_statement_has_its_lines(notebook: Notebook) -> None:
    assert notebook.xray("x = torch.ones(2, 3)\ny = x\nx += 1\nx.sum()") == [
        f"x  shape=(2, 3)  {FACTS}",
        f"y  shape=(2, 3)  {FACTS}  · same object as x",
        f"x  shape=(2, 3)  {FACTS}  · changed in place · same object as y",
        f"y  shape=(2, 3)  {FACTS}  · changed in place · same object as x",
        f"x.sum()  shape=()  {FACTS}  · value 12.0",
    ]


def test_the_value_is_shown_as_ipython_does(notebook: Notebook) -> None:
    assert notebook.cell("torch.ones(2)").startswith("Out[3]: tensor([1., 1.])\n│ ")
    assert notebook.cell("torch.ones(2);") == ""
    assert notebook.xray("_") == [f"_  shape=(2,)  {FACTS}"]


def test_what_was_there_before_is_not_told(plain: Notebook) -> None:
    plain.cell("old = torch.ones(2)")
    plain.cell("%load_ext ptrepl")
    assert plain.xray("new = old + 1") == [f"new  shape=(2,)  {FACTS}"]


def test_the_names_of_ipython_are_none_of_the_learners(notebook: Notebook) -> None:
    notebook.cell("torch.ones(3)")
    assert notebook.xray("a = 1") == []
    assert notebook.xray("z = Out[3]") == [f"z  shape=(3,)  {FACTS}"]
    assert notebook.xray("open = torch.ones(1)") == [f"open  shape=(1,)  {FACTS}"]


def test_a_cell_that_fails_half_way_tells_what_it_did(notebook: Notebook) -> None:
    assert notebook.xray("w = torch.ones(2)\nw.mul_(2);\nraise ValueError('no')\nq = torch.ones(2)") == [
        f"w  shape=(2,)  {FACTS}",
        f"w  shape=(2,)  {FACTS}  · changed in place",
    ]
    assert notebook.xray("q") == []


def test_ctrl_c_in_a_cell_ends_it_and_no_more(notebook: Notebook) -> None:
    shown = notebook.xray("k = torch.zeros(2)\nfor i in range(3):\n    k += 1\n    if i: raise KeyboardInterrupt")
    assert shown == [f"k  shape=(2,)  {FACTS}", f"k  shape=(2,)  {FACTS}  · changed in place"]
    assert notebook.xray("k.sum()") == [f"k.sum()  shape=()  {FACTS}  · value 4.0"]


def test_await_in_a_cell(notebook: Notebook) -> None:
    cell = "import asyncio\nv = torch.zeros(2)\nawait asyncio.sleep(0)\nv += 1\nv"
    assert notebook.xray(cell) == [
        f"v  shape=(2,)  {FACTS}",
        f"v  shape=(2,)  {FACTS}  · changed in place",
        f"v  shape=(2,)  {FACTS}",
    ]


def test_what_a_magic_runs_is_told_once_it_has_run(notebook: Notebook) -> None:
    notebook.cell("x = torch.ones(2)")
    assert notebook.xray("%time y = x + 1") == [f"y  shape=(2,)  {FACTS}"]
    assert notebook.xray("%%time\nx += 1\ny += 1") == [
        f"x  shape=(2,)  {FACTS}  · changed in place",
        f"y  shape=(2,)  {FACTS}  · changed in place",
    ]
    assert notebook.xray("%timeit -n 2 -r 1 x + 1") == []


def test_nothing_of_ours_is_in_what_is_timed(notebook: Notebook) -> None:
    assert notebook.xray("%timeit -n 5 -r 1 torch.ones(2); torch.ones(3)") == []
    notebook.cell("seen = []\n%timeit -n 2 -r 1 seen.append(1); seen.append(2)")
    assert notebook.shell.user_ns["seen"] == [1, 2] * (len(notebook.shell.user_ns["seen"]) // 2)


def test_what_is_captured_stays_as_it_is(notebook: Notebook) -> None:
    notebook.cell("x = torch.ones(2)")
    assert notebook.cell("%%capture kept\nx += 1\nprint('here')\nx") == ""
    kept = notebook.shell.user_ns["kept"]
    assert kept.stdout == "here\n"
    assert len(kept.outputs) == 1
    assert notebook.xray("y = x") == [f"y  shape=(2,)  {FACTS}  · same object as x"]


@pytest.mark.parametrize("interactivity", ["all", "last", "last_expr", "none", "last_expr_or_assign"])
def test_whatever_ipython_shows_of_a_cell(notebook: Notebook, interactivity: str) -> None:
    notebook.shell.ast_node_interactivity = interactivity
    cell = "a = torch.ones(2)\na + 1\nb = a * 2"
    with_it = notebook.cell(cell)
    notebook.cell("%unload_ext ptrepl")
    without = notebook.cell(cell)
    shown = [line for line in with_it.splitlines() if not line.startswith("│ ")]
    assert [line.partition(": ")[2] for line in shown] == [line.partition(": ")[2] for line in without.splitlines()]


CELLS = [
    "from __future__ import annotations\nfrom __future__ import division\nx = 1",
    '"""A text."""\nx = 2',
    "def f(a: int) -> int:\n    return a\nimport inspect\ninspect.getsource(f)",
    "x = 3; x",
    "x\n\n\n",
    "if x:\n    y = 4\nelse:\n    y = 5\ny",
    "@property\ndef p(self): pass\nx",
    "x = (1,\n     2)\n\n\nx",
    "import sys\nsys._getframe().f_lineno",
    "def g():\n    raise ValueError('deep')\nx = 1\ng()",
    "1 / 0\nx = 7",
    "x = 1\ndef f(:\n  pass",
    "lambda: (yield)",
    "return 5",
    "%lsmagic?",
    "!true",
    "x = !echo hello\nx",
    "get_ipython().run_cell('z = 8')\nz",
    "exec('w = 1\\nw + 1')\nw",
    "class A:\n    x = 1\n    def m(self): return __class__\nA().m() is A",
    "[x for x in range(3)]\nx",
    "global qq\nqq = 3\nqq",
    "print('a', end='')\nprint('b')",
    "*a, b = range(4)\na, b",
    "del b\nb",
    "# nothing",
]


def test_cells_run_as_without_it(plain: Notebook) -> None:
    """The same output, errors, and names; but for the lines of the x-ray, and the numbers of the cells."""
    without = [(plain.cell(each), _error(plain)) for each in CELLS]
    names = {name for name in plain.shell.user_ns if not name.startswith("_")}
    plain.shell.reset()
    plain.cell("import torch")
    plain.cell("%load_ext ptrepl")
    with_it = [(plain.cell(each), _error(plain)) for each in CELLS]
    for cell, before, after in zip(CELLS, without, with_it, strict=True):
        assert after[1] == before[1], cell
        assert _numberless(after[0]) == _numberless(before[0]), cell
    assert {name for name in plain.shell.user_ns if not name.startswith("_")} == names


def _error(notebook: Notebook) -> str:
    found = notebook.result.error_in_exec or notebook.result.error_before_exec
    return re.sub(r"\d+-[0-9a-f]+", "N", repr(found))


def _numberless(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith("│ ")]
    return "\n".join(" ".join("".join(" " if c.isdigit() else c for c in line).split()) for line in lines)


def test_the_traceback_is_ipythons_and_whole(notebook: Notebook) -> None:
    shown = notebook.cell("x = torch.ones(2, 3)\ny = x @ x")
    above, below = shown.split("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)\n")
    assert "Traceback (most recent call last)" in above
    assert below.startswith("│ x  shape=(2, 3)")
    assert "@ needs the last dim of the left" in below
    assert "│ try  " in below
    trace = sys.last_value.__traceback__
    assert trace is not None
    assert trace.tb_frame.f_code.co_name == "run_code"  # %debug and %tb find what they always find


def test_a_trap_is_told_below(notebook: Notebook) -> None:
    shown = notebook.cell(
        "net = torch.nn.Linear(3, 1)\nx, y = torch.rand(4, 3), torch.rand(4)\nd = ((net(x) - y) ** 2).mean()"
    )
    assert "careful: net(x) is (4, 1) and y is (4,)" in " ".join(shown.replace("│", " ").split())


def test_a_misspelt_name_is_explained(notebook: Notebook) -> None:
    assert "There is tensr, of type int." in notebook.cell("tensr = 1\ntensrr")


def test_of_each_name_it_is_asked_once_whether_it_is_ipythons(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[object] = Counter()
    contains = HostNames.__contains__

    def counted(names: HostNames, name: object) -> bool:
        asked[name] += 1
        return contains(names, name)

    notebook.cell("bystander = torch.ones(2)")
    monkeypatch.setattr(HostNames, "__contains__", counted)
    notebook.cell("a = 1\nb = a + 1\nc = b")
    assert asked["bystander"] == 3  # once a statement: ten thousand names wait for each answer
