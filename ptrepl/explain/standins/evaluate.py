"""What an expression gives on stand-ins: its shape and dtype, without running it on the learner's tensors again."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.standins.callee import (
    MOVES,
    callee,
    converts,
    depends_on_values,
    device_asked,
    draws,
    forward_of,
    may_draw,
    moved,
)
from ptrepl.explain.standins.calling import Failed, Unknown, call_on_standins
from ptrepl.explain.standins.function_body import argument
from ptrepl.explain.standins.known_values import index_with_values, picks, with_values, with_whole_numbers
from ptrepl.explain.standins.lookup import FrameScope, NotReadable
from ptrepl.explain.standins.operators import (
    binary,
    compare_operands,
    is_device,
    is_known,
    is_tensor_like,
    refuse_number,
    unary,
)
from ptrepl.explain.standins.paired import refuse_every_pair, refuse_two_shapes
from ptrepl.explain.standins.read_code import is_readable, result_of
from ptrepl.explain.standins.some_number import holds_some_number, some_number
from ptrepl.explain.standins.standins import NoStandIn, StandIns, is_plain
from ptrepl.explain.standins.torch_code import is_in_place, listed_modules, tensor_method
from ptrepl.explain.standins.untouched import reaches


def format_parts(node: ast.JoinedStr, value: Callable[[ast.expr], Any]) -> None:
    """Format each part of ``node``. Raises Failed where one refuses its format, Unknown where that is not known."""
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            found = value(part.value)
            if part.format_spec is not None and part.conversion == -1:
                call_on_standins("__format__", format, (found, _constant(part.format_spec)), {})


def _constant(spec: ast.expr) -> str:
    match spec:
        case ast.JoinedStr(values=[ast.Constant(value=str() as text)]):
            return text
    raise Unknown


ANY_NUMBER = object()
"""An array, a list or a text that was read out of a tensor: a stand-in does not have its values."""

_READS_NUMBERS = frozenset({"item", "__float__", "__int__", "__bool__"})
_READS_LISTS = frozenset({"tolist", "__array__"})
_OF_ARRAYS = frozenset("argmax argmin astype copy flatten max mean min ravel reshape squeeze sum transpose".split())
_ATTRIBUTES = frozenset("T mT H mH data dtype imag is_leaf itemsize nbytes ndim real requires_grad shape".split())
_MOST_PASSES = 32


@dataclass(slots=True)
class Evaluator:
    """A small interpreter of expression trees, on stand-ins. Names are looked up in ``scope``.

    With an ``x`` of shape (2, 3), ``Evaluator(scope, StandIns()).value(node)`` of the tree of ``x.T @ x`` is a tensor
    of zeros of shape (3, 3): torch multiplied two small stand-ins. It calls functions of torch and of NumPy, layers of
    torch.nn and a few builtins. Whatever else a tree holds (a call of the learner's function, an assignment) raises
    ``Unknown``; an operation that torch or Python refuses raises ``Failed``. ``root``: the one node that may write in
    place or read values (``item()``); it failed before, so what it does has not been done yet.
    """

    scope: FrameScope
    standins: StandIns
    root: ast.AST | None = None
    depth: int = 0
    """How many calls of the learner's functions it is in."""

    def value(self, node: ast.expr) -> Any:
        """What ``node`` gives: a stand-in, a plain value, or ``ANY_NUMBER``. Raises Unknown; Failed where it fails."""
        found = self._value(node)
        if found is ANY_NUMBER and node is not self.root:
            raise Unknown
        return found

    def _value(self, node: ast.expr) -> Any:
        self.standins.work.done += 1
        handler = _HANDLERS.get(type(node))
        try:
            found = self.standins.of(self.scope.result(node))
        except NoStandIn:
            raise Unknown from None
        except NotReadable:
            pass
        else:
            self.standins.blank |= may_draw(node)
            return found
        try:
            if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
                try:
                    return self.standins.of(self.scope.real(node))
                except NotReadable:
                    if isinstance(node, ast.Name):
                        raise
        except (NotReadable, NoStandIn):
            raise Unknown from None
        if handler is None:
            raise Unknown
        return handler(self, node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _sequence(self, node: ast.Tuple | ast.List) -> Any:
        values: list[Any] = []
        for each in node.elts:
            if isinstance(each, ast.Starred):
                values += self._plain_sequence(each.value)
            else:
                values.append(self.value(each))
        return tuple(values) if isinstance(node, ast.Tuple) else values

    def _plain_sequence(self, node: ast.expr) -> list[Any]:
        found = self.value(node)
        if not isinstance(found, (list, tuple)) and type(found) is not range:
            raise Unknown
        return [*found[:_MOST_PASSES]] if len(found) <= _MOST_PASSES else _raise()

    def _binary(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        if self.standins.strict and isinstance(node.op, ast.Sub):
            refuse_every_pair(left, right, node.left, node.right)
        return binary(type(node.op), left, right)

    def _compare(self, node: ast.Compare) -> Any:
        if len(node.ops) != 1:
            raise Unknown
        left, right = self.value(node.left), self.value(node.comparators[0])
        if is_device(left) or is_device(right):
            raise Unknown  # stand-ins are on a device of their own
        if self.standins.strict:
            refuse_every_pair(left, right, node.left, node.comparators[0])
        return compare_operands(type(node.ops[0]), left, right)

    def _unary(self, node: ast.UnaryOp) -> Any:
        return unary(type(node.op), self.value(node.operand))

    def _if(self, node: ast.IfExp) -> Any:
        test = self.value(node.test)
        if type(test) is not bool:
            raise Unknown
        return self.value(node.body if test else node.orelse)

    def _attribute(self, node: ast.Attribute) -> Any:
        base = self.value(node.value)
        if is_tensor_like(base) and node.attr in _ATTRIBUTES:
            return call_on_standins(node.attr, getattr, (base, node.attr), {})
        if is_numpy_array(base) and node.attr == "T":
            return base.T
        refuse_number(base, node.attr)
        if is_tensor_like(base) and node.attr == "device" and self.depth:
            return base.device  # a stand-in's own: in the learner's functions it goes on to another tensor
        raise Unknown

    def _subscript(self, node: ast.Subscript) -> Any:
        base, index = self.value(node.value), self.index(node.slice)
        if is_tensor_like(base):
            return call_on_standins("__getitem__", operator.getitem, (base, index), {})
        if is_numpy_array(base) and all(map(is_plain, index if isinstance(index, tuple) else (index,))):
            return call_on_standins("__getitem__", operator.getitem, (base, index), {})
        refuse_number(base, "__getitem__")
        if isinstance(base, (list, tuple)) and type(index) in (int, slice):
            return _part(base, index)
        raise Unknown

    def index(self, node: ast.expr) -> Any:
        """The index in the brackets. Raises Unknown for a mask whose values stand-ins do not have."""
        return index_with_values(self, node, self.parts(node))

    def parts(self, node: ast.expr) -> Any:
        """The index in the brackets, made of stand-ins."""
        if isinstance(node, ast.Slice):
            parts = (node.lower, node.upper, node.step)
            return slice(*(None if part is None else self.value(part) for part in parts))
        if isinstance(node, ast.Tuple):
            return tuple(self.parts(each) for each in node.elts)
        return self.value(node)

    def _call(self, node: ast.Call) -> Any:
        learners = self._learners(node.func)
        if learners is not None:
            if any(isinstance(each, ast.Starred) for each in node.args) or any(not each.arg for each in node.keywords):
                raise Unknown
            args = [argument(self, each) for each in node.args]
            return result_of(
                self, learners, args, {str(each.arg): argument(self, each.value) for each in node.keywords}
            )
        before = set(self.standins.devices)
        name, function, first = self._callee(node.func, node)
        args, kwargs = self._arguments(node)
        device = device_asked(name, args, kwargs, is_method=bool(first))
        if device is not None:
            self.standins.devices = before | {device}
        if name in MOVES and first:
            return moved(name, first[0], args, kwargs)
        if name in _READS_LISTS and node is not self.root:
            raise Unknown
        if depends_on_values(name, (*first, *args), kwargs):
            owner = [node.func.value] if first and isinstance(node.func, ast.Attribute) else []
            exact = with_values(self, [*owner, *node.args])
            _, function, first = exact._callee(node.func, node)
            args, kwargs = exact._arguments(node)
        elif picks(name):
            args = with_whole_numbers(self, node.args, args)
            given = with_whole_numbers(self, [each.value for each in node.keywords], [*kwargs.values()])
            kwargs = dict(zip(kwargs, given, strict=True))
        if reaches(function, self.standins.patched):
            raise Unknown
        if self.standins.strict:
            refuse_two_shapes(function, (*first, *args), kwargs)
        result = call_on_standins(name, function, (*first, *args), kwargs)
        self.standins.blank |= draws(name, result)
        if name in _READS_NUMBERS or (converts(function) and any(map(is_tensor_like, args))):
            return some_number(result)
        return result if is_known(result) else ANY_NUMBER

    def calls_learner(self, func: ast.expr) -> bool:
        """Whether ``func`` names a function, or a network, of the learner's."""
        return self._learners(func) is not None

    def _learners(self, func: ast.expr) -> Any:
        """The learner's function, or network, that ``func`` names; None where it names none."""
        real = self.scope.real_or_none(func)
        return real if is_readable(real) else None

    def _callee(self, func: ast.expr, node: ast.Call) -> tuple[str, Callable[..., Any], tuple[Any, ...]]:
        real = self.scope.real_or_none(func)
        if real is not None:
            return (*callee(real, self.standins), ())
        if not isinstance(func, ast.Attribute):
            base = self.value(func)  # nn.Linear(2, 3)(x)
            return type(base).__name__, forward_of(base), ()
        base, method = self.value(func.value), tensor_method(func.attr)
        if is_numpy_array(base) and func.attr in _OF_ARRAYS:
            return func.attr, getattr(type(base), func.attr), (base,)
        refuse_number(base, func.attr)
        if not is_tensor_like(base) or method is None or (is_in_place(func.attr) and node is not self.root):
            raise Unknown
        return func.attr, method, (base,)

    def _arguments(self, node: ast.Call) -> tuple[list[Any], dict[str, Any]]:
        args: list[Any] = []
        for each in node.args:
            args += self._plain_sequence(each.value) if isinstance(each, ast.Starred) else [self.value(each)]
        if any(keyword.arg is None for keyword in node.keywords):
            raise Unknown
        return args, {str(keyword.arg): self.value(keyword.value) for keyword in node.keywords}

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> Any:
        generator = node.generators[0]
        if len(node.generators) != 1 or generator.ifs or generator.is_async or type(generator.target) is not ast.Name:
            raise Unknown
        return [self._within(generator.target.id, each, node.elt) for each in self._passes(generator.iter)]

    def _text(self, node: ast.JoinedStr) -> Any:
        format_parts(node, self.value)
        return ANY_NUMBER

    def _passes(self, node: ast.expr) -> Iterator[Any]:
        found = self.scope.real_or_none(node)
        if kind_of(found) is Kind.TENSOR and found.dim() and len(found) <= _MOST_PASSES:
            yield from self.standins.of(found).unbind(0)
        elif (layers := listed_modules(found)) is not None and len(layers) <= _MOST_PASSES:
            yield from layers
        else:
            yield from self._plain_sequence(node)

    def _within(self, name: str, value: Any, node: ast.expr) -> Any:
        known = value if kind_of(value) is Kind.MODULE else self.standins.adopt(value)
        scope = replace(self.scope, extra={**self.scope.extra, name: known})
        return Evaluator(scope, self.standins).value(node)


def _part(values: Sequence[Any], index: Any) -> Any:
    """``values[index]`` of a list or tuple, whatever its tensors weigh. Raises Failed, Unknown."""
    if holds_some_number(values, index):
        raise Unknown
    try:
        return values[index]
    except IndexError as error:
        raise Failed(error) from None


def _raise() -> Any:
    raise Unknown


_HANDLERS: dict[type[ast.AST], Callable[[Evaluator, Any], Any]] = {
    ast.Constant: Evaluator._constant,
    ast.Tuple: Evaluator._sequence,
    ast.List: Evaluator._sequence,
    ast.BinOp: Evaluator._binary,
    ast.Compare: Evaluator._compare,
    ast.UnaryOp: Evaluator._unary,
    ast.IfExp: Evaluator._if,
    ast.Attribute: Evaluator._attribute,
    ast.Subscript: Evaluator._subscript,
    ast.Call: Evaluator._call,
    ast.JoinedStr: Evaluator._text,
    ast.ListComp: Evaluator._comprehension,
    ast.GeneratorExp: Evaluator._comprehension,
}
