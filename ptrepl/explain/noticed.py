"""One statement that ran, as the traps see it: its tree, what it changed, and stand-ins for what stands in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.kinds import Kind, is_tensor, kind_of
from ptrepl.engine.outcome import Change, TensorChange
from ptrepl.explain.evaluate import Evaluator, Failed, Unknown
from ptrepl.explain.lookup import NotReadable, Scope
from ptrepl.explain.rewrite import segment
from ptrepl.explain.standins import StandIns

__all__ = ["Noticed"]


@dataclass(frozen=True, slots=True)
class Noticed:
    """``names``: the learner's namespace as the statement left it."""

    source: str
    tree: ast.stmt
    changes: tuple[Change, ...]
    names: Mapping[str, Any]

    def text(self, node: ast.expr) -> str:
        """The learner's own text of ``node``, in one line."""
        text = segment(self.source, node)
        return text if "\n" not in text else ast.unparse(node)

    def real(self, node: ast.expr) -> Any:
        """The object that ``node`` names; None if it names none that can be read."""
        try:
            return Scope(self.names, self.names).real(node)
        except NotReadable:
            return None

    def tensor(self, node: ast.expr) -> Any:
        """The tensor that ``node`` names; None if it names none."""
        found = self.real(node)
        return found if is_tensor(type(found)) else None

    def shape(self, node: ast.expr) -> tuple[int, ...] | None:
        """The shape of the tensor that ``node`` gives now; None if it is none, or would have to run again."""
        try:
            value = Evaluator(Scope(self.names, self.names), StandIns()).value(node)
        except (Unknown, Failed):
            return None
        return tuple(value.shape) if is_tensor(type(value)) else None

    def nodes(self) -> Iterator[ast.AST]:
        """All nodes but those of functions and classes that the statement only defines."""
        pending: list[ast.AST] = [self.tree]
        while pending:
            node = pending.pop()
            yield node
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
                pending += ast.iter_child_nodes(node)

    def calls(self) -> Iterator[ast.Call]:
        """The calls among them."""
        return (node for node in self.nodes() if isinstance(node, ast.Call))

    def noted(self, note: str) -> Iterator[TensorChange]:
        """The tensors whose line has a note that begins with ``note``."""
        for change in self.changes:
            if isinstance(change, TensorChange) and any(each.startswith(note) for each in change.notes):
                yield change

    def is_module(self, node: ast.expr, *classes: str) -> bool:
        """Whether ``node`` names, or makes, a module of torch.nn of one of these classes."""
        found = self.real(node)
        if kind_of(found) is Kind.MODULE:
            return type(found).__name__ in classes and type(found).__module__.startswith("torch.nn.")
        return isinstance(node, ast.Call) and _last_name(node.func) in classes


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
