"""The learner's lines once more, beside the session: on copies of what they read, some of it replaced."""

from __future__ import annotations

import ast
import copy
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ptrepl.engine.watch.facts import base_attribute
from ptrepl.tutor.check.calling import fresh
from ptrepl.tutor.check.look import Look
from ptrepl.tutor.isolation.time_limit import Interrupted, Stopped, time_limit
from ptrepl.tutor.isolation.torch_api import is_module_value, is_tensor_value, method, own
from ptrepl.tutor.names import bound_in, names_in_code, read_in, tree_of
from ptrepl.tutor.program_slice import program_slice

_PLAIN = (bool, int, float, complex, str, bytes, type(None), range, type, types.ModuleType, types.BuiltinFunctionType)


RERUN_SECONDS = 4.0
"""A program that trains for so long is not asked to do it once more: it is no mistake, and none of the lesson's."""


class _Unknown(Exception):
    """Something of which no copy can be made safely."""


_FURTHER_SECONDS = 1.5
"""For more rounds of a loop: the learner waits for what is said meanwhile."""
_MOST_ROUNDS = 10
_IN_A_ROW = 2


def rerun(
    look: Look,
    given: Mapping[str, Any],
    *,
    only_for: str = "",
    until: Callable[[Mapping[str, Any]], bool] | None = None,
) -> dict[str, Any] | None:
    """The names as the lines of the step leave them where the names of ``given`` hold other values.

    ``only_for``: run those lines alone that this name comes from. ``until``: run the last loop of them again and again,
    until this is true of the names, twice in a row, so that it is no accident. None where it never is.

    None too where nothing was typed, where the data of
    ``given`` are typed in among the lines, where something cannot be copied, or where the lines fail on those values or
    take long. That time is not counted by a time limit around it.
    """
    tree = tree_of(look.last.ran)
    if tree is not None and only_for:
        tree = program_slice(tree, frozenset({only_for}), blocks=True)
    if tree is None or not tree.body or any(_made_anew(statement, given) for statement in tree.body):
        return None
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
    try:
        others = {name: _as_given(look, name, value) for name, value in given.items()}
        made = frozenset[str]().union(*map(bound_in, tree.body))
        _Copies(look, names, others, made).add(read_in(tree))
        with time_limit(RERUN_SECONDS if until is None else _FURTHER_SECONDS, busy=True):
            exec(compile(tree, "<again>", "exec", dont_inherit=True), names)
            if until is not None and not _reaches(tree, names, until):
                return None
    except Interrupted:
        raise
    except (Exception, SystemExit, Stopped):
        return None
    return names


def _reaches(tree: ast.Module, names: dict[str, Any], until: Callable[[Mapping[str, Any]], bool]) -> bool:
    loop = next((each for each in reversed(tree.body) if isinstance(each, ast.For | ast.While)), None)
    if loop is None or until(names):  # it began elsewhere, and tells nothing of the rounds
        return False
    again = compile(ast.Module([loop], []), "<again>", "exec", dont_inherit=True)
    row = 0
    for _ in range(_MOST_ROUNDS):
        exec(again, names)
        row = row + 1 if until(names) else 0
        if row == _IN_A_ROW:
            return True
    return False


def _made_anew(statement: ast.stmt, given: Mapping[str, Any]) -> bool:
    """Whether the learner has typed the data again, so that the other data would not be used."""
    made = bound_in(statement) & given.keys()
    return bool(made - read_in(statement))


def _as_given(look: Look, name: str, value: Any) -> Any:
    """What an author wrote, numbers as a tensor on the device of the present one."""
    made = own().tensor(value) if isinstance(value, list) else value
    present = look.value_of(name) if name in look.names else None
    if is_tensor_value(made) and is_tensor_value(present):
        return method("to", made, base_attribute("device").__get__(present))
    return made


class _Copies:
    """Fills ``names`` with copies of what code reads in the learner's namespace; in place of some, ``given``.

    ``made``: the names that the code binds itself, which it may do without.
    """

    def __init__(self, look: Look, names: dict[str, Any], given: Mapping[str, Any], made: frozenset[str]) -> None:
        self._look = look
        self._names = names
        self._given = given
        self._made = made

    def add(self, read: Iterable[str]) -> None:
        """Raises _Unknown."""
        for name in sorted(set(read) - self._names.keys()):
            if name in self._given:
                self._names[name] = fresh(self._given[name])
            elif name in self._look.names:
                self._names[name] = None  # a function may read itself
                try:
                    self._names[name] = self._copy(self._look.value_of(name))
                except _Unknown:
                    if name not in self._made:
                        raise
                    del self._names[name]

    def _copy(self, value: Any) -> Any:
        if isinstance(value, (*_PLAIN, own().torch.device, own().torch.dtype, own().torch.Size)):
            return value
        if is_tensor_value(value):
            made = fresh(value)
            made.grad = None  # the step's own lines may have filled it
            return made
        if type(value) in (list, tuple):
            return type(value)(map(self._copy, value))
        if type(value) is dict:
            return {key: self._copy(each) for key, each in value.items()}
        if isinstance(value, types.FunctionType):
            return self._function(value)
        if is_module_value(value):
            return copy.deepcopy(value)
        raise _Unknown

    def _function(self, function: types.FunctionType) -> types.FunctionType:
        """The function with the copies as its globals, if it is the learner's or the lesson's own."""
        if not self._look.is_where(function.__globals__):
            return function
        self.add(names_in_code(function.__code__))
        made = types.FunctionType(
            function.__code__, self._names, function.__name__, function.__defaults__, function.__closure__
        )
        made.__kwdefaults__ = function.__kwdefaults__
        return made
