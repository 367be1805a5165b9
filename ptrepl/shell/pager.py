"""Text that is taller than the screen, a screenful at a time."""

from __future__ import annotations

from collections.abc import Callable

from ptrepl.screen.line import Line
from ptrepl.screen.pages import screenfuls
from ptrepl.shell.context import ShellContext
from ptrepl.shell.interrupts import interruptible
from ptrepl.texts.messages import gettext


def show_in_pages(context: ShellContext, lines: list[Line]) -> None:
    """Print ``lines``; at a terminal, stop after each screenful until the user wants more, or no more.

    In a pipe, where there is no one to ask, all of them at once.
    """
    printer, read_line = context.printer, context.read_line
    height = printer.height if read_line is not None and context.stdin_is_tty else None
    for number, page in enumerate(screenfuls(lines, printer.width, height)):
        if number and read_line is not None and not wants_more(read_line, context):
            return
        printer.lines(page)


def wants_more(read_line: Callable[[str], str], context: ShellContext | None = None, question: str = "") -> bool:
    """Ask ``question`` after a screenful; Ctrl-C and Ctrl-D want no more of the text, not of the program.

    Where ``context`` can read one key, that is enough, and the question goes; a key that means something else, such as
    the % of a command, begins the next input.
    """
    question = (question or gettext("more: Enter · stop: q")) + " "
    read_key = context.read_key if context is not None else None
    try:
        with interruptible():
            if context is None or read_key is None:
                return not read_line(question).strip()
            key = read_key(question)
    except (EOFError, KeyboardInterrupt):
        return False
    if key.casefold() not in ("", "q") and key.isprintable():
        context.prefill = key
    return not key
