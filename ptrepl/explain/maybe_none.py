"""A name that holds a tensor or None, by what the learner's code says: ``def step(x, mask=None)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.function_text import function_text
from ptrepl.explain.provenance.origins import label, origin_at_prompt

_MOST_STATEMENTS = 2_000


def none_said_by(case: Case, node: ast.expr) -> str:
    """The text that gives ``node``, a name or ``self.name``, the value None in another case; "" where none is known."""
    match node:
        case ast.Name(id=name):
            pass
        case ast.Attribute(attr="grad"):
            return f"{ast.unparse(node)} = None"
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return _attribute(case, case.site.frame.f_locals.get(owner), f"{owner}.{name}")
        case _:
            return ""
    inside = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), case.site.statement)
    if isinstance(inside, ast.FunctionDef) and name in _without(inside):
        return f"{name}=None"
    for each in [*ast.walk(inside)][:_MOST_STATEMENTS]:
        if isinstance(each, ast.Assign) and each.lineno <= case.site.line.lineno:
            for target in each.targets:
                if found := _assigned(case, target, name, each.value):
                    return found if found != "None" else label(case.site.source, each)
    made = origin_at_prompt(case, name) if not case.site.is_nested else None
    begun = made is not None and isinstance(made.value, ast.Constant) and made.value.value is None
    return made.label if made is not None and begun else ""


def _without(function: ast.FunctionDef) -> set[str]:
    """The parameters whose default is None."""
    given = function.args
    last = [*given.posonlyargs, *given.args][len(given.posonlyargs) + len(given.args) - len(given.defaults) :]
    pairs = [*zip(last, given.defaults, strict=True), *zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    return {each.arg for each, default in pairs if isinstance(default, ast.Constant) and default.value is None}


def _assigned(case: Case, target: ast.expr, name: str, value: ast.expr) -> str:
    """``None`` or the ``return`` with None in the place that gives ``name`` its value; "" where there is none."""
    match target:
        case ast.Name(id=own) if own == name:
            if isinstance(value, ast.Constant) and value.value is None:
                return "None"
            return next((text for text, place in _returns(case, value) if place == -1), "")
        case ast.Tuple(elts=parts) if any(isinstance(each, ast.Name) and each.id == name for each in parts):
            at = next(at for at, each in enumerate(parts) if isinstance(each, ast.Name) and each.id == name)
            return next((text for text, place in _returns(case, value) if place == at), "")
    return ""


def _returns(case: Case, value: ast.expr) -> Iterator[tuple[str, int]]:
    """Each ``return`` with a None of the function that ``value`` calls, and the place of the None; -1: it is all."""
    if not isinstance(value, ast.Call):
        return
    found = function_text(case, case.real(value.func))
    if found is None:
        return
    source, function = found
    for each in ast.walk(function):
        match each:
            case ast.Return(value=ast.Constant(value=None)):
                yield label(source, each), -1
            case ast.Return(value=ast.Tuple(elts=parts)):
                for at, part in enumerate(parts):
                    if isinstance(part, ast.Constant) and part.value is None:
                        yield label(source, each), at


def _attribute(case: Case, held: Any, path: str) -> str:
    """``self.mask = None`` in a method of the class."""
    if not own_dict(held):
        return ""
    text = class_text(case, type(held))
    for each in ast.walk(text.node) if text is not None else ():
        match each:
            case ast.Assign(targets=[target], value=ast.Constant(value=None)) if ast.unparse(target) == path:
                return label(text.source, each) if text is not None else ""
    return ""
