"""``!cmd``: a command of the system, on the terminal that we are on."""

from __future__ import annotations

import signal
import subprocess
from contextlib import suppress

from ptrepl.errors import UsageError
from ptrepl.screen.line import text_line
from ptrepl.screen.paragraphs import told
from ptrepl.shell.context import ShellContext
from ptrepl.texts.messages import gettext

_INTERRUPTED = (-signal.SIGINT, 128 + signal.SIGINT)


def run_system(context: ShellContext, command: str) -> None:
    """``!cmd``. Says its exit status where that is not 0. Ctrl-C reaches the command; we only wait for it."""
    if not command:
        raise UsageError(gettext("! wants a command of the system, such as !ls."))
    with suppress(OSError, ValueError):
        context.printer.out.flush()
    # in a pipe, standard input holds the statements that are still to be run
    stdin = None if context.stdin_is_tty else subprocess.DEVNULL
    status = subprocess.run(command, shell=True, check=False, stdin=stdin).returncode
    if status in _INTERRUPTED:
        context.printer.lines([()])  # the terminal has written ^C and stays on that line
    elif status:
        context.printer.error([text_line(status_text(status), "bad")])
    if command.split()[0] == "cd":
        said = gettext("cd changes the folder for this one command only; os.chdir(…) changes it for your session.")
        context.printer.error(told(said, context.printer.error_width))


def status_text(status: int) -> str:
    """``exit status 2``, or the signal that ended it."""
    if status >= 0:
        return gettext("exit status {status}", status=status)
    try:
        return gettext("ended by {signal}", signal=signal.Signals(-status).name)
    except ValueError:
        return gettext("ended by signal {number}", number=-status)
