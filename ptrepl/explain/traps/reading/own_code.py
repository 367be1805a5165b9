"""The trees of the learner's own functions, read from their source: only where it is certainly what runs."""

from __future__ import annotations

import ast
import linecache
import types
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ptrepl.engine.run.failure import is_learner_file
from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.engine.watch.static_read import find_in_class
from ptrepl.explain.standins.torch_code import is_torch_class

_LONGEST = 200_000
_NOT_PLAIN = 0x20 | 0x80 | 0x100 | 0x200  # generators and coroutines: a call of one runs nothing yet


@dataclass(frozen=True, slots=True)
class OwnCode:
    """A function of the learner's: its definition, and the text of the file in which that stands."""

    tree: ast.FunctionDef
    source: str
    filename: str


_known: weakref.WeakKeyDictionary[types.CodeType, dict[str, OwnCode | str]] = weakref.WeakKeyDictionary()
"""By code and the name of its file: codes of two files may be equal.

Text is what the file held when the code was not found in it: another session may write to the same name.
"""


def own_code(function: Any) -> OwnCode | None:
    """The definition of ``function``; None where it is not the learner's, or its source is not what was compiled."""
    if type(function) is not types.FunctionType:
        return None
    code = function.__code__
    known = _known.setdefault(code, {})
    found = known.get(code.co_filename)
    if not isinstance(found, OwnCode):
        if code.co_flags & _NOT_PLAIN or not is_learner_file(code.co_filename):
            return None
        source = "".join(linecache.getlines(code.co_filename))
        if found != source:
            found = known[code.co_filename] = _read(code, source) or source
    return found if isinstance(found, OwnCode) else None


def _read(code: types.CodeType, source: str) -> OwnCode | None:
    if not source or len(source) > _LONGEST:
        return None
    try:
        tree = _parsed(source)
        if not any(_is_same(each, code) for compiled in _compiled(tree, source, code) for each in _codes(compiled)):
            return None  # the file was written to since
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name and code.co_firstlineno in _lines(node):
            return OwnCode(node, source, code.co_filename)
    return None


@lru_cache(maxsize=4)
def _parsed(source: str) -> ast.Module:
    """The tree of a file: one for all the functions in it."""
    return ast.parse(source)


@lru_cache(maxsize=4)
def _whole(source: str, filename: str) -> types.CodeType:
    return compile(_parsed(source), filename, "exec", dont_inherit=True)


def _compiled(tree: ast.Module, source: str, code: types.CodeType) -> Iterator[types.CodeType]:
    """The statement with the code, compiled alone, as at the prompt, and as part of its file: those differ a little."""
    for statement in tree.body:
        if (statement.end_lineno or statement.lineno) >= code.co_firstlineno:
            yield compile(ast.Module([statement], []), code.co_filename, "exec", dont_inherit=True)
            break
    yield _whole(source, code.co_filename)


def _lines(node: ast.FunctionDef) -> tuple[int, ...]:
    return (node.lineno, *(each.lineno for each in node.decorator_list))


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from _codes(each)


def _is_same(one: types.CodeType, two: types.CodeType) -> bool:
    return (
        one.co_name == two.co_name
        and one.co_firstlineno == two.co_firstlineno
        and one.co_code == two.co_code
        and one.co_names == two.co_names
        and one.co_varnames == two.co_varnames
    )


def is_own_module(value: Any) -> bool:
    """Whether ``value`` is a module of a class that is not torch's own."""
    return kind_of(value) is Kind.MODULE and not is_torch_class(type(value))


def method_of(cls: type, name: str) -> Any:
    """The function that the class has under ``name``; None for none, or for one that is not plain."""
    found = find_in_class(cls, name)
    return found.raw if found is not None and type(found.raw) is types.FunctionType else None


def unwrapped(function: Any) -> Any:
    """The learner's function inside torch's ``@torch.no_grad()``; anything else as it is."""
    if type(function) is types.FunctionType and function.__code__.co_filename.endswith("_contextlib.py"):
        inside = getattr(function, "__wrapped__", None)
        return inside if type(inside) is types.FunctionType else function
    return function
