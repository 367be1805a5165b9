"""Imports run one way, and what is slow to import is imported where it is used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.rooms import STAIRCASE
from tests.house.tree import MODULES, imports_at_load, imports_of_ours, module_name

STEPS = [path for path in MODULES if path.name != "__init__.py"]
HEAVY = {
    "asyncio",
    "IPython",
    "jedi",
    "markdown_it",
    "matplotlib",
    "numpy",
    "pandas",
    "pygments",
    "rich",
    "torch",
    "yaml",
}
TERMINAL = {"curses", "prompt_toolkit", "pygments", "readline", "rich", "termios", "tty"}

by_name = pytest.mark.parametrize("path", STEPS, ids=module_name)


def test_every_module_has_its_place_on_the_staircase() -> None:
    there = set(map(module_name, STEPS))
    assert sorted(STAIRCASE) == sorted(set(STAIRCASE)), "listed twice"
    assert not there - set(STAIRCASE), "give them their place in tests/house/rooms.py"
    assert not set(STAIRCASE) - there, "gone; take them out of tests/house/rooms.py"


@by_name
def test_a_module_imports_only_what_stands_before_it(path: Path) -> None:
    name = module_name(path)
    place = {step: number for number, step in enumerate(STAIRCASE)}
    upward = sorted(other for other in imports_of_ours(path) if place.get(other, -1) >= place.get(name, len(place)))
    assert not upward, f"{name} imports {', '.join(upward)}, which come after it"


@by_name
def test_heavy_packages_are_imported_where_they_are_used(path: Path) -> None:
    loaded = imports_at_load(path)
    brought = {"asyncio"} if "prompt_toolkit" in loaded else set()
    assert not loaded & (HEAVY - brought)


@pytest.mark.parametrize(
    "path", [path for path in STEPS if path.parent.name in ("engine", "explain", "tutor")], ids=module_name
)
def test_engine_explain_and_tutor_know_no_terminal(path: Path) -> None:
    assert not imports_at_load(path) & TERMINAL


def modules_after(code: str, folder: Path) -> set[str]:
    """Top-level packages in ``sys.modules`` after ``code`` ran in a Python of its own."""
    report = f"{code}\nimport json, sys; print(); print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", report], cwd=folder, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["--no-such-flag"], ["--list"]], ids=" ".join)
def test_what_answers_at_once_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    code = f"from ptrepl.cli import main\ntry: main({arguments!r})\nexcept SystemExit: pass"
    assert not modules_after(code, tmp_path) & HEAVY


def test_the_first_prompt_is_made_without_what_it_does_not_need(tmp_path: Path) -> None:
    code = "import ptrepl.shell.prompt.prompt, ptrepl.shell.program"
    assert not modules_after(code, tmp_path) & (HEAVY - {"asyncio"})  # which prompt_toolkit brings
