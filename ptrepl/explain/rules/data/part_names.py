"""Names for the parts of a batch: which of them a loop lacks, by what the parts are called in the dataset."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Collection, Sequence
from itertools import combinations

from ptrepl.explain.case import Case
from ptrepl.explain.rewrite import segment

_TARGET = re.compile(r"^(?:y|yb|ys|t)$|label|target|class|categor|truth|tag|^gt|mask", re.IGNORECASE)
_BETWEEN = ("item", "float", "long", "int", "tensor", "as_tensor", "from_numpy", "transform", "Tensor", "LongTensor")
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


def names_for_all(names: Sequence[str], returned: ast.Tuple, source: str, taken: Collection[str]) -> list[str]:
    """``["inputs", "lengths", "labels"]`` of the names ``inputs, labels`` and of ``return seq, length, label``.

    [] where it is not clear which of the parts the names are for. ``taken``: names that mean something else.
    """
    parts = [name_of(each) for each in returned.elts]
    said = _in_comment(source, returned)
    if len(said) == len(parts):
        parts = [part or word for part, word in zip(parts, said, strict=True)]
    if len(names) >= len(parts) or not names or not all(parts) or len({*parts}) < len(parts):
        return []
    places: list[int] = []
    for at, name in enumerate(names):
        place = _place(name, parts, is_first=at == 0)
        if place is None or (places and place <= places[-1]):
            return []
        places.append(place)
    plural = all(name.endswith("s") for name in names)
    found = []
    for at, part in enumerate(parts):
        new = names[places.index(at)] if at in places else _several(part) if plural else part
        found.append(f"{new}_" if keyword.iskeyword(new) or (at not in places and new in (*taken, *names)) else new)
    return found if len({*found}) == len(found) else []


def _several(word: str) -> str:
    """``boxes``, ``lengths``: the learner's other names are plural too."""
    if len(word) < 3 or word.endswith("s"):
        return word
    return f"{word}es" if word.endswith(("x", "ch", "sh")) else f"{word}s"


def _place(name: str, parts: Sequence[str], *, is_first: bool) -> int | None:
    """Which part a name is for: the one that is called so, the one target, or the first for the first name."""
    stems = [each.rstrip("s").casefold() for each in parts]
    if stems.count(name.rstrip("s").casefold()) == 1:
        return stems.index(name.rstrip("s").casefold())
    targets = [at for at, part in enumerate(parts) if _TARGET.search(part)]
    if _TARGET.search(name):
        return targets[0] if len(targets) == 1 else None
    return 0 if is_first and 0 not in targets else None


def name_of(node: ast.expr) -> str:
    """``label`` of ``torch.tensor(label)``, ``labels`` of ``self.labels[i]``; "" of what names nothing."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return name_of(value).removesuffix("s")
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=[]) if name in _BETWEEN:
            return name_of(value)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[given, *_]) if name in _BETWEEN:
            return name_of(given)
    return ""


def _in_comment(source: str, returned: ast.Tuple) -> list[str]:
    """The words of ``return a, b, c  # sequence, length, class``."""
    line = source.splitlines()[(returned.end_lineno or returned.lineno) - 1]
    _, hash_sign, comment = line.encode()[returned.end_col_offset or 0 :].decode().partition("#")
    words = [each.strip() for each in comment.split(",")] if hash_sign else []
    return words if all(each.isidentifier() for each in words) else []
