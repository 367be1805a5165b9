"""What had turned grad mode off: the decorator of a function, a block in it, or a statement before."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.provenance.origins import Origin, earlier, origin, parsed, switched_off
from ptrepl.explain.rewrite import in_one_line, segment
from ptrepl.explain.rule import Finding
from ptrepl.explain.standins.lookup import FrameScope, NotReadable
from ptrepl.texts.messages import gettext

_MOST_LINES = 20
_MOST_ENTRIES = 200
_MOST_STEPS = 12


def switched_off_by(case: Case, place: Origin | None, computed: ast.expr) -> Finding | None:
    """What to say of it, and the code without it; None where the text does not show it.

    ``place``: the statement whose result has no graph, None where it is the failing line; ``computed``: what it
    computes.
    """
    inside = place is None or place.entry is None
    blocks = [*(place.parents if place is not None else ()), *(case.parents if inside else ())]
    block = next((each for each in blocks if isinstance(each, ast.With) and switched_off(each)), None)
    if block is not None:
        if not case.site.is_nested:
            return None
        source = case.site.source if place is None else place.source
        manager = next(each.context_expr for each in block.items if _is_switch(each.context_expr))
        return Finding(
            gettext(
                "It is in the block `with {manager}:`. Write what the gradients are for outside of that block.",
                manager=in_one_line(source, manager),
            )
        )
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None) if inside else None
    if function is not None and (decorator := _decorator(function)) is not None:
        return _decorated(case.site.source, function, decorator, _undecorated(case, decorator))
    for source, called, decorator in _called_functions(case, place, computed):
        return _decorated(source, called, decorator, ())
    if not case.site.is_nested and (statement := _statement(case)):
        return Finding(
            gettext(
                "`{statement}` has turned it off for all that follows; torch.set_grad_enabled(True) turns it on again.",
                statement=statement,
            )
        )
    return None


def _decorated(source: str, function: ast.FunctionDef, decorator: ast.expr, fixes: tuple[Fix, ...]) -> Finding:
    return Finding(
        gettext(
            "@{decorator} above {function} turns it off for all that {function} computes: take that line away.",
            decorator=in_one_line(source, decorator),
            function=function.name,
        ),
        fixes,
    )


def _is_switch(node: ast.expr) -> bool:
    return bool(switched_off(ast.With(items=[ast.withitem(node)], body=[])))


def _decorator(function: ast.FunctionDef) -> ast.expr | None:
    return next((each for each in function.decorator_list if _is_switch(each)), None)


def _undecorated(case: Case, decorator: ast.expr) -> tuple[Fix, ...]:
    """The definition, or the class, without the line of the decorator."""
    site, whole = case.site, case.site.statement
    first = min([whole.lineno, *(each.lineno for each in getattr(whole, "decorator_list", []))])
    lines = site.source.splitlines()[first - 1 : whole.end_lineno]
    at = decorator.lineno - first
    if (
        not isinstance(whole, (ast.FunctionDef, ast.ClassDef))
        or not 0 <= at < len(lines)
        or not lines[at].strip().startswith("@")
    ):
        return ()
    if decorator.end_lineno != decorator.lineno or len(lines) > _MOST_LINES:
        return ()
    code = "\n".join(lines[:at] + lines[at + 1 :])
    return (Fix(code),) if parsed(code) is not None else ()


def _called_functions(
    case: Case, place: Origin | None, computed: ast.expr
) -> Iterator[tuple[str, ast.FunctionDef, ast.expr]]:
    """The learner's functions that are called there and have such a decorator, each with the text that it stands in."""
    scope = case.scope if place is None or place.entry is None else FrameScope(case.names, case.names)
    for call in ast.walk(computed):
        if not isinstance(call, ast.Call):
            continue
        try:
            held: Any = scope.real(call.func)
            owner: Any = scope.real(call.func.value) if isinstance(call.func, ast.Attribute) else None
        except NotReadable:
            continue
        network = kind_of(held) is Kind.MODULE
        text = class_text(case, type(held if network else owner)) if network or owner is not None else None
        name = "forward" if network else getattr(call.func, "attr", getattr(call.func, "id", ""))
        found = text.method(name) if text is not None else None
        if text is not None and found is not None and (decorator := _decorator(found)) is not None:
            yield text.source, found, decorator
        elif isinstance(call.func, ast.Name) and (typed := _typed(case, call.func.id)) is not None:
            source, function = typed
            if (decorator := _decorator(function)) is not None:
                yield source, function, decorator


def _typed(case: Case, name: str) -> tuple[str, ast.FunctionDef] | None:
    """The last definition of a function at the prompt."""
    for entry in earlier(case):
        if name not in entry.bound:
            continue
        tree = parsed(entry.source)
        match tree.body if tree is not None else []:
            case [ast.FunctionDef() as function]:
                return entry.source, function
        return None
    return None


def _statement(case: Case) -> str:
    """``torch.set_grad_enabled(False)`` at the prompt, if that was the last word on it; "" if there is none."""
    for number, entry in enumerate(earlier(case)):
        tree = parsed(entry.source) if entry.status is Status.OK else None
        match tree.body if tree is not None else []:
            case [ast.Expr(value=ast.Call(func=ast.Attribute(attr="set_grad_enabled"), args=[given]) as call)]:
                is_off = isinstance(given, ast.Constant) and given.value is False
                return segment(entry.source, call) if is_off else ""
        if number >= _MOST_ENTRIES:
            break
    return ""


def in_decorated_function(case: Case, node: ast.expr) -> Finding | None:
    """What ``node``, or one of the statements that led to its value, calls, if that is decorated."""
    pending: list[ast.expr] = [node]
    for number, each in enumerate(pending):
        made = assigned_just_before(case, each.id) or origin(case, each.id) if isinstance(each, ast.Name) else None
        value = each if made is None else made.value
        found = switched_off_by(case, made, value)
        if found is not None and "@" in found.text:
            return found
        if number == _MOST_STEPS:
            return None
        names = [part for part in ast.walk(value) if isinstance(part, ast.Name) and part is not each]
        known = {part.id for part in pending if isinstance(part, ast.Name)}
        pending += [part for part in {part.id: part for part in names}.values() if part.id not in known]
    return None
