"""Warnings of Python, without our own frames; at a terminal broken between words, without places in C++ code."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path

from ptrepl.screen.wrap import columns, fill

_OURS = f'  File "{Path(__file__).parents[1]}'
_FRAME = '  File "'
_INTERNAL = re.compile(r" ?\(Triggered internally at [^)]*\)")


def wrap_warnings(width: Callable[[], int | None]) -> None:
    """Have Python's warnings written in ``width()`` columns; None: unbroken. Another ``formatwarning`` stays."""
    if warnings.formatwarning.__module__ != warnings.__name__:
        return
    python = warnings.formatwarning

    def formatwarning(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
    ) -> str:
        text = without_our_frames(python(message, category, filename, lineno, line))
        room = width()
        return text if room is None else warning_text(text, room)

    warnings.formatwarning = formatwarning


def without_our_frames(text: str) -> str:
    """``text`` without the frames that led to the learner's code, as in what ``detect_anomaly`` says."""
    lines = text.split("\n")
    frames = [place for place, line in enumerate(lines) if line.startswith(_FRAME)]
    ours = [place for place in frames if lines[place].startswith(_OURS)]
    if not ours:
        return text
    last = next((place for place in frames if place > ours[-1]), ours[-1] + 2)
    return "\n".join([*lines[: frames[0]], *lines[last:]])


def warning_text(text: str, width: int) -> str:
    """``text`` of a warning, its lines broken between words; what is indented is the learner's line, and stays."""
    lines = _INTERNAL.sub("", text).split("\n")
    broken = [fill(line, width) if columns(line) > width and not line.startswith(" ") else [line] for line in lines]
    return "\n".join("\n".join(each) for each in broken)
