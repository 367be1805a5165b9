"""An expression → the call of torch that it ends in, with its operands computed on copies.

Names are looked up, and what is computed of them is computed by the functions of ``functions.py`` alone: nothing of the
learner's is called, and none of their tensors is written to or kept.
"""

from __future__ import annotations

import ast
import operator
import sys
from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from typing import Any

from ptrepl.engine.layouts.calls import MOST_WORK, Refused, TorchCall, call_of, index_call
from ptrepl.engine.layouts.functions import MAKERS, TELLING, function_name, known_method
from ptrepl.engine.operators import BINARY_OPERATORS, COMPARISONS, UNARY_OPERATORS, PythonOperator
from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import class_dict, is_a, is_tensor_class, mro, type_name

_BETWEEN = BINARY_OPERATORS | COMPARISONS
_BUILTINS: tuple[Callable[..., Any], ...] = (len, range, list, tuple, slice, int, float, bool)
_NUMBERS = (int, float, bool, complex)
_PLAIN = (*_NUMBERS, str, type(None), type(Ellipsis), slice, range)
_FACTS = frozenset("shape ndim dtype device".split())
_SEVERAL = frozenset("split chunk tensor_split unbind hsplit vsplit dsplit sort topk max min median meshgrid".split())
"""Functions that may give several tensors."""
_MOST_POWER = 64
_UNSEEN = object()
"""What is not there before something is computed."""


class Obstacle(Enum):
    """Why nothing is shown."""

    NOT_CODE = auto()
    NO_OPERATION = auto()
    """A tensor as it is."""
    NO_TENSOR = auto()
    UNKNOWN_FUNCTION = auto()
    UNKNOWN_SYNTAX = auto()
    VALUE = auto()
    """Something that is neither a tensor nor a number."""
    NOT_DENSE = auto()
    """Sparse, nested or quantized."""
    DISPATCH_MODE = auto()
    SOURCES = auto()
    """It is not known where elements come from."""
    NO_ELEMENT = auto()
    TOO_LARGE = auto()
    """Elements are not followed one by one."""


class NotShown(Exception):
    """``why`` nothing is shown, and what of the expression is meant."""

    def __init__(self, why: Obstacle, detail: str = "", shape: str = "") -> None:
        super().__init__(why.name, detail)
        self.why = why
        self.detail = detail
        self.shape = shape


class ExpressionReader:
    """Computes expressions on copies. ``find`` gives the object that a path such as ``net[0].weight`` names; what it
    raises for a name that is unknown is let through."""

    def __init__(self, find: Callable[[ast.expr], Any]) -> None:
        self._find = find
        self._codes: dict[int, str] = {}
        self._nodes: dict[int, ast.expr] = {}
        self.has_costly = False
        """Whether something was too much work, and has a shape alone."""
        self._alive: list[Any] = []  # an id is that of a tensor for as long as the tensor lives

    def call(self, node: ast.expr) -> TorchCall:
        """The call that ``node`` ends in. Raises NotShown; Refused where what it is given cannot be computed."""
        match node:
            case ast.BinOp(left=left, right=right, op=op) if type(op) in _BETWEEN:
                return self._operation(_BETWEEN[type(op)], left, right)
            case ast.Compare(left=left, comparators=[right], ops=[op]) if type(op) in _BETWEEN:
                return self._operation(_BETWEEN[type(op)], left, right)
            case ast.UnaryOp(operand=operand, op=op) if type(op) in UNARY_OPERATORS:
                return self._operation(UNARY_OPERATORS[type(op)], operand)
            case ast.Subscript(value=ast.Call() as called, slice=index) if self._is_number(index):
                call = self.call(called)
                if call.name in _SEVERAL and isinstance(self._result(call), (tuple, list)):
                    return _picked(call, self.value(index))
                return index_call(self.value(called), self.value(index), self._codes)
            case ast.Subscript(value=base, slice=index) if self._real(node) is _UNSEEN:
                return index_call(self._tensor(base), self._index(index), self._codes)
            case ast.Attribute(value=ast.Call() as called, attr="values" | "indices" as name):
                return _picked(self.call(called), name)
            case ast.Attribute(value=base, attr="T" | "mT" as name) if self._real(node) is _UNSEEN:
                return call_of(name, operator.attrgetter(name), (self._tensor(base),), {}, self._codes)
            case ast.Call():
                return self._called(node)
            case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Constant():
                raise self._no_operation(node)
        raise NotShown(Obstacle.UNKNOWN_SYNTAX, ast.unparse(node))

    def value(self, node: ast.expr) -> Any:
        """What ``node`` gives: a copy of a tensor, a plain value, or a list or tuple of those.

        Raises NotShown, Refused.
        """
        real = self._real(node)
        found = self._computed(node) if real is _UNSEEN else self._copied(real, ast.unparse(node))
        self._name(found, ast.unparse(node), node)
        return found

    def _result(self, call: TorchCall) -> Any:
        self.has_costly |= call.is_costly
        return call.result()

    def _computed(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                values = [self.value(each) for each in parts]
                return tuple(values) if isinstance(node, ast.Tuple) else values
            case ast.Slice():
                return self._index(node)
            case ast.Attribute(value=base, attr=name) if name in _FACTS:
                return getattr(self._tensor(base), name)
            case ast.Subscript(value=base, slice=index) if not self._is_tensor(base):
                return self._of_sequence(node, self.value(base), self._index(index))
            case ast.BinOp(op=op) | ast.UnaryOp(op=op) if row := (_BETWEEN | UNARY_OPERATORS).get(type(op)):
                nodes = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.operand]
                values = [self.value(each) for each in nodes]
                if all(type(each) in _NUMBERS for each in values):
                    return _of_numbers(row.function, values)
                return _checked(self._result(self._operator_call(row, values)), node)
        return _checked(self._result(self.call(node)), node)

    def _no_operation(self, node: ast.expr) -> Exception:
        """Why there is no operation in a name, a path or a constant."""
        if self._real(node) is not _UNSEEN:
            is_one = isinstance(self.value(node), sys.modules["torch"].Tensor)
            return NotShown(Obstacle.NO_OPERATION if is_one else Obstacle.VALUE, ast.unparse(node))
        if isinstance(node, ast.Attribute):
            self._has_attribute(self.value(node.value), node.attr)
            if node.attr not in _FACTS:
                return NotShown(Obstacle.UNKNOWN_SYNTAX, ast.unparse(node))
        return NotShown(Obstacle.VALUE, ast.unparse(node))

    def _has_attribute(self, value: Any, name: str) -> None:
        """Raises Refused where Python would find no attribute of that name in a tensor."""
        torch = sys.modules["torch"]
        if isinstance(value, torch.Tensor) and not any(name in class_dict(cls) for cls in mro(torch.Tensor)):
            message = f"'Tensor' object has no attribute '{name}'"  # not a sentence: Python's message
            raise Refused(AttributeError(message))

    def _operation(self, written: PythonOperator, *nodes: ast.expr) -> TorchCall:
        return self._operator_call(written, [self.value(each) for each in nodes])

    def _operator_call(self, written: PythonOperator, values: list[Any]) -> TorchCall:
        return call_of(written.name, written.function, values, {}, self._codes, sign=written.sign)

    def _index(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Slice):
            ends = (node.lower, node.upper, node.step)
            return slice(*(None if each is None else self.value(each) for each in ends))
        if isinstance(node, ast.Tuple):
            return tuple(map(self._index, node.elts))
        return self.value(node)

    def _is_number(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant(value=int()) | ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int())):
                return True
        return False

    def _called(self, node: ast.Call) -> TorchCall:
        real = self._real(node.func)
        if real is not _UNSEEN:
            if any(real is each for each in _BUILTINS):
                return self._with_arguments(real.__name__, real, [], node)
            name = function_name(real)
            if name is None:
                raise NotShown(Obstacle.UNKNOWN_FUNCTION, ast.unparse(node.func))
            return self._with_arguments(name, real, [], node)
        if not isinstance(node.func, ast.Attribute):
            raise NotShown(Obstacle.UNKNOWN_FUNCTION, ast.unparse(node.func))
        base = self._tensor(node.func.value)
        method = known_method(node.func.attr)
        if method is None:
            self._has_attribute(base, node.func.attr)
            raise NotShown(Obstacle.UNKNOWN_FUNCTION, node.func.attr)
        return self._with_arguments(node.func.attr, method, [base], node)

    def _with_arguments(self, name: str, function: Callable[..., Any], base: list[Any], node: ast.Call) -> TorchCall:
        args: list[Any] = [*base]
        for each in node.args:
            if isinstance(each, ast.Starred):
                more = self.value(each.value)
                args += more if isinstance(more, (list, tuple)) else [more]
            else:
                args.append(self.value(each))
        if any(each.arg is None or each.arg == "out" for each in node.keywords):
            raise NotShown(Obstacle.UNKNOWN_SYNTAX, ast.unparse(node))
        kwargs = {str(each.arg): self.value(each.value) for each in node.keywords}
        return call_of(name, function, args, kwargs, self._codes, is_method=bool(base))

    def _of_sequence(self, node: ast.expr, values: Any, index: Any) -> Any:
        if not isinstance(values, (list, tuple)) or type(index) not in (int, slice):
            raise NotShown(Obstacle.UNKNOWN_SYNTAX, ast.unparse(node))
        try:
            return values[index]
        except (LookupError, ValueError) as error:
            raise Refused(error) from None

    def node_of(self, tensor: Any) -> ast.expr | None:
        """What was written for a tensor that this reader made."""
        return self._nodes.get(id(tensor))

    def _is_tensor(self, node: ast.expr) -> bool:
        return isinstance(self.value(node), sys.modules["torch"].Tensor)

    def _tensor(self, node: ast.expr) -> Any:
        found = self.value(node)
        if not isinstance(found, sys.modules["torch"].Tensor):
            raise NotShown(Obstacle.VALUE, ast.unparse(node))
        return found

    def _real(self, node: ast.expr) -> Any:
        """The learner's object that a path names, or a module or function of torch's; _UNSEEN for all else."""
        match node:
            case ast.Name():
                return self._find(node)
            case ast.Attribute(value=base, attr=name):
                held = self._real(base)
                if held is _UNSEEN or (is_tensor_class(type(held)) and name != "grad"):
                    return _UNSEEN
                return self._find(node)
            case ast.Subscript(value=base, slice=index):
                held = self._real(base)
                if held is _UNSEEN or is_tensor_class(type(held)):
                    return _UNSEEN
                if type(held) in (list, tuple) and not isinstance(index, ast.Constant):
                    return _UNSEEN
                if not self._is_number(index) and not isinstance(index, ast.Constant):
                    raise NotShown(Obstacle.UNKNOWN_SYNTAX, ast.unparse(node))
                return self._find(node)
        return _UNSEEN

    def _copied(self, real: Any, code: str) -> Any:
        """A copy of a tensor, or of those in a list; other plain values as they are."""
        torch = sys.modules["torch"]
        if is_tensor_class(type(real)):
            return plain_copy(real, code)
        if any(type(real) is each for each in (*_PLAIN, torch.dtype, torch.device, torch.Size)):
            return real
        if type(real) in (list, tuple) and len(real) <= MOST_WORK:
            return type(real)(self._part(each, f"{code}[{number}]") for number, each in enumerate(real))
        raise NotShown(Obstacle.VALUE, code)

    def _part(self, real: Any, code: str) -> Any:
        found = self._copied(real, code)
        self._name(found, code)
        return found

    def _name(self, value: Any, code: str, node: ast.expr | None = None) -> None:
        if isinstance(value, sys.modules["torch"].Tensor) and id(value) not in self._codes:
            self._codes[id(value)] = code
            if node is not None:
                self._nodes[id(value)] = node
            self._alive.append(value)


def plain_copy(tensor: Any, code: str = "") -> Any:
    """A plain tensor on the CPU with the same values and, as far as they do not overlap, strides; of a large one, one
    on ``meta``. Raises NotShown."""
    torch = sys.modules["torch"]
    if torch._C._len_torch_dispatch_stack():
        raise NotShown(Obstacle.DISPATCH_MODE)
    with torch._C.DisableTorchFunction():
        layout = base_attribute("layout").__get__(tensor)
        if layout is not torch.strided or base_attribute("is_nested").__get__(tensor) or tensor.is_quantized:
            raise NotShown(Obstacle.NOT_DENSE, code)
        plain = torch._C.TensorBase.detach(tensor)
        if is_a(plain, torch.Tensor) and type(plain) is not torch.Tensor:
            plain = torch._C.TensorBase.as_subclass(plain, torch.Tensor)
        if plain.numel() > MOST_WORK:
            return torch.empty_strided(plain.shape, plain.stride(), dtype=plain.dtype, device="meta")
        if plain.device.type not in ("cpu", "meta"):
            plain = plain.cpu()
        return plain.clone()


def _of_numbers(function: Callable[..., Any], values: list[Any]) -> Any:
    if function is operator.pow and abs(values[1]) > _MOST_POWER:
        raise NotShown(Obstacle.UNKNOWN_SYNTAX, "**")
    try:
        return function(*values)
    except Exception as error:
        raise Refused(error) from None


def _picked(call: TorchCall, which: Any) -> TorchCall:
    if call.pick is not None:
        raise NotShown(Obstacle.UNKNOWN_SYNTAX, call.name)
    return replace(call, pick=which)


def _checked(result: Any, node: ast.expr) -> Any:
    torch = sys.modules["torch"]
    if isinstance(result, (torch.Tensor, torch.Size, torch.dtype)) or type(result) in (*_PLAIN, list):
        return result
    if isinstance(result, tuple):
        return tuple(result)
    raise NotShown(Obstacle.VALUE, f"{ast.unparse(node)}: {type_name(result)}")


def is_making(call: TorchCall) -> bool:
    """Whether the call makes a tensor, or tells a number: nothing moves in it."""
    return call.name in MAKERS or call.name in TELLING or any(call.function is each for each in _BUILTINS)
