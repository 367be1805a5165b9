"""A lesson's notebook with the answers filled in, as a learner would."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ptrepl.notebook.export import notebook_text
from ptrepl.tutor.format.lesson import Lesson, Role, StepKind
from tests.tutor.trying import right_answer, right_letter


def filled_cells(lesson: Lesson) -> list[str]:
    """The sources of its code cells, the first solution or the right answer in each that asks for one."""
    cells = ["".join(cell["source"]) for cell in _code(lesson)]
    by_step = {step.id: step for step in lesson.steps}
    found = []
    for source in cells:
        at, _, rest = source.partition("\n")
        step = by_step.get(at.removeprefix("%at "))
        if step is None:
            found.append(source)
        elif rest.startswith("%answer"):
            right = right_letter(step) if step.kind is StepKind.CHOICE else right_answer(lesson, step)
            found.append(f"{at}\n%answer {right}")
        elif step.kind.asks_for_code and rest not in {code.source for code in step.codes(Role.DEMO)}:
            found.append(f"{at}\n{step.codes(Role.SOLUTION)[0].source}")
        else:
            found.append(source)
    return found


def _code(lesson: Lesson) -> Iterator[dict[str, list[str]]]:
    notebook = json.loads(notebook_text(lesson, lesson.key))
    return (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
