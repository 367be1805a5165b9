"""Which lessons there are: those shipped with ptrepl and those of installed packs. Parses none of them."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from ptrepl.folders import PACKAGE
from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.faults import printable
from ptrepl.tutor.library.installed import missing
from ptrepl.tutor.library.packs import Pack, installed_packs

LARGEST = 1_000_000
"""Bytes; more than this is no lesson and is not even read."""
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"^(id|title|minutes|needs|place):[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
_STEP = re.compile(r"^<!--[ \t]*step:[ \t]*(\S+)[ \t]+(\S+)[ \t]*-->", re.MULTILINE)
_PACKAGES = re.compile(r"^<!--[ \t]*packages:[ \t]*(.*?)[ \t]*-->", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of ``--list``: what a glance at the file tells without parsing it."""

    id: str
    title: str
    minutes: int
    needs: tuple[str, ...]
    steps: tuple[str, ...]
    asked: tuple[str, ...]
    """The steps that ask something, which may have to be reviewed."""
    file: Path
    pack: str = ""
    """The pack that it is from; "" for one that came with ptrepl."""
    place: int = 0
    """As ``Lesson.place``."""
    left_out: tuple[str, ...] = ()
    """The steps that need packages which are not installed."""
    lacking: tuple[str, ...] = ()
    """These packages."""

    @property
    def taken(self) -> tuple[str, ...]:
        """The steps that can be taken here."""
        return tuple(step for step in self.steps if step not in self.left_out)

    @property
    def key(self) -> str:
        """The name that opens it and keeps its progress: its id, after its pack's name and a slash."""
        return f"{self.pack}/{self.id}" if self.pack else self.id


@dataclass(frozen=True, slots=True)
class Shelf:
    """All lessons that are installed. ``problems``: a line for each pack or file that is left out or hidden."""

    lessons: tuple[Listed, ...]
    problems: tuple[str, ...] = ()

    def named(self, name: str) -> tuple[tuple[Listed, ...], str]:
        """The lessons that ``name`` may mean, and what follows their name in it: ``autograd/detach``, ``cats/purr``.

        Our own win over those of packs, which need no pack before them where one lesson alone has that id.
        """
        first, _, rest = name.partition("/")
        own = tuple(each for each in self.lessons if not each.pack and each.id == first)
        if own or not first:
            return own, rest
        second, _, after = rest.partition("/")
        of_pack = tuple(each for each in self.lessons if each.pack == first)
        if of_pack and second:
            return tuple(each for each in of_pack if each.id == second), after
        return of_pack or tuple(each for each in self.lessons if each.id == first), rest


def lessons_folder() -> Path:
    """Where the shipped lessons are: inside the installed package, or at the top of a checkout."""
    package = Path(PACKAGE).resolve()
    inside = package / "lessons"
    return inside if inside.is_dir() else package.parent / "lessons"


def lesson_files(folder: Path) -> list[Path]:
    """The files of a folder that ought to be lessons, by name. Raises OSError where it cannot be read."""
    return [path for path in sorted(folder.glob("*.md")) if path.stem != "README"]


def shelf() -> tuple[Listed, ...]:
    """The shipped lessons, each after those that it needs. Imports neither torch nor a parser."""
    listed = [_glance(path) for path in sorted(lessons_folder().glob("*.md"))]
    return _in_order([each for each in listed if each is not None])


def whole_shelf() -> Shelf:
    """The shipped lessons and behind them those of every pack. Never raises: what is broken is a problem."""
    lessons = list(shelf())
    own = {each.id for each in lessons}
    problems = []
    for pack in installed_packs():
        if pack.name in own:
            message = gettext(
                "The lesson pack '{name}' is left out: a lesson that came with ptrepl has its name.", name=pack.name
            )
            problems.append(message)
        elif pack.folder is None:
            problems.append(pack.problem)
        else:
            found, faults = _of_pack(pack, pack.folder)
            lessons += found
            problems += faults
    for each in lessons:
        if each.pack and each.id in own:
            message = gettext(
                "The lesson '{id}' is the one that came with ptrepl; {key} is another one.", id=each.id, key=each.key
            )
            problems.append(message)
    return Shelf(tuple(lessons), tuple(problems))


def _of_pack(pack: Pack, folder: Path) -> tuple[tuple[Listed, ...], list[str]]:
    found: list[Listed] = []
    problems = []
    try:
        files = lesson_files(folder)
    except OSError as error:
        reason = error.strerror or error
        return (), [gettext("The lesson pack '{name}' cannot be read: {reason}.", name=pack.name, reason=reason)]
    for path in files:
        listed = _glance(path, pack.name)
        if listed is not None:
            found.append(listed)
        else:
            shown = printable(str(path), 200)
            problems.append(gettext("{path}: this is not a lesson; ptrepl --check says why.", path=shown))
    if not files:
        shown = printable(str(folder), 200)
        problems.append(gettext("The lesson pack '{name}' has no lessons in {folder}.", name=pack.name, folder=shown))
    return _in_order(found), problems


def read_start(path: Path) -> bytes:
    """The content of a file, cut one byte after LARGEST. Raises OSError, also for what is no file and would wait."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, gettext("Not a regular file"))
        return file.read(LARGEST + 1)


def _glance(path: Path, pack: str = "") -> Listed | None:
    """The few fields of a list entry, found without YAML: a listed lesson writes each on one line.

    None for a file that is not named as its lesson is.
    """
    try:
        text = read_start(path).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    front = _FRONT.match(text)
    fields = dict(_FIELD.findall(front.group(1))) if front else {}
    if fields.get("id") != path.stem:
        return None
    steps = _STEP.findall(text)
    needed = _packages_of_steps(text)
    lacking = missing(name for names in needed.values() for name in names)
    left_out = tuple(step for step, names in needed.items() if {*names} & {*lacking})
    return Listed(
        id=path.stem,
        title=printable(fields.get("title", path.stem).strip("\"'"), 200),
        minutes=_count(fields.get("minutes", "")),
        needs=tuple(re.findall(r"[\w-]+", fields.get("needs", ""))),
        steps=tuple(step for step, _ in steps),
        asked=tuple(step for step, kind in steps if kind not in ("read", "demo") and step not in left_out),
        file=path,
        pack=pack,
        place=_count(fields.get("place", "")),
        left_out=left_out,
        lacking=lacking,
    )


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _packages_of_steps(text: str) -> dict[str, list[str]]:
    """Step → the packages that it needs, for each that needs any."""
    begins = [*_STEP.finditer(text)]
    ends = [*(each.start() for each in begins[1:]), len(text)]
    found = {}
    for begin, end in zip(begins, ends, strict=False):
        if names := _PACKAGES.findall(text, begin.end(), end):
            found[begin[1]] = [name for each in names for name in re.findall(r"\w+", each)]
    return found


def _in_order(listed: list[Listed]) -> tuple[Listed, ...]:
    """Each lesson after those it needs, otherwise by its place in the course, then by id; a circle of needs is left as
    it is.
    """
    waiting = {each.id: each for each in sorted(listed, key=lambda each: (not each.place, each.place, each.id))}
    ordered: list[Listed] = []
    while waiting:
        ready = next((each for each in waiting.values() if not waiting.keys() & set(each.needs)), None)
        ordered.append(waiting.pop((ready or next(iter(waiting.values()))).id))
    return tuple(ordered)
