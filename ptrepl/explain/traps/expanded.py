"""The trap of an expanded tensor: it only looks as if it had many rows, and what is written to one stands in all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import base_attribute
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_NOT_WRITING = ("requires_grad_", "retain_grad_", "share_memory_", "detach_")


def written_to_repeated(noticed: Noticed) -> Iterator[Told]:
    """``table = row.expand(3, 4)``, then ``table[0] = 1``: each of the three rows is 1 now."""
    for place in noticed.places:
        if not place.certain or not isinstance(target := _written(place.statement), ast.Subscript):
            continue
        name = target.value
        if not isinstance(name, ast.Name):
            continue
        # nothing that is bound here has to be read: a statement that writes to an element leaves the name as it is
        tensor = noticed.names.get(name.id) if place.statement is noticed.tree else place.reader.tensor(name)
        repeated = _repeated(tensor)
        if repeated is None or not _selects(place, target.slice, repeated[0]):
            continue
        text = gettext(
            "{name} came of expand() or broadcasting: the {count} parts that it has along dim {dim} are one and the "
            "same memory, so this wrote to all of them. To write to one alone, copy it before: {name} = {name}.clone()",
            name=name.id,
            count=repeated[1],
            dim=repeated[0],
        )
        yield told_of(place, text, target)


def _written(statement: ast.stmt) -> ast.expr | None:
    """The one place that the statement writes to."""
    match statement:
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target):
            return target
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=target, attr=name))):
            in_place = name.endswith("_") and not name.endswith("__") and name not in _NOT_WRITING
            return target if in_place else None
    return None


def _repeated(tensor: Any) -> tuple[int, int] | None:
    """The first dim along which all elements lie at one address, and its size; None for what has none."""
    try:
        shape, strides = base_attribute("shape").__get__(tensor), base_attribute("stride")(tensor)
    except Exception:  # no tensor, or one without strides
        return None
    sizes = zip(shape, strides, strict=True)
    return next(((dim, size) for dim, (size, stride) in enumerate(sizes) if size > 1 and not stride), None)


def _selects(place: Place, index: ast.expr, dim: int) -> bool:
    """Whether ``index`` takes one part along ``dim``, and whole numbers or slices stand before that."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    if dim >= len(parts) or not all(isinstance(each, ast.Slice) or _is_whole(place, each) for each in parts[:dim]):
        return False
    return _is_whole(place, parts[dim])


def _is_whole(place: Place, node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=value) | ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
            return type(value) is int
    return type(place.reader.real(node)) is int
