"""Which statement in the learner's functions changed in place what an operation had given."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.operator_signs import OPERATOR_SIGNS
from ptrepl.engine.watch.kinds import Kind, is_a, kind_of, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.writing import anew, written
from ptrepl.explain.provenance.origins import earlier, label, parsed
from ptrepl.explain.rewrite import in_one_line, operand, segment

_MOST_NAMES = 3_000
_IN_PLACE = re.compile(r"inplace|\b(?:F|torch|functional)\.\w+_\(")
_LISTS = (ast.List, ast.ListComp, ast.Tuple)


@dataclass(frozen=True, slots=True)
class ChangedResult:
    """A statement in a function that writes into ``name``."""

    statement: ast.stmt
    source: str
    function: str
    """``gate``, ``Net.forward``."""
    name: str
    copies: bool
    """Whether a copy of ``name`` is to be made before it; else ``anew`` says it out of place."""
    anew: str
    """The statement as one that makes a new tensor; "" where that is not known."""
    is_sure: bool = False
    """Whether ``name`` was given by a call of the operation; else this is the only change that there is."""

    @property
    def copy(self) -> str:
        """The statement that makes a copy."""
        return f"{self.name} = {self.name}.clone()"

    @property
    def label(self) -> str:
        """The statement in one short line."""
        return label(self.source, self.statement)


def change_inside(case: Case, called: str) -> ChangedResult | None:
    """The one place where a result of ``called`` (``relu``) is written into; None where there are none, or several.

    It is one whose name was given by such a call, or else the only one that there is in the learner's code.
    """
    found = [*_functions(case)]
    changes = [(each, held) for held in found for each in _changes(case, *held)]
    sure = [replace(each, is_sure=True) for each, (function, _, _) in changes if _is_result(function, each, called)]
    candidates = sure
    if not sure and not _has_in_place_layers(case):
        candidates = [each for each, _ in changes]
    places = {(each.function, each.name) for each in candidates}
    return candidates[0] if len(places) == 1 else None


def class_changed(case: Case, change: ChangedResult) -> tuple[Fix, ...]:
    """The class whose method writes into the result, with the line that does not; () where that is not sure."""
    tree = parsed(change.source)
    match tree.body if tree is not None else None:
        case [ast.ClassDef(name=name)] if change.is_sure:
            cls: Any = case.names.get(name)
            text = class_text(case, cls) if is_a(cls, type) else None
        case _:
            return ()
    if text is None:
        return ()
    line = change.statement
    same = [each for each in ast.walk(text.node) if isinstance(each, ast.stmt) and ast.dump(each) == ast.dump(line)]
    if len(same) != 1:
        return ()
    indent = " " * line.col_offset
    new = f"{change.copy}\n{indent}{segment(change.source, line)}" if change.copies else change.anew
    return text.anew({same[0]: new})


def _functions(case: Case) -> Iterator[tuple[ast.FunctionDef, str, str]]:
    """The functions of the session as they are now, each with its text and its name: a later definition counts."""
    seen: set[str] = set()
    for entry in earlier(case):
        tree = parsed(entry.source)
        for top in tree.body if tree is not None else ():
            inside = [*top.body] if isinstance(top, ast.ClassDef) else [top]
            for each in inside:
                if isinstance(each, ast.FunctionDef):
                    name = f"{top.name}.{each.name}" if isinstance(top, ast.ClassDef) else each.name
                    if name not in seen:
                        seen.add(name)
                        yield each, entry.source, name


def _changes(case: Case, function: ast.FunctionDef, source: str, name: str) -> Iterator[ChangedResult]:
    for each in sorted(ast.walk(function), key=lambda node: getattr(node, "lineno", 0)):
        if not isinstance(each, (ast.AugAssign, ast.Assign, ast.Expr)):
            continue
        target = written(each)
        base = target
        while isinstance(base, ast.Subscript):
            base = base.value
        if target is None or not isinstance(base, (ast.Name, ast.Attribute)):
            continue
        held = ast.unparse(base)
        if _is_plain(function, held) or _is_number(each, base) or type(case.names.get(held)) is types.ModuleType:
            continue
        listed = target is not base and _is_list(function, held)
        if listed and isinstance(each, ast.Assign):
            continue  # another element of the list, and the same tensors
        whole = target is base or listed
        instead = _out_of_place(source, each) if whole else ""
        yield ChangedResult(each, source, name, held, not whole, instead)


def _out_of_place(source: str, statement: ast.stmt) -> str:
    match statement:
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in OPERATOR_SIGNS:
            to = in_one_line(source, target)
            added = in_one_line(source, value) if _is_atom(value) else operand(source, value)
            return f"{to} = {to} {OPERATOR_SIGNS[type(op)]} {added}"
    return anew(source, statement) or ""


def _is_atom(node: ast.expr) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant))


def _given(function: ast.FunctionDef, name: str) -> list[ast.expr]:
    """What is assigned to ``name`` in the function."""
    return [
        each.value
        for each in ast.walk(function)
        if isinstance(each, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in each.targets)
    ]


def _is_list(function: ast.FunctionDef, name: str) -> bool:
    given = _given(function, name)
    return bool(given) and all(isinstance(each, _LISTS) for each in given)


def _is_plain(function: ast.FunctionDef, name: str) -> bool:
    """Whether ``name`` is no tensor that another operation gave: a counter, a sum, a dict, a new tensor of zeros."""
    made = _given(function, name)
    return bool(made) and all(_is_new(each) for each in made)


def _is_number(statement: ast.stmt, base: ast.expr) -> bool:
    """``self.steps += 1``, ``total += loss.item()``."""
    match statement:
        case ast.AugAssign(value=ast.Constant()):
            return isinstance(base, ast.Attribute)
        case ast.AugAssign(value=ast.Call(func=ast.Attribute(attr="item"))):
            return True
    return False


_NEW = frozenset(
    "zeros ones empty full rand randn arange tensor zeros_like ones_like empty_like full_like new_zeros new_ones "
    "randint dict list len int float clone".split()
)


def _is_new(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.Dict() | ast.DictComp():
            return True
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in _NEW
    return False


def _is_result(function: ast.FunctionDef, change: ChangedResult, called: str) -> bool:
    """Whether the last thing that ``change.name`` was given before it is a call of ``called``, or of such a layer."""
    before = [each for each in _given(function, change.name) if each.lineno < change.statement.lineno]
    if not before:
        return False
    last = max(before, key=lambda each: each.lineno)
    if not isinstance(last, ast.Call):
        return False
    return _is_call_of(last.func, called) or _layers_made(change.source).get(ast.unparse(last.func)) == called


def _layers_made(source: str) -> dict[str, str]:
    """``{"self.act": "relu"}``: the attributes that a class gives to a layer, or to a Sequential that ends in one."""
    found = {}
    tree = parsed(source)
    for each in ast.walk(tree) if tree is not None else ():
        match each:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self")) as target], value=ast.Call() as call):
                last = call
                while _word(last) == "sequential" and last.args and isinstance(last.args[-1], ast.Call):
                    last = last.args[-1]
                found[ast.unparse(target)] = _word(last)
    return found


def _word(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", ""))).casefold()


def _is_call_of(func: ast.expr, called: str) -> bool:
    match func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name.casefold() == called
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):  # nn.ReLU()(x)
            return name.casefold() == called
    return False


def _has_in_place_layers(case: Case) -> bool:
    """Whether a network at the prompt has a layer such as ``nn.ReLU(inplace=True)``, or the code asks for one."""
    for entry in earlier(case):
        if _IN_PLACE.search(entry.source):
            return True
    pending = [each for each in [*case.names.values()][:_MOST_NAMES] if kind_of(each) is Kind.MODULE]
    for each in pending:
        own = own_dict(each)
        if own.get("inplace") is True:
            return True
        inner = own.get("_modules")
        if type(inner) is dict and len(pending) < _MOST_NAMES:
            pending += [part for part in inner.values() if part is not None]
    return False
