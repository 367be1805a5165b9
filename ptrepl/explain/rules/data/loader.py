"""A DataLoader used like a list, an iterator or a tensor."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, module_name, own_dict, type_name
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.spelling import of_tensors
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.loaders import dataset_text, is_dataset, is_loader
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _subscript(case: Case) -> Finding | None:
    """``loader[0]``."""
    match case.node:
        case ast.Subscript(value=value, slice=index) if is_loader(case.real(value)):
            pass
        case _:
            return None
    loader, source = case.real(value), case.site.source
    name = operand_text(case, value)
    text = gettext(
        "{name} is a DataLoader: it gives its batches one after the other, in a loop, and has no [ ]. "
        "next(iter({name})) takes the first batch; {name}.dataset[i] takes one sample.",
        name=name,
    )
    if is_dataset(own_dict(loader).get("dataset"), "IterableDataset"):
        text = gettext(
            "{name} is a DataLoader: it gives its batches one after the other, in a loop, and has no [ ]. "
            "next(iter({name})) takes the first batch.",
            name=name,
        )
    first = Candidate(f"next(iter({segment(source, value)}))")
    is_first = isinstance(index, ast.Constant) and index.value == 0
    return Finding(text, verified(case, first) if is_first else ())


def _next(case: Case) -> Finding | None:
    """``next(loader)``, ``next(rows)``."""
    match case.node:
        case ast.Call(func=ast.Name(id="next"), args=[value, *_]) as node:
            given = case.real(value)
        case _:
            return None
    if not is_loader(given) and type(given) not in (list, tuple, dict, str, range) and not is_dataset(given):
        return None
    text = gettext(
        "{name} ({type}) can be looped over, and next needs an iterator, which remembers where it is: iter({name}) "
        "makes one.",
        name=operand_text(case, value),
        type=type_name(given),
    )
    source = case.site.source
    return Finding(text, verified(case, Candidate(spliced(source, node, {value: f"iter({segment(source, value)})"}))))


def _method_next(case: Case) -> Finding | None:
    """``iterator.next()``, ``loader.next()``: Python 2's spelling."""
    node = case.node
    if not isinstance(node, ast.Attribute):
        return None
    source, real = case.site.source, case.real(node.value)
    whole = next((each for each in case.parents[:1] if isinstance(each, ast.Call) and each.func is node), None)
    inner = segment(source, node.value)
    if is_loader(real):
        inner = f"iter({inner})"
    text = gettext(
        "An iterator has no method next. The function next takes the next item: {code}.", code=f"next({inner})"
    )
    if whole is None or whole.args or whole.keywords:
        return Finding(text)
    return Finding(text, verified(case, Candidate(f"next({inner})", of=whole)))


def _attribute(case: Case) -> Finding | None:
    """``loader.shape``, ``loader.to(device)``, ``part.classes`` of a Subset."""
    node = case.node
    if not isinstance(node, ast.Attribute):
        return None
    real, source, name = case.real(node.value), case.site.source, operand_text(case, node.value)
    if is_loader(real):
        inner = own_dict(real).get("dataset")
        if node.attr in _names(inner):
            text = gettext(
                "{name} is a DataLoader and has no {attribute}. Its dataset has: {name}.dataset.{attribute}.",
                name=name,
                attribute=node.attr,
            )
            new = f"{segment(source, node.value)}.dataset.{node.attr}"
            return Finding(text, verified(case, Candidate(new)))
        if node.attr not in of_tensors():
            return None
        text = gettext(
            "{name} is a DataLoader, and only tensors have {attribute}. Its batches hold the tensors: for batch in "
            "{name}, or next(iter({name})) for the first one.",
            name=name,
            attribute=node.attr,
        )
        return Finding(text)
    if is_dataset(real, "TensorDataset") and node.attr in of_tensors():
        text = gettext(
            "{name} is a TensorDataset, and only tensors have {attribute}: {name}.tensors are those that it holds, and "
            "len({name}) is the number of its samples.",
            name=name,
            attribute=node.attr,
        )
        first = Candidate(f"{segment(source, node.value)}.tensors[0].{node.attr}")
        return Finding(text, verified(case, first) if node.attr in ("shape", "dtype", "device", "ndim") else ())
    if not is_dataset(real, "Subset"):
        return None
    inner = own_dict(real).get("dataset")
    if node.attr not in _names(inner):
        return None
    text = gettext(
        "{name} is a Subset: it holds the whole dataset, as {name}.dataset, and the indices of its part. "
        "{name}.dataset.{attribute} belongs to the whole dataset.",
        name=name,
        attribute=node.attr,
    )
    if node.attr == "tensors" and is_dataset(inner, "TensorDataset"):
        part = gettext("{name}[:] gives the tensors of its part alone.", name=name)
        return Finding(f"{text} {part}", verified(case, Candidate(f"{segment(source, node.value)}[:]")))
    whole = f"{segment(source, node.value)}.dataset.{node.attr}"
    return Finding(text, verified(case, Candidate(_of_part(case, node, real, own_dict(inner)[node.attr]) or whole)))


def _of_part(case: Case, node: ast.Attribute, part: Any, held: Any) -> str:
    """``train.dataset.targets[train.indices]`` where there is one for each sample; "" where it is of the whole."""
    name, indices = segment(case.site.source, node.value), own_dict(part).get("indices")
    if type(indices) not in (list, range, tuple) or not indices:
        return ""
    of_samples = is_numpy_array(held) or is_tensor_class(type(held))
    size = (sizes(read(held)) if is_tensor_class(type(held)) else held.shape) if of_samples else None
    if of_samples and size and size[0] > max(indices):
        return f"{name}.dataset.{node.attr}[{name}.indices]"
    if type(held) is list and len(held) > max(indices) and "class" not in node.attr:
        return f"[{name}.dataset.{node.attr}[i] for i in {name}.indices]"  # not a sentence: code
    return ""


def _names(value: Any) -> set[str]:
    return {each for each in own_dict(value) if not each.startswith("_")}


def _used_up(case: Case) -> Finding | None:
    """``next(batches)`` after the last one."""
    match case.node:
        case ast.Call(func=ast.Name(id="next"), args=[value]):
            iterator = case.real(value)
        case _:
            return None
    if module_name(type(iterator)) != "torch.utils.data.dataloader":
        return None
    given = own_dict(iterator).get("_num_yielded")
    text = gettext(
        "{name} has given all of its {count} batches. An iterator goes through its loader once: make a new one with "
        "iter(…), or loop with for, which ends by itself.",
        name=operand_text(case, value),
        count=given if type(given) is int else dataset_text(case, own_dict(iterator).get("_dataset")),
    )
    return Finding(text)


BEFORE = ("modules.subclass", "sequences.two_states", "data.dataset")

RULES = (
    Rule("loader index", ("TypeError",), r"^'DataLoader' object is not subscriptable", _subscript, more="data/loader"),
    Rule("no iterator", ("TypeError",), r"^'\w+' object is not an iterator", _next, more="data/loader"),
    Rule(
        "next method",
        ("AttributeError",),
        r"^'(?:\w*Iter|\w*iterator|generator|DataLoader|map|zip|enumerate)' object has no attribute 'next'",
        _method_next,
        more="data/loader",
    ),
    Rule(
        "loader attribute",
        ("AttributeError",),
        r"^'(DataLoader|Subset|TensorDataset)' object has no attribute",
        _attribute,
        more="data/loader",
    ),
    Rule("used up", ("StopIteration",), r"^$", _used_up, more="data/loader", only_torch=False),
)
