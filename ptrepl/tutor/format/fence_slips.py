"""Small mistakes at a fence that Markdown takes for something else, so that the fault would show up elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.faults import Faults, printable
from ptrepl.tutor.format.lesson import Role

if TYPE_CHECKING:
    from markdown_it.token import Token


_OPENING = re.compile(rf" {{0,3}}(?:`{{3,}}|~{{3,}})\s*python\s+(?:{'|'.join(Role)})\b.*")
_STEP = re.compile(r"(?m)^## .*\n\s*<!--\s*step:")
_NEARLY_PYTHON = ("py", "python", "python3", "pycon")


def look_at_fence(token: Token, lines: Sequence[str], line: int, faults: Faults) -> None:
    """``lines``: those of the text that ``token`` is from; ``line``: where in the file the fence is opened.

    Raises LessonError for a fence that is not closed: what follows was read as what it is not.
    """
    inside = token.content.split("\n")
    start, end = token.map or (0, 0)
    closed = end - start >= 2 and lines[end - 1].strip(" >").startswith(token.markup)
    if not closed or any(map(_OPENING.fullmatch, inside)) or _STEP.search(token.content):
        message = gettext(
            "the fence opened on line {line} is not closed; end it with a line that is {mark} and no more",
            line=line,
            mark=token.markup,
        )
        faults.add(line, message)
        faults.stop_if_any()
    words = token.info.split(maxsplit=2)
    if len(words) > 1 and words[0] != "python" and words[0].casefold() in _NEARLY_PYTHON and words[1] in tuple(Role):
        right = f"{token.markup}python {words[1]}"
        faults.add(
            line, gettext("this fence says '{text}'; write {fence}", text=printable(token.info.strip()), fence=right)
        )
