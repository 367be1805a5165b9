"""A command or a question typed into the code of a starter: in a blank, or as a line of its own below it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Container

from ptrepl.tutor.names import tree_of

_QUESTION = re.compile(
    r"\s*(?:what|why|how|when|where|which|who|is|are|does|do|can|should)['’\w]*\s[^()=]*\?", re.IGNORECASE
)


def stray_question(text: str) -> tuple[str, str] | None:
    """(the question in plain words, the code above it) of a text that ends with one in a line of its own, or None."""
    above, _, line = text.rstrip("\n").rpartition("\n")
    if not above.strip() or not _QUESTION.fullmatch(line.rstrip()) or tree_of(text) is not None:
        return None
    return line.strip(), above.rstrip("\n")


def stray_command(text: str, commands: Collection[str], names: Container[str]) -> tuple[str, str] | None:
    """(the command, the code as it was without it) of a text that is not a command itself; None where it holds none.

    ``names``: those of the learner, since ``7 %hint`` is arithmetic where hint is a number of theirs.
    """
    words = "|".join(map(re.escape, sorted(commands, key=len, reverse=True)))
    for match in re.finditer(rf"%({words})\b[^\S\n]*(?P<rest>[\w./-]*)", text):
        if match[1] in names:
            continue
        line_begins = text.rfind("\n", 0, match.start()) + 1
        before, after = text[line_begins : match.start()], text[match.end() :].partition("\n")[0]
        command = match.group().strip()
        if not before.strip() and not after.strip():
            return command, (text[:line_begins] + text[match.end() :].removeprefix("\n")).rstrip("\n")
        whole = f"%{match[1]}"
        inside = text[: match.start()] + "___" + text[match.start() + len(whole) :]
        if before.rstrip()[-1:] in ("", *"([{,=.:*+-/@<>&|^~"):
            return whole, inside
        if not after.strip() and not before[-1:].isspace():
            return command, (text[: match.start()] + text[match.end() :]).rstrip("\n")
    return None
