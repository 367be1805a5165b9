"""The text of an error, safe to show: also where its ``__str__`` fails or gives control characters."""

from __future__ import annotations

from ptrepl.tutor.format.faults import printable
from ptrepl.tutor.isolation.time_limit import Stopped


def message_of(error: BaseException) -> str:
    """``str(error)``; "" where that fails."""
    try:
        return str(error)
    except Stopped:
        raise
    except BaseException:
        return ""


def error_line(error: BaseException) -> str:
    """``ValueError: the first line of what it says``, or the type alone where it says nothing."""
    lines = message_of(error).strip().splitlines()
    name = printable(type(error).__name__, 100)
    return f"{name}: {printable(lines[0], 500)}" if lines else name
