"""None where a tensor was meant: a gradient that is not there, and calls that return None."""

from __future__ import annotations

import ast
import dis
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, class_dict, is_a, is_module_class, kind_of, mro
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.repeatable import changed_since
from ptrepl.explain.fixes.retyped import typed
from ptrepl.explain.fixes.with_return import with_return
from ptrepl.explain.provenance.graph import is_intact
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.autograd.no_gradient_yet import told_of_grad
from ptrepl.explain.standins.lookup import NotReadable
from ptrepl.texts.messages import gettext

_FILLING = frozenset("append extend insert sort reverse clear remove update".split())


def _none(case: Case) -> Finding | None:
    for node in _parts(case.node):
        found = _finding(case, node, None)
        if found is not None:
            return found
    return None


def made_none(case: Case, node: ast.expr) -> Finding | None:
    """What is said of the None that ``node`` gives, where the statement that made it is known."""
    return _finding(case, node, None)


def _parts(node: ast.AST | None) -> Iterator[ast.expr]:
    """What in the failing node may be None, the outer parts first."""
    for each in ast.walk(node) if node is not None else ():
        if isinstance(each, (ast.Name, ast.Attribute, ast.Call)) and each is not node:
            yield each


def _finding(case: Case, node: ast.expr, place: Origin | None) -> Finding | None:
    match node:
        case ast.Attribute(value=tensor, attr="grad"):
            return told_of_grad(case, node, tensor)
        case ast.Name(id=name) if place is None:
            if _is_none(case, name):
                made = origin(case, name)
                return _finding(case, made.value, made) if made is not None else None
        case ast.Call(func=ast.Attribute(value=tensor, attr="backward")):
            return _backward(case, node, tensor, place)
        case ast.Call(func=ast.Attribute(value=held, attr=name)) if name in _FILLING and _is_filled(case, held, place):
            what = gettext(
                "{method}() changes {target} in place and returns None.", method=name, target=ast.unparse(held)
            )
            return Finding(_joined(what, _assigned(place), gettext("Call it on a line of its own.")))
        case ast.Call(func=func):
            function, cls = _function_of(case, func)
            if function is not None and _returns_nothing(function.__code__):
                text = _joined(_ends_without_return(function.__code__.co_name, ast.unparse(func)), _assigned(place))
                return Finding(text, with_return(case, function, cls))
    return None


def _is_filled(case: Case, held: ast.expr, place: Origin | None) -> bool:
    """Whether a list or a dict is filled: one that can be seen, or that was lost to ``rows = rows.append(1)``."""
    lost = place is not None and isinstance(held, ast.Name) and held.id == place.name
    return lost or type(case.real(held)) in (list, dict, set)


def _is_none(case: Case, name: str) -> bool:
    try:
        return case.scope.name(name) is None
    except NotReadable:
        return False


def _ends_without_return(function: str, called: str) -> str:
    if function == "forward":
        return gettext("The forward of {module} ends without return, so {module}() returns None.", module=called)
    return gettext("{function} ends without return, so {called}() returns None.", function=function, called=called)


def _assigned(place: Origin | None) -> str:
    """Which statement assigned the None; "" where none did."""
    if place is None:
        return ""
    return gettext("`{statement}` assigns that None to {name}.", statement=place.label, name=place.name)


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _backward(case: Case, node: ast.Call, tensor: ast.expr, place: Origin | None) -> Finding:
    if place is None:
        return Finding(
            gettext(
                "backward() returns None: it stores the gradients in .grad of the leaves. Call it on a line of its own."
            )
        )
    text = gettext(
        "backward() returns None, and `{statement}` assigns that to {name}. Assign the loss first, then call "
        "backward() on a line of its own.",
        statement=place.label,
        name=place.name,
    )
    fix = _two_lines(case, tensor, place)
    return Finding(text, (fix,) if fix is not None else ())


def _two_lines(case: Case, tensor: ast.expr, place: Origin) -> Fix | None:
    site = case.site
    names = names_within(tensor)
    fresh = all(is_intact(case.names.get(name)) for name in names)
    if site.is_nested or site.line is not site.statement or not place.is_alone or not fresh:
        return None
    if isinstance(tensor, ast.Name) or place.entry is None:
        return None
    if changed_since(case, place.statement, place.entry.number):
        return None
    first = spliced(place.source, place.statement, {place.value: segment(place.source, tensor)})
    return typed(case, f"{first}\n{place.name}.backward()\n{segment(site.source, site.line)}", "")


def _function_of(case: Case, func: ast.expr) -> tuple[types.FunctionType | None, type | None]:
    """The learner's own function that was called, or the forward of their own module and its class."""
    called = found = case.real(func)
    cls: type | None = type(called) if kind_of(called) is Kind.MODULE else None
    if isinstance(func, ast.Call):  # Net()(x)
        made: Any = case.real(func.func)
        cls = made if is_a(made, type) and is_module_class(made) else None
    if cls is not None:
        found = next((class_dict(base)["forward"] for base in mro(cls) if "forward" in class_dict(base)), None)
    if type(found) is types.MethodType:
        found = found.__func__
    if not isinstance(found, types.FunctionType) or not case.learner_files(found.__code__.co_filename):
        return None, None
    return found, cls


def _returns_nothing(code: types.CodeType) -> bool:
    """Whether every return of the function returns None."""
    steps = [*dis.get_instructions(code)]
    ends = [index for index, each in enumerate(steps) if each.opname == "RETURN_VALUE"]
    plain = all(steps[at - 1].opname == "LOAD_CONST" and steps[at - 1].argval is None for at in ends if at)
    return bool(ends) and plain and not code.co_flags & 0x2A0


BEFORE = (
    "python.attribute",
    "python.keyword",
)

RULES = (
    Rule(
        "unexpected None",
        ("TypeError", "AttributeError"),
        r"NoneType",
        _none,
        more="python/none",
        lesson="autograd/first-gradient",
    ),
)
