"""A method such as ``init_hidden`` that makes the state of a recurrent layer for another number of layers."""

from __future__ import annotations

import ast

from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.rewrite import spliced
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MAKERS = ("zeros", "ones", "randn", "rand")


def made_for_other_layers(case: Case, layer: str, shape: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """A sentence: what to write in the one method that makes states of ``shape``, in numbers; "" where none does."""
    if len(shape) != 3 or shape[1:] != wanted[1:] or shape[0] == wanted[0] or not case.site.is_nested:
        return ""
    held = next((each for each in case.site.frame.f_locals.values() if kind_of(each) is Kind.MODULE), None)
    text = class_text(case, type(held)) if held is not None else None
    methods = [each for each in text.node.body if isinstance(each, ast.FunctionDef)] if text is not None else []
    made = [(method, each) for method in methods for each in ast.walk(method) if _makes(each, shape[0])]
    if text is None or not made or len({method.name for method, _ in made}) != 1:
        return ""
    lines = [
        one_line(spliced(text.source, call, {call.args[0]: str(wanted[0])}))
        for _, call in made
        if isinstance(call, ast.Call)
    ]
    where = gettext(
        "{cls}.{method} makes it: write {code} there.",
        cls=text.node.name,
        method=made[0][0].name,
        code=every([*dict.fromkeys(lines)]),
    )
    if shape[0] != 2 * wanted[0]:
        return where
    both = gettext("If {layer} is meant to have two directions, make it with bidirectional=True instead.", layer=layer)
    return f"{where} {both}"


def _makes(node: ast.AST, layers: int) -> bool:
    """Whether it is ``torch.zeros(2, …, …)``."""
    match node:
        case ast.Call(args=[ast.Constant(value=number), _, _]) if called_name(node) in _MAKERS:
            return type(number) is int and number == layers
    return False
