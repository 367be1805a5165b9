"""``%edit``: the last input, an earlier one, a function's source or a file, in the user's editor, and then run."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass

from ptrepl.errors import UsageError
from ptrepl.screen.line import text_line
from ptrepl.screen.paragraphs import told
from ptrepl.shell.command import words_of
from ptrepl.shell.commands.run.code import run_file
from ptrepl.shell.context import ShellContext
from ptrepl.shell.inspect.lookup import lookup
from ptrepl.shell.inspect.object import source_of
from ptrepl.shell.prompt.external_editor import edit_text
from ptrepl.shell.script import read_script
from ptrepl.texts.messages import gettext, ngettext

MOST_SHOWN = 20
"""Lines of what was edited that are shown before it runs."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A text to edit. ``path``: the file that it is kept in, None for what is only run."""

    text: str
    path: str | None = None


def edit(context: ShellContext, arguments: str) -> bool | None:
    """``%edit [-x] [NAME|FILE|N]``: runs what was changed when the editor is left; ``-x`` does not run it."""
    words = words_of("%edit", arguments)
    names = [word for word in words if word != "-x"]
    if len(names) > 1:
        raise UsageError(gettext("%edit wants one name, file or number, such as %edit f, %edit train.py or %edit 3."))
    if context.read_line is None:
        raise UsageError(gettext("%edit opens an editor, and there is no terminal here to show it."))
    draft = _draft(context, names[0] if names else "")
    text = edit_text(draft.text.rstrip("\n"))
    if text.strip() == draft.text.strip():
        context.printer.lines(told(gettext("Nothing was changed, so nothing was run."), context.printer.width))
        return None
    if draft.path is not None:
        _keep(draft.path, text)
        return None if "-x" in words else run_file(context, shlex.quote(draft.path))
    if context.past is not None and text.strip():
        context.past.append_string(text)  # so that Up brings it back
    if "-x" in words:
        context.prefill = text
        return None
    # the editor has covered the screen; what runs is shown
    shown = text.split("\n")
    context.printer.lines(text_line(line, "code") for line in shown[:MOST_SHOWN])
    if len(shown) > MOST_SHOWN:
        more = ngettext("… and {count} more line", "… and {count} more lines", len(shown) - MOST_SHOWN)
        context.printer.lines([text_line(more, "dim")])
    return context.run_source(text, None)


def _draft(context: ShellContext, name: str) -> _Draft:
    entries = context.recording.entries[:-1]  # the last is this command
    if not name:
        return _Draft(next((entry.code for entry in reversed(entries) if entry.code), ""))
    if name.isdecimal():
        number = int(name[:9])
        if not 1 <= number <= len(entries):
            raise UsageError(
                gettext("There is no input {number} in this session; %history -n shows their numbers.", number=name)
            )
        return _Draft(entries[number - 1].code or entries[number - 1].typed)
    path = os.path.expanduser(name)
    if os.path.exists(path):
        return _Draft(read_script(path), path)
    try:
        source = source_of(lookup(name, context.session.namespace))
    except UsageError:
        if name.endswith(".py"):
            return _Draft("", path)
        raise
    if source is None:
        raise UsageError(
            gettext("{name} has no Python source to edit. Give the name of a function, a class or a file.", name=name)
        )
    return _Draft(source)


def _keep(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text.rstrip("\n") + "\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(gettext("{path} cannot be written: {reason}.", path=path, reason=reason)) from None
