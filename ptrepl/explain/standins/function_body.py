"""The statements of a function of the learner's, followed one by one on stand-ins; none of them runs."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, module_name
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.standins.calling import Unknown
from ptrepl.explain.standins.lookup import NotReadable
from ptrepl.explain.standins.operators import binary
from ptrepl.explain.standins.standins import NoStandIn, StandIns, is_plain
from ptrepl.explain.standins.torch_code import listed_modules

if TYPE_CHECKING:
    from ptrepl.explain.standins.evaluate import Evaluator

_MOST_STEPS = 1_000
_MOST_PASSES = 64
_MOST_ITEMS = 256
_MOST_NESTED = 4
_SAME_SHAPE = frozenset(
    "add_ sub_ mul_ div_ pow_ clamp_ zero_ fill_ relu_ sigmoid_ tanh_ copy_ normal_ uniform_ masked_fill_".split()
)
"""Methods in place that leave the shape of their tensor as it is."""
_RESHAPING = frozenset("data resize_ resize_as_ set_ squeeze_ swapaxes_ swapdims_ t_ transpose_ unsqueeze_".split())
"""Names of methods, and of the attribute, that give a tensor another shape in place."""
NOT_KNOWN = object()
"""What stands under a name whose value is not known: it matters only where the name is used."""


def argument(evaluator: Evaluator, node: ast.expr) -> Any:
    """What a call of the learner's code is given for ``node``: stand-ins for tensors, other objects as they are.

    Raises Unknown, Failed.
    """
    try:
        real = evaluator.scope.real(node)
    except NotReadable:
        return evaluator.value(node)
    return as_read(evaluator.standins, real)


def as_read(standins: StandIns, real: Any, depth: int = 0) -> Any:
    """``real`` without any tensor of the learner's: those in lists have their stand-ins. Raises Unknown.

    What is left of an object of the learner's class is the object itself: its attributes are read one by one.
    """
    try:
        return standins.of(real)
    except NoStandIn:
        if kind_of(real) is Kind.TENSOR or depth > _MOST_NESTED:
            raise Unknown from None
    if type(real) in (list, tuple, dict) and len(real) > _MOST_ITEMS:
        raise Unknown
    if type(real) is dict:
        return {key: as_read(standins, each, depth + 1) for key, each in real.items() if is_plain(key)}
    if type(real) in (list, tuple):
        return type(real)(as_read(standins, each, depth + 1) for each in real)
    return real


def is_value(result: Any) -> bool:
    """Whether it is made of stand-ins and plain values alone."""
    if type(result) is dict:
        return all(map(is_value, result.values()))
    if type(result) in (list, tuple) or _is_of_torch_tuples(result):
        return all(map(is_value, result))
    return is_plain(result) or is_numpy_array(result) or is_tensor_class(type(result))


def _is_of_torch_tuples(value: Any) -> bool:
    """Whether it is what ``x.max(dim=0)`` gives: a named tuple of torch."""
    return module_name(type(value)) == "torch.return_types" and issubclass(type(value), tuple)


def adopted(standins: StandIns, value: Any) -> Any:
    """``value``, in which each stand-in stands for itself."""
    if is_tensor_class(type(value)):
        standins.adopt(value)
    elif type(value) in (list, tuple):
        for each in value:
            adopted(standins, each)
        if is_value(value):
            standins.adopt(value)
    return value


@dataclass(frozen=True, slots=True)
class Returned:
    """What a ``return`` gives."""

    value: Any


@dataclass(slots=True)
class FunctionBody:
    """Follows the statements of one function. Names that get a value are in the scope of ``evaluator``."""

    evaluator: Evaluator
    lists: list[list[Any]] = field(default_factory=list)
    """The lists that the function has made: only to these something is appended."""

    def run(self, statements: Sequence[ast.stmt]) -> Returned | None:
        """What is returned; None where the end is reached."""
        for each in statements:
            self._count()
            handler = _STATEMENTS.get(type(each))
            if handler is None:
                raise Unknown
            returned = handler(self, each)
            if returned is not None:
                return returned
        return None

    def _count(self) -> None:
        self.evaluator.standins.steps += 1
        if self.evaluator.standins.steps > _MOST_STEPS:
            raise Unknown

    def _value(self, node: ast.expr) -> Any:
        """What ``node`` gives, ``NOT_KNOWN`` where that is not known; an object of the learner's as it is."""
        try:
            return argument(self.evaluator, node)
        except Unknown:
            if any(self._may_change_more(each) for each in ast.walk(node)):
                raise
            if any(isinstance(each, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)) for each in ast.walk(node)):
                raise
            return NOT_KNOWN

    def _may_change_more(self, node: ast.AST) -> bool:
        """Whether ``node``, which could not be followed, may have changed a list or the shape of a tensor."""
        match node:
            case ast.Attribute(attr=name) if name in _RESHAPING:
                return True
            case ast.Call(func=func):
                return bool(self.lists) or self.evaluator.calls_learner(func)
        return False

    def _bind(self, target: ast.expr, value: Any) -> None:
        scope = self.evaluator.scope
        match target:
            case ast.Name(id=name):
                value = adopted(self.evaluator.standins, value)
                self.evaluator = replace(self.evaluator, scope=replace(scope, extra={**scope.extra, name: value}))
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                if any(isinstance(each, ast.Starred) for each in targets):
                    raise Unknown
                for each, part in zip(targets, self._parts(value, len(targets)), strict=True):
                    self._bind(each, part)
            case ast.Attribute(attr=name) if name not in _RESHAPING:
                pass  # only where nothing that is followed reads it: see _attributes_are_settled
            case _:
                raise Unknown  # an item of an object that lives on

    def _parts(self, value: Any, count: int) -> Sequence[Any]:
        if value is NOT_KNOWN:
            return [NOT_KNOWN] * count
        if is_tensor_class(type(value)) and value.dim() and len(value) == count:
            return value.unbind(0)  # type: ignore[no-any-return]
        if type(value) in (list, tuple, sys.modules["torch"].Size) and len(value) == count:
            return value  # type: ignore[no-any-return]
        if _is_of_torch_tuples(value) and len(value) == count:
            return tuple(value)
        raise Unknown

    def _assign(self, node: ast.Assign) -> None:
        value = self._value(node.value)
        if isinstance(node.value, ast.List) and type(value) is list:
            self.lists.append(value)
        for each in node.targets:
            self._bind(each, value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._bind(node.target, self._value(node.value))

    def _augmented(self, node: ast.AugAssign) -> None:
        if not isinstance(node.target, ast.Name):
            return self._bind(node.target, NOT_KNOWN)
        left = self._value(ast.Name(node.target.id, ast.Load()))
        right = self._value(node.value)
        if not is_value(left) or not is_value(right):
            return self._bind(node.target, NOT_KNOWN)
        return self._bind(node.target, binary(type(node.op), left, right))

    def _return(self, node: ast.Return) -> Returned:
        return Returned(None if node.value is None else self._value(node.value))

    def _expression(self, node: ast.Expr) -> None:
        match node.value:
            case ast.Constant():
                return
            case ast.Call(func=ast.Name(id="print") as func) if self._is_builtin(func):
                return
            case ast.Call(func=ast.Attribute(value=base, attr="append"), args=[given], keywords=[]):
                held = self._value(base)
                if any(held is each for each in self.lists):
                    held.append(adopted(self.evaluator.standins, self._value(given)))
                    return
            case ast.Call(func=ast.Attribute(value=ast.Name() as base, attr=name)) if name in _SAME_SHAPE:
                if is_tensor_class(type(self.evaluator.value(base))):
                    return
        raise Unknown

    def _if(self, node: ast.If) -> Returned | None:
        return self.run(node.body if self._test(node.test) else node.orelse)

    def _test(self, node: ast.expr) -> bool:
        match node:
            case ast.BoolOp(op=op, values=values):
                combine: Callable[[Iterator[bool]], bool] = all if isinstance(op, ast.And) else any
                return combine(self._test(each) for each in values)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self._test(operand)
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]):
                value = self._value(left)
                if value is NOT_KNOWN:
                    raise Unknown
                return (value is None) is isinstance(op, ast.Is)
        value = self.evaluator.value(node)
        if type(value) not in (bool, int, type(None)):
            raise Unknown  # a tensor, or a number that was read out of one
        return bool(value)

    def _for(self, node: ast.For) -> Returned | None:
        passes = self._passes(node.iter)
        if node.orelse or len(passes) > _MOST_PASSES:
            raise Unknown
        if any(isinstance(each, (ast.Break, ast.Continue)) for each in ast.walk(node)):
            raise Unknown
        for each in passes:
            self._bind(node.target, each)
            returned = self.run(node.body)
            if returned is not None:
                return returned
        return None

    def _while(self, node: ast.While) -> Returned | None:
        if node.orelse or any(isinstance(each, (ast.Break, ast.Continue)) for each in ast.walk(node)):
            raise Unknown
        while self._test(node.test):
            returned = self.run(node.body)
            if returned is not None:
                return returned
        return None

    def _is_builtin(self, func: ast.Name) -> bool:
        try:
            return self.evaluator.scope.name(func.id) is getattr(builtins, func.id)
        except NotReadable:
            return False

    def _passes(self, node: ast.expr) -> list[Any]:
        match node:
            case ast.Call(func=ast.Name(id="enumerate") as func, args=[over], keywords=[]) if self._is_builtin(func):
                return [*enumerate(self._passes(over))]
            case ast.Call(func=ast.Name(id="zip") as func, args=args, keywords=[]) if self._is_builtin(func):
                return [*zip(*map(self._passes, args), strict=False)]
        value = self._value(node)
        if kind_of(value) is Kind.MODULE:
            layers = listed_modules(value)
            return layers if layers is not None else _unknown()
        if is_tensor_class(type(value)):
            return [*value.unbind(0)] if value.dim() and len(value) <= _MOST_PASSES else _unknown()
        if type(value) in (list, tuple, range, sys.modules["torch"].Size):
            return [*value[: _MOST_PASSES + 1]]
        raise Unknown

    def _with(self, node: ast.With) -> Returned | None:
        torch = sys.modules["torch"]
        match node.items:
            case [ast.withitem(context_expr=ast.Call(func=func, args=[], keywords=[]), optional_vars=None)]:
                try:
                    manager = self.evaluator.scope.real(func)
                except NotReadable:
                    raise Unknown from None
                if manager is torch.no_grad or manager is torch.enable_grad:
                    with manager():
                        return self.run(node.body)
        raise Unknown

    def _passed(self, node: ast.stmt) -> None:
        """``pass``; ``assert``, which held when it ran."""


def _unknown() -> Any:
    raise Unknown


_STATEMENTS: dict[type[ast.stmt], Callable[[FunctionBody, Any], Returned | None]] = {
    ast.Assign: FunctionBody._assign,
    ast.AnnAssign: FunctionBody._annotated,
    ast.AugAssign: FunctionBody._augmented,
    ast.Return: FunctionBody._return,
    ast.Expr: FunctionBody._expression,
    ast.If: FunctionBody._if,
    ast.For: FunctionBody._for,
    ast.While: FunctionBody._while,
    ast.With: FunctionBody._with,
    ast.Pass: FunctionBody._passed,
    ast.Assert: FunctionBody._passed,
}
