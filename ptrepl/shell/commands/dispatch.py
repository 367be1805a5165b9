"""Input → a command or Python; and a command → its handler."""

from __future__ import annotations

import ast
import re
import warnings

from ptrepl.engine.run.source import Complete, Incomplete, Invalid
from ptrepl.errors import PtreplError, UnknownName, UsageError
from ptrepl.screen.paragraphs import told
from ptrepl.shell.command import CommandLine
from ptrepl.shell.command_table import COMMANDS
from ptrepl.shell.context import ShellContext
from ptrepl.shell.prompt.editing import Check
from ptrepl.texts.messages import gettext

# %% as well: who is used to the cell magics of notebooks gets a hint at our command
_PERCENT = re.compile(r"%(%?[^\W\d]\S*)[^\S\n]*(.*)", re.DOTALL)
_HELP = re.compile(r"(\?{0,2})([^\n]+?)\s*(\?{0,2})")
_ONE_LINE = re.compile(r"(?:[^\n]*\\\n)*[^\n]*")
_COMMANDS = {command.name: command for command in COMMANDS}
_TAKE_CODE = frozenset(("%time", "%timeit", "%capture"))
"""Magics of notebooks with code on the lines below."""
_OF_NOTEBOOKS = _TAKE_CODE | {"matplotlib", "load_ext", "reload_ext", "unload_ext", "autoreload"}


def parse_command(text: str) -> CommandLine | None:
    """The command that ``text`` calls, known or not; None for Python, which is never mistaken for one.

    No Python begins with ``%`` or ``!``; ``obj?`` is a command where the text is no Python, and what stands before
    the ``?`` is an expression.
    """
    text = text.strip()
    if text.startswith("!"):
        return CommandLine("!", text[1:].strip())
    if match := _PERCENT.fullmatch(text):
        name = match[1]
        return CommandLine("help", f"%{name.rstrip('?')}") if name.endswith("?") else CommandLine(name, match[2])
    return _parse_help(text)


def _parse_help(text: str) -> CommandLine | None:
    if text in ("?", "??"):
        return CommandLine("help")
    match = _HELP.fullmatch(text)
    if match is None or not (match[1] or match[3]) or _parses(text, "exec") or not _parses(match[2], "eval"):
        return None
    return CommandLine("?", match[2].strip() + max(match[1], match[3]))


def _parses(text: str, mode: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text.strip(), mode=mode)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def is_command(text: str) -> bool:
    """Whether Enter runs ``text`` as a command at once. Not one that takes code: ``check_command`` judges that."""
    invocation = parse_command(text)
    return invocation is not None and not _takes_code(invocation)


def check_command(text: str, check: Check) -> Complete | Incomplete | Invalid:
    """Whether ``text`` can run: code and the code after ``%time`` as ``check`` says, every other command always."""
    invocation = parse_command(text)
    if invocation is None:
        return check(text)
    if not _takes_code(invocation):
        return Complete()
    # the end of the text says whether a blank line has closed the block
    code = text.lstrip().partition(invocation.name)[2]
    return check(code.lstrip()) if code.strip() else Complete()


def _takes_code(invocation: CommandLine) -> bool:
    command = _COMMANDS.get(invocation.name)
    return invocation.name in _TAKE_CODE or (command is not None and command.takes_code)


def ends_with_its_line(invocation: CommandLine) -> bool:
    """Whether one line is all that the command has; a backslash at the end of a line adds the next."""
    return _ONE_LINE.fullmatch(invocation.arguments) is not None


def dispatch(context: ShellContext, invocation: CommandLine) -> bool:
    """Do what ``invocation`` asks for; False if it ran code of the learner and that failed.

    Raises UsageError with one line for a command that does not exist, and what the handler raises.
    """
    command = _COMMANDS.get(invocation.name)
    if invocation.name in _OF_NOTEBOOKS or sets_a_notebook(invocation.name, invocation.arguments):
        from ptrepl.shell.commands.run.notebook import notebook_magic

        return notebook_magic(context, invocation.name, invocation.arguments)
    if command is None:
        raise UsageError(_unknown(invocation.name, invocation.arguments.strip(" ?")))
    try:
        return command.handler(context, invocation.arguments) is not False
    except UnknownName as error:
        known = context.lesson.unbound(error.name) if context.lesson is not None else ""
        raise UsageError(known or str(error)) from None


def give(context: ShellContext, invocation: CommandLine) -> bool:
    """``dispatch``, with what it complains of on the screen; whether it succeeded."""
    try:
        return dispatch(context, invocation)
    except PtreplError as error:
        context.printer.error(told(str(error), context.printer.width, "bad"))
        return False


def sets_a_notebook(name: str, arguments: str) -> bool:
    """Whether the command sets how a notebook shows something: ``%config InlineBackend.figure_format = "svg"``."""
    return name == "config" and arguments.lstrip().startswith(("InlineBackend", "IPCompleter", "Completer"))


_ASKED = ("what", "whatis", "define")
"""Words of a question that are taken for a command."""


def _unknown(name: str, argument: str) -> str:
    from ptrepl.nearest import nearest

    if name.casefold() in _ASKED and argument:
        said = gettext("There is no command %{name}.", name=name)
        hint = gettext("Did you mean %help {topic}?", topic=argument)
        return f"{said} {hint}"

    known = [command for command in _COMMANDS if command.isalpha()]
    near = next((each for each in known if each.startswith(name)), None) or nearest(name.lstrip("%"), known)
    said = gettext("There is no command %{name}.", name=name)
    hint = gettext("Did you mean %{name}?", name=near) if near else gettext("%help lists the commands.")
    return f"{said} {hint}"
