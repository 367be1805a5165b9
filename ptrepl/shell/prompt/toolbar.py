"""The bottom bar: what the session is at, in one line that fits the terminal."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.utils import get_cwidth

from ptrepl.screen.line import Line

BarStatus = Callable[[], Line]
"""What the bar says now: one (style name, text) fragment for each thing, the most important first."""

_GAP = "  "


def bar(parts: Line, width: int) -> StyleAndTextTuples:
    """``parts`` with a gap before each, as many from the first as fit in ``width`` columns."""
    shown: StyleAndTextTuples = []
    used = 0
    for style, text in parts:
        used += len(_GAP) + get_cwidth(text)
        if used > width:
            break
        shown += [("", _GAP), (f"class:{style}" if style else "", text)]
    return shown
