"""Was an input that changed no asked name an attempt all the same? From syntax alone. Pure."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence

from ptrepl.engine.base_name import base_name
from ptrepl.nearest import nearest
from ptrepl.tutor.check.completeness import covers
from ptrepl.tutor.names import bound_in, names_bound_by, read_in, tree_of

_PARTS = (ast.Attribute, ast.Subscript, ast.Call)
_BLOCKS = (ast.For, ast.While, ast.With)


def is_attempt(source: str, typed: str, asked: frozenset[str], solutions: Sequence[str]) -> bool:
    """Whether ``source``, the last input of all that was ``typed``, was meant to do what the step asks for.

    It compares what a solution makes or writes into, writes into a copy of what is asked for, gives another name to
    what is asked for, or computes ``x - 3`` where ``x -= 3`` is a solution; or it calls, or runs a block on, what the
    step is about, and nothing of a solution is left to type, or it is the ``step()`` that all of them end with.
    """
    tree = tree_of(source)
    if tree is None:
        return False
    changed = asked & frozenset[str]().union(*(_changed(each) for each in map(tree_of, solutions) if each is not None))
    if any(_compares(node, changed) or _writes_to_copy(node, typed, asked) for node in tree.body):
        return True
    if misnamed(source, typed, asked):
        return True
    if _operations(tree) & frozenset[str]().union(*map(_operations_in_place, map(tree_of, solutions))):
        return True
    if _functions(source) - asked and frozenset[str]().union(*map(_functions, solutions)) & asked - names_bound_by(
        typed
    ):
        return True
    called = asked | {name for solution in solutions for name in _called(tree_of(solution))} - set(dir(builtins))
    does = any(
        (isinstance(node, _BLOCKS) and read_in(node) & asked) or (isinstance(node, ast.Expr) and _called(node) & called)
        for node in tree.body
    )
    all_step = all(_steps(tree_of(solution)) for solution in solutions)
    return does and ((all_step and _steps(tree)) or any(covers(typed, solution) for solution in solutions))


def is_of_mistake(code: str, mistakes: Sequence[str], solutions: Sequence[str]) -> bool:
    """Whether ``code``, a fix of a line, stands in one of the known ``mistakes``, and in none of the ``solutions``."""
    tree = tree_of(code)
    wrong = frozenset[str]().union(*map(_parts, mistakes)) - frozenset[str]().union(*map(_parts, solutions))
    lines = [node.value if isinstance(node, ast.Expr) else node for node in (tree.body if tree is not None else ())]
    return any(_without_device(line) in wrong for line in lines)


def _parts(source: str) -> frozenset[str]:
    """The statements and calls of ``source``, as text."""
    tree = tree_of(source)
    nodes = ast.walk(tree) if tree is not None else ()
    return frozenset(_without_device(node) for node in nodes if isinstance(node, (ast.stmt, ast.Call)))


def _without_device(node: ast.AST) -> str:
    return re.sub(r", device=device(?=[,)])", "", ast.unparse(node))


def _functions(source: str) -> frozenset[str]:
    tree = tree_of(source)
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef)) if tree else frozenset()


def misnamed(source: str, typed: str, asked: frozenset[str]) -> tuple[str, str] | None:
    """(what was written, the asked name that it is near) where nothing has the asked name yet."""
    missing = sorted(asked - names_bound_by(typed))
    for name in sorted(names_bound_by(source) - asked):
        if close := nearest(name, missing):
            return name, close
    return None


def picks_copies(part: ast.expr) -> bool:
    """Whether some index in ``x[[0, 2]][:, 3]`` is plainly a list or a mask, so that all of it is a copy."""
    while isinstance(part, ast.Subscript):
        places = part.slice.elts if isinstance(part.slice, ast.Tuple) else [part.slice]
        if any(isinstance(each, (ast.List, ast.Compare)) or _is_mask(each) for each in places):
            return True
        part = part.value
    return False


def _is_mask(node: ast.expr) -> bool:
    """``~keep``, ``(x > 1) & (x < 5)``."""
    match node:
        case ast.UnaryOp(op=ast.Invert()):
            return True
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr(), right=right):
            return any(isinstance(each, ast.Compare) for each in (left, right))
    return False


def calls_torch(node: ast.expr) -> bool:
    """Whether it calls one of torch's own functions, ``torch.zeros(2, 3)``."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"))):
            return True
    return False


def _compares(node: ast.stmt, asked: frozenset[str]) -> bool:
    """``rain[1] == -1`` as a line of its own."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Compare)
        and isinstance(node.value.ops[0], ast.Eq)
        and base_name(node.value.left, _PARTS) in asked
        and not isinstance(node.value.left, ast.Call)
    )


def _changed(tree: ast.Module) -> set[str]:
    """The names that are bound, or into which is written: ``x[0] = 1``, ``x.grad = None``, ``x.sub_(3)``."""
    found = set(bound_in(tree))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            found.add(base_name(node, _PARTS))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_"):
            found.add(base_name(node.func, _PARTS))
    return found


def _operations(tree: ast.Module) -> frozenset[str]:
    """``x - 3`` of a line that gives its value no name, as text."""
    return frozenset(
        ast.unparse(node.value)
        for node in tree.body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.BinOp)
    )


def _operations_in_place(tree: ast.Module | None) -> frozenset[str]:
    """The same of ``x -= 3``, also as ``x[:] - 3``."""
    found = set()
    for node in tree.body if tree is not None else ():
        match node:
            case ast.AugAssign(target=target, op=operator, value=value):
                found.add(ast.unparse(ast.BinOp(target, operator, value)))
                found.add(ast.unparse(ast.BinOp(ast.Subscript(target, ast.Slice()), operator, value)))
    return frozenset(found)


def _writes_to_copy(node: ast.stmt, typed: str, asked: frozenset[str]) -> bool:
    """``part[:, 3] = 0`` where ``part`` was made from an asked name, or from a copy of it."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = [each for each in node.targets if isinstance(each, ast.Subscript)]
    elif isinstance(node, ast.AugAssign):
        targets = [node.target]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        targets = [node.value.func.value] if node.value.func.attr.endswith("_") else []
    roots = {base_name(target, _PARTS) for target in targets}
    if any(isinstance(inner, ast.Call) for target in targets for inner in ast.walk(target)) and roots & asked:
        return True
    if isinstance(node, ast.Expr) and any(isinstance(target, ast.Subscript) for target in targets) and roots & asked:
        return True
    return bool(roots & _made_from(typed, asked))


def _made_from(typed: str, asked: frozenset[str]) -> set[str]:
    """The names, not asked for, that were bound to something made of an asked one alone: a part, a copy."""
    tree = tree_of(typed)
    found: set[str] = set()
    for node in tree.body if tree else ():
        if isinstance(node, ast.Assign) and base_name(node.value, _PARTS) in asked | found:
            found |= bound_in(node) - asked
    return found


def _steps(tree: ast.Module | None) -> bool:
    """Whether the code ends with ``optimizer.step()``."""
    match tree.body[-1] if tree is not None and tree.body else None:
        case ast.Expr(ast.Call(func=ast.Attribute(attr="step"))):
            return True
    return False


def _called(tree: ast.AST | None) -> set[str]:
    return set(_callees(tree)) if tree is not None else set()


def _callees(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id
            elif isinstance(node.func, ast.Attribute) and node.func.attr in ("backward", "step"):
                yield node.func.attr
