"""Which of the learner's names did these statements bind or change? From outcomes, which hold no tensors. Pure."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from ptrepl.engine.outcome import Outcome, Status
from ptrepl.engine.watch.targets import Expression, GradientOf
from ptrepl.tutor.names import RAISED, RESULT, tree_of


@dataclass(frozen=True, slots=True)
class Touched:
    """``bound``: names that were bound; ``changed``: names of what was changed in place, gradients included.

    RESULT is among the bound where the last statement gave a value, RAISED where it raised.
    """

    bound: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    gradients: frozenset[str] = frozenset()
    """Those of ``changed`` of which only ``.grad`` changed."""

    @property
    def all(self) -> frozenset[str]:
        return self.bound | self.changed


def touched(outcomes: Sequence[Outcome]) -> Touched:
    """What the statements of one input touched, taken together."""
    bound: set[str] = set()
    changed: set[str] = set()
    apart: set[str] = set()
    for outcome in outcomes:
        bound.update(outcome.bound)
        tree = tree_of(outcome.source)
        stored = _stored_into(tree)
        changed |= stored.keys()
        apart |= {name for name, whole in stored.items() if whole}
        for change in outcome.changes:
            if isinstance(change.target, Expression):
                continue  # the learner displayed a value, which changes nothing
            changed.add(change.target.name)
            if not isinstance(change.target, GradientOf):
                apart.add(change.target.name)
    if outcomes:
        last = outcomes[-1]
        if last.status is Status.RAISED:
            bound.add(RAISED)
        elif last.status is Status.OK and is_expression(last.source):
            bound.add(RESULT)
    return Touched(frozenset(bound), frozenset(changed - bound), frozenset(changed - bound - apart))


def is_expression(source: str) -> bool:
    """Whether the source is a single expression, so that ``_`` is its value."""
    tree = tree_of(source)
    return tree is not None and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr)


def _stored_into(tree: ast.Module | None) -> dict[str, bool]:
    """The names whose attributes or items the statement assigns to or deletes: ``w.grad = None``, ``x[0] = 1``.

    Each maps to whether anything other than its ``.grad`` is assigned.
    """
    found: dict[str, bool] = {}
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            inner: ast.expr = node
            while isinstance(inner, (ast.Attribute, ast.Subscript)):
                inner = inner.value
            if isinstance(inner, ast.Name):
                found[inner.id] = found.get(inner.id, False) or ast.unparse(node) != f"{inner.id}.grad"
    return found
