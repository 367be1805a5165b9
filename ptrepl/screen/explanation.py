"""Why it failed → lines: torch's message, the learner's line with the place marked, the paragraph, the fixes."""

from __future__ import annotations

from collections.abc import Iterator

from ptrepl.engine.explanation import Explanation, Fix, MarkedLine
from ptrepl.engine.outcome import Outcome
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.tracebacks import error_lines
from ptrepl.screen.wrap import GUTTER, columns, fill, wrap
from ptrepl.texts.messages import gettext

_GAP = "       "
_DEEPER = "    "
_LEAST = 20
_LONG = 60
_INDENT = "    "


def failure_lines(outcome: Outcome, width: int | None = None, *, reasons: bool = True) -> list[Line]:
    """What is shown of a statement that raised: the traceback, or the message, the place and why; [] if it did not.

    ``reasons`` False: without why.
    """
    if outcome.error is None:
        return []
    why = outcome.explanation
    lines = error_lines(outcome.error, width, place_follows=why is not None and bool(why.marked))
    if why is None:
        return lines
    return lines + (explanation_lines(why, width) if reasons else place_lines(why, width))


def trap_lines(outcome: Outcome, width: int | None = None) -> list[Line]:
    """What a statement did that was probably not meant."""
    label = ("warn", gettext("careful:"))
    return [line for said in outcome.traps for line in wrap([(label, ("", f" {said}"))], width, hang=0)]


def explanation_lines(explanation: Explanation, width: int | None = None) -> list[Line]:
    """The marked lines, the paragraph and the fixes, in ``width`` columns; None to wrap nothing."""
    return place_lines(explanation, width) + reason_lines(explanation, width)


def place_lines(explanation: Explanation, width: int | None = None) -> list[Line]:
    """The marked lines."""
    return [line for marked in explanation.marked for line in marked_line(marked, width)]


def reason_lines(explanation: Explanation, width: int | None = None) -> list[Line]:
    """The paragraph and the fixes."""
    return [*wrap([(("", explanation.text),)], width, hang=0), *fix_lines(explanation.fixes, width)]


def marked_line(marked: MarkedLine, width: int | None) -> Iterator[Line]:
    """The line, indented by four, and below it what is marked in it; cut on both sides where it is too long."""
    first, last = _window(marked, None if width is None else max(width - len(_INDENT), _LEAST))
    text = marked.text[first:last]
    before, after = ("… " if first else ""), (" …" if last < len(marked.text) else "")
    yield text_line(_INDENT + before + text + after)
    start, end = marked.focus or (marked.start, marked.end)
    signs = []
    for at, character in enumerate(text, first):
        sign = "^" if start <= at < end else "~" if marked.start <= at < marked.end else " "
        signs.append(sign * max(columns(character), 1))
    yield text_line((_INDENT + " " * len(before) + "".join(signs)).rstrip(), "bad")


def _window(marked: MarkedLine, room: int | None) -> tuple[int, int]:
    """Which characters of the line are shown in ``room`` columns: those round what matters most in it."""
    text = marked.text
    if room is None or columns(text) <= room:
        return 0, len(text)
    room -= 4  # a mark of the cut on either side
    first, last = marked.focus or (marked.start, marked.end)
    if columns(text[marked.start : marked.end]) <= room:
        first, last = marked.start, marked.end
    first, last = min(first, len(text) - 1), max(last, first + 1)
    while columns(text[first:last]) > room:
        last -= 1
    while True:  # outwards, as far as there is room
        wider = (max(first - 1, 0), min(last + 1, len(text)))
        if wider == (first, last) or columns(text[wider[0] : wider[1]]) > room:
            return first, last
        first, last = wider


def fix_lines(fixes: tuple[Fix, ...], width: int | None) -> Iterator[Line]:
    """The fixes side by side where they fit a line, else one below the other.

    They are whole statements, unless several are compared by what they give: then what differs in the statements.
    """
    if len(fixes) == 1 or not all(fix.gives for fix in fixes):
        fixes = tuple(_whole(fix) for fix in fixes)
    rows = [_fix(fix) for fix in fixes]
    together = _GAP.join("".join(text for _, text in row) for row in rows)
    simple = all("\n" not in fix.code for fix in fixes)
    short = all(columns(fix.code) <= _LONG for fix in fixes)
    if rows and simple and (short if width is None else columns(together) + len(GUTTER) <= width):
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
            gives = fill(row[2][1].lstrip(), width - len(GUTTER) - len(_DEEPER)) if len(row) > 2 else []
            yield from ((("gutter", GUTTER), ("", _DEEPER), ("note", part)) for part in gives)


def _whole(fix: Fix) -> Fix:
    """The fix as its statement; what the code gives is said of it only where the statement names just that."""
    named = not fix.statement or fix.statement.endswith(f"= {fix.code}")
    return Fix(fix.whole, fix.gives if named else "")


def _fix(fix: Fix) -> Line:
    gives = (("note", f"   → {fix.gives}"),) if fix.gives else ()
    return (("good", _offer()), ("code", fix.code), *gives)


def _long_fix(fix: Fix) -> Iterator[Line]:
    offer = _offer()
    indent = " " * columns(offer)
    for index, line in enumerate(fix.code.split("\n")):
        yield (("gutter", GUTTER), ("good", indent if index else offer), ("code", line))
    if fix.gives:
        yield (("gutter", GUTTER), ("", indent), ("note", f"→ {fix.gives}"))


def _offer() -> str:
    """What stands before the code of a fix."""
    return gettext("try") + "  "


def fix_key_lines(key: str, count: int, width: int | None) -> list[Line]:
    """Which key puts one of ``count`` fixes into the prompt."""
    if count == 1:
        said = gettext("{key} puts it into the prompt, where you can change it before you run it.", key=key)
    else:
        said = gettext(
            "{key} puts the first one into the prompt, and pressed again the next one; "
            "you can change it before you run it.",
            key=key,
        )
    return wrap([(("dim", said),)], width, hang=0)
