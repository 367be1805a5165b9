"""IterableDataset, ConcatDataset and Subset: what they have no index for, and an __iter__ that gives nothing."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.library_frame import locals_around
from ptrepl.explain.operands.loaders import is_dataset
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _streamed(case: Case) -> Finding | None:
    """``stream[0]`` of an IterableDataset."""
    node = case.node
    held = case.real(node.value) if isinstance(node, ast.Subscript) else None
    if not isinstance(node, ast.Subscript) or not is_dataset(held, "IterableDataset"):
        return None
    name = operand_text(case, node.value)
    text = gettext(
        "{name} is an IterableDataset: it gives its samples one after the other and has no index. next(iter({name})) "
        "gives the first.",
        name=name,
    )
    return Finding(text, verified(case, Candidate(f"next(iter({segment(case.site.source, node.value)}))")))


def _gives_nothing(case: Case) -> Finding | None:
    held = locals_around(case, "__init__", "torch/utils/data/_utils/fetch.py")
    dataset = held.get("dataset")
    if not is_dataset(dataset, "IterableDataset"):
        return None
    text = gettext(
        "__iter__ of {cls} gives back nothing. It has to yield each sample (yield sample), or to return an iterator: "
        "return iter(self.rows).",
        cls=type_name(dataset),
    )
    return Finding(text)


def _past_the_end(case: Case) -> Finding | None:
    held = locals_around(case, "__getitem__", "torch/utils/data/dataset.py")
    dataset, index = held.get("self"), held.get("idx")
    if is_dataset(dataset, "Subset") and type(index) is int:
        indices: Any = own_dict(dataset).get("indices")
        inner = own_dict(dataset).get("dataset")
        if type(indices) not in (list, tuple, range) or not -len(indices) <= index < len(indices):
            return None
        text = gettext(
            "The Subset stands for the samples {indices} of a {cls}, and sample {number} does not exist there: the "
            "index goes from 0 to the number of samples - 1.",
            indices=_listed(indices),
            cls=type_name(inner),
            number=indices[index],
        )
        return Finding(text)
    sizes = own_dict(dataset).get("cumulative_sizes")
    if is_dataset(dataset, "ConcatDataset") and type(index) is int and type(sizes) is list and sizes:
        text = gettext(
            "The datasets together have {count} samples, with the indices 0 to {last}: there is no sample {index}.",
            count=sizes[-1],
            last=sizes[-1] - 1,
            index=index,
        )
        return Finding(text)
    return None


def _listed(indices: list[int] | tuple[int, ...] | range) -> str:
    most = 6
    shown = ", ".join(str(each) for each in indices[:most])
    return f"{shown}, …" if len(indices) > most else shown


def _nothing_joined(case: Case) -> Finding:
    return Finding(gettext("ConcatDataset joins datasets, and the list that it was given is empty."))


BEFORE = (
    "sequences.two_states",
    "sequences.recurrent",
    "data.dataset",
    "data.sample_index",
    "shapes.index",
    "modules.subclass",
    "data.collate",
)

_MORE = "data/samplers"

RULES = (
    Rule(
        "streamed",
        ("NotImplementedError",),
        r"Subclasses of Dataset should implement __getitem__",
        _streamed,
        more=_MORE,
    ),
    Rule("no iterator", ("TypeError",), r"returned non-iterator of type 'NoneType'", _gives_nothing, more=_MORE),
    Rule(
        "index",
        ("IndexError",),
        r"list index out of range|is out of bounds for dimension 0 with size",
        _past_the_end,
        more=_MORE,
    ),
    Rule(
        "nothing joined",
        ("AssertionError", "ValueError"),
        r"datasets should not be an empty iterable",
        _nothing_joined,
        more=_MORE,
    ),
)
