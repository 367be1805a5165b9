"""How attributes of the learner's objects are set: what the methods of their classes assign to them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from ptrepl.engine.watch.kinds import class_dict, mro
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.own_code import OwnCode, method_of, own_code
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.reader import class_of

_MOST_METHODS = 40
_MAY_NOT_RUN = (ast.If, ast.Try, ast.TryStar, ast.Match, ast.While, ast.For)


class Assigned(NamedTuple):
    """``self.target = self.net``: the statement, and whether it stands in a block that may not run."""

    statement: ast.Assign
    may_not_run: bool
    code: OwnCode | None = None
    """The method that it stands in."""


def assignments_to(place: Place, node: ast.Attribute) -> list[Assigned]:
    """All assignments to the attribute ``node`` in the methods of the class of its object."""
    owner = place.reader.real(node.value)
    return [] if owner is None else assignments_in(class_of(owner), node.attr)


def assignments_in(cls: type, attribute: str) -> list[Assigned]:
    """All assignments to ``self.attribute`` in the methods of the class and of those that it is derived from."""
    found: list[Assigned] = []
    for code in methods_of(cls):
        inside = _in_block(code.tree.body, attribute, may_not_run=False)
        found += [each._replace(code=code) for each in inside]
    return found


def methods_of(cls: type) -> Iterator[OwnCode]:
    """The methods of the class and of those that it is derived from, as far as the learner wrote them."""
    for home in mro(cls):
        for name in [*class_dict(home)][:_MOST_METHODS]:
            code = own_code(method_of(home, name)) if type(name) is str else None
            if code is not None:
                yield code


def _in_block(body: list[ast.stmt], attribute: str, *, may_not_run: bool) -> list[Assigned]:
    found = []
    for statement in body:
        if isinstance(statement, ast.Assign) and any(_is_attribute(each, attribute) for each in statement.targets):
            found.append(Assigned(statement, may_not_run))
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(statement, field, None)
            if isinstance(inner, list):
                unsure = may_not_run or isinstance(statement, _MAY_NOT_RUN)
                found += _in_block(inner, attribute, may_not_run=unsure)
    return found


def _is_attribute(node: ast.expr, attribute: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == attribute and isinstance(node.value, ast.Name)


def given_by_caller(noticed: Noticed, place: Place, node: ast.expr) -> tuple[Place, ast.expr]:
    """The expression that stands for ``node`` where the functions were called that it is a parameter of."""
    while isinstance(node, ast.Name) and place.function and node.id not in place.defined:
        found = noticed.argument(place, node.id)
        if found is None:
            break
        place, node = found
    return place, node
