"""Whether a function of the learner's can give no gradient of its own: it only computes with what it was given."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.explain.standins.torch_code import is_torch_class, is_torch_function

_DEEPEST = 4
_PLAIN = (int, float, bool, str, tuple, type(None))
_LIBRARIES = ("torch", "math", "random")
_MAKING = frozenset(
    """
    requires_grad requires_grad_ Parameter enable_grad set_grad_enabled load_state_dict globals locals eval exec getattr
    setattr vars parameters
    """.split()
)
"""Words in whose presence something inside may require grad."""


def outer_values(function: Any, depth: int = 0) -> list[tuple[str, Any]] | None:
    """The tensors that a function reads besides its arguments, by name; None where it may hold what requires grad.

    Of ``def net(X): return X @ w + b`` they are ``w`` and ``b``, of functions that it calls likewise.
    """
    if type(function) is not types.FunctionType or depth > _DEEPEST:
        return None
    found: list[tuple[str, Any]] = []
    for name, value in _named(function):
        if is_tensor_class(type(value)):
            if read(value).requires_grad:
                return None
            found.append((name, value))
        elif type(value) is types.FunctionType and not is_torch_function(value):
            inner = outer_values(value, depth + 1) if value is not function else []
            if inner is None:
                return None
            found += inner
        elif not _is_harmless(value):
            return None
    return None if _MAKING & {*_words(function.__code__)} else found


def _named(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """What the names in its code refer to: globals, builtins left out, and variables of the functions around it."""
    for name in dict.fromkeys(_words(function.__code__)):
        if name in function.__globals__:
            yield name, function.__globals__[name]
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:
            pass  # an empty cell
    for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
        yield "", value


def _words(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for each in code.co_consts:
        if type(each) is types.CodeType:
            yield from _words(each)
        elif type(each) is tuple:  # the names of keyword arguments
            yield from (word for word in each if type(word) is str)


def _is_harmless(value: Any) -> bool:
    """Whether it holds nothing that could require grad."""
    if type(value) is types.ModuleType:
        return value.__name__.partition(".")[0] in _LIBRARIES
    if type(value) in _PLAIN or type(value) is types.BuiltinFunctionType:
        return True
    if kind_of(value) is Kind.MODULE:
        return False
    return is_torch_function(value) or (is_torch_class(value) and value.__module__.endswith("loss"))
