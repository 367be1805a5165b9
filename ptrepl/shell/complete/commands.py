"""``%`` and ``!`` lines: the commands, and what each takes, by its usage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from ptrepl.shell.command_table import COMMANDS

_NAME = re.compile(r"\s*%(\w*)")
_CALL = re.compile(r"\s*%(\w+)[^\S\n]+", re.DOTALL)
_LAST_WORD = re.compile(r"(?:\\.|[^\s\\])*\Z")
_COMMANDS = {command.name: command for command in COMMANDS}
_WORDS = re.compile(r"\[([\w|]+\|[\w|]+)\]")
_FLAGS = re.compile(r"(?<![\w-])--?[a-z][\w-]*")


class CommandName(NamedTuple):
    """A command's name is being typed."""

    prefix: str


class Argument(NamedTuple):
    """``kind``: what is being typed after the command: "code" (from ``start`` on), a "path", or one of ``words``."""

    kind: Literal["code", "path", "words"]
    command: str
    start: int
    prefix: str


def at_command(before: str) -> CommandName | Argument | None:
    """What is typed of a ``%``, ``!`` or ``?`` line; None for Python."""
    line = before.lstrip()
    if line.startswith("!"):
        return Argument("path", "!", len(before), _last_word(before))
    if line.startswith("?"):
        return Argument("code", "?", before.index("?") + len(line) - len(line.lstrip("?")), "")
    if match := _NAME.fullmatch(before):
        return CommandName(match[1])
    match = _CALL.match(before)
    command = _COMMANDS.get(match[1]) if match is not None else None
    if match is None or command is None:
        return Argument("words", "", len(before), "") if line.startswith("%") else None
    start, usage = match.end(), command.usage
    word = _last_word(before)
    if command.takes_code or re.search(r"\b(NAME|STATEMENT|CODE|EXPR|PATTERN)\b", usage):
        return Argument("code", command.name, start, word)
    if "FILE" in usage and not word.startswith("-"):
        return Argument("path", command.name, start, word)
    return Argument("words", command.name, start, word)


def command_names(*, in_lesson: bool) -> list[str]:
    """Those that are typed after a ``%``; the ones for lessons where one is open."""
    return [command.name for command in COMMANDS if command.name.isalpha() and (in_lesson or not command.lesson)]


def words_for(name: str, steps: Sequence[str]) -> Iterable[str]:
    """What may follow ``%name``: the words of its usage, the steps of the lesson, what can be explained."""
    command = _COMMANDS.get(name)
    if command is None:
        return []
    words = [word for match in _WORDS.findall(command.usage) for word in match.split("|")]
    words += _FLAGS.findall(command.usage)
    if "STEP" in command.usage:
        words += steps
    if "WORD" in command.usage:
        from ptrepl.shell.glossary import glossary

        words += [entry.names[0] for entry in glossary()] + [f"%{each}" for each in _COMMANDS if each.isalpha()]
    return words


def _last_word(before: str) -> str:
    match = _LAST_WORD.search(before)
    return match[0] if match is not None else ""
