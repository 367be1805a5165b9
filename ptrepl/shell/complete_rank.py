"""Which of many names are offered, and in which order."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import NamedTuple

__all__ = ["MOST", "Candidate", "ranked"]

MOST = 2000
"""More than torch has, and few enough for the menu to keep up."""
_PIECE = 1000


class Candidate(NamedTuple):
    """``text`` would stand in place of the last ``replaces`` characters before the cursor."""

    text: str
    replaces: int
    exact: bool = True
    """Whether it begins with those characters in their very case."""


def ranked(groups: Iterable[Iterable[str]], prefix: str, check: Callable[[], None]) -> list[tuple[str, bool]]:
    """Those that begin with ``prefix``, at most ``MOST``, and whether in the same case.

    The same case comes before any case, then an earlier group before a later one, public names before private ones,
    and the alphabet. Private names are offered where an underscore is typed. ``check`` is called now and then, and
    raises what ends the search.
    """
    seen: set[str] = set()
    found: list[tuple[bool, int, int, str, str]] = []
    folded, private = prefix.casefold(), prefix.startswith("_")
    for place, names in enumerate(groups):
        for count, name in enumerate(names):
            if not count % _PIECE:
                check()
            other_case = not name.startswith(prefix)
            if name in seen or (other_case and not name.casefold().startswith(folded)):
                continue
            hidden = 0
            if name[:1] == "_":
                if not private:
                    continue
                hidden = 2 if name.startswith("__") else 1
            seen.add(name)
            found.append((other_case, place, hidden, name.casefold(), name))
    check()
    best = sorted(found) if len(found) <= MOST else heapq.nsmallest(MOST, found)
    return [(name, not other_case) for other_case, _, _, _, name in best]
