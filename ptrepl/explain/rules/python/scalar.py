"""A tensor of several elements where one number is needed: ``.item()``, ``float()``, ``math.sqrt``, ``range``."""

from __future__ import annotations

import ast
import math
import sys
import types
from collections.abc import Iterator
from dataclasses import replace
from math import prod

from ptrepl.engine.watch.facts import TensorFacts, shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import is_float
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.provenance.summary import summaries, unreduced
from ptrepl.explain.rewrite import in_one_line, postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import N_, gettext, ngettext

_SUMMARIES = {".mean()": N_("the mean, one number"), ".sum()": N_("the sum, one number")}


def _scalar(case: Case) -> Finding | None:
    found = _asked(case)
    if found is None:
        return None
    node, way = found
    facts = case.facts(node)
    if facts is None or not isinstance(facts.shape, tuple):
        return None
    name, shape = operand_text(case, node), shape_text(facts.shape)
    count = prod(each for each in facts.shape if isinstance(each, int))
    if count == 0:
        return Finding(
            gettext("{name} has shape {shape}: it is empty, so there is no number in it.", name=name, shape=shape)
        )
    if count == 1:
        return _floating_point(name, way, facts)
    text, owner = _several(name, way, shape, count), _apart(case, node) if len(facts.shape) == 1 else ""
    if owner:
        each = gettext("It has one number for each row of {name}: take that of one row, or go through them in a loop.",
                       name=owner)  # fmt: skip
        return Finding(f"{text} {each}", tried(case, _ways(case, node, way, facts, ())))
    if way == "range" or way.startswith("math"):
        return Finding(text, tried(case, _ways(case, node, way, facts, ())))
    if way == "[]":
        return Finding(text)  # the sum of several indices is the index of nothing
    meant = summaries(case, node, str(facts.dtype))
    if unreduced(case, node):
        kept = gettext('With reduction="none" a loss is not averaged: it has a number for each element.')
        text = f"{text} {kept}"
    elif not meant:
        text = f"{text} {_choices(name, len(facts.shape), str(facts.dtype))}"
    return Finding(text, tried(case, _ways(case, node, way, facts, meant)))


def _choices(name: str, dims: int, dtype: str) -> str:
    """What one number of several can be: which is meant, the code does not say."""
    first = ", ".join("0" * dims)
    if is_float(dtype):
        return gettext(
            "Which one is meant? [{first}] after it takes the first, mean() their mean, sum() their sum.", first=first
        )
    return gettext("Which one is meant? [{first}] after it takes the first, sum() their sum.", first=first)


def _apart(case: Case, node: ast.expr) -> str:
    """``sizes`` of ``sizes[:, 0]`` and ``scores`` of ``scores.argmax(1)``, or of a name that was made so; "" of others.

    Their numbers stand for separate things, so neither their mean nor their sum is the number that was meant.
    """
    source = case.site.source
    if isinstance(node, ast.Name):
        made = origin(case, node.id)
        if made is None:
            return ""
        node, source = made.value, made.source
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr="long" | "int" | "float" | "detach" | "cpu" | "flatten")):
            return _apart(case, base) if source == case.site.source else ""
        case ast.Subscript(value=owner, slice=ast.Tuple(elts=[ast.Slice(None, None, None), index])) if not isinstance(
            index, ast.Slice
        ):
            return in_one_line(source, owner)
        case ast.Call(func=ast.Attribute(value=owner, attr="argmax" | "argmin"), args=args, keywords=keywords):
            dims = [*args, *(each.value for each in keywords if each.arg == "dim")]
            module = getattr(owner, "id", "") == "torch"
            owner = args[0] if module and args else owner
            return in_one_line(source, owner) if len(dims) > module and ast.unparse(dims[-1]) in ("1", "-1") else ""
    return ""


def _floating_point(name: str, way: str, facts: TensorFacts) -> Finding | None:
    """One number, but no integer."""
    if not is_float(str(facts.dtype)):
        return None
    if way == "range":
        text = gettext(
            "{name} holds one number, but of dtype {dtype}: range needs an integer. int({name}) gives one.",
            name=name,
            dtype=facts.dtype,
        )
        return Finding(text)
    if way == "[]":
        text = gettext(
            "{name} holds one number, but of dtype {dtype}: an index of a list must be an integer. "
            "int({name}) gives one.",
            name=name,
            dtype=facts.dtype,
        )
        return Finding(text)
    return None


def _several(name: str, way: str, shape: str, count: int) -> str:
    if way == "[]":
        return ngettext(
            "{name} has shape {shape} and holds {count} number, where an index of a list is exactly one.",
            "{name} has shape {shape} and holds {count} numbers, where an index of a list is exactly one.",
            count,
            name=name,
            shape=shape,
        )
    if way == "%":
        return ngettext(
            "{name} has shape {shape} and holds {count} number, where a format with % needs exactly one.",
            "{name} has shape {shape} and holds {count} numbers, where a format with % needs exactly one.",
            count,
            name=name,
            shape=shape,
        )
    return ngettext(
        "{name} has shape {shape} and holds {count} number, where {function} needs exactly one.",
        "{name} has shape {shape} and holds {count} numbers, where {function} needs exactly one.",
        count,
        name=name,
        shape=shape,
        function=way,
    )


def _asked(case: Case) -> tuple[ast.expr, str] | None:
    """The tensor, and what needs one number of it: ``.item()``, ``float``, ``math.sqrt``, ``[]``, ``%``."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=value, attr="item"), args=[], keywords=[]):
            return value, ".item()"
        case ast.Call(func=ast.Name(id="float" | "int" | "complex" as name), args=[value], keywords=[]):
            return value, name
        case ast.Call(func=ast.Name(id="round" as name), args=[value, *_], keywords=[]):
            return value, name
        case ast.Call(func=ast.Name(id="range"), args=args):
            several = (each for each in args if case.shape(each) is not None)
            return next(((each, "range") for each in several), None)
        case ast.Call(func=func, args=[value], keywords=[]) if _is_of_math(case.real(func)):
            return value, case.text(func)
        case ast.Subscript(value=value, slice=index) if type(case.real(value)) in (list, tuple, str, range):
            return index, "[]"
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod(), right=ast.Tuple(elts=values)):
            several = (each for each in values if prod(case.shape(each) or ()) > 1)
            return next(((each, "%") for each in several), None)
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod(), right=value):
            return value, "%"
    return None


def _is_of_math(function: object) -> bool:
    return type(function) is types.BuiltinFunctionType and function.__module__ == "math"


def _ways(case: Case, node: ast.expr, way: str, facts: TensorFacts, meant: tuple[str, ...]) -> Iterator[Candidate]:
    source = case.site.source
    dtype = str(facts.dtype)
    if way == "range":
        yield Candidate(_with(case, node, f"len({case.text(node)})"))
        return
    if way.startswith("math") or _torch_name(way):
        yield Candidate(f"torch.{_torch_name(way)}({case.text(node)})")
        return
    if way == "int" and dtype != "int64":
        yield Candidate(postfix(source, node, ".long()"))
    elif way == "float" and not is_float(dtype):
        yield Candidate(postfix(source, node, ".float()"))
    elif way == "round":
        digits = case.node.args[1:] if isinstance(case.node, ast.Call) else []
        inside = f"decimals={case.text(digits[0])}" if digits else ""
        yield Candidate(postfix(source, node, f".round({inside})"))
        return
    for summary in meant:
        one = Candidate(_with(case, node, postfix(source, node, summary)))
        yield replace(one, gives=gettext(_SUMMARIES[summary]))
    if way != "%":
        yield Candidate(postfix(source, node, ".tolist()"), another_kind=True, gives=gettext("a list"))


def _torch_name(way: str) -> str | None:
    """What ``math.fabs`` is called in torch."""
    name = way.rpartition(".")[2]
    if way in ("float", "int", "complex", "round") or not hasattr(math, name):
        return None
    name = {"fabs": "abs"}.get(name, name)
    return name if hasattr(sys.modules["torch"], name) else None


def _with(case: Case, node: ast.expr, text: str) -> str:
    return spliced(case.site.source, case.site.node, {node: text})


BEFORE = ("python.called",)

RULES = (
    Rule(
        "one number",
        ("RuntimeError", "ValueError", "TypeError"),
        r"a Tensor with \d+ elements cannot be converted to Scalar|only one element tensors can be converted to|"
        r"only integer tensors of a single element|type Tensor doesn't define __round__",
        _scalar,
        more="dtypes/item",
    ),
)
