"""Errors that people reported in public, in our own words, and what is said of each; others than its authors graded it.

``reported/*.jsonl`` hold a program a line. ``kind``: ``raises``, ``silent`` (it runs and does something else than was
meant) or ``ok`` (correct, though it may look otherwise). ``grade`` of one that raises: A true, with the fix that was
meant; B true, and general; C nothing said. ``without``: a device that must not be there. ``says`` is a
part of what is said, ``fixes`` are those that are offered.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch

from ptrepl.shell.teaching import teach
from tests.explain.failing import session
from tests.shares import share_marks

FOLDER = Path(__file__).with_name("reported")
SETS = sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]


ROWS = [
    pytest.param(row, id=row["id"], marks=share_marks(number, 5))
    for name in SETS
    for number, row in enumerate(rows(name))
]
"""Each fifth one in every run, the others nightly."""


def needs(row: dict[str, Any]) -> None:
    for package in row.get("packages", ()):
        pytest.importorskip(package)
    if row.get("without") == "cuda" and torch.cuda.is_available():
        pytest.skip("this machine has the device whose absence is the error")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", ROWS)
def test_what_is_said(row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs(row)
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    live = session()
    explainer = live.explainer
    teach(live, lambda: True, lambda name: "")
    live.explainer = explainer
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        outcomes = [*live.run(f"{row['setup']}\n{row['line']}\n".lstrip("\n"))]
    told = [trap for outcome in outcomes for trap in outcome.traps]
    last = outcomes[-1]
    if row["kind"] == "raises":
        assert last.error is not None
        said = last.explanation.text if last.explanation is not None else ""
        fixes = [fix.code for fix in last.explanation.fixes] if last.explanation is not None else []
        assert row["says"] in said if row["says"] else not said, said
        assert fixes == row["fixes"]
        assert bool(said) == (row["grade"] in "AB")
        return
    assert last.error is None, last.error.final
    if row["kind"] == "ok":
        assert not told
    else:
        assert any(row["says"] in each for each in told) if row["says"] else not told, told


@pytest.mark.parametrize("name", SETS)
def test_the_figures(name: str) -> None:
    """None wrong, 85 of 100 explained, 65 with the right fix."""
    grades = Counter(row["grade"] for row in rows(name) if row["kind"] == "raises")
    total = sum(grades.values())
    assert set(grades) <= {"A", "B", "C"}, grades
    assert grades["A"] + grades["B"] >= 0.85 * total, grades
    assert grades["A"] >= 0.65 * total, grades
