"""None where a tensor or a list is wanted: from a function without return, or a method that works in place."""

from __future__ import annotations

import ast
import linecache
import types
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, class_dict, is_a, is_module_class, kind_of, mro
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_IN_PLACE = frozenset("append extend insert sort reverse clear remove update add setdefault shuffle".split())
_TRAINING = frozenset("backward zero_grad step".split())
_MOST_LINES = 16


@dataclass(frozen=True, slots=True)
class _Function:
    """A function of the learner's that was called."""

    name: str
    """``forward`` of a network, or its own name."""
    source: str
    node: ast.FunctionDef
    cls: type | None
    """The class of the network whose forward it is; None of a plain function."""


def _none(case: Case) -> Finding | None:
    suspects = _suspects(case)
    for node in suspects:
        made, name = node, ""
        if isinstance(node, ast.Name):
            if case.scope.locals.get(node.id, 0) is not None:
                continue
            found = origin(case, node.id)
            if found is None:
                continue
            made, name = found.value, node.id
        if not isinstance(made, ast.Call):
            continue
        finding = _from_call(case, made, name, node)
        if finding is not None:
            return finding
    return next((said for node in suspects if (said := _named(case, node)) is not None), None)


def _named(case: Case, node: ast.expr) -> Finding | None:
    """A name that was given to None, or None itself as an argument."""
    taker = operand_text(case, case.node.func) if isinstance(case.node, ast.Call) else ""
    if isinstance(node, ast.Constant) and node.value is None and "must be Tensor" in case.message:
        return Finding(gettext("{function} takes a tensor here, and was given None.", function=taker))
    if not isinstance(node, ast.Name) or case.scope.locals.get(node.id, 0) is not None:
        return None
    made = origin(case, node.id)
    if made is None or not isinstance(made.value, ast.Constant):
        return None
    text = gettext("{name} is None: it comes from `{statement}`.", name=node.id, statement=made.label)
    return Finding(text)


def _suspects(case: Case) -> list[ast.expr]:
    """The parts of the failing expression that may be None."""
    match case.node:
        case ast.Attribute(value=value) | ast.Subscript(value=value):
            return [value]
        case ast.Call(func=func, args=args, keywords=keywords):
            if "not callable" in case.message:
                return [func]
            return [*args, *(each.value for each in keywords)]
        case ast.BinOp(left=left, right=right) | ast.AugAssign(target=left, value=right):
            return [left, right]
        case ast.UnaryOp(operand=operand):
            return [operand]
        case ast.For(iter=looped):
            return [looped]
        case ast.expr() as node:
            return [node]
    return []


def _from_call(case: Case, call: ast.Call, name: str, node: ast.expr) -> Finding | None:
    """``call`` gave the None, which has the name ``name`` now, or none."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in _IN_PLACE:
        return _in_place(call.func, name)
    if isinstance(call.func, ast.Attribute) and call.func.attr in _TRAINING:
        text = gettext("{method}() works on tensors that are there, and returns None.", method=call.func.attr)
        return Finding(text) if _is_of_torch(case, call.func) else None
    function = _function(case, call)
    if function is None or _returns(function.node):
        return None
    subject = name or operand_text(case, node)
    if function.cls is not None:
        cls = function.cls.__name__
        text = gettext(
            "{name} is None: forward of {cls} has no return, so calling the network gives None.",
            name=subject,
            cls=cls,
        )
        again = gettext("then make {cls} again", cls=cls)
        held = class_text(case, function.cls)
        method = held.method("forward") if held is not None else None
        texts = _with_return(held.source, method) if held is not None and method is not None else {}
        return Finding(text, held.anew(texts, again) if held is not None and texts else ())
    text = gettext(
        "{name} is None: the function {function} has no return, so calling it gives None.",
        name=subject,
        function=function.name,
    )
    texts = _with_return(function.source, function.node)
    if not texts or function.node.col_offset or function.node.decorator_list:
        return Finding(text)
    code = spliced(function.source, function.node, texts)
    plain = not function.node.args.defaults and code.count("\n") < _MOST_LINES
    return Finding(text, (Fix(code, gettext("then call it again")),) if plain else ())


def _in_place(func: ast.Attribute, name: str) -> Finding:
    if name:
        text = gettext(
            "{name} is None: {method} changes what it is called on in place and returns None. Write the call on a "
            "line of "
            "its own, without {name} =.",
            name=name,
            method=func.attr,
        )
    else:
        text = gettext("{method} changes what it is called on in place and returns None.", method=func.attr)
    return Finding(text)


def _is_of_torch(case: Case, func: ast.Attribute) -> bool:
    return case.facts(func.value) is not None or kind_of(case.real(func.value)) in (Kind.MODULE, Kind.OPTIMIZER)


def _function(case: Case, call: ast.Call) -> _Function | None:
    """The learner's function that ``call`` ran: their own, or the forward of their network."""
    real: Any = case.real(call.func)
    if type(real) is types.MethodType:
        real = real.__func__
    if type(real) is types.FunctionType:
        return _text(case, real, None)
    if kind_of(real) is Kind.MODULE:
        return _forward(case, type(real))
    match call.func:
        case ast.Call(func=made):  # Net()(x)
            cls: Any = case.real(made)
            if is_a(cls, type) and is_module_class(cls):
                return _forward(case, cls)
    return None


def _forward(case: Case, cls: type) -> _Function | None:
    forward = next((class_dict(base)["forward"] for base in mro(cls) if "forward" in class_dict(base)), None)
    return _text(case, forward, cls) if type(forward) is types.FunctionType else None


def _text(case: Case, function: types.FunctionType, cls: type | None) -> _Function | None:
    code = function.__code__
    if not case.learner_files(code.co_filename):
        return None
    source = "".join(linecache.getlines(code.co_filename))
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            first = min((node.lineno, *(each.lineno for each in node.decorator_list)))
            if first == code.co_firstlineno:
                return _Function(node.name, source, node, cls)
    return None


def _returns(function: ast.FunctionDef) -> bool:
    """Whether a value may come back: it has a return with one, or a yield, outside of functions in it."""
    pending: list[ast.AST] = [*function.body]
    for node in pending:
        if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)) and getattr(node, "value", None) is not None:
            return True
        if isinstance(node, (ast.Raise, ast.Yield)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.AsyncFunctionDef)):
            pending += ast.iter_child_nodes(node)
    return False


def _with_return(source: str, function: ast.FunctionDef) -> dict[ast.expr | ast.stmt, str]:
    """The last statement with its value returned: ``x = self.fc(x)`` and a line more, or the expression."""
    last = function.body[-1]
    if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Constant) and not _only_prints(last.value):
        return {last: f"return {segment(source, last)}"}
    match last:
        case ast.Assign(targets=[ast.Name(id=name)]) if last.lineno != function.lineno:
            return {last: f"{segment(source, last)}\n{' ' * last.col_offset}return {name}"}
    return {}


def _only_prints(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


BEFORE = ("modules.subclass",)

RULES = (
    Rule(
        "None returned",
        ("TypeError", "AttributeError"),
        r"NoneType",
        _none,
        more="containers/none",
    ),
)
