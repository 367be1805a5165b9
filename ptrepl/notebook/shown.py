"""Shows what a cell did: as lines in a terminal, else as one bundle of text and HTML."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from ptrepl.engine.outcome import Outcome
from ptrepl.screen.explanation import reason_lines, trap_lines
from ptrepl.screen.html.outcomes import outcomes_html
from ptrepl.screen.html.says import says_markdown
from ptrepl.screen.line import Line, plain
from ptrepl.screen.printer import Printer
from ptrepl.screen.prose import show
from ptrepl.screen.xray import xray_lines
from ptrepl.tutor.play.say import Say


def cell_lines(outcomes: Sequence[Outcome], width: int | None, mode: str) -> list[Line]:
    """The x-ray of each statement, its traps, and why it failed; the traceback is IPython's."""
    lines: list[Line] = []
    for outcome in outcomes:
        lines += xray_lines(outcome, width, mode)
        lines += trap_lines(outcome, width)
        if outcome.explanation is not None:
            lines += reason_lines(outcome.explanation, width)
    return lines


def show_cell(shell: Any, outcomes: Sequence[Outcome], mode: str) -> None:
    """Show it where the output of the cell goes; where that is captured (``%%capture``), nothing is added to it."""
    if _is_captured(shell):
        return
    if in_terminal(shell):
        printer = Printer()
        printer.lines(cell_lines(outcomes, printer.width, mode))
        return
    html = outcomes_html(outcomes, mode)
    if html:
        text = "\n".join(map(plain, cell_lines(outcomes, None, mode)))
        shell.display_pub.publish({"text/plain": text, "text/html": html})


def show_says(shell: Any, said: Sequence[Say]) -> None:
    """What the tutor says, below the cell."""
    if in_terminal(shell):
        show(said, Printer())
    elif text := says_markdown(said):
        shell.display_pub.publish({"text/plain": text, "text/markdown": text})


def show_svg(shell: Any, words: str, picture: str) -> None:
    """A picture, with the words for whoever does not see it."""
    shell.display_pub.publish({"text/plain": words.rstrip("\n"), "image/svg+xml": picture})


def in_terminal(shell: Any) -> bool:
    """Whether it is the IPython of a terminal, which has no place for HTML."""
    return not hasattr(shell, "kernel")


def _is_captured(shell: Any) -> bool:
    from IPython.core.displaypub import CapturingDisplayPublisher

    return isinstance(shell.display_pub, CapturingDisplayPublisher) or sys.stdout is None
