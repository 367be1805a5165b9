"""The samples that a loader could not make a batch of, and where the first of them differs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_one, is_tensor_class, own_dict
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.loaders import collates_by_default, dataset_text
from ptrepl.explain.operands.state import is_plain_dict

_NUMBERS = (int, float, bool)
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Oddity:
    """Where samples do not make a batch. ``kind``: ``shape``, ``none``, ``type``, ``mixed``, ``key``, ``length``,
    ``array``."""

    kind: str
    path: str
    """From a sample to the part of it: ``[1]``, ``["image"]``; "" for the sample itself."""
    first: Any
    """That part of the first sample."""
    other: Any
    """Of the one that differs; the same where it is the first itself."""
    position: int
    """Which sample of the batch that is, from 0."""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """The samples that the fetcher had collected. ``names``: the learner's text for each: ``samples[3]``."""

    dataset: Any
    samples: Sequence[Any]
    names: tuple[str, ...]
    indices: tuple[Any, ...]


def failed_batch(case: Case) -> Batch | None:
    """The samples of the batch that ``default_collate`` was making when it failed; None where it was not at work."""
    held = locals_of(case, "fetch", "torch/utils/data/_utils/fetch.py")
    fetcher, samples, indices = held.get("self"), held.get("data"), held.get("possibly_batched_index")
    if not collates_by_default(fetcher):
        return None
    if type(samples) is not list or not samples or type(indices) is not list or len(indices) < len(samples):
        return None
    dataset = own_dict(fetcher).get("dataset")
    text, counted = dataset_text(case, dataset), type(indices[0]) is int
    names = tuple(f"{text}[{at}]" if counted else f"#{number}" for number, at in enumerate(indices))
    return Batch(dataset, samples, names, tuple(indices))


def oddity(samples: Sequence[Any], path: str = "", depth: int = 0) -> Oddity | None:
    """The first place at which samples cannot be put into one batch, in the order in which torch looks; None if "
    "none."""
    first = samples[0]
    none = next((at for at, each in enumerate(samples) if each is None), None)
    if none is not None:
        return Oddity("none", path, first, None, none)
    kinds = [_kind(each) for each in samples]
    if not kinds[0]:
        return Oddity("type", path, first, first, 0)
    odd = next((at for at, kind in enumerate(kinds) if kind != kinds[0]), None)
    if odd is not None:
        return Oddity("mixed", path, first, samples[odd], odd)
    if kinds[0] in ("tensor", "array"):
        if kinds[0] == "array" and first.dtype.kind in "OUSV":
            return Oddity("array", path, first, first, 0)
        shapes = [_shape(each) for each in samples]
        odd = next((at for at, shape in enumerate(shapes) if shape != shapes[0]), None)
        return Oddity("shape", path, first, samples[odd], odd) if odd is not None else None
    if depth > _DEEPEST:
        return None
    if kinds[0] == "dict":
        for key in first:
            lacks = next((at for at, each in enumerate(samples) if key not in each), None)
            if lacks is not None:
                return Oddity("key", path, first, samples[lacks], lacks, repr(key))
            found = oddity([each[key] for each in samples], f"{path}[{_quoted(key)}]", depth + 1)
            if found is not None:
                return found
    if kinds[0] in ("list", "tuple"):
        odd = next((at for at, each in enumerate(samples) if len(each) != len(first)), None)
        if odd is not None:
            return Oddity("length", path, first, samples[odd], odd)
        for at in range(len(first)):
            found = oddity([each[at] for each in samples], f"{path}[{at}]", depth + 1)
            if found is not None:
                return found
    return None


def _quoted(key: Any) -> str:
    return f'"{key}"' if type(key) is str else repr(key) if type(key) in _NUMBERS else "…"


def _kind(value: Any) -> str:
    """``tensor``, ``array``, ``number``, ``string``, ``dict``, ``list``, ``tuple``; "" for what makes no batch."""
    if is_tensor_class(type(value)):
        return "tensor"
    if is_numpy_array(value):
        return "array"
    if is_one(type(value), _NUMBERS) or _is_numpy_number(value):
        return "number"
    if is_plain_dict(value):
        return "dict"
    for cls, kind in ((str, "string"), (bytes, "string"), (list, "list"), (tuple, "tuple")):
        if type(value) is cls:
            return kind
    return ""


def _is_numpy_number(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(type(value)) is type and issubclass(type(value), (numpy.number, numpy.bool_))


def _shape(value: Any) -> tuple[int, ...] | None:
    return tuple(value.shape) if is_numpy_array(value) else sizes(read(value))
