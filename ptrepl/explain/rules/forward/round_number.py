"""``for x in range(len(xs)): net(x)``: the number of the round in the place of the row."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _number(case: Case) -> Finding | None:
    node = case.node
    loops = [each for each in case.parents if isinstance(each, ast.For)]
    for given in node.args if isinstance(node, ast.Call) else ():
        name = given.id if isinstance(given, ast.Name) else ""
        loop = next((each for each in loops if name and ast.unparse(each.target) == name), None)
        series = _counted(loop.iter) if loop is not None else None
        if series is None or not isinstance(given, ast.Name) or not is_tensor_class(type(case.real(series))):
            continue
        code = f"{segment(case.site.source, series)}[{given.id}]"
        said = gettext(
            "{name} counts the rounds, 0, 1, 2 and so on. {code} is the row of {series} with that number.",
            name=given.id,
            code=code,
            series=case.text(series),
        )
        return Finding(said, tried(case, [Candidate(changed(case, {given: code}))]))
    return None


def _counted(over: ast.expr) -> ast.expr | None:
    """``xs`` of ``range(len(xs))``, ``range(xs.size(0))`` and ``range(xs.shape[0])``."""
    match over:
        case ast.Call(func=ast.Name(id="range"), args=[count]):
            pass
        case _:
            return None
    match count:
        case ast.Call(func=ast.Name(id="len"), args=[series]):
            return series
        case ast.Call(func=ast.Attribute(value=series, attr="size"), args=[ast.Constant(value=0)]):
            return series
        case ast.Subscript(value=ast.Attribute(value=series, attr="shape"), slice=ast.Constant(value=0)):
            return series
    return None


BEFORE = (
    "arrays.argument_types",
    "arrays.from_data",
    "autograd.custom_function",
    "containers.wanted_tensor",
    "data.enumerated",
    "modules.network_call",
    "modules.subclass",
)

RULES = (
    Rule(
        "round number",
        ("TypeError",),
        r"must be Tensor, not int$",
        _number,
        more="containers/tensor-wanted",
    ),
)
