"""Whether what follows a mended line accepts its result: the rest of its function or block, run on stand-ins."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ptrepl.explain.locate import Site
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import NotReadable
from ptrepl.explain.standins.run_statement import run_statement
from ptrepl.explain.standins.torch_code import is_in_place, listed_modules

_MOST_STATEMENTS = 12
_MOST_WORK = 150
"""Expressions that are evaluated of them."""
_BLOCKS = ("body", "orelse", "finalbody")
_MOST_ROUNDS = 16
_FEATURES = "mat1 and mat2 shapes cannot be multiplied"  # not a sentence: torch's message
_ENDS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_VALUES_DECIDE = frozenset(
    """
    backward cholesky inv inverse multinomial solve eig eigh svd pinv lstsq slogdet logdet binary_cross_entropy bincount
    one_hot pack_padded_sequence step
    """.split()
)
"""Calls that may fail on zeros and work on the learner's values, or that change more than their result."""
_CHANGING_LISTS = frozenset("append extend insert pop remove clear update sort reverse".split())


class _NotKnown:
    """The value of a name that stand-ins do not have: an evaluator finds no stand-in for it."""


def following(site: Site) -> Iterator[ast.stmt]:
    """The statements that run after the failing one: to the end of its block, and of the blocks around it.

    A loop ends them, since what comes after it runs with the values of its last round.
    """
    inner: ast.AST = site.line
    above = [*site.parents[site.parents.index(inner) + 1 :]] if inner in site.parents else [*site.parents]
    top = getattr(above[-1] if above else inner, "parent", None)
    for parent in [*above, top]:
        if parent is None:
            return
        for name in _BLOCKS:
            block = getattr(parent, name, None)
            if isinstance(block, list) and any(each is inner for each in block):
                at = next(index for index, each in enumerate(block) if each is inner)
                yield from block[at + 1 :]
                if name == "body" and isinstance(parent, ast.Try):
                    yield from parent.orelse
        if not isinstance(parent, (ast.With, ast.If, ast.Try)):
            return
        inner = parent


@dataclass(slots=True)
class Rest:
    """The statements after a mended one. ``changed``: the names that hold what it gave, or what was computed from that.

    After ``x = x.view(-1, 5)`` in a ``forward``, ``Rest(evaluator).accepts(line, rest)`` is False where ``rest`` holds
    ``return self.fc(x)`` and ``self.fc`` takes another number of features. What is not known counts as accepted; a
    statement that does not depend on the mended one is not blamed on it.
    """

    evaluator: Evaluator
    changed: frozenset[str] = frozenset()
    is_settled: bool = False
    """Whether it went through an ``nn.Linear``, which gives the same number of features whatever came before."""
    forgives: bool = True
    """Whether another number of features after that is not blamed on the line."""

    def accepts(self, line: ast.stmt, rest: Iterable[ast.stmt]) -> bool:
        """Whether no statement in ``rest`` refuses what ``line`` gives."""
        self._start(line)
        return self._accept(rest)

    def accepts_values(self, values: Mapping[str, Any], rest: Iterable[ast.stmt]) -> bool:
        """Whether no statement in ``rest`` refuses ``values``, made of stand-ins, under their names."""
        self.changed = frozenset(values)
        for name, value in values.items():
            self._set(name, value)
        return self._accept(rest)

    def _accept(self, rest: Iterable[ast.stmt]) -> bool:
        work = self.evaluator.standins.work
        most = work.done + _MOST_WORK
        for count, statement in enumerate(rest):
            if count >= _MOST_STATEMENTS or work.done > most or not self.changed:
                return True
            try:
                self._follow(statement)
            except Failed as failed:
                if self._depends(statement) and not (self.forgives and self.is_settled and _FEATURES in str(failed)):
                    return False
                self._forget(statement)
            if self._depends(statement):
                self._settle(statement)
            if isinstance(statement, _ENDS):
                return True
        return True

    def _start(self, line: ast.stmt) -> None:
        self.changed = frozenset(_stored(line))
        self._settle(line)
        try:
            self._bind(line, run_statement(self.evaluator, line))
        except (Unknown, Failed):
            self._forget(line)

    def _follow(self, statement: ast.stmt) -> None:
        if self._depends(statement):
            self.changed |= frozenset(_stored(statement))
        if isinstance(statement, ast.With):
            for each in statement.items:
                if each.optional_vars is not None:
                    self._forget(statement)
                    return
            for inner in statement.body:
                self._follow(inner)
            return
        if _values_decide(statement):
            self._forget(statement)
            return
        if isinstance(statement, ast.For) and self._through_layers(statement):
            return
        try:
            self._bind(statement, run_statement(self.evaluator, statement))
        except Unknown:
            if not isinstance(statement, (ast.For, ast.While, ast.If, ast.Try, ast.FunctionDef, ast.ClassDef)):
                self._parts(statement)
            self._forget(statement)

    def _through_layers(self, loop: ast.For) -> bool:
        """Follow ``for layer in self.layers:`` of an ``nn.ModuleList``, round by round; False for another loop."""
        try:
            layers = listed_modules(self.evaluator.scope.real(loop.iter))
        except NotReadable:
            return False
        simple = all(isinstance(each, (ast.Assign, ast.Expr, ast.AugAssign)) for each in loop.body)
        if layers is None or len(layers) > _MOST_ROUNDS or not isinstance(loop.target, ast.Name) or not simple:
            return False
        for layer in layers:
            scope = self.evaluator.scope
            self.evaluator.scope = replace(scope, extra={**scope.extra, loop.target.id: layer})
            for inner in loop.body:
                self._follow(inner)
        return True

    def _settle(self, statement: ast.stmt) -> None:
        for each in ast.walk(statement):
            if isinstance(each, ast.Call) and isinstance(each.func, (ast.Name, ast.Attribute)):
                with suppress(NotReadable):
                    self.is_settled |= type(self.evaluator.scope.real(each.func)) is sys.modules["torch"].nn.Linear

    def _parts(self, statement: ast.stmt) -> None:
        """Raises Failed where a part of a statement refuses its operands."""
        for node in ast.walk(statement):
            if isinstance(node, (ast.Lambda, ast.IfExp, ast.BoolOp, ast.comprehension)):
                return  # its names, or whether it runs at all, are not known
        for node in ast.walk(statement):
            if isinstance(node, (ast.Call, ast.BinOp)):
                with suppress(Unknown):
                    self.evaluator.value(node)

    def _bind(self, statement: ast.stmt, value: Any) -> None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name):
                self._set(target.id, value)
        rest = {name for target in targets if target is not None for name in _stored(target)}
        for name in rest - {each.id for each in targets if isinstance(each, ast.Name)}:
            self._set(name, _NotKnown())

    def _set(self, name: str, value: Any) -> None:
        known = self.evaluator.standins.adopt(value) if not isinstance(value, _NotKnown) else value
        scope = self.evaluator.scope
        self.evaluator.scope = replace(scope, extra={**scope.extra, name: known})

    def _forget(self, statement: ast.stmt) -> None:
        for name in {*_stored(statement), *_written(statement)}:
            self._set(name, _NotKnown())

    def _depends(self, statement: ast.stmt) -> bool:
        return any(isinstance(each, ast.Name) and each.id in self.changed for each in ast.walk(statement))


def _stored(node: ast.AST) -> set[str]:
    """The names that a statement binds; of ``self.x = …`` and ``x[0] = …`` the name before the dot or bracket."""
    found = set()
    for each in ast.walk(node):
        if isinstance(each, (ast.Name, ast.Attribute, ast.Subscript)) and not isinstance(each.ctx, ast.Load):
            base: ast.AST = each
            while isinstance(base, (ast.Attribute, ast.Subscript)):
                base = base.value
            if isinstance(base, ast.Name):
                found.add(base.id)
        elif isinstance(each, (ast.FunctionDef, ast.ClassDef)):
            found.add(each.name)
        elif isinstance(each, ast.alias):
            found.add(each.asname or each.name.partition(".")[0])
    return found


def _written(node: ast.AST) -> Iterator[str]:
    """The names whose object a method call may change: ``x.add_(1)``, ``parts.append(x)``."""
    for each in ast.walk(node):
        match each:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
                if is_in_place(method) or method in _CHANGING_LISTS:
                    yield name


def _values_decide(node: ast.AST) -> bool:
    return any(
        getattr(each, "attr", getattr(each, "id", "")) in _VALUES_DECIDE
        for each in ast.walk(node)
        if isinstance(each, (ast.Attribute, ast.Name))
    )
