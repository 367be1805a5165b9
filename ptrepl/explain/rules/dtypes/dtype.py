"""Matrix products, convolutions and other operations whose tensors have different dtypes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import converted, dtype_origin, preferred
from ptrepl.explain.operands.sides import calls_in_place, is_matmul, operation_called, sides
from ptrepl.explain.rewrite import operand, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_Operand = tuple[ast.expr, str]


def _dtypes(case: Case) -> list[_Operand]:
    """The tensors that took part, each with its dtype."""
    if any(True for _ in case.modules()):
        return []  # the weights of a layer took part too
    found = [(node, facts.dtype) for node, facts in case.tensors() if isinstance(facts.dtype, str)]
    if not re.search("destination|self", case.message) or "mat2" in case.message:
        return found
    value = _assigned(case)
    facts = case.facts(value) if value is not None else None
    if value is not None and facts is not None and isinstance(facts.dtype, str):
        return [*found[:1], (value, facts.dtype)]
    return [found[0], found[-1]] if found else []  # what lies between is the index


def _assigned(case: Case) -> ast.expr | None:
    """What was to be written, where the failing node is the left side of an assignment: ``x[mask] = value``."""
    match case.parents[:1]:
        case (ast.Assign(targets=[target], value=value),) if target is case.node:
            return value
    return None


def _mixed(case: Case) -> Finding | None:
    operands = _dtypes(case)
    dtypes = {dtype for _, dtype in operands}
    if len(dtypes) < 2:
        return None
    first = operands[0]
    other = next(each for each in operands if each[1] != first[1])
    left, right = sides(case, first[0], other[0])
    if is_matmul(case.node):
        what = gettext(
            "{left} is {dtype} and {right} is {other}: @ needs the same dtype on both sides.",
            left=left,
            dtype=first[1],
            right=right,
            other=other[1],
        )
    else:
        what = gettext(
            "{left} is {dtype} and {right} is {other}: {operation} needs one dtype for both.",
            left=left,
            dtype=first[1],
            right=right,
            other=other[1],
            operation=operation_called(case),
        )
    text = " ".join(filter(None, (what, dtype_origin(case, operands))))
    return Finding(text, tried(case, _conversions(case, operands)))


def _conversions(case: Case, operands: list[_Operand]) -> Iterator[Candidate]:
    source, node = case.site.source, case.node
    assert node is not None
    if (value := _assigned(case)) is not None:
        text = converted(case, value, operands[0][1])
        yield Candidate(spliced(source, case.site.line, {value: text}), replaces_line=True)
        return
    # what is written to keeps its dtype: .double().add_() would write to a copy
    targets = [operands[0][1]] if calls_in_place(node) else preferred({dtype for _, dtype in operands})
    for target in targets:
        texts: dict[ast.expr | ast.stmt, str] = {
            each: converted(case, each, target) for each, dtype in operands if dtype != target
        }
        if isinstance(node, ast.AugAssign) and node.target in texts:
            if not isinstance(node.target, ast.Name):
                return
            # x.float() @= w is no statement
            right = texts.get(node.value) or operand(source, node.value)
            yield Candidate(f"{case.text(node.target)} = {texts[node.target]} @ {right}")
        else:
            yield Candidate(spliced(source, node, texts))


BEFORE = ("dtype_layer",)

RULES = (
    Rule(
        "operand dtypes",
        ("RuntimeError",),
        r"expected m1 and m2 to have the same dtype|mat1 and mat2 must have the same dtype|"
        r"self and mat2 must have the same dtype|expected scalar type \w+ but found \w+|"
        r"addmv input tensors must have the same dtype|expected both vectors to have same dtype|"
        r"expected dtype \w+ for `\w+` but got dtype \w+|Expected A and B to have the same dtype|"
        r"Expected query, key, and value to have the same dtype|expected self and source to have same dtypes|"
        r"Expected self.dtype to be equal to src.dtype|source and destination dtypes match|"
        r"tensor must be same dtype as the input tensor|Expected object of scalar type \w+ but got scalar type|"
        # a convolution, on a CPU whose library has no kernel for that dtype
        r"Input type \([\w.:]+\) and (?:weight|bias) type \([\w.:]+\) should be the same",
        _mixed,
        more="dtypes/matrix-product",
        lesson="creation/write-down",
    ),
)
