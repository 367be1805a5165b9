"""``%reset``, ``%tb``, ``%debug`` and ``%exit``: the session itself, and its last error."""

from __future__ import annotations

from ptrepl.engine.run.device import choose_device
from ptrepl.engine.run.failure import report_of
from ptrepl.errors import UsageError
from ptrepl.screen.line import text_line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.tracebacks import error_lines
from ptrepl.shell.context import Leave, ShellContext
from ptrepl.shell.effective_settings import FROM_SESSION
from ptrepl.shell.interrupts import interruptible
from ptrepl.texts.messages import N_, gettext

_NO_ERROR = N_("There is no error to look at: nothing has failed yet.")


def reset(context: ShellContext, arguments: str) -> None:
    """``%reset [-f]``: a fresh namespace. At a terminal, asks first."""
    if arguments not in ("", "-f"):
        raise UsageError(
            gettext("%reset takes -f, which does not ask, or no argument; not '{argument}'.", argument=arguments)
        )
    with interruptible():
        if not arguments and context.agreed(gettext("Delete every name that you defined?")) is False:
            context.printer.lines([text_line(gettext("Nothing was deleted."))])
            return
        context.session.reset()
        if context.settings.sources.get("device") == FROM_SESSION:
            context.session.namespace["device"] = choose_device(context.settings.device)
    said = gettext("Your names are gone; the session is as it was at the start.")
    context.printer.lines(told(said, context.printer.width))


def traceback(context: ShellContext, arguments: str) -> None:
    """``%tb``: the last traceback again, the frames inside libraries too."""
    error = context.session.last_exception
    if error is None:
        raise UsageError(gettext(_NO_ERROR))
    report = report_of(error, error.__traceback__, context.session.learner_files)
    context.printer.error(error_lines(report, folded=False))


def debug(context: ShellContext, arguments: str) -> None:
    """``%debug``: look round in the frames of the last exception. Raises UsageError where there are none."""
    from ptrepl.engine.run.breakpoints import look_round

    error = context.session.last_exception
    if error is None:
        raise UsageError(gettext(_NO_ERROR))
    if error.__traceback__ is None:
        raise UsageError(gettext("The last error came before any code ran, so there are no frames to look at."))
    with interruptible():
        look_round(error.__traceback__)


def leave(context: ShellContext, arguments: str) -> None:
    """``%exit`` and ``%quit``."""
    raise Leave
