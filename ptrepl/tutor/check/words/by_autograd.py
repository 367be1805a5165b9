"""Whether autograd has computed a value, or a formula that somebody wrote down. Reads syntax, runs nothing."""

from __future__ import annotations

import ast
import builtins

from ptrepl.tutor.names import bound_in, read_in
from ptrepl.tutor.program_slice import program_slice

_FUNCTIONS = frozenset("backward hessian jacobian vjp jvp vhp hvp jacrev jacfwd grad_and_value linearize".split())
_HOMES = frozenset("autograd func functional functorch".split())
"""The last name of what holds a function that is called ``grad``."""
_INNER = (ast.FunctionDef, ast.ClassDef, ast.Lambda)


def by_autograd(tree: ast.Module, name: str) -> bool:
    """Whether the value of ``name`` (``w``, ``x.grad``) came from autograd, as far as the text can tell.

    False only where that is sure: what the value comes from names no function of autograd's.
    """
    if _may_hide_it(tree):
        return True
    root = name.partition(".")[0]
    last = _last_written(tree, name) if name != root else None
    if last is None:
        if name != root and _goes_back_from_before(tree):
            return True
        return _among(program_slice(tree, frozenset({root}), blocks=True), tree)
    place, value = last
    if any(map(_names_it, tree.body[place + 1 :])):
        return True  # by a backward pass that came after it
    before = ast.Module(tree.body[:place], [])
    made = program_slice(before, read_in(value) - {root} or frozenset({""}), blocks=True)
    return _among(ast.Module([*made.body, ast.Expr(value)], []), tree)


def _may_hide_it(tree: ast.Module) -> bool:
    """Whether something is used that may go through autograd unseen: a function typed here, or one from elsewhere.

    One that is only defined has gone through nothing yet.
    """
    hiding = [each for each in tree.body if any(isinstance(it, _INNER) and _names_it(it) for it in ast.walk(each))]
    names = frozenset[str]().union(*map(bound_in, hiding))
    if not all(map(bound_in, hiding)) or any(names & read_in(each) for each in tree.body if not _only_defines(each)):
        return True
    known = bound_in(tree) | frozenset(dir(builtins)) - {"exec", "eval"}
    return any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id not in known
        for each in ast.walk(tree)
    )


def _only_defines(statement: ast.stmt) -> bool:
    """Whether it makes a function or a class, and runs nothing of it."""
    return isinstance(statement, (ast.FunctionDef, ast.ClassDef)) or (
        isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Lambda)
    )


def _among(part: ast.Module, tree: ast.Module) -> bool:
    """Whether ``part`` of ``tree`` uses autograd, or reads a gradient that some backward pass of ``tree`` gave."""
    return _names_it(part) or (_names_it(tree) and any(_is_gradient(each) for each in ast.walk(part)))


def _names_it(node: ast.AST) -> bool:
    aliases = {
        each.asname or each.name
        for found in ast.walk(node)
        if isinstance(found, ast.ImportFrom)
        for each in found.names
        if each.name == "grad" or each.name in _FUNCTIONS
    }
    for each in ast.walk(node):
        match each:
            case ast.Attribute(attr=attribute) | ast.Name(id=attribute) if attribute in _FUNCTIONS | aliases:
                return True
            case ast.Name(id="grad"):
                return True
            case ast.Attribute(value=ast.Attribute(attr=home) | ast.Name(id=home), attr="grad") if home in _HOMES:
                return True
            case ast.Call(func=ast.Attribute(attr="grad")):
                return True
    return False


def _goes_back_from_before(tree: ast.Module) -> bool:
    """Whether a backward pass starts at a name that the lines do not make: what it reaches is not known from them."""
    made = bound_in(tree)
    for each in ast.walk(tree):
        match each:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=start), attr="backward")) if start not in made:
                return True
            case ast.Call(func=ast.Attribute(attr="backward"), args=[ast.Name(id=start), *_]) if start not in made:
                return True
    return False


def _is_gradient(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "grad" and isinstance(node.ctx, ast.Load)


def _last_written(tree: ast.Module, name: str) -> tuple[int, ast.expr] | None:
    """The place of the last statement that gives the attribute ``name`` a value, not None, and that value."""
    found: tuple[int, ast.expr] | None = None
    for place, statement in enumerate(tree.body):
        match statement:
            case ast.Assign(targets=targets, value=value) if any(_is_of(each, name) for each in targets):
                found = None if isinstance(value, ast.Constant) and value.value is None else (place, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) if _is_of(target, name):
                found = place, value
            case ast.Expr(ast.Call(func=ast.Attribute(value=target, attr="copy_"), args=[value, *_])):
                found = (place, value) if _is_of(target, name) else found
            case _ if name.partition(".")[0] in bound_in(statement):
                found = None
    return found


def _is_of(target: ast.expr, name: str) -> bool:
    while isinstance(target, ast.Subscript) or (isinstance(target, ast.Attribute) and target.attr == "data"):
        target = target.value
    return ast.unparse(target) == name
