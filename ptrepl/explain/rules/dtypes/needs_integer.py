"""Numbers with a point where whole ones are needed, as indices; and signs that truth values do not have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.operator_signs import OPERATOR_SIGNS
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import converted, is_float
from ptrepl.explain.rewrite import operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule

_BITWISE = (ast.BitAnd, ast.BitOr, ast.BitXor)


def _index(case: Case) -> Finding | None:
    """A float where elements are picked by ``gather`` or ``index_select``."""
    found = next((node for node in _indices(case) if _is_float(case, node)), None)
    if found is None:
        return None
    facts = case.facts(found)
    assert facts is not None
    source, node = case.site.source, case.node
    assert node is not None
    text = (
        f"{case.called(found, 'The index')} is {facts.dtype}, and it says which elements are meant: places are "
        "counted with whole numbers."
    )
    # whole numbers alone do not make it right: they must also exist
    whole = Candidate(spliced(source, node, {found: converted(case, found, "int64")}), exact=True)
    return Finding(text, tried(case, [whole]))


def _is_float(case: Case, node: ast.expr) -> bool:
    facts = case.facts(node)
    return facts is not None and is_float(str(facts.dtype))


def _indices(case: Case) -> list[ast.expr]:
    match case.node:
        case ast.Call(args=args, keywords=keywords):
            return [*args[-1:], *(each.value for each in keywords if each.arg == "index")]
    return []


def _bits(case: Case) -> Finding | None:
    """``x > 0 & x < 1``: the sign binds tighter than the comparisons."""
    node = case.node
    if not isinstance(node, ast.BinOp) or type(node.op) not in _BITWISE:
        return None
    sign, parent = OPERATOR_SIGNS[type(node.op)], case.parents[0] if case.parents else None
    if isinstance(parent, ast.Compare) and any(each is node for each in (parent.left, *parent.comparators)):
        text = (
            f"{sign} binds tighter than a comparison, so Python computes {case.called(node, 'the part around it')} "
            "first. Each comparison needs brackets of its own."
        )
        return Finding(text, tried(case, _bracketed(case, parent, node, sign)))
    found = next((each for each in (node.left, node.right) if _is_float(case, each)), None)
    facts = case.facts(found) if found is not None else None
    if found is None or facts is None:
        return None
    return Finding(
        f"{case.called(found, 'One side')} is {facts.dtype}: {sign} works on truth values and on whole numbers. To "
        "combine conditions, compare first, as in (x > 0)."
    )


def _bracketed(case: Case, whole: ast.Compare, node: ast.BinOp, sign: str) -> Iterator[Candidate]:
    source, line = case.site.source, case.site.line
    left, right = node.left, node.right
    first, last = whole.left, whole.comparators[-1]
    one = f"({_from(source, first, left)})" if first is not node else operand(source, left)
    two = f"({_from(source, right, last)})" if last is not node else operand(source, right)
    text = f"{one} {sign} {two}"
    yield Candidate(spliced(source, line, {whole: text}), replaces_line=True)


def _from(source: str, first: ast.expr, last: ast.expr) -> str:
    """The text from the beginning of one node to the end of another one."""
    whole = ast.Tuple([first, last], ast.Load())
    whole.lineno, whole.col_offset = first.lineno, first.col_offset
    whole.end_lineno, whole.end_col_offset = last.end_lineno, last.end_col_offset
    return segment(source, whole)


def _invert(case: Case) -> Finding | None:
    """``~x`` of numbers with a point."""
    match case.node:
        case ast.UnaryOp(op=ast.Invert(), operand=value) if _is_float(case, value):
            facts = case.facts(value)
            assert facts is not None
            return Finding(
                f"{case.called(value, 'This')} is {facts.dtype}: ~ turns truth values around, and a number has none "
                "to turn. A comparison, as in (x > 0), makes truth values."
            )
    return None


def _minus(case: Case) -> Finding | None:
    """``-`` on truth values."""
    source = case.maybe_site.source if case.maybe_site is not None else ""
    match case.node:
        case (
            ast.UnaryOp(op=ast.USub(), operand=value) | ast.BinOp(left=ast.Constant(value=1), op=ast.Sub(), right=value)
        ):
            text = f"{case.called(value, 'This')} holds true and false: to turn them around, write ~ before it."
            return Finding(text, tried(case, [Candidate(f"~{operand(source, value)}")]))
        case ast.BinOp(left=left, op=ast.Sub(), right=right) as node:
            both = [each for each in (left, right) if (facts := case.facts(each)) is not None and facts.dtype == "bool"]
            if not both:
                return None
            text = (
                f"{case.called(both[0], 'One side')} holds true and false, for which there is no minus. ^ tells "
                "where two of them differ; for 1 and 0 convert with .int()."
            )
            ways = [Candidate(f"{operand(source, left)} ^ {operand(source, right)}")] if len(both) == 2 else []
            numbers = spliced(source, node, {each: converted(case, each, "int32") for each in both})
            return Finding(text, tried(case, [*ways, Candidate(numbers)]))
    return None


RULES = (
    Rule(
        "whole numbers as indices",
        ("RuntimeError",),
        r"Expected dtype int32\W.*int64 for index",
        _index,
        more="dtypes/index",
    ),
    Rule(
        "conditions without brackets",
        ("NotImplementedError", "RuntimeError"),
        r"\"bitwise_(and|or|xor)_cpu\" not implemented for",
        _bits,
        more="dtypes/conditions",
    ),
    Rule(
        "not of numbers",
        ("TypeError",),
        r"~ \(operator.invert\) is only implemented on integer and Boolean-type tensors",
        _invert,
        more="dtypes/invert",
    ),
    Rule(
        "minus on truth values",
        ("RuntimeError",),
        r"(Subtraction|Negation), the `-` operator, (with|on) (two|a) bool tensor",
        _minus,
        more="dtypes/bool",
    ),
)
