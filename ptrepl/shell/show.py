"""One outcome → the printer: the x-ray on stdout, the traceback on stderr."""

from __future__ import annotations

from collections.abc import Callable

from ptrepl.engine.outcome import Outcome, Status
from ptrepl.screen.line import text_line
from ptrepl.screen.printer import Printer


def show_outcome(
    outcome: Outcome,
    printer: Printer,
    xray: str,
    told_by_hook: Callable[[], bool] = lambda: False,
    *,
    advises: bool = True,
) -> None:
    """Print what the statement did. What it printed itself, and its value, stand on the screen already.

    ``told_by_hook``: lets the learner's own ``sys.excepthook`` show the error; whether it did. ``advises`` False:
    leave out what ``show_advice`` prints.
    """
    if outcome.changes:
        from ptrepl.screen.xray import xray_lines  # not before there is something to show

        printer.fresh_line()
        printer.lines(xray_lines(outcome, printer.width, xray))
    if advises and outcome.traps and outcome.error is None:
        _show_traps(outcome, printer)
    if outcome.error is not None:
        from ptrepl.screen.explanation import explanation_lines, failure_lines, place_lines

        printer.fresh_line()
        if outcome.status is not Status.RAISED or not told_by_hook():
            printer.error(failure_lines(outcome, printer.error_width, reasons=advises))
        elif outcome.explanation is not None:
            shown = explanation_lines if advises else place_lines
            printer.error(shown(outcome.explanation, printer.error_width))
        if advises and outcome.traps:
            _show_traps(outcome, printer)
    elif outcome.status is Status.EXIT and isinstance(outcome.exit_code, str):
        printer.error([text_line(outcome.exit_code)])


def show_advice(outcome: Outcome, printer: Printer) -> None:
    """Print what was probably not meant, or why it failed and what could be typed instead."""
    if outcome.traps:
        _show_traps(outcome, printer)
    if outcome.explanation is not None:
        from ptrepl.screen.explanation import reason_lines

        printer.error(reason_lines(outcome.explanation, printer.error_width))


def _show_traps(outcome: Outcome, printer: Printer) -> None:
    from ptrepl.screen.explanation import trap_lines

    printer.fresh_line()
    printer.error(trap_lines(outcome, printer.error_width))


def exit_status(outcome: Outcome) -> int:
    """The status that a program ends with after ``outcome``, as Python's own: 0, 1, 130, or the code of SystemExit."""
    if outcome.status is Status.EXIT:
        code = outcome.exit_code
        if isinstance(code, int):
            return code & 0xFF if -(2**63) <= code < 2**63 else 255  # as Python, which cannot convert it
        return 0 if code is None else 1
    return {Status.OK: 0, Status.RAISED: 1, Status.INTERRUPTED: 130}[outcome.status]
