"""Names for all parts of a batch, where the code has fewer: by what the dataset calls what it returns."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Collection, Sequence

_TARGET = re.compile(r"^(?:y|yb|ys|t)$|label|target|class|categor|truth|tag|^gt|mask", re.IGNORECASE)
_BETWEEN = ("item", "float", "long", "int", "tensor", "as_tensor", "from_numpy", "transform", "Tensor", "LongTensor")


def names_for_all(names: Sequence[str], parts: Sequence[str], taken: Collection[str]) -> list[str]:
    """``["inputs", "lengths", "labels"]`` of the names ``inputs, labels`` and the parts ``seq, length, label``.

    [] where it is not clear which of the parts the names are for. ``taken``: names that mean something else.
    """
    if len(names) >= len(parts) or not names or not all(parts) or len({*parts}) < len(parts):
        return []
    places: list[int] = []
    for at, name in enumerate(names):
        place = _place(name, parts, is_first=at == 0)
        if place is None or (places and place <= places[-1]):
            return []
        places.append(place)
    found = []
    for at, part in enumerate(parts):
        new = names[places.index(at)] if at in places else _alike(part, names)
        found.append(f"{new}_" if keyword.iskeyword(new) or (at not in places and new in (*taken, *names)) else new)
    return found if len({*found}) == len(found) else []


def _alike(word: str, names: Sequence[str]) -> str:
    """``boxes``, ``lengths``, where the learner's other names are plural; ``wb`` beside ``xb, yb``."""
    if len(word) == 1 and all(len(name) == 2 and name.endswith("b") for name in names):
        return f"{word}b"
    if len(word) < 3 or word.endswith("s") or not all(name.endswith("s") for name in names):
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


def part_words(returned: ast.Tuple, source: str) -> list[str]:
    """What the parts of a ``return`` in ``source`` are called, there or in the comment behind; "" of one unnamed."""
    parts = [_word(each) for each in returned.elts]
    said = _in_comment(source, returned)
    return [part or word for part, word in zip(parts, said, strict=True)] if len(said) == len(parts) else parts


def _word(node: ast.expr) -> str:
    """``label`` of ``torch.tensor(label)``, ``labels`` of ``self.labels[i]``; "" of what names nothing."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return _word(value).removesuffix("s")
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=[]) if name in _BETWEEN:
            return _word(value)
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[given, *_]) if name in _BETWEEN:
            return _word(given)
    return ""


def _in_comment(source: str, returned: ast.Tuple) -> list[str]:
    """The words of ``return a, b, c  # sequence, length, class``."""
    line = source.splitlines()[(returned.end_lineno or returned.lineno) - 1]
    _, hash_sign, comment = line.encode()[returned.end_col_offset or 0 :].decode().partition("#")
    words = [each.strip() for each in comment.split(",")] if hash_sign else []
    return words if all(each.isidentifier() for each in words) else []
