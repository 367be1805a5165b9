"""Integers or bools where only floating point numbers will do: ``mean``, ``std``, ``softmax``, ``norm``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import converted, is_integral
from ptrepl.explain.operands.sides import calls_in_place, operation_called
from ptrepl.explain.rewrite import spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.dtypes.index_values import of_positions
from ptrepl.texts.messages import gettext

_PRODUCTS = r"^\"(?:addmm|addmv|dot|bmm|baddbmm|gemm)"


def _needs_float(case: Case) -> Finding | None:
    integers = [node for node, facts in case.tensors() if is_integral(str(facts.dtype))]
    if not integers:
        return _drawn(case)
    facts = case.facts(integers[0])
    assert facts is not None
    name, operation = case.called(integers[0], gettext("The tensor")), _operation_called(case)
    if facts.dtype != "bool":
        text = gettext(
            "{name} is {dtype} and holds integers: {operation} needs floating point numbers.",
            name=name,
            dtype=facts.dtype,
            operation=operation,
        )
    elif re.search(_PRODUCTS, case.message):  # torch refuses products of bools, but not those of integers
        text = gettext(
            "{name} is bool and holds only True and False: {operation} needs numbers.", name=name, operation=operation
        )
    else:
        text = gettext(
            "{name} is bool and holds only True and False: {operation} needs floating point numbers.",
            name=name,
            operation=operation,
        )
    if (positions := of_positions(case, integers[0])) is not None:
        return Finding(f"{text} {positions.text}")
    if calls_in_place(case.node):
        keeps = gettext("A tensor keeps its dtype when it is changed in place.")
        return Finding(f"{text} {keeps}")
    return Finding(text, tried(case, _conversions(case, integers)))


def _operation_called(case: Case) -> str:
    if isinstance(case.node, (ast.BinOp, ast.AugAssign)) and isinstance(case.node.op, ast.Pow):
        return gettext("a negative power")
    return operation_called(case)


def _conversions(case: Case, integers: list[ast.expr]) -> Iterator[Candidate]:
    """The first one converted, then all of them: a target beside it may have to stay an integer tensor."""
    source, node = case.site.source, case.node
    assert node is not None
    if isinstance(node, ast.AugAssign):
        if not isinstance(node.target, ast.Name):
            return
        if isinstance(node.op, ast.Pow):
            changed = converted(case, integers[0], "float32")
            yield Candidate(f"{case.text(node.target)} = {changed} ** {case.text(node.value)}")
        return
    yield Candidate(spliced(source, node, {integers[0]: converted(case, integers[0], "float32")}))
    yield Candidate(spliced(source, node, {each: converted(case, each, "float32") for each in integers}))
    yield from _everywhere(case, integers[0])


def _everywhere(case: Case, name: ast.expr) -> Iterator[Candidate]:
    """The line with each method of the same tensor converted: ``(x.float() - x.float().mean()) / x.float().std()``."""
    source, line = case.site.source, case.site.line
    if not isinstance(name, ast.Name) or not isinstance(line, (ast.Assign, ast.Expr, ast.Return)):
        return
    called = [
        each.func.value
        for each in ast.walk(line)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)
    ]
    same = [each for each in called if isinstance(each, ast.Name) and each.id == name.id]
    if len(same) > 1:
        texts: dict[ast.expr | ast.stmt, str] = {each: converted(case, each, "float32") for each in same}
        yield Candidate(spliced(source, line, texts), replaces_line=True)


def _drawn(case: Case) -> Finding | None:
    """``torch.rand(3, dtype=torch.long)``."""
    node = case.node
    if not isinstance(node, ast.Call) or not any(each.arg == "dtype" for each in node.keywords):
        return None
    if not case.text(node.func).endswith(("rand", "randn")):
        return None
    function = case.called(node.func, gettext("The function"))
    return Finding(
        gettext(
            "{function} draws floating point numbers, so dtype= cannot be an integer dtype. For random integers there "
            "is torch.randint(low, high, size).",
            function=function,
        )
    )


RULES = (
    Rule(
        "floating point",
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
