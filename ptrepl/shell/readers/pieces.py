"""A paste that mixes ``%`` lines and Python → the inputs that it holds."""

from __future__ import annotations

import io

from ptrepl.engine.run.source import Invalid
from ptrepl.shell.commands.dispatch import check_command, ends_with_its_line, is_command, parse_command
from ptrepl.shell.prompt.editing import Check
from ptrepl.shell.readers.pipe import PipeReader


def split_paste(text: str, check: Check) -> list[str]:
    """The inputs in ``text``, each Python or a command; ``text`` alone where it is one input, or no line of it is a
    command. ``check``: whether Python is complete.
    """
    lines = text.strip().split("\n")
    if len(lines) == 1 or not any(line[:1] in ("%", "!") or line.rstrip().endswith("?") for line in lines):
        return [text]
    invocation = parse_command(text)
    if invocation is not None and ends_with_its_line(invocation):
        return [text]
    # a block of Python may well hold such lines: in a string, or after an open bracket
    if invocation is None and not isinstance(check_command(text, check), Invalid):
        return [text]
    if invocation is not None and not is_command(text) and "\n" in invocation.arguments[:1]:
        return [text]  # %time alone in its line: all that follows is its code
    reader = PipeReader(io.StringIO(text), is_command)
    found = []
    while True:
        try:
            found.append(reader.read())
        except EOFError:
            return found
