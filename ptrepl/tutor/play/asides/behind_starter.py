"""Words or a line that were typed behind the last line of a starter, and so became a part of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ptrepl.engine.outcome import Outcome
from ptrepl.texts.messages import gettext
from ptrepl.tutor.names import names_bound_by, tree_of
from ptrepl.tutor.play.asides.plain_words import is_plain_words


def behind_starter(outcomes: Sequence[Outcome], known: Iterable[str], starters: Sequence[str]) -> str:
    """What to say of such an input, ``total = x.sum()hello``; "" for anything else.

    ``known``: the names of the session, which alone are code and no word.
    """
    last = outcomes[-1]
    if last.error is None or last.error.type_name != "SyntaxError" or last.explanation is not None:
        return ""
    before, _, line = last.source.rstrip().rpartition("\n")
    for starter in starters:
        end = starter.rstrip().rpartition("\n")[2]
        added = line.removeprefix(end).strip()
        if not line.startswith(end) or not added or tree_of(f"{before}\n{end}") is None:
            continue
        if is_plain_words(added, {*known, *names_bound_by(starter)}):
            return gettext(
                "`{text}` was added to the last line of the code, and is no Python. Change the lines themselves.",
                text=added,
            )
        if tree_of(added) is not None:
            return gettext("`{text}` was added to the last line of the code. Give it a line of its own.", text=added)
    return ""
