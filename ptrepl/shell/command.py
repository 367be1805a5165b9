"""What a command is: an entry of the table, and the line that calls it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass

from ptrepl.errors import UsageError
from ptrepl.shell.context import ShellContext
from ptrepl.texts.messages import gettext

Handler = Callable[[ShellContext, str], bool | None]
"""Does what the text after the name asks for. Raises PtreplError, whose message is the line to print. False: the
learner's code that it ran has failed."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One call of a command. ``name``: as typed after the ``%``; "!" and "?" are the names of ``!cmd`` and ``obj?``."""

    name: str
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """An entry of the table. ``usage``: as one types it; ``summary``: a sentence for ``%help``.

    ``lesson``: for the lesson that is open, which does it; ``takes_code``: what follows the name is Python, which may
    go on over several lines; ``more``: sentences for ``%help %NAME``, beside the summary.
    """

    name: str
    usage: str
    summary: str
    handler: Handler
    group: str
    lesson: bool = False
    takes_code: bool = False
    more: tuple[str, ...] = ()


def words_of(command: str, arguments: str) -> list[str]:
    """The words of a command, quoted as in a shell. Raises UsageError for a quotation mark without its partner."""
    try:
        return shlex.split(arguments)
    except ValueError as error:
        if "escaped" in str(error):
            raise UsageError(
                gettext("{command}: there is nothing behind the backslash at the end.", command=command)
            ) from None
        raise UsageError(gettext("{command}: a quotation mark has no partner.", command=command)) from None
