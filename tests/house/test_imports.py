"""Imports run one way, and what is slow to import is imported where it is used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

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


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter's own command, over the package that lies in ``folder``."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    found = {**os.environ, "PYTHONPATH": str(folder)}
    arguments = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    return subprocess.run([*command, *arguments], cwd=folder, env=found, capture_output=True, text=True)


def test_the_contracts_of_the_package_are_kept() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "imports", "contract"),
    [
        ("engine/run/device.py", "from ptrepl.screen.line import plain", "Imports run one way"),
        ("engine/watch/kinds.py", "from ptrepl.engine.run.session import Session", "No circles"),
        ("tutor/names.py", "import rich", "know no terminal"),
    ],
)
def test_an_import_that_runs_the_other_way_is_found(module: str, imports: str, contract: str, tmp_path: Path) -> None:
    for path in sorted((ROOT / "ptrepl").rglob("*.py")):
        copied = tmp_path / path.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    with (tmp_path / "ptrepl" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{imports}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(contract in line for line in broken)


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
