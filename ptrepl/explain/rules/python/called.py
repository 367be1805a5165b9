"""Parentheses where none belong, and none where they do: ``x.shape()``, ``x(0)``, ``x.size[0]``, ``x.sum + 1``."""

from __future__ import annotations

import ast
import builtins
import types
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import around, renamed
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import origin, origin_at_prompt
from ptrepl.explain.rewrite import operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.losses.named_for_result import replaced_by_result
from ptrepl.explain.standins.torch_code import tensor_method
from ptrepl.texts.messages import gettext

_VALUES = frozenset(
    "shape dtype device T mT H mH ndim grad data is_leaf requires_grad grad_fn real imag itemsize".split()
)


def _called(case: Case) -> Finding | None:
    node, site = case.node, case.site
    if not isinstance(node, ast.Call) or site.inner:
        return None
    match node.func:
        case ast.Attribute(value=base, attr=name) as func if name in _VALUES and case.facts(base) is not None:
            return _value(case, node, func)
        case ast.Name(id=name) if name in vars(builtins) and case.real(node.func) is not vars(builtins)[name]:
            return _hidden(case, name)
    real = case.real(node.func)
    facts = case.facts(node.func)
    if type(real) is types.ModuleType:
        text = gettext(
            "{name} is a Python module, not a function. Write the function that you want after a dot.",
            name=case.text(node.func),
        )
        return Finding(text)
    if (gone := replaced_by_result(case, node)) is not None:
        return gone
    if facts is None:
        return None
    text = gettext(
        "{name} is a tensor of shape {shape}, not a function.",
        name=operand_text(case, node.func),
        shape=facts.text("shape"),
    )
    if len(node.args) != 1 or node.keywords:
        return Finding(text)  # nothing that brackets or * would take
    if facts.shape == ():
        meant = gettext("* multiplies.")
    else:
        meant = gettext("Square brackets index it; * multiplies.")
    return Finding(f"{text} {meant}", tried(case, _picked(case, node)))


def _value(case: Case, node: ast.Call, func: ast.Attribute) -> Finding:
    source, name = case.site.source, case.called(func, f".{func.attr}")
    text = gettext("{name} is an attribute, not a method: write it without parentheses.", name=name)
    if func.attr == "requires_grad" and node.args:
        new = f"{postfix(source, func.value, '.requires_grad_')}{_arguments(source, node)}"
        text = gettext("{name} is an attribute. The method that sets it is requires_grad_().", name=name)
        return Finding(text, _with(case, node, new))
    if func.attr == "shape" and (len(node.args) > 1 or (node.args and isinstance(node.args[0], (ast.Tuple, ast.List)))):
        new = f"{postfix(source, func.value, '.reshape')}{_arguments(source, node)}"
        text = gettext(
            "{name} is an attribute: the shape that there is. The method reshape gives another one.", name=name
        )
        return Finding(text, _with(case, node, new))
    if len(node.args) == 1 and func.attr == "shape":
        return Finding(text, _with(case, node, f"{segment(source, func)}[{segment(source, node.args[0])}]"))
    return Finding(text, _with(case, node, segment(source, func)) if not node.args else ())


def _arguments(source: str, node: ast.Call) -> str:
    """The arguments of a call, with their parentheses."""
    return segment(source, node)[len(segment(source, node.func)) :]


def _with(case: Case, node: ast.expr, text: str) -> tuple[Fix, ...]:
    return tried(case, [renamed(case, node, text)])


def _picked(case: Case, node: ast.Call) -> list[Candidate]:
    source = case.site.source
    if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
        return []
    given = node.args[0]
    if isinstance(given, ast.Constant) and type(given.value) is int:
        return [renamed(case, node, f"{operand(source, node.func)}[{segment(source, given)}]")]
    if case.facts(given) is None:
        return []
    return [Candidate(f"{operand(source, node.func)} * {operand(source, given)}")]


def _hidden(case: Case, name: str) -> Finding | None:
    made = origin(case, name)
    at_prompt = case.maybe_site is not None and not case.maybe_site.is_nested and name in case.names
    if made is not None:
        text = gettext(
            "`{statement}` gave the name {name} to something else, which hides Python's built-in {name}. "
            "del {name} brings it back.",
            statement=made.label,
            name=name,
        )
    else:
        text = gettext(
            "The name {name} was given to something else, which hides Python's built-in {name}. "
            "del {name} brings it back.",
            name=name,
        )
    return Finding(text, (Fix(f"del {name}"),) if at_prompt else ())


def _not_called(case: Case) -> Finding | None:
    """A method of a tensor, or a function of torch, that was named and not called."""
    node, site = case.node, case.site
    if node is None:
        return None
    match node:
        case ast.Call(func=ast.Name(id="sum" | "max" | "min"), args=[ast.GeneratorExp() | ast.ListComp() as inside]):
            if isinstance(inside.elt, ast.Attribute) and tensor_method(inside.elt.attr):
                text = gettext(
                    "{name} is the method itself. With parentheses, {name}(), it is called and returns its result.",
                    name=case.text(inside.elt),
                )
                code = spliced(site.source, node, {inside.elt: _call(case, inside.elt)})
                return Finding(text, verified(case, Candidate(code)))
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.Name) and (kept := _kept_method(case, each)) is not None:
            return kept
        if isinstance(each, ast.Attribute) and case.facts(each.value) is not None and tensor_method(each.attr):
            name = case.called(each, f".{each.attr}")
            text = gettext(
                "{name} is the method itself. With parentheses, {name}(), it is called and returns its result.",
                name=name,
            )
            if isinstance(node, ast.stmt):
                return Finding(text)
            whole = around(case)
            return Finding(
                text, tried(case, [Candidate(spliced(site.source, whole, {each: _call(case, each)}), of=whole)])
            )
        # a class may well take a function, or has words of its own for one: Adam(net.parameters)
        of_call = isinstance(node, ast.Call) and (each is node.func or isinstance(case.real(node.func), type))
        if not of_call and (itself := _function_itself(case, each)) is not None:
            return Finding(itself)
    return None


def _function_itself(case: Case, node: ast.AST) -> str | None:
    """The sentence on ``torch.randn`` without brackets, or on a name that ``y = x.sum`` has given to the method."""
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return None
    found = case.real(node)
    if type(found) not in (types.BuiltinFunctionType, types.MethodType) or _is_pythons(found):
        return None
    name = operand_text(case, node)
    if isinstance(node, ast.Attribute):
        return gettext(
            "{name} is the function itself. Brackets behind it, with its arguments between them, call it.", name=name
        )
    made = origin(case, node.id) or origin_at_prompt(case, node.id)
    if made is None or not isinstance(made.value, ast.Attribute):
        return None
    return gettext(
        "`{statement}` gave the name {name} to the function itself, not to its result: the brackets that call it are "
        "missing there.",
        statement=made.label,
        name=name,
    )


def _is_pythons(function: types.BuiltinFunctionType | types.MethodType) -> bool:
    return function is vars(builtins).get(function.__name__)


def _kept_method(case: Case, node: ast.Name) -> Finding | None:
    """``y = x.cuda`` on an earlier line, and then ``y + 1``."""
    made = origin(case, node.id)
    value = made.value if made is not None else None
    if made is None or not isinstance(value, ast.Attribute) or not tensor_method(value.attr):
        return None
    held: Any = case.real(node)
    if type(held) not in (types.BuiltinFunctionType, types.MethodType) or held.__name__ != value.attr:
        return None
    if not tried(
        case, [Candidate(f"{segment(made.source, value)}()", of=node)]
    ):  # it wants arguments, or more is wrong
        return None
    text = gettext(
        "{name} is the method {method} itself: `{statement}` lacks the parentheses. Write {code}.",
        name=node.id,
        method=value.attr,
        statement=made.label,
        code=f"{made.label}()",
    )
    if case.site.is_nested or case.site.line is not case.site.statement or not made.is_alone:
        return Finding(text)
    lines = f"{segment(made.source, made.statement)}()\n{segment(case.site.source, case.site.line)}"
    return Finding(text, verified(case, Candidate(lines, replaces_line=True)))


def _call(case: Case, node: ast.Attribute) -> str:
    return f"{segment(case.site.source, node)}()"


BEFORE = (
    "python.attribute",
    "autograd.no_gradient",
    "optimizers.optimizer",
)

RULES = (
    Rule(
        "not callable",
        ("TypeError",),
        r"^'[\w.]+' object is not callable",
        _called,
        more="python/calls",
    ),
    Rule(
        "uncalled method",
        ("TypeError", "AttributeError"),
        r"\b(?:builtin_function_or_method|method)\b",
        _not_called,
        more="python/methods",
    ),
)
