"""What the learner's own code raises while the prompt waits: a signal handler, such as that of a forgotten alarm."""

from __future__ import annotations

from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from ptrepl.folders import PACKAGE

if TYPE_CHECKING:
    from ptrepl.screen.printer import Printer


def tell_raised(error: BaseException, printer: Printer) -> bool:
    """Show ``error`` from the handler on; False, and nothing is shown, if no signal handler of theirs raised it."""
    try:
        return _tell_raised(error, printer)
    except Exception:  # what is imported here may need what the learner's code has broken
        return False


def _tell_raised(error: BaseException, printer: Printer) -> bool:
    handlers = _codes_of_handlers()
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code not in handlers:
        trace = trace.tb_next
    if trace is None:
        return False
    from ptrepl.engine.run.failure import report_of
    from ptrepl.screen.tracebacks import error_lines

    printer.error(error_lines(report_of(error, trace)))
    return True


def _codes_of_handlers() -> set[CodeType]:
    """The code of the learner's signal handlers: functions, methods, partials and objects that can be called."""
    import signal
    from functools import partial

    found = set()
    for number in signal.valid_signals():
        handler: Any = signal.getsignal(number)
        while type(handler) in (MethodType, partial):
            handler = handler.__func__ if type(handler) is MethodType else handler.func
        if type(handler) is not FunctionType:
            handler = next((vars(each)["__call__"] for each in type(handler).__mro__ if "__call__" in vars(each)), None)
        if type(handler) is FunctionType and not handler.__code__.co_filename.startswith(PACKAGE):
            found.add(handler.__code__)
    return found
