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
from ptrepl.shell.recording import RecordedInput
from ptrepl.shell.saving import as_script, as_transcript
from ptrepl.shell.script import read_script


def save(context: ShellContext, arguments: str) -> None:
    """``%save [-f] FILE.py|FILE.md``. Asks before it writes over a file; in a pipe ``-f`` must say so."""
    words = words_of("%save", arguments)
    names = [word for word in words if word != "-f"]
    if len(names) != 1:
        raise UsageError("%save wants one file, such as %save session.py, or %save session.md for a transcript.")
    path = os.path.expanduser(names[0])
    ending = os.path.splitext(path)[1].lower()
    if ending not in (".py", ".md"):
        raise UsageError("%save writes FILE.py, a script, or FILE.md, a transcript with what was shown.")
    entries = context.recording.entries[:-1]  # the last is this command
    if not entries:
        raise UsageError("There is nothing to save yet: nothing was typed before.")
    if os.path.lexists(path) and "-f" not in words:
        agreed = context.agreed(f"{names[0]} exists already. Write over it?")
        if agreed is None:
            raise UsageError(f"{names[0]} exists already; %save -f {names[0]} writes over it.")
        if not agreed:
            context.printer.lines(told(f"{names[0]} is as it was.", context.printer.width))
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
        raise UsageError(f"{name} cannot be written: {getattr(error, 'strerror', None) or error}.") from None


def _said(entries: Sequence[RecordedInput], name: str) -> str:
    if len(entries) == 1:
        return f"1 input is saved in {name}."
    return f"{len(entries)} inputs are saved in {name}."


def load(context: ShellContext, arguments: str) -> None:
    """``%load FILE [10-25]``: the text stands in the next prompt, to be edited; nothing runs."""
    words = words_of("%load", arguments)
    if not 1 <= len(words) <= 2:
        raise UsageError("%load wants a file, such as %load train.py, or lines of it: %load train.py 10-25.")
    if context.read_line is None:
        raise UsageError("%load puts a file into the prompt, and there is none here. %run FILE runs it.")
    text = read_script(os.path.expanduser(words[0]))
    if len(words) == 2:
        text = lines_of(text, words[1], words[0])
    if not text.strip():
        raise UsageError(f"There is nothing in {words[0]} to load.")
    context.prefill = text.strip("\n")


def lines_of(text: str, wanted: str, name: str) -> str:
    """The lines ``wanted`` of ``text``: ``10``, ``10-25``, ``10-`` or ``-25``, counted from 1. Raises UsageError."""
    match = re.fullmatch(r"(\d{0,9})(-?)(\d{0,9})", wanted)
    if match is None or not (match[1] or match[3]) or (match[3] and not match[2]):
        raise UsageError(f"'{wanted}' names no lines of {name}. Write 10, 10-25, 10- or -25.")
    lines = text.split("\n")
    first = int(match[1] or 1)
    last = int(match[3]) if match[3] else len(lines) if match[2] else first
    total = len(lines) - (not lines[-1])
    if not 1 <= first <= last or first > total:
        raise UsageError(f"{name} has {total} lines, so lines {wanted} are not in it.")
    return "\n".join(lines[first - 1 : last])
