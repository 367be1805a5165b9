"""Finds lessons: those shipped with ptrepl by their id, anybody's own by path. Only here lesson files are opened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ptrepl.errors import LessonError, LessonNotFound
from ptrepl.tutor.faults import printable
from ptrepl.tutor.lesson import Lesson
from ptrepl.tutor.nearest import nearest

__all__ = ["Found", "Listed", "lesson_file", "lessons_folder", "open_lesson", "shelf"]

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"^(id|title|minutes|needs):[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
_STEP = re.compile(r"^<!--[ \t]*step:[ \t]*(\S+)[ \t]+\S+[ \t]*-->", re.MULTILINE)
_LARGEST = 1_000_000
"""Bytes; more than this is no lesson and is not even read."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of ``--list``: what a glance at the file tells without parsing it."""

    id: str
    title: str
    minutes: int
    needs: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A lesson that was opened, its file, the step that was asked for, and whether the lesson came with ptrepl."""

    lesson: Lesson
    file: Path
    step: str | None
    shipped: bool


def lessons_folder() -> Path:
    """Where the shipped lessons are: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "lessons"
    return inside if inside.is_dir() else package.parent / "lessons"


def shelf() -> tuple[Listed, ...]:
    """The shipped lessons, each after those that it needs. Imports neither torch nor a parser."""
    listed = [_glance(path) for path in sorted(lessons_folder().glob("*.md"))]
    return _in_order([each for each in listed if each is not None])


def open_lesson(name: str, step: str | None = None) -> Found:
    """``autograd``, ``autograd/retain-graph`` or ``path/to/mine.md`` → the parsed lesson.

    Raises LessonNotFound for a lesson, file or step that does not exist, LessonError for a file that is no lesson.
    """
    identifier, _, inner = name.partition("/")
    known = [each.id for each in shelf()]
    shipped = identifier in known
    if shipped:
        path, step = lessons_folder() / f"{identifier}.md", step or inner or None
    elif _is_file(path := Path(name)):
        shipped = path.resolve().parent == lessons_folder()
    elif name.endswith(".md"):
        raise LessonNotFound(f"{printable(name, 200)}: there is no such lesson file")
    else:
        close = nearest(identifier, known)
        advice = f"did you mean '{close}'?" if close else "ptrepl --list shows them all"
        raise LessonNotFound(f"There is no lesson '{printable(identifier)}'; {advice}")
    lesson = _parsed(path, f"{path.parent.name}/{path.name}" if shipped and identifier in known else str(path))
    if step is not None and lesson.index(step) is None:
        close = nearest(step, [each.id for each in lesson.steps])
        advice = f"did you mean {lesson.id}/{close}?" if close else f"its first is {lesson.id}/{lesson.steps[0].id}"
        raise LessonNotFound(f"Lesson '{lesson.id}' has no step '{printable(step)}'; {advice}")
    return Found(lesson, path, step, shipped)


def lesson_file(lesson_path: Path, name: str) -> Path:
    """The data file ``name`` beside a lesson. Raises LessonNotFound where there is none."""
    path = lesson_path.parent / name
    if not path.is_file():
        raise LessonNotFound(f"this lesson has no file '{printable(name)}' beside it")
    return path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False  # a name too long to be a file's


def _parsed(path: Path, shown: str) -> Lesson:
    from ptrepl.tutor.parse import parse_lesson

    return parse_lesson(_text(path, shown), shown)


def _text(path: Path, shown: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise LessonError(shown, [(1, f"this file cannot be read: {error.strerror or error}")]) from None
    if len(content) > _LARGEST:
        raise LessonError(shown, [(1, "this file is too large for a lesson, which has about 25,000 characters")])
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise LessonError(shown, [(line, "this file is not text; a lesson is Markdown in UTF-8")])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise LessonError(shown, [(line, "this file is not UTF-8; please save it in that encoding")]) from None


def _glance(path: Path) -> Listed | None:
    """The few fields of a list entry, found without YAML: a shipped lesson writes each on one line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    front = _FRONT.match(text)
    fields = dict(_FIELD.findall(front.group(1))) if front else {}
    if fields.get("id") != path.stem:
        return None
    minutes = fields.get("minutes", "")
    return Listed(
        id=path.stem,
        title=fields.get("title", path.stem).strip("\"'"),
        minutes=int(minutes) if minutes.isdecimal() else 0,
        needs=tuple(re.findall(r"[\w-]+", fields.get("needs", ""))),
        steps=tuple(_STEP.findall(text)),
    )


def _in_order(listed: list[Listed]) -> tuple[Listed, ...]:
    """Each lesson after those it needs, otherwise by id; a circle of needs is left as it is."""
    waiting = {each.id: each for each in listed}
    ordered: list[Listed] = []
    while waiting:
        ready = next((each for each in waiting.values() if not waiting.keys() & set(each.needs)), None)
        ordered.append(waiting.pop((ready or next(iter(waiting.values()))).id))
    return tuple(ordered)
