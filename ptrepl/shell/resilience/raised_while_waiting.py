"""What the learner's own code raises while the prompt waits: a signal handler, such as that of a forgotten alarm."""

from __future__ import annotations

from ptrepl.screen.printer import Printer


def tell_raised(error: BaseException, printer: Printer) -> bool:
    """Show ``error`` from the learner's first line on; False, and nothing is shown, if no line of theirs raised it."""
    try:
        return _tell_raised(error, printer)
    except Exception:  # what is imported here may need what the learner's code has broken
        return False


def _tell_raised(error: BaseException, printer: Printer) -> bool:
    from ptrepl.engine.run.failure import is_learner_file, report_of

    trace = error.__traceback__
    while trace is not None and not is_learner_file(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    if trace is None:
        return False
    from ptrepl.screen.tracebacks import error_lines

    printer.error(error_lines(report_of(error, trace)))
    return True
