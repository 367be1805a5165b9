"""Groups of parameters that code fills, one by one, and then gives to nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ptrepl.explain.traps.reading.place import inside

_FILLS = ("append", "extend")


class UnreadGroup(NamedTuple):
    """A group that nothing reads. ``appended``: the line that gave an earlier group of the same name to a list."""

    name: str
    appended: str
    is_last: bool
    """Whether the name still stands for it after the statements."""


def unread_group(statements: Sequence[ast.stmt]) -> UnreadGroup | None:
    """The first list, or dict with "params", that is filled with parameters and read by nothing."""
    made = [
        (at, name)
        for at, statement in enumerate(statements)
        for name in (*_made_empty(statement), *_made_whole(statement))
    ]
    for at, name in made:
        later = next((other for other, again in made if again == name and other > at), len(statements))
        part = statements[at + 1 : later]
        if any(_binds(each, name) for each in part):
            continue
        loads = [each for statement in part for each in inside([statement]) if _is_load(each, name)]
        fills = [each for statement in part if isinstance(statement, ast.For) for each in _fills(statement, name)]
        if not loads and name in _made_whole(statements[at]):
            return UnreadGroup(name, "", later == len(statements))
        if fills and len(fills) == len(loads) and all(_is_over_parameters(each) for each in part if _has(each, fills)):
            return UnreadGroup(name, _appended(statements, name), later == len(statements))
    return None


def _made_empty(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            pairs = [(name, value)]
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if len(names) == len(values):
            pairs = [(each.id, value) for each, value in zip(names, values, strict=True) if isinstance(each, ast.Name)]
        case _:
            return
    for name, value in pairs:
        match value:
            case ast.List(elts=[]) | ast.Call(func=ast.Name(id="list"), args=[], keywords=[]):
                yield name
            case ast.Dict(keys=keys, values=values):
                for key, each in zip(keys, values, strict=True):
                    match key, each:
                        case ast.Constant(value="params"), ast.List(elts=[]):
                            yield name


def _made_whole(statement: ast.stmt) -> list[str]:
    """``head`` of ``head = [p for n, p in net.named_parameters() if …]`` and ``head = list(net.head.parameters())``."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.ListComp(elt=ast.Name(), generators=[part])):
            return [name] if "parameters()" in ast.unparse(part.iter) else []
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="list"), args=[inner])):
            return [name] if ast.unparse(inner).endswith(".parameters()") else []
    return []


def _binds(statement: ast.stmt, name: str) -> bool:
    return any(
        isinstance(each, ast.Name) and each.id == name and not isinstance(each.ctx, ast.Load)
        for each in inside([statement])
    )


def _is_load(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)


def _fills(statement: ast.stmt, name: str) -> list[ast.Name]:
    """The places of ``name`` in ``name.append(p)`` and ``name["params"].append(p)`` in the loop."""
    found = []
    for node in inside([statement]):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name() as owner, attr=method)) if method in _FILLS:
                pass
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Subscript(value=ast.Name() as owner, slice=ast.Constant(value="params")), attr=method
                )
            ) if method in _FILLS:
                pass
            case _:
                continue
        if owner.id == name:
            found.append(owner)
    return found


def _has(statement: ast.stmt, nodes: list[ast.Name]) -> bool:
    return any(each is node for each in inside([statement]) for node in nodes)


def _is_over_parameters(statement: ast.stmt) -> bool:
    text = ast.unparse(statement.iter) if isinstance(statement, ast.For) else ""
    return "parameters()" in text or "modules()" in text or "children()" in text


def _appended(statements: Sequence[ast.stmt], name: str) -> str:
    """``groups.append(group)``, where a group of this name was given to a list; "" for none."""
    for statement in statements:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append"), args=[ast.Name(id=given)])) if (
                given == name
            ):
                return ast.unparse(statement)
    return ""
