"""What is loaded before the first prompt, and what behind it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ptrepl.shell.preload import AFTER_TORCH, BEHIND
from tests.program.screen import program

MOST_OF_OURS = 50
"""Modules, packages not counted, that the first prompt may be drawn with; 41 when this was written, 69 before."""
HEAVY = {
    "argparse",
    "difflib",
    "IPython",
    "jedi",
    "markdown_it",
    "matplotlib",
    "numpy",
    "pandas",
    "pygments",
    "rich",
    "tomllib",
    "torch",
    "unittest",
    "yaml",
}

# as the console script starts it: its own folder, not the current one, stands first on the path
CONSOLE = """\
import os, sys
sys.path[:1] = [os.path.dirname(sys.executable)]
from ptrepl.cli import main
sys.exit(main([]))
"""
STARTED = """\
import json, sys
from pathlib import Path
from ptrepl.cli import main
from ptrepl.shell.loader import TorchLoader

def ours():
    modules = list(sys.modules.items())
    return sorted(name for name, module in modules if name.startswith("ptrepl.") and not hasattr(module, "__path__"))

def before(function, file):
    def told(*arguments):
        if not Path(file).exists():
            packages = {name.partition(".")[0] for name in list(sys.modules)}
            Path(file).write_text(json.dumps([ours(), sorted(packages)]))
        return function(*arguments)
    return told

TorchLoader.go_on = before(TorchLoader.go_on, "drawn")
begin = TorchLoader.begin
TorchLoader.begin = lambda self, done: begin(self, before(done, "loaded"))
try:
    sys.exit(main([]))
finally:
    Path("left").write_text(json.dumps(ours()))
"""


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[list[str]]]:
    """A session whose first input, typed at once, showed a tensor: what was loaded at some points of it."""
    folder = tmp_path_factory.mktemp("start")
    own = {"PTREPL_STATE": str(folder / "state")}  # not that of whoever runs the tests
    with program(code=STARTED, folder=folder, cold=True, environment=own) as screen:
        screen.wait(">>>")
        screen.enter("torch.ones(2)")
        screen.wait("is_leaf=True")
        screen.type("\x04")
        assert screen.leave() == 0
    return lambda name: json.loads((folder / name).read_text())


def test_the_first_prompt_is_drawn_with_few_modules_of_ours(left: Callable[[str], list[list[str]]]) -> None:
    ours, _ = left("drawn")
    assert len(ours) <= MOST_OF_OURS, ours
    assert not {name for name in ours if name.startswith(("ptrepl.explain.", "ptrepl.tutor."))}
    assert not set(ours) & set(BEHIND), "these come behind it"


def test_the_first_prompt_is_drawn_without_what_is_slow_to_import(left: Callable[[str], list[list[str]]]) -> None:
    _, packages = left("drawn")
    assert "prompt_toolkit" in packages
    assert not set(packages) & HEAVY


def test_the_first_tensor_waits_for_no_module_of_ours(left: Callable[[str], list[list[str]]]) -> None:
    """Once torch is there, all that runs, watches and shows a statement is there too."""
    ours, _ = left("loaded")
    assert set(BEHIND) <= set(ours)
    assert sorted(set(left("left")) - set(ours) - {*AFTER_TORCH, "ptrepl.engine.explanation"}) == []


def test_what_is_loaded_while_torch_is_opened_opens_no_library(tmp_path: Path) -> None:
    """Else it would wait for torch's, with the interpreter's lock held, and so would every key."""
    code = """\
import sys
from importlib.machinery import EXTENSION_SUFFIXES
import ctypes, ptrepl.shell.program, ptrepl.shell.prompt.prompt, ptrepl.shell.prompt.history
def libraries():
    files = [(name, str(getattr(module, "__file__", ""))) for name, module in sys.modules.items()]
    return {name for name, file in files if file.endswith(tuple(EXTENSION_SUFFIXES))}
before = libraries()
from ptrepl.shell.preload import preload
preload()
print(*sorted(libraries() - before), "torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    "name",
    [
        "random",
        "wcwidth",
        *(pytest.param(each, marks=pytest.mark.nightly) for each in ("queue", "logging", "socket", "string")),
    ],
)
def test_a_file_of_the_learners_is_not_taken_for_a_module_that_ptrepl_needs(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.py").write_text("print('the learner wrote this')\n1/0\n")
    with program("--device", "cpu", folder=tmp_path, cold=True, code=CONSOLE) as screen:
        screen.wait(">>>")
        screen.enter("40 + 2")
        screen.wait("42")
        screen.wait(">>>", 2)  # a terminal that no prompt reads takes Ctrl-D for the end of a line
        screen.type("\x04")
        assert screen.leave() == 0
    assert "ptrepl itself failed" not in screen.text


def test_ctrl_c_while_a_line_waits_for_torch_leaves_torch_to_the_next(tmp_path: Path) -> None:
    with program(cold=True, folder=tmp_path) as screen:
        screen.wait(">>>")
        screen.enter("torch.ones(2) + 1")
        screen.type("\x03")
        screen.enter("torch.ones(3).sum() + 4")
        screen.wait("tensor(7.)")
        screen.type("\x04")
        assert screen.leave() == 0
    assert "NameError" not in screen.text
