"""Why it failed → lines: torch's message, the learner's line with the place marked, the paragraph, the fixes."""

from __future__ import annotations

from collections.abc import Iterator

from ptrepl.engine.explanation import Explanation, Fix, MarkedLine
from ptrepl.engine.outcome import Outcome
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.tracebacks import error_lines
from ptrepl.screen.wrap import GUTTER, columns, wrap

__all__ = ["explanation_lines", "failure_lines", "fix_lines", "marked_line", "trap_lines"]

_GAP = "       "
_LEAST = 40


def failure_lines(outcome: Outcome, width: int | None = None) -> list[Line]:
    """What is shown of a statement that raised: the traceback, or the message, the place and why; [] if it did not."""
    if outcome.error is None:
        return []
    why = outcome.explanation
    lines = error_lines(outcome.error, place_follows=why is not None and bool(why.marked))
    return lines + ([] if why is None else explanation_lines(why, width))


def trap_lines(outcome: Outcome, width: int | None = None) -> list[Line]:
    """What a statement did that was probably not meant."""
    return [line for said in outcome.traps for line in wrap([(("warn", "careful:"), ("", f" {said}"))], width, hang=0)]


def explanation_lines(explanation: Explanation, width: int | None = None) -> list[Line]:
    """The marked lines, the paragraph and the fixes, in ``width`` columns; None to wrap nothing."""
    lines = [line for marked in explanation.marked for line in marked_line(marked, width)]
    lines += wrap([(("", explanation.text),)], width, hang=0)
    return lines + list(fix_lines(explanation.fixes, width))


def marked_line(marked: MarkedLine, width: int | None) -> Iterator[Line]:
    """The line, indented by four, and below it what is marked in it; cut on both sides where it is too long."""
    text, start, end, focus = marked.text, marked.start, marked.end, marked.focus
    room = None if width is None else max(width - 4, _LEAST)
    if room is not None and columns(text) > room:
        first = max(0, min(start - 8, len(text) - room + 2))
        cut = text[first : first + room - 4]
        left = "… " if first else ""
        text = left + cut + (" …" if first + room - 4 < len(marked.text) else "")
        start, end = start - first + len(left), min(end - first, len(cut)) + len(left)
        focus = None if focus is None else (focus[0] - first + len(left), focus[1] - first + len(left))
    yield text_line("    " + text)
    marks = ["~" if start <= at < end else " " for at in range(len(text))]
    for at in range(*(focus or (start, end))):
        if start <= at < end:
            marks[at] = "^"
    wide = "".join(mark * max(columns(character), 1) for mark, character in zip(marks, text, strict=True))
    yield text_line("    " + wide.rstrip(), "bad")


def fix_lines(fixes: tuple[Fix, ...], width: int | None) -> Iterator[Line]:
    """The fixes side by side where they fit a line, else one below the other."""
    rows = [_fix(fix) for fix in fixes]
    together = _GAP.join("".join(text for _, text in row) for row in rows)
    simple = all("\n" not in fix.code for fix in fixes)
    if rows and simple and (width is None or columns(together) + len(GUTTER) <= width):
        line: list[tuple[str, str]] = [("gutter", GUTTER)]
        for index, row in enumerate(rows):
            line += ([("", _GAP)] if index else []) + list(row)
        yield tuple(line)
        return
    for fix, row in zip(fixes, rows, strict=True):
        if "\n" in fix.code:
            yield from _long_fix(fix)
        elif width is None or columns("".join(text for _, text in row)) + len(GUTTER) <= width:
            yield (("gutter", GUTTER), *row)
        else:
            yield (("gutter", GUTTER), *row[:2])
            if len(row) > 2:
                yield (("gutter", GUTTER), ("", "    "), ("note", row[2][1].lstrip()))


def _fix(fix: Fix) -> Line:
    gives = (("note", f"   → {fix.gives}"),) if fix.gives else ()
    return (("good", "try  "), ("code", fix.code), *gives)


def _long_fix(fix: Fix) -> Iterator[Line]:
    for index, line in enumerate(fix.code.split("\n")):
        yield (("gutter", GUTTER), ("good", "try  " if index == 0 else "     "), ("code", line))
    if fix.gives:
        yield (("gutter", GUTTER), ("", "     "), ("note", f"→ {fix.gives}"))
