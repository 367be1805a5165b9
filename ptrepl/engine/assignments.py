"""What a statement binds, told from its syntax tree alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def bound_in_order(node: ast.stmt) -> list[str]:
    """The names that the statement itself binds, in the order in which they stand there, each once."""
    found = [(each.lineno, each.col_offset, each.id) for each in _own_names(node) if isinstance(each.ctx, ast.Store)]
    return list(dict.fromkeys(name for _, _, name in sorted(found)))


def bound_by_loops(node: ast.stmt) -> frozenset[str]:
    """The variables of the ``for`` loops in the statement, which stay bound after it."""
    loops = [each.target for each in _own_nodes(node) if isinstance(each, ast.For | ast.AsyncFor)]
    return frozenset(each.id for target in loops for each in ast.walk(target) if isinstance(each, ast.Name))


def made_from_themselves(node: ast.stmt) -> frozenset[str]:
    """The names that are bound to something that is made of what they stood for: ``x = x.t()``, ``h = f(x, h)``.

    Only of these is it worth saying what they stood for before: ``x = torch.rand(2)`` has nothing to do with it.
    """
    return frozenset(target for target, value in _bindings(node) if _reads(value, target))


def kept_by_method(node: ast.stmt) -> list[str]:
    """``x`` in ``x = x.to(device)``: names bound to what a method of what they stood for returned."""
    if type(node) is not ast.Assign or type(node.value) not in (ast.Call, ast.Tuple):
        return []
    return [
        name
        for target in node.targets
        for name, value in _pairs(target, node.value)
        if isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and isinstance(value.func.value, ast.Name)
        and value.func.value.id == name
    ]


def _bindings(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Each name that an assignment in the statement binds, and the expression whose value it gets."""
    for each in [node] if type(node) is ast.Assign else _own_nodes(node):
        match each:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _pairs(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                yield from _pairs(target, value)
            case ast.AugAssign(target=ast.Name(id=name)):
                yield name, ast.Name(name, ast.Load())
            case _:
                pass


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), (ast.Tuple(elts=values) | ast.List(elts=values))) if (
            len(targets) == len(values) and not any(isinstance(each, ast.Starred) for each in [*targets, *values])
        ):
            for one, other in zip(targets, values, strict=True):
                yield from _pairs(one, other)
        case ((ast.Tuple(elts=targets) | ast.List(elts=targets)), _):
            for one in targets:
                yield from _pairs(one, value)
        case ast.Starred(value=inner), _:
            yield from _pairs(inner, value)
        case _:
            pass


def _reads(value: ast.expr, name: str) -> bool:
    waiting: list[object] = [value]  # ast.walk takes three times as long, after each statement
    while waiting:
        node = waiting.pop()
        if type(node) is ast.Name:
            if node.id == name:
                return True
        elif type(node) is list:
            waiting += node
        elif isinstance(node, ast.AST):
            # not all of vars(node): executing gives each node its parent, and then there would be no end
            waiting += [getattr(node, field, None) for field in node._fields]
    return False


def _own_names(node: ast.stmt) -> Iterator[ast.Name]:
    return (each for each in _own_nodes(node) if isinstance(each, ast.Name))


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of the statement, without what stands in functions and classes: those have names of their own."""
    waiting: list[ast.AST] = [node]
    while waiting:
        each = waiting.pop()
        yield each
        if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | _COMPREHENSIONS):
            waiting += ast.iter_child_nodes(each)


_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
