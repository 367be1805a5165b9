"""The one reader of a tensor's attributes: a live tensor → frozen ``TensorFacts``.

Every attribute is read through the descriptor of ``torch._C.TensorBase``, inside ``DisableTorchFunction``: a subclass
with its own ``shape`` property or a broken ``__torch_function__`` is read like any other tensor, and none of the
learner's code runs. torch is looked up in ``sys.modules``, never imported.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

_T = TypeVar("_T")

FACT_NAMES = ("shape", "dtype", "device", "grad_fn", "is_leaf")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A fact that could not be read, with torch's own reason."""

    reason: str

    def __str__(self) -> str:
        return "n/a"


@dataclass(frozen=True, slots=True)
class TensorFacts:
    """The five facts of an x-ray line, and ``requires_grad``.

    ``shape`` is a tuple of ints (of strings where a size is symbolic), ``dtype`` has no ``torch.`` before it,
    ``grad_fn`` is the node's class name or None.
    """

    shape: tuple[int | str, ...] | Unreadable
    dtype: str | Unreadable
    device: str | Unreadable
    grad_fn: str | Unreadable | None
    is_leaf: bool | Unreadable
    requires_grad: bool | Unreadable = False

    def text(self, name: str) -> str:
        """One fact as it is printed: ``(3, 4)``, ``float32``, ``None``, ``n/a`` …"""
        value = getattr(self, name)
        if name == "shape" and isinstance(value, tuple):
            return shape_text(value)
        return str(value)


def shape_text(shape: Sequence[int | str]) -> str:
    """``(3,)``, ``(2, 3)``, ``()``."""
    inner = ", ".join(map(str, shape))
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def torch_functions_off() -> Any:
    """A context in which no ``__torch_function__``, of a subclass or a mode, is called."""
    return sys.modules["torch"]._C.DisableTorchFunction()


def base_attribute(name: str) -> Any:
    """The C descriptor of a tensor attribute, or the C method of that name; beyond any override in a subclass."""
    return sys.modules["torch"]._C.TensorBase.__dict__[name]


def attempt(read_it: Callable[[], _T]) -> _T | Unreadable:
    """The value, or ``Unreadable`` with the first line of what was raised."""
    try:
        return read_it()
    except Exception as error:
        return _unreadable(error)


def _unreadable(error: Exception) -> Unreadable:
    lines = str(error).strip().splitlines()
    return Unreadable(lines[0] if lines else type(error).__name__)


def read(tensor: Any) -> TensorFacts:
    """The facts of ``tensor``, a ``torch.Tensor`` of any kind. Never raises; constant time; reads no element."""
    with torch_functions_off():
        torch = sys.modules["torch"]
        cls = type(tensor)
        if cls is torch.Tensor or cls is torch.nn.Parameter:
            try:
                shape, dtype, device, grad_fn, is_leaf, requires_grad = _at_once(tensor)
                sizes = tuple(shape)
                if all(type(size) is int for size in sizes):
                    name = None if grad_fn is None else type(grad_fn).__name__
                    return TensorFacts(sizes, str(dtype)[6:], str(device), name, is_leaf, requires_grad)
            except Exception:
                pass  # one fact cannot be read: each by itself, then
        return _read(tensor)


_at_once = operator.attrgetter("shape", "dtype", "device", "grad_fn", "is_leaf", "requires_grad")


def _read(tensor: Any) -> TensorFacts:
    attributes = sys.modules["torch"]._C.TensorBase.__dict__

    def fact(name: str) -> Any:
        try:
            return attributes[name].__get__(tensor)
        except Exception as error:
            return _unreadable(error)

    shape = without_sizes(tensor) or fact("shape")
    dtype, device, grad_fn = fact("dtype"), fact("device"), fact("grad_fn")
    return TensorFacts(
        shape if isinstance(shape, Unreadable) else attempt(lambda: _sizes(shape)),
        dtype if isinstance(dtype, Unreadable) else str(dtype).removeprefix("torch."),
        device if isinstance(device, Unreadable) else str(device),
        grad_fn if grad_fn is None or isinstance(grad_fn, Unreadable) else type(grad_fn).__name__,
        fact("is_leaf"),
        fact("requires_grad"),
    )


def without_sizes(tensor: Any) -> Unreadable | None:
    """Why the parameter of a lazy module has no shape yet (in C++ it has one, ``(0,)``); None for other tensors."""
    parameter = sys.modules["torch"].nn.parameter
    cls = type(tensor)
    if cls is not parameter.UninitializedParameter and cls is not parameter.UninitializedBuffer:
        return None
    reason = attempt(lambda: tensor.shape)
    return reason if isinstance(reason, Unreadable) else None


def _sizes(shape: Any) -> tuple[int | str, ...]:
    # a jagged nested tensor has sizes such as j1, which are no ints and whose comparisons raise
    return tuple(size if type(size) is int else str(size) for size in tuple.__iter__(shape))
