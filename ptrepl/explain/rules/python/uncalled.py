"""A method of a module or a dict that was not called; a generator with an index, a device and a dtype called."""

from __future__ import annotations

import ast
import types
from typing import Any

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import around
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.dtypes import conversion
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_PARTS = ("parameters", "children", "modules", "named_parameters", "named_children", "named_modules", "buffers")


def _named_only(case: Case) -> Finding | None:
    """``net.state_dict["0.weight"]``, ``for p in net.parameters:``, ``for k, v in found.items:``."""
    if case.inner_frames:
        return None
    node = case.node
    for each in _suspects(case):
        if not isinstance(each, ast.Attribute) or case.facts(each.value) is not None:
            continue
        real: Any = case.real(each)
        held: Any = case.real(each.value)
        if type(held) is dict and each.attr in ("items", "keys", "values") and each.attr not in held:
            pass
        elif type(real) is not types.MethodType:
            continue
        code = f"{segment(case.site.source, each)}()"
        text = gettext(
            "{name} is the method itself. With parentheses, {name}(), it is called and returns its result.",
            name=operand_text(case, each),
        )
        whole = around(case) if isinstance(node, ast.Subscript) and each is node.value else each
        if each.attr in _PARTS and isinstance(whole, ast.Subscript):
            return Finding(text)
        new = spliced(case.site.source, whole, {each: code}) if whole is not each else code
        return Finding(text, verified(case, Candidate(new, of=whole)))
    return None


def _suspects(case: Case) -> list[ast.AST]:
    """What may be named and not called: what is indexed, what a loop goes over, or the parts of the failing node."""
    node = case.node
    if isinstance(node, ast.Subscript):
        return [node.value]
    loops = [each.iter for each in ast.walk(case.site.line) if isinstance(each, (ast.For, ast.comprehension))]
    return [*loops, *(ast.iter_child_nodes(node) if node is not None else ())]


def _generator(case: Case) -> Finding | None:
    """``net.parameters()[0]``, ``map(f, rows)[0]``."""
    match case.node:
        case ast.Subscript(value=value) as node:
            pass
        case _:
            return None
    source = case.site.source
    code = f"list({segment(source, value)})"
    text = gettext(
        "{name} gives its values one after the other and has no [ ]. {code} makes a list of them.",
        name=operand_text(case, value),
        code=f"list({operand_text(case, value)})",
    )
    return Finding(text, verified(case, Candidate(spliced(source, node, {value: code}))))


def _no_function(case: Case) -> Finding | None:
    """``device()``, ``torch.float32()``."""
    match case.node:
        case ast.Call(func=func, args=[], keywords=[]) as node if not case.inner_frames:
            pass
        case ast.Call(func=func, args=[given], keywords=[]) if not case.inner_frames and case.match["kind"] == "dtype":
            return _converts(case, func, given)
        case _:
            return None
    name = operand_text(case, func)
    if case.match["kind"] == "device":
        text = gettext("{name} is a device already, not a function: write it without parentheses.", name=name)
    else:
        text = gettext("{name} is a dtype, not a function: write it without parentheses.", name=name)
    return Finding(text, tried(case, [Candidate(segment(case.site.source, func), of=node)]))


def _converts(case: Case, func: ast.expr, given: ast.expr) -> Finding:
    """``torch.float32(x)``, ``torch.long(labels)``."""
    name = operand_text(case, func)
    dtype = str(case.real(func)).removeprefix("torch.")
    if case.facts(given) is not None:
        code = postfix(case.site.source, given, conversion(dtype))
        text = gettext("{name} is a dtype, not a function. {code} converts the tensor to it.", name=name, code=code)
    else:
        code = f"torch.tensor({segment(case.site.source, given)}, dtype=torch.{dtype})"
        text = gettext("{name} is a dtype, not a function. {code} makes a tensor of it.", name=name, code=code)
    return Finding(text, tried(case, [Candidate(code)]))


BEFORE = ("data.loader", "modules.buffers", "optimizers.optimizer", "python.called")

RULES = (
    Rule(
        "uncalled method",
        ("TypeError",),
        r"^'method' object is not (?:subscriptable|iterable|an iterator)|"
        r"^'builtin_function_or_method' object is not (?:iterable|an iterator)",
        _named_only,
        "python/methods",
        only_torch=False,
    ),
    Rule(
        "generator index",
        ("TypeError",),
        r"^'(?:generator|map|filter|zip|dict_values|dict_keys|dict_items|enumerate)' object is not subscriptable",
        _generator,
        "python/methods",
        only_torch=False,
    ),
    Rule(
        "device called",
        ("TypeError",),
        r"^'torch\.(?P<kind>device|dtype)' object is not callable",
        _no_function,
        "python/calls",
    ),
)
