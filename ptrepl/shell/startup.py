"""``PYTHONSTARTUP``, and the ``startup`` file of the configuration: run before the first prompt, never fatal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ptrepl.engine.run.failure import report_of, trim
from ptrepl.errors import UsageError
from ptrepl.screen.paragraphs import told
from ptrepl.shell.context import Leave, ShellContext
from ptrepl.shell.interrupts import interruptible
from ptrepl.shell.script import read_script
from ptrepl.texts.messages import gettext


def run_pythonstartup(context: ShellContext) -> None:
    """As Python does it: among the learner's names, before torch is there."""
    path = "" if sys.flags.ignore_environment else os.environ.get("PYTHONSTARTUP", "")
    if not path:
        return
    text = _text(path, "PYTHONSTARTUP", context)
    namespace = context.session.namespace
    if text is None:
        return
    given = "__file__" in namespace
    namespace.setdefault("__file__", path)
    try:
        with interruptible():
            exec(compile(text, path, "exec", dont_inherit=True), namespace)
    except BaseException as error:  # whatever it is, the prompt comes up
        _tell(error, context)
    finally:
        if not given:
            namespace.pop("__file__", None)


def run_startup(context: ShellContext) -> None:
    """The file that the configuration names, where torch and device are there: the prompt waits for them."""
    written = context.settings.startup
    if written is None:
        return
    path = str(Path(context.settings.file).parent / os.path.expanduser(written))
    text = _text(path, "startup", context)
    if text is None:
        return
    try:
        with interruptible():
            context.session.ready()
        context.run_source(text, path)
    except Leave:
        said = gettext("{file} asked to leave; the prompt comes up all the same.", file=written)
        context.printer.error(told(said, context.printer.error_width, "bad"))
    except KeyboardInterrupt as error:
        _tell(error, context)


def _text(path: str, said_by: str, context: ShellContext) -> str | None:
    try:
        return read_script(path)
    except UsageError as error:
        context.printer.error(told(f"{said_by}: {error}", context.printer.error_width, "bad"))
        return None


def _tell(error: BaseException, context: ShellContext) -> None:
    from ptrepl.screen.tracebacks import error_lines

    context.printer.error(error_lines(report_of(error, trim(error.__traceback__, __file__))))
