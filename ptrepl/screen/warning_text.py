"""Warnings of Python at a terminal: broken between words, and without the places in torch's own C++ code."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable

from ptrepl.screen.wrap import columns, fill

_INTERNAL = re.compile(r" ?\(Triggered internally at [^)]*\)")


def wrap_warnings(width: Callable[[], int | None]) -> None:
    """Have Python's warnings written in ``width()`` columns; None: as they are. Another ``formatwarning`` stays."""
    if warnings.formatwarning.__module__ != warnings.__name__:
        return
    python = warnings.formatwarning

    def formatwarning(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
    ) -> str:
        text = python(message, category, filename, lineno, line)
        room = width()
        return text if room is None else warning_text(text, room)

    warnings.formatwarning = formatwarning


def warning_text(text: str, width: int) -> str:
    """``text`` of a warning, its lines broken between words; what is indented is the learner's line, and stays."""
    lines = _INTERNAL.sub("", text).split("\n")
    broken = [fill(line, width) if columns(line) > width and not line.startswith(" ") else [line] for line in lines]
    return "\n".join("\n".join(each) for each in broken)
