"""Products and their like whose tensors have different dtypes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import converted, dtype_origin, preferred
from ptrepl.explain.operands.sides import operation_called, sides
from ptrepl.explain.rewrite import operand, spliced
from ptrepl.explain.rule import Finding, Rule

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
    named = sides(case, first[0], other[0])
    said = operation_called(case)
    if said == "@":
        text = f"{named[0]} is {first[1]} and {named[1]} is {other[1]}: @ needs the same dtype on both sides."
    else:
        text = f"{named[0]} is {first[1]} and {named[1]} is {other[1]}: {said} needs one dtype for both."
    return Finding(text + dtype_origin(case, operands), tried(case, _conversions(case, operands)))


def _conversions(case: Case, operands: list[_Operand]) -> Iterator[Candidate]:
    source, node = case.site.source, case.node
    assert node is not None
    if (value := _assigned(case)) is not None:
        text = converted(case, value, operands[0][1])
        yield Candidate(spliced(source, case.site.line, {value: text}), replaces_line=True)
        return
    # what is written to keeps its dtype: .double().add_() would write to a copy
    targets = [operands[0][1]] if operation_called(case).endswith("_") else preferred({dtype for _, dtype in operands})
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
        "dtypes of a product",
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
