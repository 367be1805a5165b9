"""``%history``: what was typed, in this session and before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from ptrepl.errors import UsageError
from ptrepl.screen.line import Line
from ptrepl.shell.context import ShellContext
from ptrepl.texts.messages import gettext

MOST_INPUTS = 100_000
"""Inputs that one may ask for."""
_Numbered = tuple[int | None, str]


def history(context: ShellContext, arguments: str) -> None:
    """``%history [-n] [N|PATTERN]``: this session's inputs, or the last N, or all that PATTERN finds."""
    wanted, numbers = _options(arguments)
    typed = [entry.typed for entry in context.recording.entries[:-1]]  # the last is this command
    session: list[_Numbered] = list(enumerate(typed, 1))
    if not wanted:
        found = session
    elif wanted.isdecimal():
        count = min(int(wanted[:9]), MOST_INPUTS)
        if count < 1:
            raise UsageError(gettext("%history wants a number from 1 on, such as %history 20."))
        found = (_with_earlier(context, session))[-count:]
    else:
        found = [each for each in _with_earlier(context, session) if _matches(each[1], wanted)]
        if not found:
            raise UsageError(gettext("No input matches {pattern}.", pattern=wanted))
    context.printer.lines(history_lines(found, numbers=numbers))


def _options(arguments: str) -> tuple[str, bool]:
    """What to look for, and whether to number it."""
    match = re.fullmatch(r"(?:(-n)(?:\s+|$))?(.*)", arguments.strip(), re.DOTALL)
    wanted, number = (match[2].strip(), bool(match[1])) if match else (arguments, False)
    if re.fullmatch(r"-\w+", wanted):
        raise UsageError(gettext("%history has the option -n, which numbers the inputs; not {option}.", option=wanted))
    return wanted, number


def _with_earlier(context: ShellContext, session: Sequence[_Numbered]) -> list[_Numbered]:
    """All inputs that are known, the oldest first. Those of earlier sessions have no number."""
    if context.past is None:
        return list(session)
    past = list(context.past.load_history_strings())[::-1]
    # the newest of the file are this session's own: cut off where they begin
    own = [typed.strip() for _, typed in session]
    here = 1  # this command
    for typed in reversed(past[:-1]):
        if not own or typed.strip() != own[-1]:
            break
        while own and typed.strip() == own[-1]:
            own.pop()  # a repeated input is in the file once
        here += 1
    return [*((None, typed) for typed in past[: len(past) - here]), *session]


def _matches(typed: str, pattern: str) -> bool:
    if any(each in pattern for each in "*?["):
        return fnmatchcase(typed, pattern) or fnmatchcase(typed, f"*{pattern}*")
    return pattern.casefold() in typed.casefold()


def history_lines(found: Iterable[_Numbered], *, numbers: bool) -> list[Line]:
    """Each input as it was typed; ``numbers``: this session's own behind their number, which ``%edit N`` takes."""
    lines: list[Line] = []
    for number, typed in found:
        label = "" if number is None else str(number)
        for place, line in enumerate(typed.strip("\n").split("\n")):
            margin = f"{label if place == 0 else '':>5}  " if numbers else ""
            lines.append((("dim", margin), ("", line)) if margin else (("", line),))
    return lines
