"""A task list, ``- [x] text — feedback``, → the Choices of a step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.faults import Faults
from ptrepl.tutor.format.lesson import Choice, Choices

if TYPE_CHECKING:
    from markdown_it.token import Token


_TICK = re.compile(r"\[([ xX])\]\s+(.+)")
_DASH = " — "


def read_choices(tokens: Sequence[Token], start: int, first_line: int, faults: Faults) -> Choices | None:
    """The Choices of the list that opens at ``start``; None where it is an ordinary list."""
    items = _items(tokens, start)
    if not items or not _TICK.fullmatch(items[0][1]):
        return None
    choices = [choice for row, text in items if (choice := _choice(text, first_line + row, faults))]
    return Choices(tuple(choices), first_line + items[0][0])


def _choice(item: str, line: int, faults: Faults) -> Choice | None:
    match = _TICK.fullmatch(item)
    if match is None:
        faults.add(line, gettext("every item of this list must begin with [ ] or [x], as the first one does"))
        return None
    text, _, feedback = match.group(2).partition(_DASH)
    if not feedback.strip():
        faults.add(line, gettext("a choice is followed by ' — ' and what to tell whoever chooses it"))
    return Choice(text.strip(), feedback.strip(), match.group(1) != " ", line)


def _items(tokens: Sequence[Token], start: int) -> list[tuple[int, str]]:
    """(row, text on one line) of each item of the list."""
    found: list[tuple[int, str]] = []
    for index in range(start + 1, len(tokens)):
        token = tokens[index]
        if token.type == "bullet_list_close" and token.level == 0:
            break
        if token.type == "list_item_open" and token.level == 1 and token.map:
            inline = next((each for each in tokens[index + 1 : index + 3] if each.type == "inline"), None)
            found.append((token.map[0], " ".join(inline.content.split()) if inline else ""))
    return found
