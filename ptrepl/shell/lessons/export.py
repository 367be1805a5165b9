"""``--export-answers``: what a learner wrote in the lessons, as a Python file. Does not load torch."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ptrepl.errors import LessonError, LessonNotFound, ProgressError, UsageError
from ptrepl.folders import state_folder
from ptrepl.screen.line import harmless
from ptrepl.screen.paragraphs import told
from ptrepl.screen.printer import Printer
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.format.lesson import Lesson
from ptrepl.tutor.library.catalog import open_lesson
from ptrepl.tutor.library.shelf import whole_shelf
from ptrepl.tutor.progress.answers import answers
from ptrepl.tutor.progress.log import Progress

_FIRST = "# Answers to the lessons of ptrepl. Written by: ptrepl --export-answers"  # not a sentence: read back, a mark
"""The first line of such a file: a file that begins with another one is somebody's own."""
_NEWLINE = re.compile(r"\r\n|[\r\n]")
_IMPORTS = (
    "import torch",
    "import torch.nn.functional as F",
    "from torch import nn",  # not a sentence: code
    "",
    'device = torch.device("cpu")',
)


def export_answers(name: str) -> int:
    """Write the file ``name``; the exit status.

    A file that this wrote before is replaced. Raises UsageError where ``name`` is another file, or a new one without an
    ending, as a lesson's name is, or cannot be written.
    """
    path = Path(name)
    if not path.suffix and not path.exists():
        raise UsageError(gettext("--export-answers wants the name of a Python file, such as {name}.py.", name=name))
    progress = Progress(state_folder())
    kept = answers(progress.events())
    if progress.notice:
        raise ProgressError(progress.notice)
    printer = Printer()
    if not kept:
        printer.lines(told(gettext("There is no answer to write yet: they are kept from now on."), printer.width))
        return 0
    _refuse_what_is_there(path)
    text = "\n".join(answers_as_python(kept))
    try:
        _replace(path, text)
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(gettext("{path} cannot be written: {reason}.", path=name, reason=reason)) from None
    count = sum(map(len, kept.values()))
    said = ngettext("{count} answer is in {path}.", "{count} answers are in {path}.", count, path=name)
    printer.lines(told(said, printer.width))
    return 0


def answers_as_python(kept: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The text of the file in parts, one for each step: code as it was typed, answers to questions as comments.

    Lessons come in the order in which they are taken, those that are not installed last, steps as in their lesson.
    """
    about = gettext("Each part uses what its step has made ready: ptrepl --lesson NAME/STEP shows it.")
    yield "\n".join((_FIRST, f"# {about}", "", *_IMPORTS, ""))
    order = [each.key for each in whole_shelf().lessons if each.key in kept]
    for key in (*order, *(key for key in kept if key not in order)):
        lesson = _opened(key)
        titled = gettext("{lesson}: {title}", lesson=key, title=lesson.title) if lesson else key
        yield f"\n# %% {_in_a_line(titled)}\n"
        steps = [step.id for step in lesson.steps] if lesson else []
        for step in (
            *(each for each in steps if each in kept[key]),
            *(each for each in kept[key] if each not in steps),
        ):
            yield _part(lesson, step, kept[key][step])


def _part(lesson: Lesson | None, step: str, answer: str) -> str:
    place = lesson.index(step) if lesson else None
    head = f"# %% {_in_a_line(step)}"
    asks_for_code = True
    if lesson is not None and place is not None:
        head += f" ({place + 1}/{len(lesson.steps)}): {_in_a_line(lesson.steps[place].title)}"
        asks_for_code = lesson.steps[place].kind.asks_for_code
    lines = [harmless(line) for line in _NEWLINE.split(answer)]
    body = lines if asks_for_code and _fits("\n".join(lines)) else [f"# {line}".rstrip() for line in lines]
    return "\n".join((head, *body, ""))


def _fits(text: str) -> bool:
    """Whether it is Python that may stand behind other lines, as ``from __future__ import …`` may not."""
    try:
        compile(f"pass\n{text}", "<answer>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _in_a_line(text: str) -> str:
    return harmless(" ".join(text.split()))


def _opened(key: str) -> Lesson | None:
    """The lesson; None for one that is not installed any more, or has faults now."""
    try:
        return open_lesson(key).lesson
    except (LessonNotFound, LessonError):
        return None


def _refuse_what_is_there(path: Path) -> None:
    """Raises UsageError for a file that was not written by this."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            first = file.readline(len(_FIRST) + 1).rstrip("\n")
    except FileNotFoundError:
        return
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(gettext("{path} cannot be written: {reason}.", path=path, reason=reason)) from None
    if first != _FIRST:
        raise UsageError(
            gettext("{path} is there already, and is not a file of answers. Choose another name.", path=path)
        )


def _replace(path: Path, text: str) -> None:
    """Write all of it or nothing. Raises OSError."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("x", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
