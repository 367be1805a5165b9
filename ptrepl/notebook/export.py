"""``--notebook``: a lesson as a notebook, from the one text: prose, code to run, starters; no answers, no hints."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ptrepl.errors import UsageError
from ptrepl.screen.paragraphs import told
from ptrepl.screen.printer import Printer
from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.lesson import Choices, CodeFence, Lesson, Pictures, Prose, Role, Step
from ptrepl.tutor.library.catalog import open_lesson

_INSTALL = '# %pip install -q "ptrepl-tutor[jupyter]"'
_MAY_RAISE = {"tags": ["raises-exception"]}
"""Running all cells goes on behind such a one: a blank that is not filled in, an error that is the point."""


def write_notebook(name: str, output: str | None) -> int:
    """Write the lesson ``name`` to ``output``, or to a file of its id here; the exit status.

    Raises LessonNotFound, LessonError, and UsageError where the file is there already or cannot be written.
    """
    found = open_lesson(name)
    path = Path(output or f"{found.lesson.id}.ipynb")
    named = found.lesson.key if found.shipped or found.lesson.pack else _from(path, name)
    opens = named if found.shipped else f"{named} --trust"
    text = notebook_text(found.lesson, opens)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(gettext("{path} is there already; -o FILE.ipynb names another file.", path=path)) from None
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(gettext("{path} cannot be written: {reason}.", path=path, reason=reason)) from None
    printer = Printer()
    quoted = shlex.quote(str(path))
    said = gettext("{title} is in {path}: jupyter lab {quoted}", title=found.lesson.title, path=path, quoted=quoted)
    printer.lines(told(said, printer.width))
    return 0


def _from(notebook: Path, lesson: str) -> str:
    """The lesson's file as the notebook finds it, which runs in its own folder."""
    if os.path.isabs(lesson):
        return lesson
    try:
        return Path(os.path.relpath(lesson, notebook.parent)).as_posix()
    except ValueError:  # on another drive
        return os.path.abspath(lesson)


def notebook_text(lesson: Lesson, opens: str) -> str:
    """The JSON of the notebook (nbformat 4.5). ``opens``: what ``%lesson`` takes for it."""
    cells = [_with_id(cell, number) for number, cell in enumerate(_cells(lesson, opens), 1)]
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "ptrepl": {"lesson": lesson.key, "version": lesson.version},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _cells(lesson: Lesson, opens: str) -> Iterator[dict[str, Any]]:
    about = gettext(
        "Run the cells from the top. %hint, %solution and %skip in a cell of their own help; %progress shows where you "
        "are. Where ptrepl is not installed yet, take the # away and run the first line once."
    )
    yield _markdown("\n\n".join(filter(None, (f"# {lesson.title}", lesson.intro, f"*{about}*"))))
    yield _code(f"{_INSTALL}\n%load_ext ptrepl\n%lesson {opens} --cells")
    for number, step in enumerate(lesson.steps, 1):
        yield from _of_step(step, f"## {number}/{len(lesson.steps)} · {step.title}")


def _of_step(step: Step, heading: str) -> Iterator[dict[str, Any]]:
    """Prose in one cell up to the code that follows it; what the learner does is a cell of its own."""
    text = [heading]
    at = f"%at {step.id}"
    asked = False
    for block in step.blocks:
        match block:
            case Prose(prose):
                text.append(block.in_notebook or prose)
            case CodeFence(Role.DEMO, source):
                yield from _told(text)
                yield _code(f"{at}\n{source}", may_raise=bool(block.raises))
            case Pictures(commands):
                yield from _told(text)
                drawn = "\n".join(each.replace("%", "%pt ", 1) for each in commands)
                yield _code(f"{at}\n{drawn}", may_raise=True)
            case CodeFence(Role.PREDICT, source):
                question = gettext("What does it give? Write the value, or the error, behind %answer.")
                text += [f"```python\n{source}\n```", f"*{question}*"]
                yield from _told(text)
                yield _code(f"{at}\n%answer ", may_raise=True)
                asked = True
            case Choices(items):
                letters = "\n".join(f"- **{chr(ord('a') + place)}** {item.text}" for place, item in enumerate(items))
                question = gettext("Write the letter of your answer behind %answer.")
                text += [letters, f"*{question}*"]
                yield from _told(text)
                yield _code(f"{at}\n%answer ", may_raise=True)
                asked = True
    if step.kind.asks_for_code and not asked:
        yield from _told(text)
        starter = next((code.source for code in step.codes(Role.STARTER)), "")
        yield _code(f"{at}\n{starter}", may_raise=True)
    yield from _told(text)


def _told(text: list[str]) -> Iterator[dict[str, Any]]:
    """A cell of what is in ``text``, which is emptied; none where it is empty."""
    if text:
        yield _markdown("\n\n".join(text))
        text.clear()


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(text)}


def _code(source: str, *, may_raise: bool = False) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": dict(_MAY_RAISE) if may_raise else {},
        "outputs": [],
        "source": _lines(source),
    }


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _with_id(cell: dict[str, Any], number: int) -> dict[str, Any]:
    """Of the place in the lesson: the same lesson gives the same file."""
    return {"id": f"ptrepl-{number}", **cell}
