"""Several tensors where one of them was meant: ``torch.max(x, 1)`` gives values and indices."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import class_dict, is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import result_text
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import operand, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import gettext

_MORE = "python/pairs"
_FIELDS = ("indices", "values", "sign", "logabsdet", "eigenvalues", "eigenvectors", "Q", "R", "U", "S", "Vh")
_PART = "part_of_the_pair"


def _fields(value: Any) -> list[str]:
    """``["indices", "values"]`` of what torch.max and similar functions give; [] for anything else."""
    cls = type(value)
    if class_dict(cls).get("__module__") != "torch.return_types" and cls.__module__ != "torch.return_types":
        return []
    return [name for name in _FIELDS if name in class_dict(cls)]


def _compared(case: Case) -> Finding | None:
    """``(pred == labels).float()`` where ``pred = torch.max(scores, 1)``."""
    node = case.node
    compare = node.value if isinstance(node, ast.Attribute) else None
    if not isinstance(compare, ast.Compare) or len(compare.comparators) != 1:
        return None
    # labels are compared with the places of the largest scores
    return _found(case, [compare.left, *compare.comparators], ["indices"])


def _operand(case: Case) -> Finding | None:
    """``ordered.float()`` where ``ordered = torch.sort(x)``."""
    match case.node:
        case ast.BinOp(left=left, right=right):
            return _found(case, [left, right])
        case ast.Attribute(value=value):
            return _found(case, [value])
        case ast.Call(args=args):
            return _found(case, args)
    return None


def _found(case: Case, sides: Iterable[ast.expr], meant: list[str] | None = None) -> Finding | None:
    for side in sides:
        fields = _fields(real := case.real(side))
        if fields:
            name = operand_text(case, side)
            text = gettext(
                "{name} holds several tensors: {parts}. Take the one that you mean.",
                name=name,
                parts=", ".join(f"{name}.{each}" for each in fields),
            )
            return Finding(text, tuple(_parts(case, side, real, meant or fields)))
    return None


def _parts(case: Case, side: ast.expr, real: Any, fields: list[str]) -> Iterator[Fix]:
    """The failing statement with one of the tensors, if that runs on stand-ins."""
    site = case.site
    whole = site.line.value if isinstance(site.line, (ast.Assign, ast.Expr)) else None
    if site.is_nested or site.line is not site.statement or whole is None:
        return
    for field in fields:
        # a named tuple of torch: its fields are descriptors in C
        tensor = class_dict(type(real))[field].__get__(real)
        if not is_tensor_class(type(tensor)):
            continue
        standins = StandIns()
        scope = replace(case.scope, extra={_PART: standins.of(tensor)})
        try:
            tree = ast.parse(f"({spliced(site.source, whole, {side: _PART})})", mode="eval").body
            result = Evaluator(scope, standins, root=tree).value(tree)
        except (SyntaxError, Unknown, Failed):
            continue
        yield Fix(spliced(site.source, site.line, {side: f"{operand(site.source, side)}.{field}"}), result_text(result))


BEFORE = ("modules.subclass", "arrays.from_data")

RULES = (
    Rule("compared pair", ("AttributeError",), r"'bool' object has no attribute", _compared, _MORE),
    Rule("tensor pair", ("TypeError", "AttributeError"), r"torch\.return_types\.\w+", _operand, _MORE),
)
