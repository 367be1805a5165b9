"""An evaluator that also goes into the learner's own functions and networks: read on stand-ins, never run."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, is_one, is_tensor_class, own_dict
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.standins import StandIns, Work
from ptrepl.explain.traps.reading.own_code import is_own_module, method_of, own_code, unwrapped

HIDDEN = type("Hidden", (), {"__slots__": ()})()
"""What a name stands for that was bound, and to what is not known."""


class Made:
    """An object of a class of the learner's that a function made; its attributes are stand-ins."""

    def __init__(self, cls: type) -> None:
        self.__dict__["(class)"] = cls


def class_of(value: Any) -> type:
    """The class of the learner's object that ``value`` is, or stands for."""
    return own_dict(value)["(class)"] if type(value) is Made else type(value)


@dataclass(frozen=True, slots=True)
class Callee:
    """A function of the learner's that a call runs, and what it gets before the arguments (``self``)."""

    function: types.FunctionType
    first: tuple[Any, ...] = ()
    grads_off: bool = False
    """Whether ``@torch.no_grad()`` stands over it."""
    makes: bool = False
    """Whether it is the ``__init__`` of ``first[0]``, which the call makes."""


Enter = Callable[["CodeReader", ast.Call, Callee], Any]


@dataclass(slots=True)
class CodeReader(Evaluator):
    """``value`` as ``Evaluator`` has it; a call of the learner's own code gives what ``enter`` finds it to return."""

    enter: Enter | None = None
    stored: frozenset[str] = frozenset()
    """Attributes that the code writes to: what an object has there now is not what it had."""

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Attribute) and node.attr in self.stored and not self._is_of_made(node):
            raise Unknown
        if isinstance(node, ast.Call) and self.enter is not None:
            callee = self.own_callee(node)
            if callee is not None:
                return self.enter(self, node, callee)
            cls = self.real(node.func)
            if type(cls) is type and _needs_nothing(cls) and not node.args and not node.keywords:
                return Made(cls)
        return Evaluator._value(self, node)

    def _is_of_made(self, node: ast.Attribute) -> bool:
        return type(self.real(node.value)) is Made

    def _within(self, name: str, value: Any, node: ast.expr) -> Any:
        return self.binding(name, self.standins.adopt(value)).value(node)

    def binding(self, name: str, value: Any) -> CodeReader:
        """The same reader in which ``name`` stands for ``value`` too."""
        scope = replace(self.scope, extra={**self.scope.extra, name: value})
        return CodeReader(scope, self.standins, enter=self.enter, stored=self.stored)

    def real(self, node: ast.expr) -> Any:
        """The object, or the stand-in, that ``node`` names; None if it names none."""
        found = self.scope.real_or_none(node)
        return None if found is HIDDEN else found

    def _of_data(self, node: ast.expr) -> Any:
        """What ``DataLoader(…)`` or ``TensorDataset(…)`` makes, with what it is made of; None for all else."""
        cls = self.real(node.func) if isinstance(node, ast.Call) else None
        data = sys.modules.get("torch.utils.data")
        if data is None or not isinstance(node, ast.Call) or not (cls is data.DataLoader or cls is data.TensorDataset):
            return None
        made = Made(cls)
        if cls is data.TensorDataset:
            own_dict(made)["tensors"] = tuple(self.known(each) for each in node.args)
            return made
        names = ("dataset", "batch_size", "shuffle")
        given = dict(zip(names, (self.known(each) for each in node.args), strict=False))
        given |= {str(each.arg): self.known(each.value) for each in node.keywords}
        plain = given.keys() <= {*names, "drop_last", "num_workers", "pin_memory"}
        own_dict(made).update({"batch_size": 1, **(given if plain else {})})
        own_dict(made)["collate_fn"] = data.default_collate if plain else None
        return made

    def known(self, node: ast.expr) -> Any:
        """What ``node`` gives: the object it names or a stand-in; ``HIDDEN`` where that is not known."""
        found = self.real(node)
        if found is not None and not (isinstance(node, ast.Attribute) and node.attr in self.stored):
            return found
        made = self._of_data(node)
        if made is not None:
            return made
        try:
            value = self.standins.adopt(self.value(node))
        except (Unknown, Failed):
            return HIDDEN
        if is_one(type(value), (list, tuple)):
            for each in value:
                self.standins.adopt(each)
        return value

    def own_tensor(self, node: ast.expr) -> Any:
        """The learner's own plain tensor that ``node`` names, whose values may be looked at; None for a stand-in."""
        found, torch = self.real(node), sys.modules["torch"]
        plain = is_one(type(found), (torch.Tensor, torch.nn.Parameter))
        return found if plain and not self.standins.is_stand_in(found) else None

    def tensor(self, node: ast.expr) -> Any:
        """The tensor, or the stand-in of one, that ``node`` gives; None where that is not known."""
        try:
            value = self.value(node)
        except (Unknown, Failed):
            return None
        return value if is_tensor_class(type(value)) else None

    def shape(self, node: ast.expr) -> tuple[int, ...] | None:
        """The shape of what ``node`` gives; None if it is no tensor, or not known."""
        value = self.tensor(node)
        return None if value is None else tuple(value.shape)

    def own_callee(self, node: ast.Call) -> Callee | None:
        """The learner's function that the call runs; None for all else."""
        found = self.real(node.func)
        if isinstance(node.func, ast.Call):
            made = self.known(node.func)  # Net()(x)
            found = made if type(made) is Made else None
        if found is None and isinstance(node.func, ast.Attribute):
            base = self.real(node.func.value)
            method = None if type(base) is not Made else method_of(class_of(base), node.func.attr)
            return None if method is None else _plain(method, (base,))
        if type(found) is types.FunctionType:
            return _plain(found)
        if type(found) is types.MethodType:
            return _plain(found.__func__, (found.__self__,))
        if type(found) is Made or is_own_module(found):
            forward = method_of(class_of(found), "forward")
            hooked = own_dict(found).get("_forward_hooks") or own_dict(found).get("_forward_pre_hooks")
            return None if forward is None or hooked else _plain(forward, (found,))
        if type(found) is type:
            init = method_of(found, "__init__")
            known = init is not None and _plain(init)
            return Callee(init, (Made(found),), makes=True) if known else None
        return None


def _needs_nothing(cls: type) -> bool:
    """Whether it is a module of the learner's that has nothing but methods."""
    init, forward = method_of(cls, "__init__"), method_of(cls, "forward")
    of_torch = init is not None and init is class_dict(sys.modules["torch"].nn.Module)["__init__"]
    return of_torch and own_code(forward) is not None


def _plain(function: Any, first: tuple[Any, ...] = ()) -> Callee | None:
    inside = unwrapped(function)
    if type(inside) is not types.FunctionType:
        return None
    return Callee(inside, first, grads_off=inside is not function) if own_code(inside) is not None else None


def top_reader(
    names: Any, hidden: frozenset[str], stored: frozenset[str], enter: Enter, work: Work, *, exact: bool = False
) -> CodeReader:
    """The reader of a statement of the prompt; ``hidden``: names that it binds, which are not what they were."""
    scope = FrameScope(names, names, dict.fromkeys(hidden, HIDDEN))
    return CodeReader(scope, StandIns(exact=exact, work=work), enter=enter, stored=stored)
