"""``loss = loss_of(x)`` and ``loss.backward()``, where ``loss_of`` goes back itself: the graph is freed already."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.in_loop import loop_at_prompt
from ptrepl.explain.function_text import function_text
from ptrepl.explain.provenance.origins import label, origin_at_prompt
from ptrepl.explain.rewrite import in_one_line, segment, without_line
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.run_statement import is_definition
from ptrepl.texts.messages import gettext

_MOST_LINES = 20


def _inside(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="backward")):
            pass
        case _:
            return None
    made = _made_by(case, name)
    called = case.real(made[1].func) if made is not None else None
    found = function_text(case, called) if called is not None else None
    if made is None or found is None:
        return None
    source, function = found
    inside = _backward_in(function)
    if inside is None:
        return None
    steps = any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr == "step"
        for each in ast.walk(function)
    )
    call, goes_back = in_one_line(made[0], made[1].func), label(source, inside)
    what = gettext(
        "{call} calls backward() itself, in `{line}`, which frees the graph of {name}: this is a second backward pass "
        "through it.",
        call=call,
        line=goes_back,
        name=name,
    )
    if steps:
        how = gettext(
            "{call} takes the step as well, so leave out `{line}` here.",
            call=call,
            line=label(case.site.source, case.site.line),
        )
        return Finding(f"{what} {how}", _without_this(case))
    how = gettext("Call it in one place alone: leave `{line}` out of {call}.", line=goes_back, call=call)
    return Finding(f"{what} {how}", _without_that(case, called, source, function, inside))


def _made_by(case: Case, name: str) -> tuple[str, ast.Call] | None:
    """The call that gave ``name`` its value above the failing line, in its block or at the prompt before."""
    line = case.site.line
    body = getattr(getattr(line, "parent", None), "body", None)
    before = body[: body.index(line)] if isinstance(body, list) and line in body else []
    for each in reversed(before):
        if not any(isinstance(part, ast.Name) and part.id == name and _is_bound(part) for part in ast.walk(each)):
            continue
        match each:
            case ast.Assign(value=ast.Call() as call):
                return case.site.source, call
        return None
    made = origin_at_prompt(case, name) if not case.site.is_nested else None
    return (made.source, made.value) if made is not None and isinstance(made.value, ast.Call) else None


def _is_bound(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _backward_in(function: ast.FunctionDef) -> ast.stmt | None:
    """The one line of ``function`` that calls ``backward()`` and nothing else, without ``retain_graph``."""
    found = [
        each
        for each in ast.walk(function)
        if isinstance(each, ast.Expr)
        and isinstance(each.value, ast.Call)
        and isinstance(each.value.func, ast.Attribute)
        and each.value.func.attr == "backward"
    ]
    return found[0] if len(found) == 1 and "retain_graph" not in ast.unparse(found[0]) else None


def _without_this(case: Case) -> tuple[Fix, ...]:
    site, whole = case.site, case.site.statement
    if not is_definition(whole) and whole is not loop_at_prompt(case):
        return ()
    code = without_line(site.source, whole, site.line)
    return (Fix(code),) if code and code.count("\n") < _MOST_LINES else ()


def _without_that(
    case: Case, called: object, source: str, function: ast.FunctionDef, line: ast.stmt
) -> tuple[Fix, ...]:
    """The function without its line, where it stands at the prompt by itself."""
    owner = getattr(called, "__self__", None) if type(called).__name__ == "method" else called
    text = class_text(case, type(owner)) if type(called).__name__ != "function" else None
    if text is not None and text.source == source:
        code = without_line(source, text.node, line)
        return text.anew({text.node: code}) if code else ()
    if function.col_offset or function.decorator_list:
        return ()
    again = _again(case)
    code = without_line(source, function, line)
    return (Fix(f"{code}\n\n{again}" if again else code),) if code and code.count("\n") < _MOST_LINES else ()


def _again(case: Case) -> str:
    """The loop at the prompt, which ended in the error."""
    loop = loop_at_prompt(case)
    return segment(case.site.source, loop) if loop is not None and not case.site.is_nested else ""


BEFORE = ("autograd.backward_twice",)

RULES = (
    Rule(
        "backward inside",
        ("RuntimeError",),
        r"Trying to backward through the graph a second time",
        _inside,
        more="autograd/backward-twice",
        lesson="autograd/backward-twice",
    ),
)
