"""``torch.randn(3, requires_grad=True).to(device)``: the leaf is dropped, and its result has the name."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext

_MOST_NAMES = 3_000


def lost_leaf(case: Case, name: str) -> Finding | None:
    """The statement that makes ``name`` a leaf, and those of the other tensors of the kind that are used here."""
    made = _made(case, name)
    code = _as_leaf(made) if made is not None else None
    if made is None or code is None:
        return None
    text = gettext(
        "{name} is the result of `{statement}`: the leaf that requires grad is the tensor before it, and backward() "
        "stores gradients in leaves only. Let {name} itself be the leaf: {code}.",
        name=name,
        statement=made.label,
        code=code,
    )
    codes = {name: code} | _others(case, name)
    if len(codes) > 1:
        more = ngettext(
            "The same goes for {names}.", "The same goes for {names}.", len(codes) - 1, names=every([*codes][1:])
        )
        text = f"{text} {more}"
    if made.entry is None or not made.is_alone or _is_held(case, codes):
        return Finding(text)
    site = case.site
    if not site.is_nested and isinstance(site.statement, (ast.For, ast.While)):  # it is what computes it again
        return Finding(text, (Fix("\n".join([*codes.values(), segment(site.source, site.statement)])),))
    return Finding(text, (Fix("\n".join(codes.values()), gettext("then compute it again")),))


def _made(case: Case, name: str) -> Origin | None:
    """What the name was given at the prompt, or in the failing function before."""
    found = origin(case, name)
    last = next(reversed(case.record), None) if case.record is not None else None
    if found is None and last is not None and not case.site.is_nested:
        found = origin(case, name, last.number)
    return found


def _as_leaf(made: Origin) -> str | None:
    """``w = torch.randn(3).to(device).requires_grad_()``; None where it does not make the leaf itself."""
    whole, source = made.value, made.source
    flags = [
        (each, keyword)
        for each in ast.walk(whole)
        if isinstance(each, ast.Call)
        for keyword in each.keywords
        if keyword.arg == "requires_grad" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
    ]
    parameters = [each for each in ast.walk(whole) if isinstance(each, ast.Call) and called_name(each) == "Parameter"]
    if len(flags) == 1 and not parameters and flags[0][0] is not whole:
        call, keyword = flags[0]
        plain = _without(source, call, keyword)
        text = spliced(source, whole, {call: plain})
        text = text if isinstance(whole, ast.Call) else f"({text})"
        return _statement(made, f"{text}.requires_grad_()")
    if len(parameters) == 1 and not flags and parameters[0] is not whole and len(parameters[0].args) == 1:
        call = parameters[0]
        if call.keywords:
            return None
        inner = spliced(source, whole, {call: segment(source, call.args[0])})
        return _statement(made, f"{segment(source, call.func)}({inner})")
    return None


def _statement(made: Origin, value: str) -> str | None:
    code = spliced(made.source, made.statement, {made.value: value})
    try:
        return in_one_line(code, ast.parse(code).body[0])
    except SyntaxError:
        return None


def _without(source: str, call: ast.Call, keyword: ast.keyword) -> str:
    """The call without this keyword."""
    kept = [segment(source, each) for each in call.args]
    for each in call.keywords:
        value = segment(source, each.value)
        if each is not keyword:
            kept.append(f"{each.arg}={value}" if each.arg is not None else f"**{value}")
    return f"{segment(source, call.func)}({', '.join(kept)})"


def _others(case: Case, name: str) -> dict[str, str]:
    """The statements of the other names whose ``.grad`` the failing function reads and which lost their leaf too."""
    found: dict[str, str] = {}
    function = next((each for each in case.site.parents if isinstance(each, ast.FunctionDef)), case.site.statement)
    for each in ast.walk(function):
        match each:
            case ast.Attribute(value=ast.Name(id=other), attr="grad") if other != name and other not in found:
                real: Any = case.real(ast.Name(other, ast.Load()))
                made = _made(case, other) if is_tensor_class(type(real)) else None
                if made is None or made.entry is None or base_attribute("is_leaf").__get__(real):
                    continue
                code = _as_leaf(made)
                if code is not None:
                    found[other] = code
    return found


def _is_held(case: Case, codes: dict[str, str]) -> bool:
    """Whether something else at the prompt holds one of the tensors, and would keep the old one."""
    tensors = [case.names.get(each) for each in codes]
    for name, held in [*case.names.items()][:_MOST_NAMES]:
        if name in codes:
            continue
        parts = [*held.values()] if type(held) is dict else [*held] if type(held) in (list, tuple) else [held]
        if any(part is each for part in parts[:_MOST_NAMES] for each in tensors):
            return True
    return False
