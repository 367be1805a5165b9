"""A function of the learner's that never reads one of its arguments: what it gives does not depend on that."""

from __future__ import annotations

import ast
import types
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, mro, type_name
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.locate import file_source
from ptrepl.explain.rewrite import in_a_sentence, spliced
from ptrepl.explain.standins.calling import Unknown
from ptrepl.explain.standins.read_code import function_tree
from ptrepl.texts.messages import gettext


@dataclass(frozen=True, slots=True)
class IgnoredArgument:
    """A call of such a function."""

    call: ast.Call
    given: ast.expr
    function: str
    """``eval_fn``, ``Net.forward``."""
    parameter: str
    instead: str
    """The one tensor of outside that the function reads, of as many dims as it is given; "" if there is not one."""
    line: str
    """The statement that reads it, with the argument in its place; "" where there is not one."""


def ignored_argument(case: Case, inside: ast.AST, name: str) -> IgnoredArgument | None:
    """The first call in ``inside`` that gives ``name``, alone or in an expression, to such a function."""
    for node in ast.walk(inside):
        if not isinstance(node, ast.Call) or any(isinstance(each, ast.Starred) for each in node.args):
            continue
        for position, each in enumerate(node.args):
            if any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(each)):
                found = _ignored(case, node, position, each)
                if found is not None:
                    return found
    return None


def never_reads(ignored: IgnoredArgument) -> str:
    """A sentence on a function that was given something and computes without it."""
    if not ignored.line:
        return gettext(
            "{function} was given {given} and never reads {parameter}, its argument.",
            given=ast.unparse(ignored.given),
            function=ignored.function,
            parameter=ignored.parameter,
        )
    return gettext(
        "{function} was given {given} and never reads {parameter}, its argument: it computes with {other}. In "
        "{function}, write `{line}`.",
        given=ast.unparse(ignored.given),
        function=ignored.function,
        parameter=ignored.parameter,
        other=ignored.instead,
        line=ignored.line,
    )


def _ignored(case: Case, call: ast.Call, position: int, given: ast.expr) -> IgnoredArgument | None:
    held = case.real(call.func)
    owner = type_name(held) if kind_of(held) is Kind.MODULE else ""
    function = _function(held)
    if function is None or not case.learner_files(function.__code__.co_filename):
        return None
    try:
        tree = function_tree(function)
    except Unknown:
        return None
    is_method = bool(owner) or type(held) is types.MethodType
    parameters = [*tree.args.posonlyargs, *tree.args.args][is_method:]
    if not isinstance(tree, ast.FunctionDef) or position >= len(parameters):
        return None
    parameter = parameters[position].arg
    if any(isinstance(each, ast.Name) and each.id == parameter for line in tree.body for each in ast.walk(line)):
        return None
    shape, source = case.shape(given), file_source(function.__code__.co_filename)
    read_names = _outer_tensors(function, tree, len(shape) if shape is not None else None)
    instead = next(iter(read_names)) if len(read_names) == 1 else ""
    places = read_names.get(instead, [])
    lines = [line for line in tree.body if any(place in [*ast.walk(line)] for place in places)]
    line = ""
    if source is not None and len(lines) == 1 and not hasattr(lines[0], "body"):
        line = in_a_sentence(spliced(source.text, lines[0], dict.fromkeys(places, parameter)))
    name = f"{owner}.forward" if owner else tree.name
    return IgnoredArgument(call, given, name, parameter, instead, line)


def _function(held: Any) -> types.FunctionType | None:
    """The learner's function that a call runs, of a network its forward."""
    if kind_of(held) is Kind.MODULE:
        held = next((class_dict(base)["forward"] for base in mro(type(held)) if "forward" in class_dict(base)), None)
    held = held.__func__ if type(held) is types.MethodType else held
    return held if type(held) is types.FunctionType else None


def _outer_tensors(
    function: types.FunctionType, tree: ast.AST, dims: int | None
) -> dict[str, list[ast.expr | ast.stmt]]:
    """The names of tensors of outside, and where the function reads them."""
    found: dict[str, list[ast.expr | ast.stmt]] = {}
    for each in ast.walk(tree):
        if not isinstance(each, ast.Name) or not isinstance(each.ctx, ast.Load):
            continue
        held = function.__globals__.get(each.id)
        if is_tensor_class(type(held)) and _has_dims(sizes(read(held)), dims):
            found.setdefault(each.id, []).append(each)
    return found


def _has_dims(shape: tuple[int, ...] | None, dims: int | None) -> bool:
    return shape is not None and (dims is None or len(shape) == dims)
