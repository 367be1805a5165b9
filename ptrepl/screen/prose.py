"""What the tutor says → lines, a screenful at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ptrepl.screen.line import Line, text_line
from ptrepl.screen.markdown import code_lines, markdown_lines
from ptrepl.screen.printer import Printer
from ptrepl.tutor import say

__all__ = ["pages", "say_lines", "show"]

_MOODS = {"good": "good", "bad": "bad", "note": "", "fault": "warn"}
_STATUS = {"passed": "good", "missed": "note", "skipped": "note", "started": "dim", "new": "dim"}


def show(says: Iterable[say.Say], printer: Printer, pause: Callable[[], bool] | None = None) -> None:
    """Print what is said. ``pause`` waits for a key at each full screen; False from it shows the rest at once."""
    lines = [line for each in says for line in say_lines(each, printer.width, ticks=not printer.colour)]
    height = printer.height if pause is not None else None
    for number, page in enumerate(pages(lines, height)):
        if number and pause is not None and not pause():
            pause = None
        printer.lines(page)


def pages(lines: list[Line], height: int | None) -> Iterator[list[Line]]:
    """``lines`` in parts that leave a row of the screen free; all in one where there is no screen."""
    rows = len(lines) if height is None else max(height - 1, 1)
    for start in range(0, len(lines), rows or 1):
        yield lines[start : start + rows]


def say_lines(said: say.Say, width: int | None, *, ticks: bool = False) -> list[Line]:
    """The lines of one thing said, an empty one first where it begins something new. ``RunDemo`` has none.

    ``width`` None: no terminal, so nothing is wrapped. ``ticks``: keep the backticks round code.
    """
    match said:
        case say.Title(lesson, minutes, steps):
            about = f"{steps} steps, about {minutes} minutes" if minutes else f"{steps} steps"
            return [(("title", lesson), ("dim", f"   {about}"))]
        case say.Heading(title, number, total):
            return [(), (("key", f"{number}/{total}"), ("", "  "), ("title", title))]
        case say.Prose(text):
            return [(), *markdown_lines(text, width, ticks=ticks)]
        case say.Learned(text):
            return [(), *markdown_lines(text, width, base="title", ticks=ticks)]
        case say.Code(source, name):
            named = [text_line(f"    # {name}", "dim")] if name else []
            return [(), *named, *code_lines(source)]
        case say.Options(items):
            return [(), *(line for letter, text in items for line in _option(letter, text, width, ticks))]
        case say.Note(text):
            return markdown_lines(text, width, base="dim", ticks=ticks)
        case say.Feedback(text, mood):
            return markdown_lines(text, width, base=_MOODS[mood], ticks=ticks)
        case say.Report(lesson, rows):
            return [text_line(lesson, "title"), *(_row(number, row) for number, row in enumerate(rows, 1))]
        case say.Data(text):
            return [text_line(line) for line in text.split("\n")]
        case say.RunDemo():
            return []


def _option(letter: str, text: str, width: int | None, ticks: bool) -> list[Line]:
    inner = markdown_lines(text, None if width is None else max(width - 5, 10), ticks=ticks)
    return [
        (("key", f"  {letter}"), ("", "  "), *line) if not number else (("", "     "), *line)
        for number, line in enumerate(inner)
    ]


def _row(number: int, row: say.Row) -> Line:
    here = ("key", "> ") if row.here else ("", "  ")
    return (
        here,
        ("", f"{number:>2}  "),
        (_STATUS[row.status], f"{row.status:<8}"),
        ("name", row.id),
        ("", f"  {row.title}"),
    )
