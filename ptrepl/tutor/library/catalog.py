"""Opens lessons: those shipped with ptrepl and those of packs by their id, anybody's own by path."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ptrepl.errors import LessonError, LessonNotFound
from ptrepl.nearest import nearest
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.format.faults import printable
from ptrepl.tutor.format.lesson import Lesson
from ptrepl.tutor.library.shelf import LARGEST, Listed, lesson_files, lessons_folder, read_start, shelf, whole_shelf
from ptrepl.tutor.library.translations import original_of, translations

if TYPE_CHECKING:
    from ptrepl.tutor.format.translate import Translated


OWN_FILES = "file"
"""What stands before the id of somebody's own lesson, where a shipped one has the same: ``file/autograd``."""


@dataclass(frozen=True, slots=True)
class FoundLesson:
    """A lesson that was opened, its file, the step that was asked for, and whether the lesson came with ptrepl."""

    lesson: Lesson
    file: Path
    step: str | None
    shipped: bool
    digest: str = ""
    """SHA-256 of the content that was read, in hexadecimal: what trust is given to."""
    notice: str = ""
    """One line for the learner: why the lesson is not in their language although there is a translation."""
    translation: str = ""
    """The language, where the file of a translation was named rather than the lesson."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a lesson is, how its file is named in messages, and the step that is meant."""

    file: Path
    shown: str
    step: str = ""
    shipped: bool = False
    pack: str = ""
    language: str = ""
    """The one that was asked for by naming the file of a translation."""


def open_lesson(name: str, languages: tuple[str, ...] = ()) -> FoundLesson:
    """``autograd``, ``autograd/retain-graph``, ``autograd/9``, ``PACK/NAME``, ``path/to/mine.md`` or a folder of one →
    the lesson.

    In the first of ``languages`` that it is translated into; the code is the lesson's own in each. Raises
    LessonNotFound for a lesson, file or step that does not exist, LessonError for a file that is no lesson.
    """
    place = _on_the_shelf(name) or _by_path(name) or _nowhere(name)
    content = _content(place.file, place.shown)
    lesson = _parsed(content, place.shown)
    lesson = dataclasses.replace(lesson, pack=place.pack or _pack_of_a_file(place, lesson))
    step = _numbered(lesson, place.step) or None
    if step is not None and lesson.index(step) is None:
        raise LessonNotFound(_no_step(lesson, step))
    notice = ""
    for code, file in translations(place.file, (place.language,) if place.language else languages)[:1]:
        try:
            lesson = read_translation(lesson, file, code).lesson
        except LessonError as error:
            notice = gettext(
                "The translation {path} has faults, so the lesson is in English; ptrepl --check names them.",
                path=error.path,
            )
    digest = hashlib.sha256(content).hexdigest()
    return FoundLesson(lesson, place.file, step, place.shipped, digest, notice, place.language)


def _pack_of_a_file(place: _Place, lesson: Lesson) -> str:
    """``file`` for one's own lesson that has the id of a shipped one, so that the two keep their progress apart."""
    return "" if place.shipped or all(each.id != lesson.id for each in shelf()) else OWN_FILES


def _numbered(lesson: Lesson, step: str) -> str:
    """The id of the step that ``step`` counts to, as ``%goto 3`` does; else ``step`` as it is."""
    if step.isdecimal() and lesson.index(step) is None and 1 <= int(step[:9]) <= len(lesson.steps):
        return lesson.steps[int(step[:9]) - 1].id
    return step


def _no_step(lesson: Lesson, step: str) -> str:
    fields = {"lesson": lesson.key, "step": printable(step)}
    if close := nearest(step, [each.id for each in lesson.steps]):
        return gettext("Lesson '{lesson}' has no step '{step}'; did you mean {lesson}/{close}?", **fields, close=close)
    count = len(lesson.steps)
    if step.isdecimal():
        return ngettext(
            "Lesson '{lesson}' has no step {step}: it has {count} step.",
            "Lesson '{lesson}' has no step {step}: it has the steps 1 to {count}.",
            count,
            **fields,
        )
    return gettext(
        "Lesson '{lesson}' has no step '{step}'; its first is {lesson}/{first}, and they go by number too, 1 to "
        "{count}.",
        **fields,
        first=lesson.steps[0].id,
        count=count,
    )


def read_translation(lesson: Lesson, file: Path, code: str) -> Translated:
    """The lesson with the text of that file, which is in the language ``code``. Raises LessonError."""
    from ptrepl.tutor.format.translate import translate

    shown = str(Path(lesson.path).parent / code / file.name)
    return translate(lesson, _text(_content(file, shown), shown), shown, code)


def lesson_file(lesson_path: Path, name: str) -> Path:
    """The data file ``name`` beside a lesson. Raises LessonNotFound where there is none."""
    path = lesson_path.parent / name
    if not path.is_file() or not path.resolve().is_relative_to(lesson_path.parent.resolve()):
        raise LessonNotFound(gettext("this lesson has no file '{name}' beside it", name=printable(name)))
    return path


def _on_the_shelf(name: str) -> _Place | None:
    found, rest = whole_shelf().named(name)
    if len(found) > 1:
        lessons = _some([each.key for each in found])
        raise LessonNotFound(
            gettext("'{name}' may be several lessons: {lessons}.", name=printable(name), lessons=lessons)
        )
    return _place_of(found[0], rest) if found else None


def _place_of(listed: Listed, step: str) -> _Place:
    path = listed.file
    shown = str(path) if listed.pack else f"{path.parent.name}/{path.name}"
    return _Place(path, shown, step, shipped=not listed.pack, pack=listed.pack)


def _by_path(name: str) -> _Place | None:
    """``mine.md``, ``mine``, or a folder with one lesson in it; a step may follow after a slash."""
    for path, step in ((Path(name), ""), (Path(name).parent, Path(name).name)):
        for file in (path, path.with_name(f"{path.name}.md")) if path.name else ():
            if _is_file(file) and (translated := original_of(file)) is not None:
                code, original = translated
                shown = file.parent.parent / file.name
                return _Place(original, str(shown), step, original.parent == lessons_folder(), language=code)
            if _is_file(file):
                return _Place(file, str(file), step, shipped=file.resolve().parent == lessons_folder())
    folder = Path(name)
    files = [file for file in lesson_files(folder) if _has_front(file)] if name and _is_folder(folder) else []
    if len(files) > 1:
        lessons = _some(list(map(str, files)))
        raise LessonNotFound(
            gettext("{folder} has several lessons: {lessons}.", folder=printable(name, 200), lessons=lessons)
        )
    return _by_path(str(files[0])) if files else None


def _nowhere(name: str) -> _Place:
    """Raises LessonNotFound, with the nearest of all that are there."""
    if name.endswith(".md"):
        raise LessonNotFound(gettext("{path}: there is no such lesson file.", path=printable(name, 200)))
    if name and _exists(Path(name)) and not _is_folder(Path(name)):
        raise LessonNotFound(gettext("{path} is no lesson file.", path=printable(name, 200)))
    if name.startswith(("../", "./", "/", "~")):
        raise LessonNotFound(gettext("{path}: there is no such lesson file.", path=printable(name, 200)))
    known = {each.id: each.key for each in reversed(whole_shelf().lessons)}
    known |= {key: key for key in known.values()}
    close = nearest(name, known) or nearest(name.partition("/")[0], known)
    shown = printable(name.partition("/")[0])
    if close:
        raise LessonNotFound(
            gettext("There is no lesson '{name}'; did you mean '{close}'?", name=shown, close=known[close])
        )
    raise LessonNotFound(gettext("There is no lesson '{name}'; ptrepl --list shows them all.", name=shown))


def _some(names: list[str]) -> str:
    shown = ", ".join(printable(name, 100) for name in names[:8])
    if len(names) <= 8:
        return shown
    return ngettext("{names} and {count} more", "{names} and {count} more", len(names) - 8, names=shown)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False  # a name too long to be a file's, or with a NUL in it


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _has_front(path: Path) -> bool:
    try:
        return read_start(path).removeprefix(b"\xef\xbb\xbf").startswith(b"---")
    except OSError:
        return False


def _parsed(content: bytes, shown: str) -> Lesson:
    from ptrepl.tutor.format.parse import parse_lesson

    return parse_lesson(_text(content, shown), shown)


def _text(content: bytes, shown: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise LessonError(shown, [(line, gettext("this file is not UTF-8; please save it in that encoding"))]) from None


def _content(path: Path, shown: str) -> bytes:
    try:
        content = read_start(path)
    except OSError as error:
        message = gettext("this file cannot be read: {reason}", reason=error.strerror or error)
        raise LessonError(shown, [(1, message)]) from None
    if len(content) > LARGEST:
        message = gettext("this file is too large for a lesson, which has about 25,000 characters")
        raise LessonError(shown, [(1, message)])
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise LessonError(shown, [(line, gettext("this file is not text; a lesson is Markdown in UTF-8"))])
    return content
