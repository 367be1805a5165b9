"""Brackets on a Namespace of argparse or another object with attributes; a list of keys; the length of a generator."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.library_frame import locals_around
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import is_plain_dict
from ptrepl.explain.rewrite import operand, postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _attributes(case: Case) -> Finding | None:
    """``args["lr"]`` of what ``parse_args`` gave."""
    match case.node:
        case ast.Subscript(value=value, slice=ast.Constant(value=str() as key)) if not case.inner_frames:
            held: Any = case.real(value)
        case _:
            return None
    own = own_dict(held)
    if type(own) is not dict or key not in own or kind_of(held) is Kind.MODULE or not key.isidentifier():
        return None
    code = postfix(case.site.source, value, f".{key}")
    text = gettext(
        "{name} is a {type}: what it holds are attributes, written with a dot, {code}.",
        name=operand_text(case, value),
        type=type_name(held),
        code=code,
    )
    return Finding(text, verified(case, Candidate(code)))


def _several_keys(case: Case) -> Finding | None:
    """``classes[labels]`` of a dict and a list."""
    match case.node:
        case ast.Subscript(value=value, slice=index) if not case.inner_frames:
            held: Any = case.real(value)
            keys: Any = case.real(index)
        case _:
            return None
    if not is_plain_dict(held) or type(keys) is not list or not all(type(each) in (str, int) for each in keys):
        return None
    source = case.site.source
    code = f"[{operand(source, value)}[each] for each in {segment(source, index)}]"  # not a sentence: Python
    text = gettext(
        "{index} is a list, and a dict is asked for one key at a time: {code}.",
        index=operand_text(case, index),
        code=code,
    )
    return Finding(text, verified(case, Candidate(code)) if all(each in held for each in keys) else ())


def _counted(case: Case) -> Finding | None:
    """``len(net.parameters())``, and a DataLoader of a generator."""
    node = case.node
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[given]):
            pass
        case _:
            return _loaded(case)
    source = case.site.source
    text = gettext(
        "{name} gives its items one after the other and has no length. list(…) makes a list of them.",
        name=operand_text(case, given),
    )
    listed = Candidate(f"len(list({segment(source, given)}))")
    match given:
        case ast.Call(func=ast.Attribute(value=owner, attr="parameters"), args=[]) if (
            kind_of(case.real(owner)) is Kind.MODULE
        ):
            both = gettext("Its length counts the parameters, such as weight and bias; numel() of each its numbers.")
            numbers = f"sum(p.numel() for p in {segment(source, given)})"  # not a sentence: Python
            return Finding(f"{text} {both}", verified(case, listed, Candidate(numbers)))
    return Finding(text, verified(case, listed))


def _loaded(case: Case) -> Finding | None:
    """``DataLoader(read_lines(path))`` of a generator."""
    sampler = locals_around(case, "__len__", "torch/utils/data/sampler.py").get("self") or locals_around(
        case, "__iter__", "torch/utils/data/sampler.py"
    ).get("self")
    own = own_dict(sampler) if sampler is not None else {}
    held = own.get("data_source", own_dict(own.get("sampler")).get("data_source"))
    if type_name(held) not in ("generator", "map", "filter", "zip", "enumerate"):
        return None
    text = gettext(
        "DataLoader was given an iterator ({type}), whose items come one after the other. It asks its dataset for its "
        "length and for samples by their index, so list(…) of it is a dataset; or write an IterableDataset.",
        type=type_name(held),
    )
    return Finding(text)


BEFORE = ("data.dataset", "data.loader", "modules.module_index", "modules.subclass")

RULES = (
    Rule(
        "attribute key",
        ("TypeError",),
        r"^'(?!DataLoader|Tensor|Parameter)[A-Z]\w*' object is not subscriptable",
        _attributes,
        "python/attributes",
        only_torch=False,
    ),
    Rule("several keys", ("TypeError",), r"^unhashable type: 'list'", _several_keys, "containers/dicts"),
    Rule(
        "generator length",
        ("TypeError",),
        r"^object of type '(?:generator|map|filter|zip|enumerate)' has no len\(\)",
        _counted,
        "containers/lists-of-tensors",
        only_torch=False,
    ),
)
