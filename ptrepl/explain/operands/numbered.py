"""The dict that numbered the words whose indices a table got, and what the table was made from instead."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ptrepl.explain.case import Case
from ptrepl.explain.locate import Site
from ptrepl.explain.operands.callers import passed_at_prompt
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import Origin, origin

_MOST_KEYS = 1_000_000
_MOST_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Numbering:
    """``word_to_id = {w: i for i, w in enumerate(words)}``."""

    name: str
    count: int
    least: int
    most: int
    of: str
    """The name that it was made from by ``enumerate``; "" if not known."""
    made: Origin | None

    @property
    def size(self) -> str:
        """How many rows a table for all of its numbers needs, as code."""
        more = self.most + 1 - self.count
        if not more:
            return f"len({self.name})"
        return f"len({self.name}) + {more}" if 0 < more <= self.least else str(self.most + 1)


@dataclass(frozen=True, slots=True)
class MadeNetwork:
    """The statement at the prompt that made the network, and its argument for the rows of the table."""

    origin: Origin
    call: ast.Call
    rows: ast.expr
    others: tuple[tuple[ast.expr, int, str], ...]
    """Its other positional arguments that are a ``len()``, each with its number and the name that it counts."""
    counts: str
    """The name whose ``len()`` the argument is, also by another name; "" if it is none."""


def numbering_of(case: Case, given: Any, rows: int) -> Numbering | None:
    """The one dict of numbers from which the indices ``given`` were made, and that goes beyond ``rows``."""
    passed = passed_at_prompt(case, given)
    outer, name = passed if passed is not None else (case, case.node)
    if isinstance(name, ast.Name):
        made = origin(outer, name.id)
        reached = {*_reached(outer, made.value, 0)} if made is not None else set()
    else:
        last = [*own_sites(case)][-1]
        reached = {*_reached(case, last.node, 0)} if not last.is_nested else set()
    found = [each for word in sorted(reached) if (each := _numbering(outer, word)) is not None and each.most >= rows]
    return found[0] if len(found) == 1 else None


def _reached(case: Case, node: ast.AST, depth: int) -> Iterator[str]:
    """The names from which an expression is computed, also inside the learner's functions that it calls."""
    for each in ast.walk(node):
        if not isinstance(each, ast.Name):
            continue
        yield each.id
        held = case.names.get(each.id)
        if isinstance(held, types.FunctionType) and case.learner_files(held.__code__.co_filename):
            yield from _names_of(held.__code__)
        elif depth < _MOST_DEPTH and (made := origin(case, each.id)) is not None and made.value is not node:
            yield from _reached(case, made.value, depth + 1)


def _names_of(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from _names_of(each)


def _numbering(case: Case, name: str) -> Numbering | None:
    held = case.names.get(name)
    if (
        type(held) is not dict
        or not 0 < len(held) <= _MOST_KEYS
        or not all(type(each) is int for each in held.values())
    ):
        return None
    made = origin(case, name)
    return Numbering(name, len(held), min(held.values()), max(held.values()), _enumerated(made), made)


def _enumerated(made: Origin | None) -> str:
    match made.value if made is not None else None:
        case ast.DictComp(
            generators=[ast.comprehension(iter=ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=name), *_]))]
        ):
            return name
    return ""


def network_made_with(case: Case, rows: int) -> MadeNetwork | None:
    """How the network that the prompt called was made, where one of its arguments alone has the number ``rows``."""
    last: Site = [*own_sites(case)][-1]
    name = _called(last.node)
    at_prompt = Case(case.error, case.message, last, case.names, case.record, case.unbound, case.learner_files)
    made = origin(at_prompt, name) if name and not last.is_nested else None
    if made is None or not made.is_alone or not isinstance(made.value, ast.Call):
        return None
    given = [*made.value.args, *(each.value for each in made.value.keywords)]
    numbers = [(each, _number(at_prompt, each)) for each in given]
    fitting = [each for each, number in numbers if number == rows]
    fitting = fitting if len(fitting) == 1 else [each for each in fitting if _counted(at_prompt, each)]
    if len(fitting) != 1:
        return None
    others = tuple(
        (each, number, counted)
        for each, number in numbers
        if each in made.value.args and each is not fitting[0] and number and (counted := _counted(at_prompt, each))
    )
    return MadeNetwork(made, made.value, fitting[0], others, _counted(at_prompt, fitting[0]))


def _called(node: ast.AST) -> str:
    """``net`` of ``net(x)`` and of ``net.encode(x)``."""
    func: ast.AST | None = node.func if isinstance(node, ast.Call) else None
    while isinstance(func, ast.Attribute):
        func = func.value
    return func.id if isinstance(func, ast.Name) else ""


def _number(case: Case, node: ast.expr) -> int | None:
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
            held: Any = case.names.get(name)
            return len(held) if type(held) in (list, tuple, dict, set, str) else None
    value = case.value(node)
    return value if type(value) is int else None


def _counted(case: Case, node: ast.expr) -> str:
    if isinstance(node, ast.Name) and (made := origin(case, node.id)) is not None:
        node = made.value
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
            return name
    return ""
