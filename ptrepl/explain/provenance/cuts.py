"""What in an expression cuts a result off from the graph, so that no gradient flows through it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, own_dict
from ptrepl.explain.rewrite import as_code, in_one_line, operand, spliced
from ptrepl.explain.standins.lookup import FrameScope, NotReadable

_NUMBERS = frozenset({"item", "tolist", "numpy"})
_COPIES = frozenset({"tensor", "as_tensor", "asarray", "Tensor", "FloatTensor", "from_numpy"})
_POSITIONS = frozenset(
    "argmax argmin argsort argwhere nonzero count_nonzero searchsorted bucketize bincount multinomial".split()
)
_COMPARISONS = frozenset(
    "eq ne lt le gt ge equal greater less isnan isinf isfinite isclose allclose any all logical_and logical_or".split()
)
_WHOLE = frozenset({"long", "int", "short", "byte", "bool", "char"})
CUTTING_WORDS = _NUMBERS | _COPIES | _POSITIONS | _COMPARISONS | _WHOLE | {"data", "detach", "detach_", "no_grad"}
"""Names of functions, methods and attributes that cut a result off from the graph."""
_MOST_PARTS = 2_000


@dataclass(frozen=True, slots=True)
class Cut:
    """``kind``: detach, data, item, copy, position, comparison or whole. ``base``: what is cut off."""

    kind: str
    node: ast.expr
    base: ast.expr
    called: str
    """How it is written: ``detach()``, ``.data``, ``torch.tensor``."""


def cuts(node: ast.AST, source: str) -> Iterator[Cut]:
    """Each cut in ``node``, the outer ones first; of a comparison of positions, the positions."""
    found = [cut for each in ast.walk(node) if (cut := _cut(each, source)) is not None]
    yield from sorted(found, key=lambda cut: cut.kind in ("comparison", "whole"))


def _cut(node: ast.AST, source: str) -> Cut | None:
    match node:
        case ast.Attribute(value=base, attr="data", ctx=ast.Load()):
            return Cut("data", node, base, ".data")
        case ast.Compare(left=base):
            return Cut("comparison", node, base, in_one_line(source, node))
        case ast.Call(func=ast.Name(id="float" | "int" as name), args=[base]):
            return Cut("item", node, base, f"{name}()")
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[base, *_]) if name in _COPIES:
            return None if isinstance(base, ast.Constant) else Cut("copy", node, base, in_one_line(source, node.func))
        case ast.Call(func=ast.Attribute(value=base, attr=name), args=args):
            base = args[0] if isinstance(base, ast.Name) and base.id == "torch" and args else base
            kind = _kind(name)
            return None if kind is None else Cut(kind, node, base, f"{name}()")
    return None


def _kind(name: str) -> str | None:
    if name in ("detach", "detach_"):
        return "detach"
    kinds = (("item", _NUMBERS), ("position", _POSITIONS), ("comparison", _COMPARISONS), ("whole", _WHOLE))
    return next((kind for kind, names in kinds if name in names), None)


def uncut(source: str, node: ast.expr, scope: FrameScope) -> str | None:
    """The text of ``node`` without the cuts that can be left out; None where there are none."""
    texts: dict[ast.expr | ast.stmt, str] = {}
    pending: list[ast.AST] = [node]
    while pending:
        each = pending.pop()
        found = _cut(each, source)
        spare = found is not None and found.kind in ("detach", "data", "item", "copy")
        if found is not None and spare and requires_grad_in(found.base, scope):
            base = uncut(source, found.base, scope)
            if found.kind == "copy" and _is_list(found.base, scope):
                texts[found.node] = f"torch.stack({in_one_line(source, found.base)})"
                continue
            texts[found.node] = operand(source, found.base) if base is None else _bracketed(base)
            continue
        pending += ast.iter_child_nodes(each)
    if node in texts:
        return texts[node]
    return as_code(spliced(source, node, texts)) if texts else None


def _bracketed(text: str) -> str:
    atom = isinstance(ast.parse(f"({text})", mode="eval").body, (ast.Name, ast.Call, ast.Attribute))
    return text if atom and "\n" not in text else f"({text})"


def requires_grad_in(node: ast.AST, scope: FrameScope) -> str | None:
    """The first name in ``node`` of a tensor, or of a network, that requires grad."""
    for each in ast.walk(node):
        if isinstance(each, (ast.Name, ast.Attribute)) and isinstance(each.ctx, ast.Load):
            try:
                value = scope.real(each)
            except NotReadable:
                continue
            if _requires_grad(value):
                return ast.unparse(each)
    return None


def _is_list(node: ast.expr, scope: FrameScope) -> bool:
    try:
        return type(scope.real(node)) in (list, tuple)
    except NotReadable:
        return isinstance(node, (ast.List, ast.Tuple, ast.ListComp))


def _requires_grad(value: object) -> bool:
    if is_tensor_class(type(value)):
        return read(value).requires_grad is True
    if type(value) in (list, tuple):
        return any(is_tensor_class(type(each)) and _requires_grad(each) for each in value[:_MOST_PARTS])  # type: ignore[index]
    if kind_of(value) is not Kind.MODULE:
        return False
    pending, seen = [value], 0
    while pending and seen < _MOST_PARTS:
        names = own_dict(pending.pop())
        seen += 1
        held, inner = names.get("_parameters"), names.get("_modules")
        if type(held) is dict and any(is_tensor_class(type(each)) and _requires_grad(each) for each in held.values()):
            return True
        pending += [*inner.values()] if type(inner) is dict else []
    return False
