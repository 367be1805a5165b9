"""Which of many names are offered, and in which order."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

MOST_OFFERED = 2000
"""More than torch has, and few enough for the menu to keep up."""
_PIECE = 1000

_KEPT, _KEPT_NAMES = 8, 5000

_recent: dict[tuple[tuple[Sequence[str], ...], tuple[frozenset[str], ...]], list[CompletionItem]] = {}
"""Lists that were sorted lately: ``torch.`` is typed again and again. They hold names, and none of very many."""

_lock = threading.Lock()
"""Each completer sorts in a thread of its own, and one may begin before the last has noticed that nobody waits."""

_Buckets = dict[tuple[bool, int, int, int], list[str]]


class CompletionItem(NamedTuple):
    """``text`` would stand in place of the last ``replaces`` characters before the cursor."""

    text: str
    replaces: int
    exact: bool = True
    """Whether it begins with those characters in their very case."""


def ranked(
    groups: Iterable[Iterable[str]], prefix: str, check: Callable[[], None], liked: Sequence[frozenset[str]] = ()
) -> list[CompletionItem]:
    """Those that begin with ``prefix``, at most ``MOST_OFFERED``.

    The same case comes before any case, then an earlier group before a later one, what is ``liked`` before what is not,
    public names before private ones, and the alphabet. Private names are offered where an underscore is typed.
    ``check`` is called now and then, and raises what ends the search.
    """
    check()
    names = (prefix, *map(tuple, groups))
    key = (names, tuple(liked))
    with _lock:
        found = _recent.get(key)
    if found is None:
        found = _best(names[1:], prefix, check, liked)
    if sum(map(len, names)) <= _KEPT_NAMES:
        with _lock:
            # the newest last
            _recent.pop(key, None)
            _recent[key] = found
            if len(_recent) > _KEPT:
                del _recent[next(iter(_recent))]
    return list(found)


def _best(
    groups: Iterable[Iterable[str]], prefix: str, check: Callable[[], None], liked: Sequence[frozenset[str]]
) -> list[CompletionItem]:
    buckets, size = _sorted_out(groups, prefix, check, liked), len(prefix)
    best: list[CompletionItem] = []
    for bucket in sorted(buckets):
        check()
        left, names, exact = MOST_OFFERED - len(best), buckets[bucket], not bucket[0]
        chosen = sorted(names, key=str.casefold) if len(names) <= left else heapq.nsmallest(left, names, str.casefold)
        best += [CompletionItem(name, size, exact) for name in chosen]
    if len(best) == MOST_OFFERED:
        _keep_apart(best, size, [name for bucket, names in buckets.items() if not bucket[0] for name in names])
    return best


def _sorted_out(
    groups: Iterable[Iterable[str]], prefix: str, check: Callable[[], None], liked: Sequence[frozenset[str]]
) -> _Buckets:
    seen: set[str] = set()
    buckets: _Buckets = {}
    folded, private = prefix.casefold(), prefix.startswith("_")
    for place, names in enumerate(groups):
        for piece in _pieces(names):
            check()
            for name in piece:
                other_case = not name.startswith(prefix)
                if other_case and not name.casefold().startswith(folded):
                    continue
                hidden = 0
                if name.startswith("_"):
                    hidden = 2 if name.startswith("__") else 1
                if name not in seen and (private or not hidden):
                    seen.add(name)
                    how = next((number for number, each in enumerate(liked) if name in each), len(liked))
                    buckets.setdefault((other_case, place, how, hidden), []).append(name)
    return buckets


def _pieces(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while piece := list(islice(rest, _PIECE)):
        yield piece


def _keep_apart(best: list[CompletionItem], size: int, exact: list[str]) -> None:
    """Keep the common prefix of the shown names equal to that of all names, since Tab inserts it."""
    if len(exact) >= MOST_OFFERED:
        best[-2:] = [CompletionItem(min(exact), size), CompletionItem(max(exact), size)]
