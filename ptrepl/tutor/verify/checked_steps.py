"""What checking found of each step before, kept by what it depends on: a step that is as it was is not tried again."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from ptrepl.errors import LessonNotFound
from ptrepl.folders import PACKAGE
from ptrepl.tutor.format.lesson import CodeFence, Lesson
from ptrepl.tutor.library.catalog import lesson_file
from ptrepl.tutor.verify.report import Mark, Tally

_LIBRARIES = ("torch", "numpy")


class CheckedSteps:
    """The mutants of each step of one lesson that had no fault when it was checked last.

    ``kept.of(index)`` is their Tally, None for a step that has to be tried; ``kept.note(index, tally)`` remembers it;
    ``kept.write()`` puts all into one file of ``folder``, where it can.

    A step depends on everything of the lesson that stands before its end, on the data files that it names, on ptrepl's
    own code, on Python and the libraries. A step whose file name is computed is never kept.
    """

    def __init__(self, folder: Path, lesson: Lesson, file: Path) -> None:
        named = hashlib.sha256(str(file.absolute()).encode("utf-8", "surrogateescape")).hexdigest()
        self._path = folder / f"{lesson.id}-{named[:16]}.json"
        self._keys = _keys(lesson, file)
        self._before = _read(self._path)
        self._now: dict[str, Tally] = {}

    def of(self, index: int) -> Tally | None:
        """What was found of the step ``index``, counted from 0."""
        key = self._keys[index]
        found = _tally(self._before.get(key)) if key else None
        if found is not None and key:
            self._now[key] = found
        return found

    def note(self, index: int, tally: Tally) -> None:
        """The step has no fault, and no mutant of it survives."""
        if key := self._keys[index]:
            self._now[key] = tally

    def write(self) -> None:
        """Keep what is known now. Nothing is kept where the folder cannot be written."""
        content = {
            key: {
                "tried": tally.tried,
                "killed": tally.killed,
                "harmless": tally.harmless,
                "equivalent": [[mark.line, mark.change, mark.reason] for mark in tally.equivalent],
            }
            for key, tally in self._now.items()
        }
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside.write_text(json.dumps(content), encoding="utf-8")
            os.replace(beside, self._path)  # at once: another check may read it


def _keys(lesson: Lesson, file: Path) -> list[str | None]:
    """One for each step: a hash of all that its result depends on; None where that is not known."""
    versions = [sys.version, platform.machine(), *(_version(name) for name in (*_LIBRARIES, *lesson.all_packages))]
    hashed = hashlib.sha256(repr((_our_code(), versions, lesson.path, lesson.id, lesson.seed)).encode())
    keys: list[str | None] = []
    for step in lesson.steps:
        hashed.update(repr(step).encode("utf-8", "surrogatepass"))
        for code in step.blocks:
            if not isinstance(code, CodeFence):
                continue
            try:
                for name in _files_named(code.source):
                    hashed.update(_content(file, name))
            except ValueError:
                return keys + [None] * (len(lesson.steps) - len(keys))
        keys.append(hashed.hexdigest())
    return keys


def _content(file: Path, name: str) -> bytes:
    try:
        return lesson_file(file, name).read_bytes()
    except (LessonNotFound, OSError):
        return b""


def _files_named(source: str) -> Iterator[str]:
    """The data files that the code opens. Raises ValueError where a name is computed, or the code cannot be read."""
    if "lesson_file" not in source:
        return
    calls = 0
    try:
        tree = ast.parse(source)
    except SyntaxError:
        raise ValueError from None
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="lesson_file"), args=[ast.Constant(value=str() as name)], keywords=[]):
                calls += 1
                yield name
    if calls != sum(isinstance(node, ast.Name) and node.id == "lesson_file" for node in ast.walk(tree)):
        raise ValueError


@cache
def _our_code() -> str:
    """A hash of every file of Python in this package."""
    hashed = hashlib.sha256()
    for path in sorted(Path(PACKAGE).rglob("*.py")):
        hashed.update(str(path.relative_to(PACKAGE)).encode() + path.read_bytes())
    return hashed.hexdigest()


def _version(name: str) -> str:
    try:
        return f"{name} {metadata.version(name)}"
    except (metadata.PackageNotFoundError, ValueError):
        return name


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _tally(record: Any) -> Tally | None:
    """What a record says; None for one that we have not written."""
    match record:
        case {"tried": int(tried), "killed": int(killed), "harmless": int(harmless), "equivalent": list(marks)}:
            with suppress(TypeError, ValueError):
                return Tally(
                    tried,
                    killed,
                    harmless,
                    tuple(Mark(int(line), str(change), str(why)) for line, change, why in marks),
                )
    return None
