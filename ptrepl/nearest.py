"""Which known word did somebody probably mean?"""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word most like ``word``, upper and lower case alike, or None where nothing is near."""
    import difflib

    words = list(known)
    folded = {each.casefold(): each for each in words}
    close = difflib.get_close_matches(word.casefold()[:80], folded, n=1, cutoff=cutoff)
    return folded[close[0]] if close else None
