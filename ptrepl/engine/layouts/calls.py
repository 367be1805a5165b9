"""A call of one function of torch, whose tensors can be replaced by others."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from ptrepl.engine.layouts.functions import EFFECTS, GROWING, INDEXES, MAKERS, ElementEffect

MOST_WORK = 1 << 22
"""Elements, or multiplications, that are computed; what costs more is computed on ``meta``, where there are shapes
alone."""


class Refused(Exception):
    """torch raised ``error``."""

    def __init__(self, error: Exception, call: TorchCall | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.call = call


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands in the arguments of a call for its operand of that number."""

    number: int


@dataclass(frozen=True, slots=True)
class CallOperand:
    """A tensor that a call is given. ``code``: what was written for it; ``moves``: its elements go into the result,
    else they say where others go, as an index does."""

    code: str
    tensor: Any
    moves: bool = True


@dataclass(frozen=True, slots=True)
class TorchCall:
    """``name`` as ``EFFECTS`` has it; ``sign``: the operator that was written, such as ``@``, or ""."""

    name: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    operands: tuple[CallOperand, ...]
    sign: str = ""
    pick: int | str | None = None
    """Which of several results was asked for, by number or by name: ``x.split(2)[0]``, ``x.max(dim=0).values``."""

    @property
    def effect(self) -> ElementEffect:
        if self.name in ("max", "min") and sum(each.moves for each in self.operands) == 2:
            return ElementEffect.ELEMENTWISE
        return EFFECTS[self.name]

    def moving(self) -> list[int]:
        """Numbers of the operands whose elements go into the result."""
        return [number for number, each in enumerate(self.operands) if each.moves]

    def tensors(self) -> list[Any]:
        return [each.tensor for each in self.operands]

    def with_tensors(self, tensors: Sequence[Any], function: Callable[..., Any] | None = None) -> Any:
        """What the call gives with these operands. Raises what torch raises."""
        args = [_filled(each, tensors) for each in self.args]
        kwargs = {name: _filled(each, tensors) for name, each in self.kwargs.items()}
        return (function or self.function)(*args, **kwargs)

    def result(self) -> Any:
        """What the call gives: a tensor, a tuple of them, or a plain value. Raises Refused."""
        tensors, call = self.tensors(), self
        if self.name in MAKERS:
            call = replace(self, kwargs={**self.kwargs, "device": "meta" if self.is_costly else "cpu"})
        elif any(each.is_meta for each in tensors) or self.is_costly:
            tensors = [each.to("meta") for each in tensors]
        try:
            return call.picked(call.with_tensors(tensors))
        except Exception as error:
            raise Refused(error, self) from None

    @property
    def is_costly(self) -> bool:
        """Whether it is too much work to be computed with values."""
        return (self._made() if self.name in MAKERS else self._work()) > MOST_WORK

    def picked(self, result: Any) -> Any:
        """The one of several results that was asked for."""
        if self.pick is None:
            return result
        return getattr(result, self.pick) if isinstance(self.pick, str) else result[self.pick]

    def _made(self) -> int:
        """About how many elements a function makes out of numbers."""
        numbers = [each for each in self.args if type(each) in (int, float)]
        if self.name in ("tensor", "as_tensor") or self.operands:
            return 0
        if self.name == "arange":
            start, end, step = (
                [(0, *numbers, 1), (*numbers, 1), numbers][min(len(numbers), 3) - 1] if numbers else (0, 0, 1)
            )
            return int(abs((end - start) / (step or 1)))
        if self.name in ("full", "randint"):
            return prod(_integers([each for each in self.args if type(each) not in (int, float)]))
        return prod(max(1, abs(each)) for each in _integers([*self.args, self.kwargs.get("size", ())]))

    def _work(self) -> int:
        tensors = self.tensors()
        sizes = [max(1, each.numel()) for each in tensors]
        if self.name in GROWING:
            sizing = [*self.args, *(each for key, each in self.kwargs.items() if key != "value")]
            return int(prod(sizes)) * prod(max(1, abs(each)) for each in _integers(sizing))
        effect = EFFECTS.get(self.name)
        if effect is ElementEffect.PRODUCT and len(tensors) >= 2:
            left, right = tensors[:2]
            return int(left.numel() * max(right.shape[-1:] or (1,)) * prod(right.shape[:-2]))
        if effect is ElementEffect.ELEMENTWISE or self.name in ("where", "__getitem__", "gather"):
            return prod(sizes) if prod(sizes) <= MOST_WORK else _broadcast_size(tensors)
        return sum(sizes)


def call_of(
    name: str,
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: dict[str, Any],
    codes: Mapping[int, str],
    *,
    is_method: bool = False,
    sign: str = "",
) -> TorchCall:
    """A call with the tensors among its arguments as operands. ``codes``: what was written for each tensor, by its id.

    A list of tensors gives one operand for each.
    """
    keys = INDEXES.get(f"Tensor.{name}" if is_method else name) or INDEXES.get(name, ())
    operands: list[CallOperand] = []

    def slotted(value: Any, *, moves: bool) -> Any:
        if isinstance(value, sys.modules["torch"].Tensor):
            operands.append(CallOperand(codes.get(id(value), ""), value, moves))
            return Slot(len(operands) - 1)
        if type(value) in (list, tuple):
            return type(value)(slotted(each, moves=moves) for each in value)
        return value

    given = tuple(slotted(each, moves=all(at != place for at, _ in keys)) for place, each in enumerate(args))
    named = {key: slotted(each, moves=all(key != name for _, name in keys)) for key, each in kwargs.items()}
    return TorchCall(name, function, given, named, tuple(operands), sign)


def index_call(base: Any, index: Any, codes: Mapping[int, str]) -> TorchCall:
    """``base[index]``."""
    return call_of("__getitem__", operator.getitem, (base, index), {}, codes)


def _filled(value: Any, tensors: Sequence[Any]) -> Any:
    if type(value) is Slot:
        return tensors[value.number]
    if type(value) in (list, tuple):
        return type(value)(_filled(each, tensors) for each in value)
    return value


def _integers(values: Any) -> list[int]:
    found: list[int] = []
    for value in values:
        if type(value) is int:
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found += _integers(value)
    return found


def _broadcast_size(tensors: Sequence[Any]) -> int:
    longest = max(each.dim() for each in tensors)
    shapes = [(1,) * (longest - each.dim()) + tuple(each.shape) for each in tensors]
    return prod(max(sizes) for sizes in zip(*shapes, strict=True))
