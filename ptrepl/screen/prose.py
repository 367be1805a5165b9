"""What the tutor says → lines, a screenful at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ptrepl.screen.line import Line, plain, text_line
from ptrepl.screen.markdown import code_lines, markdown_lines
from ptrepl.screen.pages import screenfuls
from ptrepl.screen.printer import Printer
from ptrepl.screen.wrap import columns
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.play import say

_MOODS = {"good": "good", "bad": "bad", "note": "", "fault": "warn"}
_SPAN = re.compile(r"(`+[^`\n]+`+)")
_AT_START = re.compile(r"(?m)^(\s*\d*)(>|[-+*#.)]+(?=\s))")
"""What begins a list, a heading or a quotation, which needs no space: ``>= counts equals too``."""
_SPARE = 3
"""Rows at the end of a step that nobody is asked for."""
_BELOW = " " * 6
_STATUS = {"passed": "good", "missed": "note", "skipped": "note", "started": "dim", "new": "dim"}


def show(
    says: Iterable[say.Say], printer: Printer, wants_more: Callable[[], bool] | None = None, *, below: int = 0
) -> bool:
    """Print what is said, and tell whether that was all of it.

    ``below``: rows of output that were printed just before, and are not to scroll away unread.

    ``wants_more`` is asked after each full screen; False from it leaves out the rest. None: nobody is there to ask.
    """
    lines = [line for each in says for line in say_lines(each, printer.width, ticks=not printer.colour)]
    height = printer.height if wants_more is not None else None
    for number, page in enumerate(screenfuls(lines, printer.width, height, spare=_SPARE, used=below)):
        if number and wants_more is not None and not wants_more():
            return False
        printer.lines(page)
    return True


def say_lines(said: say.Say, width: int | None, *, ticks: bool = False) -> list[Line]:
    """The lines of one thing said, an empty one first where it begins something new. ``RunDemo`` has none.

    ``width`` None: no terminal, so nothing is wrapped. ``ticks``: keep the backticks round code.
    """
    match said:
        case say.Title(lesson, minutes, steps):
            about = ngettext("{count} step", "{count} steps", steps)
            if minutes:
                about = ngettext(
                    "{count} step, about {minutes} minutes",
                    "{count} steps, about {minutes} minutes",
                    steps,
                    minutes=minutes,
                )
            return [(("title", lesson), ("dim", f"   {about}"))]
        case say.Heading(title, number, total):
            return [(), (("key", f"{number}/{total}"), ("", "  "), ("title", title))]
        case say.AuthorText(text):
            return [(), *markdown_lines(text, width, ticks=ticks)]
        case say.Learned(text):
            return [(), *markdown_lines(text, width, base="title", ticks=ticks)]
        case say.CodeBlock(source, name):
            named = [text_line(f"    # {name}", "dim")] if name else []
            return [(), *named, *code_lines(source, width)]
        case say.Options(items):
            return [(), *(line for letter, text in items for line in _option(letter, text, width, ticks))]
        case say.Instruction(text):
            return markdown_lines(_plainly(text, width), width, base="dim", ticks=ticks)
        case say.Feedback(text, mood):
            return markdown_lines(_plainly(text, width), width, base=_MOODS[mood], ticks=ticks)
        case say.ProgressReport(lesson, rows, ahead):
            widest = max((len(row.id) for row in rows), default=0)
            listed = [line for number, row in enumerate(rows, 1) for line in _row(number, row, widest, width, ticks)]
            return [text_line(lesson, "title"), *listed, *markdown_lines(ahead, width, base="dim", ticks=ticks)]
        case say.Data(text):
            return [text_line(line) for line in text.split("\n")]
        case say.RunDemo():
            return []


def _plainly(text: str, width: int | None) -> str:
    """Sentences as Markdown in which code between backticks alone means something, and a word between asterisks.

    ``* multiplies`` begins no list, and ``__init__`` keeps its underscores. Without a ``width`` the text stays.
    """
    if width is None:
        return text
    parts = _SPAN.split(text)  # every second one is code
    parts[::2] = [_AT_START.sub(r"\1\\\2", part.replace("_", r"\_")) if part else part for part in parts[::2]]
    return "".join(parts)


def _option(letter: str, text: str, width: int | None, ticks: bool) -> list[Line]:
    inner = markdown_lines(text, None if width is None else max(width - 5, 10), ticks=ticks)
    return [
        (("key", f"  {letter}"), ("", "  "), *line) if not number else (("", "     "), *line)
        for number, line in enumerate(inner)
    ]


def _row(number: int, row: say.ReportRow, widest: int, width: int | None, ticks: bool) -> list[Line]:
    """One step: on one line where it fits, its id as wide as the ``widest``; else what it is about below it."""
    first: Line = (
        ("key", "> ") if row.here else ("", "  "),
        ("", f"{number:>2}  "),
        (_STATUS[row.status], f"{row.status:<8}"),
        ("name", row.id),
    )
    gap = " " * (widest - len(row.id) + 2)
    whole = (*first, ("", f"{gap}{row.title}"), ("note", "  · " + gettext("due for review") if row.due else ""))
    if width is None or columns(plain(whole)) <= width:
        return [whole]
    below = markdown_lines(row.title, max(width - len(_BELOW), 10), ticks=ticks)
    if row.due:
        below.append(text_line("· " + gettext("due for review"), "note"))
    return [first, *((("", _BELOW), *line) for line in below)]
