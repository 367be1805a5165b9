"""What a call of the learner's own function or network gives, read off its text: nothing of it runs a second time.

``net(xb)`` of a learner's class has no value on stand-ins unless its ``forward`` is followed. It is followed here
statement by statement, and only torch's own functions and layers run, on stand-ins. Whatever could do more than compute
(an attribute that is set, a generator, a hook, a test that depends on values) makes the result unknown.
"""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ptrepl.engine.run.failure import is_learner_file, is_run_as_text
from ptrepl.engine.watch.kinds import Kind, class_dict, kind_of, mro, own_dict
from ptrepl.explain.locate import file_source
from ptrepl.explain.standins.calling import Unknown, call_on_standins
from ptrepl.explain.standins.function_body import (
    NOT_KNOWN,
    FunctionBody,
    adopted,
    as_read,
    is_value,
)
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.paired import refuse_two_shapes
from ptrepl.explain.standins.standins import NoStandIn, StandIns
from ptrepl.explain.standins.torch_code import is_of_torch, is_torch_class
from ptrepl.explain.standins.untouched import reaches

if TYPE_CHECKING:
    from ptrepl.explain.standins.evaluate import Evaluator

_MOST_DEPTH = 12
_STRANGE = 0x20 | 0x80 | 0x100 | 0x200
"""Generators and coroutines: the flags of their code."""
_VARARGS, _VARKEYWORDS = 0x04, 0x08


def is_readable(called: Any) -> bool:
    """Whether ``called`` is a function of the learner's, or a module that runs code of theirs."""
    if kind_of(called) is Kind.MODULE:
        return _runs_learners(called)
    function = called.__func__ if type(called) is types.MethodType else called
    if type(function) is not types.FunctionType:
        return False
    return _is_learners(function) or _without_gradients(function) is not None


def _runs_learners(module: Any) -> bool:
    if not is_torch_class(type(module)):
        return True
    children = own_dict(module).get("_modules")
    if type(module) is not sys.modules["torch"].nn.Sequential or type(children) is not dict:
        return False
    return any(map(_runs_learners, children.values()))


def _is_learners(function: types.FunctionType) -> bool:
    """Whether its lines may be read: the learner's own, or those that a lesson ran in the learner's names."""
    name = function.__code__.co_filename
    return is_learner_file(name) or is_run_as_text(name)


def result_of(evaluator: Evaluator, called: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """What ``called`` gives on stand-ins. ``args``: stand-ins, or objects of the learner's, which are only read.

    Raises Unknown; Failed where torch refuses an operation in it.
    """
    if evaluator.depth > _MOST_DEPTH or not evaluator.standins.trusted:
        raise Unknown
    inner = replace(evaluator, depth=evaluator.depth + 1, root=None)
    if kind_of(called) is Kind.MODULE:
        return _of_module(inner, called, args, kwargs)
    if type(called) is types.MethodType:
        called, args = called.__func__, [called.__self__, *args]
    if type(called) is not types.FunctionType:
        raise Unknown
    wrapped = _without_gradients(called)
    if wrapped is not None:
        with sys.modules["torch"].no_grad():
            return _of_function(inner, wrapped, args, kwargs)
    if not _is_learners(called):
        raise Unknown
    return _of_function(inner, called, args, kwargs)


def _without_gradients(function: types.FunctionType) -> types.FunctionType | None:
    """The learner's function in what ``@torch.no_grad()`` made of it; None for every other function."""
    if function.__code__.co_name != "decorate_context" or not is_of_torch(function, wrappers=True):
        return None
    wrapped = own_dict(function).get("__wrapped__")
    return wrapped if type(wrapped) is types.FunctionType and _is_learners(wrapped) else None


def _of_module(evaluator: Evaluator, module: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    torch, standins = sys.modules["torch"], evaluator.standins
    if not standins.modules_trusted:
        raise Unknown
    if is_torch_class(type(module)):
        try:
            stand_in = standins.of(module)
        except NoStandIn:
            if type(module) is not torch.nn.Sequential:
                raise Unknown from None
        else:
            if reaches(stand_in, standins.patched) or not all(map(is_value, (*args, *kwargs.values()))):
                raise Unknown
            if standins.strict:
                refuse_two_shapes(stand_in, args, kwargs)
            return call_on_standins(type(module).__name__, stand_in, tuple(args), dict(kwargs))
    if not _calls_only_forward(module):
        raise Unknown
    forward = next(class_dict(base)["forward"] for base in mro(type(module)) if "forward" in class_dict(base))
    if forward is torch.nn.Sequential.forward:
        children = own_dict(module).get("_modules")
        if type(children) is not dict or len(args) != 1 or kwargs:
            raise Unknown
        [value] = args
        for child in children.values():
            value = result_of(evaluator, child, [adopted(standins, value)], {})
        return value
    if type(forward) is not types.FunctionType or not _is_learners(forward):
        raise Unknown
    return _of_function(evaluator, forward, [module, *args], kwargs)


def _calls_only_forward(module: Any) -> bool:
    """Whether calling the module is calling its ``forward``: no hook, no ``__call__`` or ``__getattr__`` of its own."""
    base = sys.modules["torch"].nn.Module
    for cls in mro(type(module)):
        if cls is base:
            break
        if {"__call__", "__getattr__", "__getattribute__", "_call_impl", "_wrapped_call_impl"} & class_dict(cls).keys():
            return False
    names = own_dict(module)
    if "forward" in names or names.get("_compiled_call_impl") is not None:
        return False
    return not any(name.endswith("_hooks") and type(held) is not bool and held for name, held in names.items())


def _of_function(
    evaluator: Evaluator, function: types.FunctionType, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    standins = evaluator.standins
    tree = _tree(function, standins)
    if not _attributes_are_settled(tree, standins):
        raise Unknown
    names = {**dict(_closure(function, standins)), **_bound(function, args, kwargs, standins)}
    scope = FrameScope({}, function.__globals__, {name: adopted(standins, each) for name, each in names.items()})
    guessed = standins.guessed
    body = FunctionBody(replace(evaluator, scope=scope))
    if isinstance(tree, ast.Lambda):
        result = body.evaluator.value(tree.body)
    else:
        returned = body.run(tree.body)
        result = returned.value if returned is not None else None
    if not is_value(result):
        raise Unknown
    # the indices in it were in range when it ran
    standins.guessed, standins.blank = guessed, True
    return result


def _tree(function: types.FunctionType, standins: StandIns) -> ast.FunctionDef | ast.Lambda:
    """The text of the function as it is, or as a fix would make it. Raises Unknown."""
    code = function.__code__
    new = standins.anew.get(code)
    if new is None:
        return function_tree(function)
    if _parameters(new.args) != [*code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]]:
        raise Unknown
    return new


def value_inside(
    evaluator: Evaluator, function: types.FunctionType, args: Sequence[Any], statement: ast.stmt, node: ast.expr
) -> Any:
    """What ``node`` of ``statement``, a line of the learner's ``function`` itself, gives there on stand-ins.

    ``args``: stand-ins, or objects of the learner's, which are only read. Raises Unknown, Failed.
    """
    tree, standins = function_tree(function), evaluator.standins
    block = tree.body if isinstance(tree, ast.FunctionDef) else []
    if statement not in block or not _attributes_are_settled(tree, standins):
        raise Unknown
    names = {**dict(_closure(function, standins)), **_bound(function, args, {}, standins)}
    scope = FrameScope({}, function.__globals__, {name: adopted(standins, each) for name, each in names.items()})
    body = FunctionBody(replace(evaluator, scope=scope, depth=evaluator.depth + 1, root=None))
    if body.run(block[: block.index(statement)]) is not None:
        raise Unknown
    return body.evaluator.value(node)


def function_tree(function: types.FunctionType) -> ast.FunctionDef | ast.Lambda:
    """The text of a function, where it is beyond doubt which one that is. Raises Unknown."""
    code = function.__code__
    source = file_source(code.co_filename)
    if source is None or source.tree is None or code.co_flags & _STRANGE:
        raise Unknown
    wanted = ast.Lambda if code.co_name == "<lambda>" else ast.FunctionDef
    found = [
        each
        for statement in source.tree.body
        if (statement.end_lineno or 0) >= code.co_firstlineno
        for each in ast.walk(statement)
        if isinstance(each, wanted)
        and min([each.lineno, *(one.lineno for one in getattr(each, "decorator_list", []))]) == code.co_firstlineno
        and getattr(each, "name", code.co_name) == code.co_name
        and _parameters(each.args) == [*code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]]
    ]
    if len(found) != 1:
        raise Unknown
    tree: Any = found[0]
    if isinstance(tree, ast.FunctionDef) and tree.decorator_list and not _is_switched_off(tree.decorator_list):
        raise Unknown
    if not _is_its_text(tree, code):
        raise Unknown
    return tree  # type: ignore[no-any-return]


def _is_its_text(tree: ast.FunctionDef | ast.Lambda, code: types.CodeType) -> bool:
    """Whether ``tree`` compiles to what runs: a file may have been edited since it was imported."""
    whole = ast.Module([tree if isinstance(tree, ast.FunctionDef) else ast.Expr(tree)], [])
    ast.fix_missing_locations(whole)
    compiled = compile(whole, code.co_filename, "exec", dont_inherit=True)
    found = [each for each in compiled.co_consts if type(each) is types.CodeType and each.co_name == code.co_name]
    return any(_described(each) == _described(code) for each in found)


def _described(code: types.CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """The names and the constants of a function. Alone, it has no names of a function around it, only global ones."""
    names = {*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_cellvars}
    return frozenset(names), frozenset(repr(each) for each in code.co_consts if type(each) is not types.CodeType)


def _is_switched_off(decorators: list[ast.expr]) -> bool:
    """Whether the one decorator is ``@torch.no_grad()``, by its name."""
    match decorators:
        case [ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[], keywords=[])]:
            return name in ("no_grad", "inference_mode")
    return False


def _attributes_are_settled(tree: ast.AST, standins: StandIns) -> bool:
    """Whether no attribute is both read and set in what is followed: it has its last value by now, not its first."""
    for each in ast.walk(tree):
        if isinstance(each, ast.Attribute):
            names = standins.attributes_read if isinstance(each.ctx, ast.Load) else standins.attributes_set
            names.add(each.attr)
    return not standins.attributes_read & standins.attributes_set


def _parameters(args: ast.arguments) -> list[str]:
    return [each.arg for each in (*args.posonlyargs, *args.args, *args.kwonlyargs)]


def _closure(function: types.FunctionType, standins: StandIns) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, as_read(standins, cell.cell_contents)
        except (ValueError, Unknown):
            yield name, NOT_KNOWN


def _bound(
    function: types.FunctionType, args: Sequence[Any], kwargs: Mapping[str, Any], standins: StandIns
) -> dict[str, Any]:
    """The parameters of ``function`` and what they get. Raises Unknown where the call does not fit."""
    code, defaults = function.__code__, [as_read(standins, each) for each in function.__defaults__ or ()]
    positional = [*code.co_varnames[: code.co_argcount]]
    only = [*code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]]
    at = code.co_argcount + code.co_kwonlyargcount
    found: dict[str, Any] = dict(zip(positional[len(positional) - len(defaults) :], defaults, strict=True))
    found |= {name: as_read(standins, each) for name, each in (function.__kwdefaults__ or {}).items()}
    found |= dict(zip(positional, args, strict=False))
    if code.co_flags & _VARARGS:
        found[code.co_varnames[at]] = tuple(args[len(positional) :])
        at += 1
    elif len(args) > len(positional):
        raise Unknown
    rest = {name: each for name, each in kwargs.items() if name not in (*positional, *only)}
    found |= {name: each for name, each in kwargs.items() if name not in rest}
    if code.co_flags & _VARKEYWORDS:
        found[code.co_varnames[at]] = rest
    elif rest:
        raise Unknown
    if not found.keys() >= {*positional, *only}:
        raise Unknown
    return found
