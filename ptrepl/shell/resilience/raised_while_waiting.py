"""What the learner's own code raises while ours runs: a signal handler of a forgotten alarm, an audit hook."""

from __future__ import annotations

from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from ptrepl.error_log import log
from ptrepl.folders import PACKAGE
from ptrepl.screen.paragraphs import told
from ptrepl.texts.messages import gettext

if TYPE_CHECKING:
    from ptrepl.screen.printer import Printer


def tell_raised(error: BaseException, printer: Printer) -> bool:
    """Show ``error`` from the handler on; False, and nothing is shown, if no signal handler of theirs raised it."""
    try:
        return _tell(error, printer, by_handler=True)
    except Exception:  # what is imported here may need what the learner's code has broken
        return False


def tell_called(error: BaseException, printer: Printer) -> bool:
    """Show ``error`` from their code on; False, and nothing is shown, if it comes from ours alone.

    Python has called that code, as it calls an audit hook, or a mistake of ours has: the log has it, too.
    """
    try:
        return _tell(error, printer, by_handler=False)
    except Exception:
        return False


def _tell(error: BaseException, printer: Printer, *, by_handler: bool) -> bool:
    from ptrepl.engine.run.failure import is_learner_file, report_of
    from ptrepl.screen.tracebacks import error_lines

    handlers = _codes_of_handlers()
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code in handlers if by_handler else is_learner_file(code.co_filename):
            break
        trace = trace.tb_next
    if trace is None:
        return False
    lines = error_lines(report_of(error, trace))
    if not by_handler:
        log(error, "calling code of the learner's")  # not a sentence: for the log
        said = gettext("Code of yours that was called while ptrepl itself was at work raised this:")
        printer.error(told(said, printer.error_width, "bad"))
    printer.error(lines)
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
