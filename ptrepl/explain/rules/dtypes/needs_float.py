"""Whole numbers or truth values where only numbers with a point will do: ``mean``, ``std``, ``softmax``, ``norm``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import converted, is_integral
from ptrepl.explain.operands.sides import operation_called
from ptrepl.explain.rewrite import spliced
from ptrepl.explain.rule import Finding, Rule

_PRODUCTS = r"^\"(?:addmm|addmv|dot|bmm|baddbmm|gemm)"


def _needs_float(case: Case) -> Finding | None:
    whole = [node for node, facts in case.tensors() if is_integral(str(facts.dtype))]
    if not whole:
        return _drawn(case)
    facts = case.facts(whole[0])
    assert facts is not None
    name, said = case.called(whole[0], "the tensor"), _said(case)
    if facts.dtype == "bool":
        # products of truth values are refused, those of whole numbers are not
        needs = "numbers" if re.search(_PRODUCTS, case.message) else "numbers with a point"
        text = f"{name} is bool, and holds only true and false: {said} needs {needs}."
    else:
        text = f"{name} is {facts.dtype}, and holds whole numbers: {said} needs numbers with a point."
    if said.endswith("_"):
        return Finding(f"{text} A tensor keeps its dtype when it is written to.")
    return Finding(text, tried(case, _conversions(case, whole)))


def _said(case: Case) -> str:
    if isinstance(case.node, (ast.BinOp, ast.AugAssign)) and isinstance(case.node.op, ast.Pow):
        return "a negative power"
    return operation_called(case)


def _conversions(case: Case, whole: list[ast.expr]) -> Iterator[Candidate]:
    """The first one converted, then all of them: a target beside it may have to stay whole."""
    source, node = case.site.source, case.node
    assert node is not None
    if isinstance(node, ast.AugAssign):
        if not isinstance(node.target, ast.Name):
            return
        if isinstance(node.op, ast.Pow):
            changed = converted(case, whole[0], "float32")
            yield Candidate(f"{case.text(node.target)} = {changed} ** {case.text(node.value)}")
        return
    yield Candidate(spliced(source, node, {whole[0]: converted(case, whole[0], "float32")}))
    yield Candidate(spliced(source, node, {each: converted(case, each, "float32") for each in whole}))


def _drawn(case: Case) -> Finding | None:
    """``torch.rand(3, dtype=torch.long)``."""
    node = case.node
    if not isinstance(node, ast.Call) or not any(each.arg == "dtype" for each in node.keywords):
        return None
    name = case.called(node.func, "the function")
    if not name.endswith(("rand", "randn")):
        return None
    return Finding(
        f"{name} draws numbers with a point, so they cannot be of a dtype for whole numbers. For whole numbers there "
        "is torch.randint, which takes the smallest, the end and the shape."
    )


RULES = (
    Rule(
        "numbers with a point",
        ("RuntimeError", "NotImplementedError"),
        r"could not infer output dtype|std and var only support floating point|"
        r"\" not implemented for '(Long|Int|Short|Byte|Char|Bool)'|Expected a floating point or complex tensor|"
        r"expected common dtype to be floating point|input tensor must be either float or double|"
        r"expected input to have floating point|only supports floating-point dtypes for input|"
        r"Boolean inputs not supported|Integral inputs not supported|Integers to negative integer powers",
        _needs_float,
        more="dtypes/floating-point",
        lesson="creation/write-down",
    ),
)
