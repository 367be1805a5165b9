"""Which one number of a tensor of several a line may mean: their mean, their sum, or neither.

``predict(x).item()`` of two outputs runs with ``.mean()`` in it, and prints a number that means nothing. So a summary
is offered only where the code says that one is meant: of truth values, of what a loss with ``reduction="none"`` gives,
and of what has the name of a loss, an error or an accuracy.
"""

from __future__ import annotations

import ast
import re

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import origin

_MEAN, _SUM = ".mean()", ".sum()"
_AVERAGES = re.compile(r"acc(?![a-z])|accuracy|avg|average|mean|rate(?![a-z])", re.IGNORECASE)
_LOSSES = re.compile(
    r"loss|cost(?![a-z])|err(?![a-z])|error|rmse|mse|mae(?![a-z])|nll|penalty|(?<![a-z])reg(?![a-z])|objective",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"total|correct|hits|(?<![a-z])n(um)?_|count", re.IGNORECASE)
_KEPT = ("detach", "cpu", "float", "double", "abs", "sqrt", "pow", "exp", "log")


def summaries(case: Case, node: ast.expr, dtype: str) -> tuple[str, ...]:
    """``.mean()`` and ``.sum()``, those of them that the line may mean for the tensor ``node``."""
    if dtype == "bool":
        return (_SUM,)
    words = _words(case, node)
    if not dtype.startswith(("float", "bfloat")):
        return (_SUM,) if _COUNTS.search(words) or _LOSSES.search(words) else ()
    if unreduced(case, node) or _LOSSES.search(words):
        used = {way for way in (_MEAN, _SUM) if isinstance(node, ast.Name) and _reduced_so(case, node.id, way)}
        return tuple(way for way in (_MEAN, _SUM) if not used or way in used)
    return (_MEAN,) if _AVERAGES.search(words) else ()


def unreduced(case: Case, node: ast.expr) -> bool:
    """Whether ``node`` is what a loss with ``reduction="none"`` gives, or a name for it."""
    if isinstance(node, ast.Name):
        made = origin(case, node.id)
        if made is None:
            return False
        node = made.value
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _KEPT:
        node = node.func.value
    if not isinstance(node, ast.Call):
        return False
    called = case.real(node.func)
    if kind_of(called) is Kind.MODULE:
        return bool(own_dict(called).get("reduction") == "none")
    given = next((each.value for each in node.keywords if each.arg == "reduction"), None)
    return isinstance(given, ast.Constant) and given.value == "none"


def _words(case: Case, node: ast.expr) -> str:
    """The names that say what the number is: those of the tensor, of what it is assigned to, the text around it."""
    site = case.site
    found = [each.id if isinstance(each, ast.Name) else each.attr for each in _named(node)]
    line = site.line
    targets = line.targets if isinstance(line, ast.Assign) else [getattr(line, "target", None)]
    found += [ast.unparse(each) for each in targets if each is not None]
    holders = [site.node, *site.parents[: site.parents.index(line)]] if line in site.parents else [site.node]
    for holder in holders:
        match holder:
            case ast.BinOp(left=ast.Constant(value=str() as text), op=ast.Mod()):
                found.append(text)
            case ast.JoinedStr(values=values):
                found += [str(each.value) for each in values if isinstance(each, ast.Constant)]
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format")):
                found.append(text)
    return " ".join(found)


def _named(node: ast.expr) -> list[ast.Name | ast.Attribute]:
    return [each for each in ast.walk(node) if isinstance(each, (ast.Name, ast.Attribute)) and not _called(node, each)]


def _called(whole: ast.expr, part: ast.expr) -> bool:
    """Whether ``part`` is a method that is called in ``whole``, such as ``mean`` of ``x.mean(1)``."""
    calls = (each for each in ast.walk(whole) if isinstance(each, ast.Call))
    return isinstance(part, ast.Attribute) and any(each.func is part for each in calls)


def _reduced_so(case: Case, name: str, way: str) -> bool:
    """Whether the statement that failed has ``loss.mean()`` in another place."""
    text = re.escape(name) + re.escape(way)
    return re.search(rf"\b{text}", ast.unparse(case.site.statement)) is not None
