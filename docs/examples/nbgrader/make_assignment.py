"""Makes an assignment for nbgrader from the notebook of a lesson.

    ptrepl --notebook autograd -o autograd.ipynb
    python make_assignment.py autograd.ipynb source/ps1/autograd.ipynb your-own=2 clear=2

Behind the last cell of each step that is named stands a cell that gives its points; learners cannot change it, nor the
cell that opens the lesson. The cells of the answers are as in the lesson's notebook.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

GRADES = """\
from ptrepl.notebook.grading import passed

assert passed("{lesson}/{step}"), "{lesson}/{step} was not passed: what is said below its cell tells why."
"""


def locked(cell: dict, grade_id: str, points: float | None = None) -> dict:
    """The cell as nbgrader wants it, restored before it is graded. ``points``: where it gives some."""
    about = {"schema_version": 3, "grade_id": grade_id, "locked": True, "grade": points is not None}
    about |= {"solution": False, "task": False}
    if points is not None:
        about["points"] = points
    return {**cell, "metadata": {**cell["metadata"], "nbgrader": about}}


def grading_cell(lesson: str, step: str, points: float) -> dict:
    source = GRADES.format(lesson=lesson, step=step).rstrip().splitlines(keepends=True)
    cell = {"cell_type": "code", "execution_count": None, "id": f"points-{step}", "metadata": {}, "outputs": []}
    return locked({**cell, "source": source}, f"points-{step}", points)


def assignment(notebook: dict, points: dict[str, float]) -> dict:
    """Raises SystemExit for a step that the notebook does not have."""
    lesson = notebook["metadata"]["ptrepl"]["lesson"]
    last = {}
    cells = notebook["cells"]
    for place, cell in enumerate(cells):
        first = "".join(cell["source"]).partition("\n")[0]
        if cell["cell_type"] == "code" and first.startswith("%at "):
            last[first.removeprefix("%at ").strip()] = place
    if absent := points.keys() - last.keys():
        raise SystemExit(f"The notebook has no such step: {', '.join(sorted(absent))}. It has: {', '.join(last)}.")
    made = []
    for place, cell in enumerate(cells):
        opens = any(line.startswith("%lesson ") for line in cell["source"]) and cell["cell_type"] == "code"
        made.append(locked(cell, "opens-the-lesson") if opens else cell)
        made += [grading_cell(lesson, step, of) for step, of in points.items() if last[step] == place]
    return {**notebook, "cells": made}


def main(source: str, target: str, *points: str) -> None:
    notebook = json.loads(Path(source).read_text(encoding="utf-8"))
    wanted = {step: float(number) for step, _, number in (each.partition("=") for each in points)}
    made = assignment(notebook, wanted)
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    Path(target).write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
