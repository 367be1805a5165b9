"""The magics that pasted notebooks begin with: some mean nothing here, and some what our own commands do."""

from __future__ import annotations

from ptrepl.screen.paragraphs import told
from ptrepl.shell.commands.run.code import time_code
from ptrepl.shell.commands.run.timeit import timeit
from ptrepl.shell.context import ShellContext
from ptrepl.texts.messages import gettext


def notebook_magic(context: ShellContext, name: str, arguments: str) -> bool:
    """Do what ``%%time`` asks for, or say that there is nothing to do. False if code of the learner failed."""
    printer, code = context.printer, arguments.strip()
    if name == "%time" and code:
        return time_code(context, code)
    if name == "%timeit" and code:
        return timeit(context, code)
    if name == "%capture":
        # the line of the magic itself may name a variable for what was captured: there is none here
        first, _, rest = arguments.partition("\n")
        code = rest if rest.strip() or ("=" not in first and first.strip().isidentifier()) else arguments
        said = gettext("%%capture is for notebooks: here the output is shown.")
        printer.lines(told(said, printer.width, "dim"))
        return context.run_source(code.strip(), None) if code.strip() else True
    if name in ("%time", "%timeit"):
        command = name.removeprefix("%")
        said = gettext(
            "%{name} is for notebooks. Here %{command} and a statement times it.", name=name, command=command
        )
    else:
        name = f"config {arguments.partition('.')[0].strip()}" if name == "config" else name
        said = gettext("%{name} is for notebooks: there is nothing to do here.", name=name)
    printer.lines(told(said, printer.width, "dim"))
    return True
