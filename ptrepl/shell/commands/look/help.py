"""``%help``: the commands, or one command, or one word of the glossary, or one object."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from ptrepl.errors import UsageError
from ptrepl.nearest import nearest
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import GUTTER, WIDEST, Piece, wrap
from ptrepl.shell.command import Command
from ptrepl.shell.command_table import COMMANDS, GROUPS
from ptrepl.shell.commands.look.inspect import show_object
from ptrepl.shell.context import ShellContext
from ptrepl.shell.glossary import GlossaryEntry, find_entry, glossary
from ptrepl.shell.inspect.word import finder
from ptrepl.shell.pager import show_in_pages
from ptrepl.texts.language import languages
from ptrepl.texts.messages import gettext

_COMMANDS = {command.name: command for command in COMMANDS}


def show_help(context: ShellContext, topic: str) -> None:
    """``%help [WORD]``. Raises UsageError where nothing is known about the word."""
    width = context.printer.width
    reads = languages(context.settings.language, os.environ)
    if not topic:
        show_in_pages(context, help_lines(width, in_lesson=context.lesson is not None, reads=reads))
    elif command := _find_command(topic):
        show_in_pages(context, command_lines(command, width))
    elif entry := find_entry(topic, reads):
        show_in_pages(context, entry_lines(entry, width))
    else:
        _show_object_or_hint(context, topic)


def _find_command(topic: str) -> Command | None:
    if topic in ("!", "?"):
        return _COMMANDS[topic]
    # a word of the glossary comes before a command of that name, unless it is written as one
    if topic.startswith("%") or find_entry(topic) is None:
        return _COMMANDS.get(topic.removeprefix("%").strip())
    return None


def _show_object_or_hint(context: ShellContext, topic: str) -> None:
    try:
        show_object(context, finder(context.session)(topic) or topic)
    except UsageError:
        known = [*(f"%{name}" for name in _COMMANDS), *(name for entry in glossary() for name in entry.names)]
        near = nearest(topic, known)
        if near:
            hint = gettext("Did you mean %help {topic}?", topic=near)
        else:
            hint = gettext("%help lists the commands and the words.")
        said = gettext("There is no help on {topic}.", topic=topic)
        raise UsageError(f"{said} {hint}") from None


def help_lines(width: int | None = None, *, in_lesson: bool = False, reads: tuple[str, ...] = ()) -> list[Line]:
    """All commands in their groups, then the words. ``in_lesson``: a lesson is open, so its commands come first.

    ``reads``: the languages of the learner, the best first.
    """
    groups = sorted(GROUPS, key=lambda group: group != GROUPS[-1]) if in_lesson else GROUPS
    lines: list[Line] = []
    for group in groups:
        lines.append(text_line(gettext(group), "title"))
        for command in COMMANDS:
            if command.group == group:
                lines += _row(command, width)
    lines.append(text_line(gettext("Words that %help explains"), "title"))
    lines += _paragraph(", ".join(entry.names[0] for entry in glossary(reads)), width, "  ")
    return lines


_COLUMN = 26


def _row(command: Command, width: int | None) -> Iterator[Line]:
    if width is not None and width < 60:
        yield (("", "  "), ("key", command.usage))
        yield from _paragraph(gettext(command.summary), width, "      ")
        return
    first, *more = _paragraph(gettext(command.summary), width, " " * _COLUMN)
    gap = " " * (_COLUMN - 2 - len(command.usage))
    yield (("", "  "), ("key", command.usage), ("", gap + first[0][1].lstrip()))
    yield from more


def command_lines(command: Command, width: int | None = None) -> list[Line]:
    """One command: how it is called and what it does."""
    texts = [command.summary, *command.more]
    return [text_line(command.usage, "key"), *(line for text in texts for line in _paragraph(gettext(text), width, ""))]


def entry_lines(entry: GlossaryEntry, width: int | None = None) -> list[Line]:
    """The sentences on a word, then the example."""
    lines = _paragraph(entry.text, width, "")
    lines.append(())
    for line in entry.example.splitlines():
        lines += _example(line, width)
    return lines


def _paragraph(text: str, width: int | None, indent: str) -> list[Line]:
    return told(text, width, indent=indent, widest=WIDEST)


def _example(line: str, width: int | None) -> Iterable[Line]:
    if line.startswith(GUTTER):
        return wrap(_pieces(line.removeprefix(GUTTER)), width)
    return [text_line(line, "code" if line.startswith((">>>", "...")) else "")]


def _pieces(text: str) -> list[Piece]:
    """An x-ray line, which stands in the glossary as text, in its pieces and styles."""
    label, *others = re.split(r"  | (?=·)", text)
    pieces: list[Piece] = [(("name", label),)]
    for part in filter(None, others):
        fact = re.fullmatch(r"(\w+=)(.*)", part)
        if part.startswith("·"):
            pieces.append((("note", part),))
        else:
            pieces.append((("fact", fact[1]), ("value", fact[2])) if fact else (("value", part),))
    return pieces
