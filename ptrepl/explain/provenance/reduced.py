"""A tensor that lost a dim in the statement that made it: ``v, _ = x.max(dim=1)``, ``m = x.mean(1)``."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import earlier, label, parsed

_REDUCING = frozenset("max min sum mean prod median std var logsumexp norm amax amin argmax argmin".split())


@dataclass(frozen=True, slots=True)
class Reduced:
    """``label``: the statement in one short line; ``dim``: which dim it took out."""

    label: str
    dim: int


def reduced(case: Case, node: ast.expr, shape: tuple[int, ...]) -> Reduced | None:
    """The statement that took a dim out of the tensor ``node``, a plain name; None where another one made it."""
    if not isinstance(node, ast.Name):
        return None
    found = _assignments(case, node.id)
    dims = {_dim(statement, node.id) for _, statement in found}
    dim = dims.pop() if len(dims) == 1 else None  # which of several ran last is not known, and need not be
    if dim is None:
        return None
    return Reduced(label(*found[0]), dim if dim >= 0 else len(shape) + 1 + dim)


def _assignments(case: Case, name: str) -> list[tuple[str, ast.stmt]]:
    """The assignments to ``name`` in the failing code, the nearest above the failing line first; or the last one of
    the session."""
    site = case.site
    inside = next((each for each in site.parents if isinstance(each, (ast.FunctionDef, ast.Lambda))), site.statement)
    if isinstance(inside, ast.FunctionDef) is not site.is_nested:
        return []
    found = [each for each in ast.walk(inside) if isinstance(each, ast.stmt) and _binds(each, name)]
    above = [each for each in found if (each.end_lineno or 0) < site.node.lineno]
    if above or (found and site.line is not site.statement):
        return [(site.source, each) for each in sorted(found, key=lambda each: (each not in above, -each.lineno))]
    entry = next((each for each in earlier(case) if name in each.bound), None) if not site.is_nested else None
    tree = parsed(entry.source) if entry is not None else None
    return [(entry.source, tree.body[0])] if entry is not None and tree is not None and len(tree.body) == 1 else []


def _binds(statement: ast.stmt, name: str) -> bool:
    """Whether the statement itself gives ``name`` a value, not one that it holds."""
    match statement:
        case ast.Assign(targets=targets):
            pass
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target) | ast.For(target=target):
            targets = [target]
        case _:
            return False
    return any(isinstance(each, ast.Name) and each.id == name for target in targets for each in ast.walk(target))


def _dim(statement: ast.stmt, name: str) -> int | None:
    """The dim that the last call of the statement reduces; None where it keeps it, or reduces none or several."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=first), *_])], value=ast.Call() as call) if first == name:
            pass
        case ast.Assign(targets=[ast.Name()], value=ast.Call() as call):
            pass
        case ast.Assign(
            targets=[ast.Name()],
            value=ast.Subscript(value=ast.Call() as call, slice=ast.Constant(value=0))
            | ast.Attribute(value=ast.Call() as call, attr="values"),
        ):
            pass
        case _:
            return None
    match call.func:
        case ast.Attribute(value=base, attr=word) if word in _REDUCING:
            given = call.args[1:] if isinstance(base, ast.Name) and base.id == "torch" else call.args
        case _:
            return None
    keywords = {each.arg: each.value for each in call.keywords}
    if "keepdim" in keywords or len(given) > 1:
        return None
    dim = keywords.get("dim", given[0] if given else None)
    match dim:
        case ast.Constant(value=int() as number) if type(number) is int:
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
            return -number
    return None
