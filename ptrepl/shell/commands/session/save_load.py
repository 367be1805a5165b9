"""``%save`` and ``%load``: the session into a file, and a file into the prompt."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from ptrepl.engine.watch.kinds import module_name, type_name
from ptrepl.errors import UsageError
from ptrepl.screen.paragraphs import told
from ptrepl.shell.command import words_of
from ptrepl.shell.context import ShellContext
from ptrepl.shell.script import read_script
from ptrepl.shell.transcript.recording import RecordedInput
from ptrepl.shell.transcript.saving import as_script, as_transcript
from ptrepl.texts.messages import gettext, ngettext


def save(context: ShellContext, arguments: str) -> None:
    """``%save [-f] FILE.py|FILE.md``. Asks before it writes over a file; in a pipe ``-f`` must say so."""
    words = words_of("%save", arguments)
    names = [word for word in words if word != "-f"]
    if len(names) != 1:
        raise UsageError(
            gettext("%save wants one file, such as %save session.py, or %save session.md for a transcript.")
        )
    path = os.path.expanduser(names[0])
    ending = os.path.splitext(path)[1].lower()
    if ending not in (".py", ".md"):
        raise UsageError(gettext("%save writes FILE.py, a script, or FILE.md, a transcript with what was shown."))
    entries = context.recording.entries[:-1]  # the last is this command
    if not entries:
        raise UsageError(gettext("There is nothing to save yet: nothing was typed before."))
    if os.path.lexists(path) and "-f" not in words:
        agreed = context.agreed(gettext("{name} exists already. Write over it?", name=names[0]))
        if agreed is None:
            raise UsageError(gettext("{name} exists already; %save -f {name} writes over it.", name=names[0]))
        if not agreed:
            context.printer.lines(told(gettext("{name} is as it was.", name=names[0]), context.printer.width))
            return
    if ending == ".py":
        device = context.session.namespace.get("device")
        text = as_script(entries, str(device) if _is_device(device) else "cpu", context.settings.seed)
    else:
        text = as_transcript(entries)
    _write(path, names[0], text)
    context.printer.lines(told(_said(entries, names[0]), context.printer.width))


def _is_device(value: object) -> bool:
    # str() of anything else would be the learner's code
    return (module_name(type(value)), type_name(value)) == ("torch", "device")


def _write(path: str, name: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(gettext("{path} cannot be written: {reason}.", path=name, reason=reason)) from None


def _said(entries: Sequence[RecordedInput], name: str) -> str:
    return ngettext("{count} input is saved in {name}.", "{count} inputs are saved in {name}.", len(entries), name=name)


def load(context: ShellContext, arguments: str) -> None:
    """``%load FILE [10-25]``: the text stands in the next prompt, to be edited; nothing runs."""
    words = words_of("%load", arguments)
    if not 1 <= len(words) <= 2:
        raise UsageError(gettext("%load wants a file, such as %load train.py, or lines of it: %load train.py 10-25."))
    if context.read_line is None:
        raise UsageError(gettext("%load puts a file into the prompt, and there is none here. %run FILE runs it."))
    text = read_script(os.path.expanduser(words[0]))
    if len(words) == 2:
        text = lines_of(text, words[1], words[0])
    if not text.strip():
        raise UsageError(gettext("There is nothing in {file} to load.", file=words[0]))
    context.prefill = text.strip("\n")


def lines_of(text: str, wanted: str, name: str) -> str:
    """The lines ``wanted`` of ``text``: ``10``, ``10-25``, ``10-`` or ``-25``, counted from 1. Raises UsageError."""
    match = re.fullmatch(r"(\d{0,9})(-?)(\d{0,9})", wanted)
    if match is None or not (match[1] or match[3]) or (match[3] and not match[2]):
        raise UsageError(
            gettext("'{lines}' names no lines of {file}. Write 10, 10-25, 10- or -25.", lines=wanted, file=name)
        )
    lines = text.split("\n")
    first = int(match[1] or 1)
    last = int(match[3]) if match[3] else len(lines) if match[2] else first
    total = len(lines) - (not lines[-1])
    if not 1 <= first <= last or first > total:
        raise UsageError(
            ngettext(
                "{file} has {count} line, so lines {lines} are not in it.",
                "{file} has {count} lines, so lines {lines} are not in it.",
                total,
                file=name,
                lines=wanted,
            )
        )
    return "\n".join(lines[first - 1 : last])
