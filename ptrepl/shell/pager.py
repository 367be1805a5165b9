"""Text that is taller than the screen, a screenful at a time."""

from __future__ import annotations

from collections.abc import Iterator

from ptrepl.screen.line import Line, plain
from ptrepl.screen.wrap import columns
from ptrepl.shell.context import ShellContext
from ptrepl.shell.interrupts import interruptible

__all__ = ["screenfuls", "show_in_pages"]

_KEPT = 2
"""Rows of the screen for the question and the bar."""


def show_in_pages(context: ShellContext, lines: list[Line]) -> None:
    """Print ``lines``; at a terminal, stop after each screenful until the user wants more, or no more.

    In a pipe, or where nobody can be asked, all of them at once.
    """
    printer = context.printer
    height = printer.height if context.read_line is not None and context.stdin_is_tty else None
    for number, page in enumerate(screenfuls(lines, printer.width, height)):
        if number and not _wants_more(context):
            return
        printer.lines(page)


def screenfuls(lines: list[Line], width: int | None, height: int | None) -> Iterator[list[Line]]:
    """``lines`` in parts that fit a screen of ``height`` rows, of which the question needs some."""
    page: list[Line] = []
    used = 0
    for line in lines:
        rows = 1 if width is None else max(1, -(-columns(plain(line)) // max(width, 1)))
        if page and height is not None and used + rows > max(height - _KEPT, 1):
            yield page
            page, used = [], 0
        page.append(line)
        used += rows
    if page:
        yield page


def _wants_more(context: ShellContext) -> bool:
    if context.read_line is None:
        return True
    try:
        with interruptible():
            return not context.read_line("more: Enter · stop: q ").strip()
    except (EOFError, KeyboardInterrupt):
        return False
