"""Whether the translations of a lesson fit it. None of its code is run."""

from __future__ import annotations

from pathlib import Path

from ptrepl.errors import LessonError
from ptrepl.tutor.format.lesson import Lesson
from ptrepl.tutor.library.catalog import read_translation
from ptrepl.tutor.verify.report import Fault, LessonReport


def verify_translation(lesson: Lesson, file: Path, code: str) -> LessonReport:
    """What is wrong with the translation ``file`` into the language ``code``, and which steps it leaves in English."""
    try:
        found = read_translation(lesson, file, code)
    except LessonError as error:
        return LessonReport(
            error.path, len(lesson.steps), faults=tuple(Fault(*each) for each in error.faults), translated=0
        )
    warnings = tuple(Fault(*each) for each in found.warnings)
    shown = str(Path(lesson.path).parent / code / file.name)
    return LessonReport(shown, len(lesson.steps), warnings=warnings, translated=found.steps)
