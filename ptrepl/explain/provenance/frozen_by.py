"""Which code of the session froze a network: ``for p in net.parameters(): p.requires_grad = False``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import earlier, label, parsed

_MOST_PARTS = 2_000


@dataclass(frozen=True, slots=True)
class Freezing:
    """A statement that froze parameters. ``label``: its first line; ``inside``: ``build()`` or ``Net.freeze()``, or "".

    ``whole``: whether it goes through a network with all that is in it, and not through one part of it.
    """

    label: str
    inside: str
    cls: str
    """The class whose method it is in; ""."""
    whole: bool
    new_layer: str = ""
    """The attribute that got a new layer in the same block before it."""


def frozen_by(case: Case, module: Any) -> list[Freezing]:
    """The statements of the session that froze ``module``, where no others can have; [] where that is not known."""
    found = [each for entry in earlier(case) if (tree := parsed(entry.source)) for each in _in(entry.source, tree)]
    own = [each for each in found if each.cls == type_name(module)]
    elsewhere = [each for each in found if not each.cls]
    return own if own and not elsewhere else elsewhere if len(elsewhere) == 1 and not own else []


def is_frozen(module: Any) -> bool:
    """Whether a network has parameters, none of which requires grad."""
    if kind_of(module) is not Kind.MODULE:
        return False
    found = [*all_parameters(module)]
    return bool(found) and not any(read(each).requires_grad for each in found)


def all_parameters(module: Any) -> Iterator[Any]:
    """The parameters of a module and of all in it."""
    pending, seen = [module], 0
    while pending and seen < _MOST_PARTS:
        names = own_dict(pending.pop())
        seen += 1
        yield from (each for each in names.get("_parameters", {}).values() if each is not None)
        pending += [each for each in names.get("_modules", {}).values() if each is not None]


def last_part(module: Any) -> str:
    """``.head``, or ``[2]`` of a Sequential: the part that holds the last parameters of several parts; ""."""
    parts = own_dict(module).get("_modules")
    held = parts.items() if type(parts) is dict else ()
    named = [name for name, each in held if each is not None and next(all_parameters(each), None) is not None]
    if len(named) < 2 or not (named[-1].isidentifier() or named[-1].isdigit()):
        return ""
    return f"[{named[-1]}]" if named[-1].isdigit() else f".{named[-1]}"


def _in(source: str, tree: ast.Module) -> Iterator[Freezing]:
    for block, inside, cls in _blocks(tree, "", ""):
        for index, statement in enumerate(block):
            over = _frozen(statement)
            if over is not None:
                new = [name for each in block[:index] if (name := _new_layer(each, over))]
                shown = label(source, statement).partition("\n")[0]
                yield Freezing(shown, inside, cls, isinstance(over, ast.Name), new[-1] if new else "")


def _blocks(node: ast.AST, inside: str, cls: str) -> Iterator[tuple[list[ast.stmt], str, str]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if not isinstance(block, list):
            continue
        yield block, inside, cls
        for each in block:
            if isinstance(each, ast.ClassDef):
                yield from _blocks(each, inside, each.name)
            elif isinstance(each, ast.FunctionDef):
                yield from _blocks(each, f"{cls}.{each.name}" if cls else f"{each.name}()", cls)
            elif isinstance(each, (ast.If, ast.With, ast.Try)):
                yield from _blocks(each, inside, cls)


def _frozen(node: ast.stmt) -> ast.expr | None:
    """What a statement freezes: ``net`` of ``for p in net.parameters(): p.requires_grad = False``."""
    match node:
        case ast.For(
            target=ast.Name(id=name),
            iter=ast.Call(func=ast.Attribute(value=over, attr="parameters"), args=[]),
            body=[
                ast.Assign(
                    targets=[ast.Attribute(value=ast.Name(id=changed), attr="requires_grad")],
                    value=ast.Constant(value=False),
                )
                | ast.Expr(
                    value=ast.Call(
                        func=ast.Attribute(value=ast.Name(id=changed), attr="requires_grad_"),
                        args=[ast.Constant(value=False)],
                    )
                )
            ],
        ) if name == changed:
            return over
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=over, attr="requires_grad_"), args=[ast.Constant(value=False)])
        ):
            return over
    return None


def _new_layer(node: ast.stmt, over: ast.expr) -> str:
    """``fc`` of ``net.fc = nn.Linear(8, 2)``, where ``over`` is ``net``."""
    match node:
        case ast.Assign(targets=[ast.Attribute(value=owner, attr=name)], value=ast.Call()):
            return name if ast.unparse(owner) == ast.unparse(over) else ""
    return ""
