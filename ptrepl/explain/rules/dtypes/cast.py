"""A result that does not fit the dtype of the tensor that it is to be written into: ``x /= 2`` of whole numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.operator_signs import OPERATOR_SIGNS
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import converted, is_integral
from ptrepl.explain.rewrite import operand, postfix, spliced
from ptrepl.explain.rule import Finding, Rule


def _cast(case: Case) -> Finding | None:
    match case.node:
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in OPERATOR_SIGNS:
            return _written(
                case, target, f"{OPERATOR_SIGNS[type(op)]}=", _assigned(case, target, OPERATOR_SIGNS[type(op)], value)
            )
        case ast.Call(func=ast.Attribute(value=base, attr=name)) if name.endswith("_") and case.facts(base) is not None:
            return _written(case, base, f".{name}", _without_underscore(case, base, name))
        case ast.Call():
            return _argument(case)
    return None


def _written(case: Case, target: ast.expr, sign: str, ways: Iterator[Candidate]) -> Finding | None:
    facts = case.facts(target)
    if facts is None:
        return None
    holds = (
        "true and false" if facts.dtype == "bool" else "whole numbers" if is_integral(str(facts.dtype)) else facts.dtype
    )
    text = (
        f"{case.called(target, 'The left side')} is {facts.dtype} and holds {holds}. {sign} writes into it and keeps "
        "its dtype, but the result is of another dtype and does not fit in."
    )
    return Finding(text, tried(case, ways))


def _assigned(case: Case, target: ast.expr, sign: str, value: ast.expr) -> Iterator[Candidate]:
    source = case.site.source
    # .T and .data of a tensor cannot be bound anew
    own = isinstance(target, ast.Attribute) and case.facts(target.value) is None
    if isinstance(target, ast.Name) or own:
        name = case.text(target)
        yield Candidate(f"{name} = {name} {sign} {operand(source, value)}")
        if sign == "/":
            yield Candidate(f"{name} //= {case.text(value)}")
    elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        name = target.value.id
        yield Candidate(f"{name} = {name}.float()")


def _without_underscore(case: Case, base: ast.expr, name: str) -> Iterator[Candidate]:
    """``x = x.div(2)`` for ``x.div_(2)``."""
    site, node = case.site, case.node
    if not (isinstance(base, ast.Name) and isinstance(site.line, ast.Expr) and site.line.value is node):
        return
    func = node.func if isinstance(node, ast.Call) else None
    assert func is not None
    text = spliced(site.source, site.line, {func: postfix(site.source, base, f".{name[:-1]}")})
    yield Candidate(f"{base.id} = {text}", replaces_line=True)


def _argument(case: Case) -> Finding | None:
    """Whole numbers among the arguments, as the target of a loss: the function writes into a copy of one."""
    whole = [(node, facts) for node, facts in case.tensors() if is_integral(str(facts.dtype))]
    node = case.node
    if len(whole) != 1 or not isinstance(node, ast.Call) or any(each.arg == "out" for each in node.keywords):
        return None
    found, facts = whole[0]
    text = (
        f"{case.called(found, 'One argument')} is {facts.dtype}, and {case.called(node.func, 'the function')} "
        "computes numbers with a point from it, which do not fit into that dtype."
    )
    source = case.site.source
    return Finding(text, tried(case, [Candidate(spliced(source, node, {found: converted(case, found, "float32")}))]))


RULES = (
    Rule(
        "a result that does not fit in",
        ("RuntimeError",),
        r"result type \w+ can't be cast to the desired output type",
        _cast,
        more="dtypes/in-place",
        lesson="creation/one-price",
    ),
)
