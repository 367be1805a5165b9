"""What an input makes, changes and depends on, read from its lines. Pure."""

from __future__ import annotations

import ast

from ptrepl.engine.base_name import base_name
from ptrepl.engine.outcome import Outcome
from ptrepl.tutor.names import bound_in, read_in, tree_of
from ptrepl.tutor.program_slice import read_first


def made_anew(source: str) -> frozenset[str]:
    """The names that ``source`` binds without reading what they held before."""
    tree = tree_of(source)
    return bound_in(tree) - read_first(tree.body) if tree is not None else frozenset()


_SETS = {"zero_", "fill_", "copy_", "normal_", "uniform_", "set_", "apply", "reset_parameters", "load_state_dict"}
"""Methods that give a tensor or a module other numbers, whatever it held before."""


def set_anew(source: str) -> frozenset[str]:
    """The names that ``source`` makes anew, or whose numbers it sets without asking what they were: ``w.zero_()``.

    Not those that it only moves on, as training does: ``w -= 0.1 * w.grad``.
    """
    tree = tree_of(source)
    found = set(made_anew(source))
    for node in ast.walk(tree) if tree is not None else ():
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr=method), args=args):
                found.add(_of_values(owner) if method in _SETS else "")
                if method.endswith("_") and ast.unparse(owner).endswith("init"):  # nn.init.zeros_(w)
                    found.update(map(_of_values, args))
            case ast.Assign(targets=targets):
                parts = [each for each in targets if isinstance(each, (ast.Subscript, ast.Attribute))]
                read = read_in(node.value)
                found.update(name for each in parts if (name := _of_values(each)) not in read)
    return frozenset(found - {""})


def _of_values(node: ast.expr) -> str:
    """The name that ``node`` is a part of; "" for its gradient, and for what says whether it has one."""
    aside = any(isinstance(each, ast.Attribute) and each.attr in ("grad", "requires_grad") for each in ast.walk(node))
    return "" if aside else base_name(node)


def stale_after(anew: frozenset[str], before: str) -> frozenset[str]:
    """The names that ``before`` has computed from what one of the names ``anew``, bound since, held then.

    No function is among them, which reads names when it is called, and so what they hold by then.
    """
    found, seen = set[str](), set(anew)
    tree = tree_of(before)
    for statement in reversed(tree.body if tree is not None else ()):
        bound = bound_in(statement)
        if not _makes_function(statement) and read_in(statement) & anew:
            found |= bound - seen
        seen |= bound
    return frozenset(found)


def _makes_function(statement: ast.stmt) -> bool:
    value = getattr(statement, "value", None)
    return isinstance(statement, (ast.FunctionDef, ast.ClassDef)) or isinstance(value, ast.Lambda)


def moved_on(source: str, before: str) -> frozenset[str]:
    """The names that a loop or a block of ``source`` moves on from where one of ``before`` had brought them."""
    brought, found = set[str](), set[str]()
    for text, into in ((before, brought), (source, found)):
        tree = tree_of(text)
        for statement in tree.body if tree is not None else ():
            if isinstance(statement, (ast.For, ast.While, ast.With)):
                into |= _moved_in(statement)
            else:
                brought -= bound_in(statement)
    return frozenset(found & brought)


def _moved_in(block: ast.stmt) -> set[str]:
    """The names that ``block`` gives other values or other numbers, not other gradients alone."""
    found = set(bound_in(block)) | written_into(ast.unparse(block))
    for node in ast.walk(block):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr="data", ctx=ast.Store()):
                found.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id=name), attr="data"), attr=method)):
                found |= {name} if method.endswith("_") else set()
    return found


def written_into(source: str) -> frozenset[str]:
    """The names that ``source`` writes into, ``m.copy_(n)`` or ``out=m``, also where that changes no number."""
    tree = tree_of(source)
    found = set()
    for node in ast.walk(tree) if tree is not None else ():
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method.endswith("_"):
                found.add(name)
            case ast.keyword(arg="out", value=ast.Name(id=name)):
                found.add(name)
    return frozenset(found)


def may_have_begun(outcome: Outcome) -> bool:
    """Whether a statement that failed may have made something before: an assignment has not, a loop has."""
    if outcome.changes:
        return True
    tree = tree_of(outcome.source)
    return bool(outcome.bound) and (tree is None or any(hasattr(node, "body") for node in tree.body))


def taken_over(source: str, made: frozenset[str]) -> frozenset[str]:
    """The names that ``source`` gives to parts of what is in ``made``: ``w = params["w"]``, ``w, b = net.w, net.b``."""
    tree = tree_of(source)
    found = set[str]()
    for node in tree.body if tree is not None else ():
        if isinstance(node, ast.Assign) and all(base_name(each) in made for each in _elements(node.value)):
            found |= bound_in(node)
    return frozenset(found)


def looped_over(source: str) -> frozenset[str]:
    """The names that a loop goes through its values with: what they hold behind it is its last, and nobody's aim."""
    tree = tree_of(source)
    targets = (node.target for node in ast.walk(tree) if isinstance(node, ast.For)) if tree is not None else ()
    return frozenset[str]().union(*map(bound_in, targets))


def _elements(value: ast.expr) -> list[ast.expr]:
    return value.elts if isinstance(value, (ast.Tuple, ast.List)) else [value]
