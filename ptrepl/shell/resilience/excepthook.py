"""``sys.excepthook`` of the learner's, which tells an error in our place."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ptrepl.screen.line import text_line
from ptrepl.texts.messages import gettext

if TYPE_CHECKING:
    from ptrepl.engine.run.session import Session
    from ptrepl.screen.printer import Printer

_CALL_HOOK = """\
(lambda sys: sys.excepthook(sys.last_type, sys.last_value, sys.last_traceback))(__import__('sys'))
"""


def told_by_hook(session: Session, printer: Printer) -> bool:
    """Whether a hook of theirs has told the last error; if it fails, that is told, and the error is ours to tell."""
    hook = getattr(sys, "excepthook", None)
    if hook is None or hook is sys.__excepthook__:
        return False
    # the hook is the learner's code, so it runs in the learner's settings, as every statement does
    problem = session.run_quietly(_CALL_HOOK, "<sys.excepthook>")
    if problem is None:
        return True
    from ptrepl.screen.tracebacks import error_lines

    printer.error([text_line(gettext("Your sys.excepthook failed:"), "bad"), *error_lines(problem)])
    printer.error([text_line(gettext("The error that it was called for:"), "bad")])
    return False
