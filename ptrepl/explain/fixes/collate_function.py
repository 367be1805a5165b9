"""A function for DataLoader's collate_fn, for samples with parts that differ in their length."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.operands.samples import Batch
from ptrepl.explain.operands.state import is_plain_dict

_MOST_KEYS = 4
_NAMES = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class CollateFunction:
    """``code``: the definition; ``returned``: what it returns; ``pads``: whether it pads what differs; ``listed``: the
    parts that it keeps in a list."""

    code: str
    returned: str
    pads: bool
    listed: tuple[str, ...]


def collate_function(case: Case, batch: Batch) -> CollateFunction | None:
    """A definition of ``collate`` that takes the samples of ``batch``, tuples of two to four tensors or numbers.

    Parts of one shape are stacked; vectors of several lengths are padded; other parts of several shapes, such as the
    boxes of each picture, stay apart in a list. None for samples of other kinds.
    """
    first = batch.samples[0]
    if is_plain_dict(first):
        return _of_dicts(case, batch.samples)
    if type(first) is not tuple or not 2 <= len(first) <= len(_NAMES):
        return None
    names = _names(case, len(first))
    made, pads = [], False
    for name, parts in zip(names, zip(*batch.samples, strict=True), strict=True):
        text = _together(case, name, parts)
        if text is None:
            return None
        pads = pads or "pad_sequence" in text
        made.append(text)
    listed = tuple(name for name, text in zip(names, made, strict=True) if text.startswith("list("))
    if pads and listed:
        return None
    returned = f"return {', '.join(made)}"  # not a sentence: Python
    code = f"def collate(batch):\n    {', '.join(names)} = zip(*batch)\n    {returned}\n"  # not a sentence: Python
    return CollateFunction(code, returned, pads, listed)


def _of_dicts(case: Case, samples: Sequence[Any]) -> CollateFunction | None:
    """The same for samples that are dicts with the same keys, all of them strings."""
    keys = [*samples[0]]
    if not 0 < len(keys) <= _MOST_KEYS or not all(type(key) is str for key in keys):
        return None
    if not all(is_plain_dict(each) and [*each] == keys for each in samples):
        return None
    made: dict[str, str] = {}
    for key in keys:
        column = f"[each[{_quoted(key)}] for each in batch]"  # not a sentence: Python
        text = _together(case, column, tuple(each[key] for each in samples))
        if text is None:
            return None
        made[key] = column if text.startswith("list(") else text
    pads = any("pad_sequence" in text for text in made.values())
    listed = tuple(key for key, text in made.items() if text.startswith("["))
    lines = "".join(f"        {_quoted(key)}: {text},\n" for key, text in made.items())
    code = f"def collate(batch):\n    return {{\n{lines}    }}\n"  # not a sentence: Python
    padded = next((text for text in made.values() if "pad_sequence" in text), "")
    return CollateFunction(code, padded, pads, listed) if pads else None


def keeping(case: Case, samples: Sequence[Any]) -> str:
    """A definition of ``collate`` for samples that are tuples or dicts with parts of the learner's own types.

    Those stay in a list; tensors of one shape are stacked. "" where a sample is one of those types itself.
    """
    first = samples[0]
    if type(first) is tuple and 2 <= len(first) <= len(_NAMES):
        names = _names(case, len(first))
        made = [_joined(name, parts) for name, parts in zip(names, zip(*samples, strict=True), strict=True)]
        code = f"    {', '.join(names)} = zip(*batch)\n    return {', '.join(made)}\n"  # not a sentence: Python
        return f"def collate(batch):\n{code}"
    if not is_plain_dict(first) or not 0 < len(first) <= _MOST_KEYS or not all(type(each) is str for each in first):
        return ""
    parts = []
    for key in first:
        listed = f"[each[{_quoted(key)}] for each in batch]"  # not a sentence: Python
        joined = _joined(listed, [each[key] for each in samples])
        parts.append(f"{_quoted(key)}: {listed if joined.startswith('list(') else joined}")
    return f"def collate(batch):\n    return {{{', '.join(parts)}}}\n"  # not a sentence: Python


def _quoted(key: str) -> str:
    return '"' + key + '"' if key.isidentifier() else repr(key)


def _joined(name: str, parts: Sequence[Any]) -> str:
    shapes = {sizes(read(each)) if is_tensor_class(type(each)) else None for each in parts}
    if len(shapes) == 1 and None not in shapes:
        return f"torch.stack({name})"
    if all(type(each) in (int, float, bool) for each in parts):
        return f"torch.tensor({name})"
    return f"list({name})"


def _names(case: Case, count: int) -> tuple[str, ...]:
    """The names that the failing loop gives to the parts of a batch, or others."""
    for each in (case.site.node, *case.parents):
        target = each.target if isinstance(each, (ast.For, ast.comprehension)) else None
        if isinstance(target, ast.Tuple) and len(target.elts) == 2 and isinstance(target.elts[1], ast.Tuple):
            target = target.elts[1]
        if isinstance(target, ast.Tuple) and len(target.elts) == count:
            names = [each.id for each in target.elts if isinstance(each, ast.Name) and each.id != "_"]
            if len(set(names)) == count and "batch" not in names:
                return tuple(names)
    return _NAMES[:count]


def _together(case: Case, name: str, parts: tuple[Any, ...]) -> str | None:
    """How the parts at one place of all samples become one; None where they are of another kind."""
    if all(type(each) in (int, float, bool) for each in parts):
        return f"torch.tensor({name})"
    if all(type(each) is str for each in parts):
        return f"list({name})"
    if all(type(each) in (list, tuple) and each for each in parts):
        return _of_lists(case, name, parts)
    if not all(is_tensor_class(type(each)) for each in parts):
        return None
    shapes = {sizes(read(each)) for each in parts}
    if len(shapes) == 1:
        return f"torch.stack({name})"
    if {len(shape or ()) for shape in shapes} == {1}:
        module = "nn" if "nn" in case.names else "torch.nn"
        return f"{module}.utils.rnn.pad_sequence({name}, batch_first=True)"
    return f"list({name})"


def _of_lists(case: Case, name: str, parts: tuple[Any, ...]) -> str | None:
    """Lists of numbers: one tensor of them, padded where their lengths differ."""
    if not all(type(number) in (int, float, bool) for each in parts for number in each):
        return None
    if len({len(each) for each in parts}) == 1:
        return f"torch.tensor({name})"
    module = "nn" if "nn" in case.names else "torch.nn"
    column = name.removeprefix("[").removesuffix(" for each in batch]")  # not a sentence: Python
    each = f"torch.tensor(row) for row in {name}"  # not a sentence: Python
    if name != column:
        each = f"torch.tensor({column}) for each in batch"  # not a sentence: Python
    return f"{module}.utils.rnn.pad_sequence([{each}], batch_first=True)"
