"""``for x, y in enumerate(loader)``: the number of the round where a tensor is wanted."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.outline import outline
from ptrepl.explain.rewrite import in_a_sentence, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _number_of_round(case: Case) -> Finding | None:
    """``for x, y in enumerate(loader): net(x)``: x is the number of the round, and y the whole batch."""
    match case.node:
        case ast.Call(args=args):
            names = {each.id for each in args if isinstance(each, ast.Name)}
        case ast.Attribute(value=ast.Name(id=asked)):
            names = {asked}
        case _:
            return None
    for parent in case.parents:
        match parent:
            case ast.For(
                target=ast.Tuple(elts=[ast.Name(id=first), second]), iter=ast.Call(func=ast.Name(id="enumerate"))
            ) if first in names and not isinstance(second, ast.Tuple):
                source = case.site.source
                if is_tensor_class(type(case.real(second))):
                    return Finding(
                        gettext(
                            "{name} is the number of the round: enumerate gives pairs of a number and an item, the "
                            "number first. {item} is the item.",
                            name=first,
                            item=segment(source, second),
                        )
                    )
                nested = f"i, ({first}, {segment(source, second)})"
                text = gettext(
                    "{name} is the number of the round: enumerate gives pairs of a number and an item. The item is "
                    "taken apart in brackets of its own: {code}.",
                    name=first,
                    code=f"for {nested} in {segment(source, parent.iter)}",
                )
                whole = spliced(source, parent, {parent.target: nested})
                return Finding(text, (Fix(whole),) if parent is case.site.statement else ())
    return None


def _whole_batch(case: Case) -> Finding | None:
    """``for x, y in enumerate(loader): y.size(0)``: y is the whole batch, a list, and x the number of the round."""
    node = case.node
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return None
    held: Any = case.real(node.value)
    if type(held) not in (list, tuple) or not any(is_tensor_class(type(each)) for each in held):
        return None
    for parent in case.parents:
        match parent:
            case ast.For(
                target=ast.Tuple(elts=[ast.Name(id=first), ast.Name(id=second)]) as target,
                iter=ast.Call(func=ast.Name(id="enumerate"), args=[over]),
            ) if second == node.value.id:
                return _without_number(case, parent, over, (first, second), target, outline(held))
    return None


def _without_number(
    case: Case, loop: ast.For, over: ast.expr, names: tuple[str, str], target: ast.Tuple, parts: str
) -> Finding | None:
    (first, second), source = names, case.site.source
    uses = [_used_as_tensor(case, each, first) for statement in loop.body for each in ast.walk(statement)]
    fields = {"first": first, "second": second, "parts": parts}
    if not any(uses):
        return None
    told = gettext(
        "enumerate gives pairs of a number and an item: {first} is the number of the round, and {second} is the whole "
        "batch, with the shapes {parts}.",
        **fields,
    )
    header = f"for {segment(source, target)} in {segment(source, over)}:"
    without = gettext("Without enumerate the batch itself is taken apart: {code}", code=in_a_sentence(header))
    fixes = verified(case, Candidate(segment(source, over), of=loop.iter))
    return Finding(f"{told} {without}", fixes)


def _used_as_tensor(case: Case, node: ast.AST, name: str) -> bool:
    """Whether ``node`` uses ``name`` as no number of a round is: ``net(x)``, ``x.to(device)``."""
    match node:
        case ast.Attribute(value=ast.Name(id=used)) if used == name:
            return True
        case ast.Call(func=function, args=[ast.Name(id=used), *_]) if used == name:
            return kind_of(case.real(function)) is Kind.MODULE
    return False


BEFORE = (
    "containers.moved",
    "data.split",
    "modules.class_slips",
    "modules.network_call",
    "optimizers.optimizer_numbers",
    "containers.parts",
    "python.attribute",
    "arrays.argument_types",
    "arrays.from_data",
    "arrays.other_forms",
    "arrays.shape_for_tensor",
    "containers.wanted_tensor",
    "modules.subclass",
    "sequences.two_states",
)

RULES = (
    Rule(
        "round number",
        ("TypeError",),
        r"\(\): argument '\w+' \(position \d+\) must be Tensor, not int$",
        _number_of_round,
        more="data/batches",
    ),
    Rule(
        "round number",
        ("AttributeError",),
        r"^'int' object has no attribute '(?:shape|size|dim|view|reshape|to|float|long|cuda|cpu|unsqueeze|squeeze)'",
        _number_of_round,
        more="data/batches",
    ),
    Rule(
        "whole batch",
        ("AttributeError",),
        r"^'(?:list|tuple)' object has no attribute '\w+'",
        _whole_batch,
        more="data/batches",
    ),
)
