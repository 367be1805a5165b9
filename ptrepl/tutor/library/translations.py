"""Where the translation of a lesson into a language would be, and which ones are there."""

from __future__ import annotations

import re
from pathlib import Path

from ptrepl.texts.language import CODE


def translations(lesson: Path, wanted: tuple[str, ...]) -> tuple[tuple[str, Path], ...]:
    """(code, file) of each translation of the lesson file that is there, in the order of ``wanted``."""
    files = [(code, lesson.parent / code / lesson.name) for code in wanted]
    return tuple((code, file) for code, file in files if file.is_file())


def translations_of(lesson: Path) -> tuple[tuple[str, Path], ...]:
    """(code, file) of all translations beside the lesson file, by code."""
    found = sorted(lesson.parent.glob(f"*/{lesson.name}"))
    return tuple((file.parent.name, file) for file in found if CODE.fullmatch(file.parent.name) and _says_lang(file))


def original_of(file: Path) -> tuple[str, Path] | None:
    """The language and the lesson that a file translates; None for one that is no translation."""
    folder = file.resolve().parent
    original = folder.parent / file.name
    code = folder.name
    return (code, original) if original.is_file() and (code, folder / file.name) in translations_of(original) else None


def _says_lang(file: Path) -> bool:
    """Whether it says which language it is in: a folder of other lessons may have a name of three letters too."""
    try:
        with file.open("rb") as stream:
            return re.search(rb"(?m)^lang:", stream.read(2000)) is not None
    except OSError:
        return False
