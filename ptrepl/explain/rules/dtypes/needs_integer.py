"""Floating point indices, and operators that are not defined for floating point or for bool."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.operator_signs import OPERATOR_SIGNS
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.dtypes import converted, is_float
from ptrepl.explain.operands.invocation import invocation
from ptrepl.explain.operands.losses import fraction_in
from ptrepl.explain.rewrite import operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.dtypes.index_values import first_of_pair
from ptrepl.texts.messages import gettext

_FLOATS = {"Float": "float32", "Double": "float64", "Half": "float16", "BFloat16": "bfloat16"}
_BITWISE = (ast.BitAnd, ast.BitOr, ast.BitXor)


def _index(case: Case) -> Finding | None:
    """An index of ``gather``, ``scatter`` or ``index_select`` that is no int64: floating point, uint8, bool."""
    found = _index_of(case)
    facts = case.facts(found) if found is not None else None
    if found is None or facts is None or facts.dtype == "int64":
        return None
    source, node = case.site.source, case.node
    assert node is not None
    index, dtype = case.called(found, gettext("The index")), str(facts.dtype)
    new = spliced(source, node, {found: converted(case, found, "int64")})
    if is_float(dtype):
        text = gettext(
            "{index} is {dtype}, and it is used as an index: indices must be integers.", index=index, dtype=dtype
        )
        if pair := first_of_pair(case, found):
            return Finding(f"{text} {pair}")
        if fraction := fraction_in(case, found):
            no_index = gettext("{input} holds {number}, which is no index.", input=index, number=fraction)
            return Finding(f"{text} {no_index}")
        # the dtype alone does not make it right: the indices must be in range as well
        return Finding(text, tried(case, [Candidate(new, exact=True)]))
    if dtype == "bool":
        return Finding(
            gettext(
                "{index} is bool, and it is used as an index: indices are numbers, int64. A condition is no index: "
                "x[mask] and torch.where take one.",
                index=index,
            )
        )
    text = gettext(
        "{index} is {dtype}, and indices must be int64. A tensor made from a NumPy array has the dtype of the array; "
        ".long() makes int64.",
        index=index,
        dtype=dtype,
    )
    return Finding(text, tried(case, [Candidate(new)]) or verified(case, Candidate(new)))


def _is_float(case: Case, node: ast.expr) -> bool:
    facts = case.facts(node)
    return facts is not None and is_float(str(facts.dtype))


def _index_of(case: Case) -> ast.expr | None:
    """The index of the failing call: the third of ``gather(input, dim, index)``, the second of ``take``."""
    call = invocation(case)
    if call is None:
        return None
    at = 1 if call.name in ("take", "put", "put_", "take_along_dim") else 2
    return call.argument(at, "index", "indices")


def _bits(case: Case) -> Finding | None:
    """``x > 0 & x < 1``: the operator binds tighter than the comparisons."""
    node = case.node
    if not isinstance(node, ast.BinOp) or type(node.op) not in _BITWISE:
        return None
    sign, parent = OPERATOR_SIGNS[type(node.op)], case.parents[0] if case.parents else None
    if isinstance(parent, ast.Compare) and any(each is node for each in (parent.left, *parent.comparators)):
        part = case.called(node, gettext("the part around it"))
        text = gettext(
            "{operator} binds tighter than a comparison, so Python computes {part} first. Each comparison needs "
            "brackets of its own.",
            operator=sign,
            part=part,
        )
        return Finding(text, tried(case, _bracketed(case, parent, node, sign)))
    found = _float_side(case, node)
    if found is None:
        return None
    side, dtype = found
    return Finding(
        gettext(
            "{name} is {dtype}: {operator} works on bool and on integers. To combine conditions, compare first, as in "
            "(x > 0).",
            name=case.called(side, gettext("One side")),
            dtype=dtype,
            operator=sign,
        )
    )


def _float_side(case: Case, node: ast.BinOp) -> tuple[ast.expr, str] | None:
    """The side that is floating point, and its dtype. Where only the other one is known, and is not, it is this one."""
    sides = (node.left, node.right)
    found = next((each for each in sides if _is_float(case, each)), None)
    facts = [case.facts(each) for each in sides]
    if found is not None:
        return found, str(facts[sides.index(found)].dtype)  # type: ignore[union-attr]
    named = _FLOATS.get(case.match.group("dtype"))
    unknown = [side for side, fact in zip(sides, facts, strict=True) if fact is None]
    known = [fact for fact in facts if fact is not None]
    if named is None or len(unknown) != 1 or known[0].shape == ():
        return None
    return unknown[0], named


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
    """``~x`` of a floating point tensor."""
    match case.node:
        case ast.UnaryOp(op=ast.Invert(), operand=value) if _is_float(case, value):
            facts = case.facts(value)
            assert facts is not None
            name = case.called(value, gettext("The tensor"))
            return Finding(
                gettext(
                    "{name} is {dtype}: ~ works on bool and on integers. A comparison, as in (x > 0), gives a bool "
                    "tensor, which ~ inverts.",
                    name=name,
                    dtype=facts.dtype,
                )
            )
    return None


def _minus(case: Case) -> Finding | None:
    """``-`` of bool tensors."""
    source = case.maybe_site.source if case.maybe_site is not None else ""
    match case.node:
        case (
            ast.UnaryOp(op=ast.USub(), operand=value) | ast.BinOp(left=ast.Constant(value=1), op=ast.Sub(), right=value)
        ):
            name = case.called(value, gettext("The tensor"))
            text = gettext("{name} is bool and holds only True and False: to invert it, write ~ before it.", name=name)
            return Finding(text, tried(case, [Candidate(f"~{operand(source, value)}")]))
        case ast.BinOp(left=left, op=ast.Sub(), right=right) as node:
            both = [each for each in (left, right) if (facts := case.facts(each)) is not None and facts.dtype == "bool"]
            if not both:
                return None
            name = case.called(both[0], gettext("One side"))
            text = gettext(
                "{name} is bool, and there is no - for bool. ^ gives True where two of them differ; for 1 and 0 "
                "convert with .int().",
                name=name,
            )
            ways = [Candidate(f"{operand(source, left)} ^ {operand(source, right)}")] if len(both) == 2 else []
            numbers = spliced(source, node, {each: converted(case, each, "int32") for each in both})
            return Finding(text, tried(case, [*ways, Candidate(numbers)]))
    return None


def _order(case: Case) -> Finding | None:
    """``argmax`` of a comparison."""
    call = invocation(case)
    given = call.argument(0, "input", "self") if call is not None else None
    facts = case.facts(given) if given is not None else None
    if call is None or given is None or facts is None or facts.dtype != "bool":
        return None
    text = gettext(
        "{name} is bool, and {function} compares numbers. With .int() True is 1 and False is 0; of equal ones "
        "the first is found.",
        name=case.called(given, gettext("The tensor")),
        function=call.name,
    )
    node = case.node
    assert node is not None
    return Finding(
        text, tried(case, [Candidate(spliced(case.site.source, node, {given: converted(case, given, "int32")}))])
    )


RULES = (
    Rule(
        "integer indices",
        ("RuntimeError", "IndexError"),
        r"Expected dtype int(?:32\W.*int)?64 for index|Expected a long tensor for index|"
        r"dtype of indices should be Long",
        _index,
        more="dtypes/index",
    ),
    Rule(
        "condition brackets",
        ("NotImplementedError", "RuntimeError"),
        r"\"bitwise_(?:and|or|xor)_cpu\" not implemented for '(?P<dtype>\w+)'",
        _bits,
        more="dtypes/conditions",
    ),
    Rule(
        "invert dtype",
        ("TypeError",),
        r"~ \(operator.invert\) is only implemented on integer and Boolean-type tensors",
        _invert,
        more="dtypes/invert",
    ),
    Rule(
        "bool minus",
        ("RuntimeError",),
        r"(Subtraction|Negation), the `-` operator, (with|on) (two|a) bool tensor",
        _minus,
        more="dtypes/bool",
    ),
    Rule("bool order", ("RuntimeError",), r"^arg(?:max|min)\(\): does not support bool", _order, more="dtypes/bool"),
)
