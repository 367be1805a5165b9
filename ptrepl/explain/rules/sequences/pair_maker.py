"""``init_hidden`` of the learner's that returns one tensor, for an LSTM, which takes a pair of them."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.function_text import function_text
from ptrepl.explain.operands.callers import call_that_gave
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MAKES = ("zeros", "randn", "rand", "ones", "new_zeros")


def made_by_function(case: Case, name: str) -> Finding | None:
    """What the function that gave the state ``name`` is to return; None where no function of theirs made it so."""
    given = call_that_gave(case, name)
    at, node = given if given is not None else (case, ast.Name(name, ast.Load()))
    if isinstance(node, ast.Name):
        made = origin(at, node.id)
        node = made.value if made is not None else node
    called = at.real(node.func) if isinstance(node, ast.Call) else None
    found = function_text(at, called) if called is not None else None
    if found is None:
        return None
    source, function = found
    returns = [each.value for each in ast.walk(function) if isinstance(each, ast.Return)]
    match returns:
        case [ast.Call(func=ast.Attribute(attr=word)) as value] if word in _MAKES:
            text = segment(source, value)
        case _:
            return None
    how = gettext(
        "{function} makes it, and returns one: write `return {state}, {state}` there.",
        function=function.name,
        state=in_one_line(source, value),
    )
    owner = getattr(called, "__self__", None) if type(called).__name__ == "method" else None
    cls = class_text(case, type(owner)) if owner is not None else None
    if cls is not None and cls.source == source:
        return Finding(how, cls.anew({value: f"{text}, {text}"}))
    return Finding(how, _of_function(source, function, value, text))


def _of_function(source: str, function: ast.FunctionDef, value: ast.expr, text: str) -> tuple[Fix, ...]:
    plain = not function.decorator_list and not function.col_offset
    return (Fix(spliced(source, function, {value: f"{text}, {text}"})),) if plain else ()
