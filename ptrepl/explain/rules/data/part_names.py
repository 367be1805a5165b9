"""Names for the parts of a batch: which of them a loop lacks, by what the parts are called in the dataset."""

from __future__ import annotations

import ast
import re
from itertools import combinations

from ptrepl.explain.case import Case
from ptrepl.explain.rewrite import segment

_MOST_PARTS = 8
_SAME = (("input", "image", "img", "x", "feature", "data", "sample"), ("label", "target", "y", "class"))


def one_more(case: Case, words: list[str], target: ast.Tuple | ast.List, count: int) -> str:
    """``xb, yb, wb`` for ``for xb, yb in loader`` over ``TensorDataset(x, y, w)``; "" where it is not certain.

    ``words``: what the ``count`` parts are called where they come from.
    """
    names = [segment(case.site.source, each) for each in target.elts]
    if len(words) != count or not len(names) < count <= _MOST_PARTS:
        return ""
    fits = [
        places
        for places in combinations(range(count), len(names))
        if all(_fits(name, words[at]) for name, at in zip(names, places, strict=True))
    ]
    if len(fits) != 1:
        return ""
    known = dict(zip(fits[0], names, strict=True))
    batched = all(name.endswith("b") and not word.endswith("b") for name, word in _pairs(known, words))
    return ", ".join(known.get(at) or _free(case, words[at], names, batched=batched) for at in range(count))


def _pairs(known: dict[int, str], words: list[str]) -> list[tuple[str, str]]:
    return [(name, words[at]) for at, name in known.items()]


def _free(case: Case, word: str, names: list[str], *, batched: bool) -> str:
    """A name for the part that hides no other name; ``_`` where there is none."""
    new = f"{word.lower()}b" if batched else word
    taken = new in names or new in case.names or new in case.site.frame.f_locals
    return new if new.isidentifier() and not taken else "_"


def _fits(name: str, word: str) -> bool:
    one, two = _bare(name), _bare(word)
    if not one or not two:
        return False
    same = any(one in group and two in group for group in _SAME)
    return one == two or same or (min(len(one), len(two)) > 2 and (one.startswith(two) or two.startswith(one)))


def _bare(name: str) -> str:
    """``xb``, ``x_batch``, ``train_x``, ``X`` → ``x``; ``labels`` → ``label``."""
    plain = re.sub(r"^(train|test|val|batch|b)_|_?(batch|train|test|val|tensor|\d+)$", "", name.lower())
    plain = plain.removesuffix("es") if plain.endswith(("sses", "xes")) else plain
    plain = plain.removesuffix("s") if len(plain) > 3 and not plain.endswith("ss") else plain
    return plain[:-1] if len(plain) == 2 and plain.endswith("b") else plain
