"""A result that cannot be cast to the dtype of the tensor it is written into: ``x /= 2`` of integers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.operator_signs import OPERATOR_SIGNS
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import converted, is_integral
from ptrepl.explain.rewrite import operand, postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


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
    keeps = gettext(
        "{operation} changes it in place and keeps its dtype, but the result has another dtype and cannot be cast to "
        "it.",
        operation=sign,
    )
    holds = _holds(case.called(target, gettext("The left side")), str(facts.dtype))
    return Finding(f"{holds} {keeps}", tried(case, ways))


def _holds(name: str, dtype: str) -> str:
    if dtype == "bool":
        return gettext("{name} is bool and holds only True and False.", name=name)
    if is_integral(dtype):
        return gettext("{name} is {dtype} and holds integers.", name=name, dtype=dtype)
    return gettext("{name} is {dtype}.", name=name, dtype=dtype)


def _assigned(case: Case, target: ast.expr, sign: str, value: ast.expr) -> Iterator[Candidate]:
    source = case.site.source
    # .T and .data of a tensor cannot be bound to another one
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
    """An integer tensor among the arguments, such as the target of a loss: the function writes into a copy of it."""
    integers = [(node, facts) for node, facts in case.tensors() if is_integral(str(facts.dtype))]
    node = case.node
    if len(integers) != 1 or not isinstance(node, ast.Call) or any(each.arg == "out" for each in node.keywords):
        return None
    found, facts = integers[0]
    tensor, function = case.called(found, gettext("One argument")), case.called(node.func, gettext("the function"))
    text = gettext(
        "{tensor} is {dtype}, and {function} computes floating point numbers from it, which cannot be cast to that "
        "dtype.",
        tensor=tensor,
        dtype=facts.dtype,
        function=function,
    )
    source = case.site.source
    return Finding(text, tried(case, [Candidate(spliced(source, node, {found: converted(case, found, "float32")}))]))


RULES = (
    Rule(
        "result cast",
        ("RuntimeError",),
        r"result type \w+ can't be cast to the desired output type",
        _cast,
        more="dtypes/in-place",
        lesson="creation/one-price",
    ),
)
