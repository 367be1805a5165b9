"""What is remembered of one tensor between two statements: enough to know that it changed, nothing that keeps it alive.

The version counter, the data pointer and the metadata find most changes. Writes that bump no counter (``.data``, numpy,
fused optimizers, BatchNorm statistics) are found by a checksum of small CPU tensors.
"""

from __future__ import annotations

import operator
import sys
import weakref
import zlib
from typing import Any

from ptrepl.engine.watch.contents import (
    has_dispatch,
    has_plain_data,
    in_dispatch_mode,
    is_mapped,
    window,
    without_overrides,
)
from ptrepl.engine.watch.facts import TensorFacts, Unreadable, base_attribute, read
from ptrepl.engine.watch.kinds import type_name
from ptrepl.engine.watch.memory import tensor_extent

_fast_print = operator.attrgetter("_version", "requires_grad", "shape", "dtype")


class Seen:
    """One tensor as it was after a statement."""

    __slots__ = ("address", "end", "extent", "facts", "grad", "print", "readable", "ref", "start", "window")

    def __init__(self, tensor: Any, print_: tuple[Any, ...], address: int | None, grad: Seen | None) -> None:
        self.ref = weakref.ref(tensor)
        self.print = print_
        self.address = address
        self.grad = grad
        self.facts: TensorFacts = read(tensor)
        body = without_overrides(tensor)
        self.extent = None if body is None else tensor_extent(body)
        self.start, self.end = (0, 0) if self.extent is None else (self.extent.start, self.extent.end)
        """Bytes that the tensor may touch; equal for one that has no memory."""
        self.readable = "" if body is None else has_plain_data(body)
        """"dense": its bytes stand in one piece at ``address``; "strided": they do not; "foreign": torch does not own
        them; "": do not read them."""
        self.window = None
        """The bytes of a dense tensor; to be read only while the tensor is known to live at ``address``."""
        if self.readable == "dense" and address:
            self.window = window(address, body.element_size() * body.numel())

    @property
    def strides(self) -> tuple[int, ...] | None:
        """In elements; None where they cannot be read, or only by code of a subclass."""
        return self.print[-1]  # type: ignore[no-any-return]

    def is_laid_out_as(self, other: Seen) -> bool:
        """Whether both, of one shape, have the same strides; that of a dimension of length 1 does not count."""
        one, two, shape = self.strides, other.strides, self.facts.shape
        if one == two or one is None or two is None or isinstance(shape, Unreadable):
            return True
        return all(step == was for step, was, size in zip(one, two, shape, strict=True) if size != 1)

    def is_there(self) -> bool:
        """Whether the contents may still be read; torch's own memory lives as long as the tensor."""
        return self.readable != "foreign" or is_mapped(self.address or 0, self.end - self.start)

    def written_since(self, before: Seen, crc: int | None, crc_before: int | None) -> bool:
        """Whether something wrote to the tensor between two looks: by checksum if there are two, else by counter.

        Another shape, dtype, device or other strides count as a write: the same bytes are other numbers then.
        """
        if self.print[2:] != before.print[2:] and not (
            self.print[2:-1] == before.print[2:-1] and self.is_laid_out_as(before)
        ):
            return True
        if crc is not None and crc_before is not None:
            return crc != crc_before
        if isinstance(self.facts.shape, tuple) and 0 in self.facts.shape:
            return False  # there is nothing to write to
        return bool(self.address != before.address or self.print[0] != before.print[0])


def look(tensor: Any, before: Seen | None, with_grad: bool = True) -> Seen:
    """What ``tensor`` is now; ``before`` itself if nothing but its contents can have changed.

    Call inside ``torch_functions_off()``. Reads no element.
    """
    cls = type(tensor)
    torch = sys.modules["torch"]
    try:
        if cls is torch.Tensor or cls is torch.nn.Parameter:
            print_ = (*_fast_print(tensor), tensor.stride())
            address = tensor.data_ptr()
            grad = tensor.grad if with_grad and (not print_[1] or tensor.is_leaf or tensor.retains_grad) else None
        else:
            print_, address, grad = _slow_look(tensor, with_grad)
    except Exception:
        print_, address, grad = _slow_look(tensor, with_grad)
    if before is not None and before.ref() is not tensor:
        before = None
    grad_seen = None
    if grad is not None:
        grad_seen = look(grad, None if before is None else before.grad, with_grad=False)
    same = before is not None and grad_seen is before.grad and before.address == address and before.print == print_
    if before is not None and same and (not print_[1] or _is_from(tensor, before.facts.grad_fn)):
        return before
    return Seen(tensor, print_, address, grad_seen)


def _is_from(tensor: Any, grad_fn: object) -> bool:
    """Whether this is (still) the class of its ``grad_fn``: ``swap_tensors`` and ``detach_`` bump no counter."""
    try:
        node = base_attribute("grad_fn").__get__(tensor)
    except Exception:
        return isinstance(grad_fn, Unreadable)
    return (None if node is None else type_name(node)) == grad_fn


def _slow_look(tensor: Any, with_grad: bool) -> tuple[tuple[Any, ...], int | None, Any]:
    attributes = sys.modules["torch"]._C.TensorBase.__dict__

    def get(name: str) -> Any:
        try:
            return attributes[name].__get__(tensor)
        except Exception:
            return None

    def call(name: str) -> Any:
        try:
            return attributes[name](tensor)
        except Exception:
            return None

    facts = read(tensor)
    version = get("_version")
    print_ = (
        version if type(version) is int else None,
        facts.requires_grad,
        facts.shape,
        (facts.dtype, facts.device),
    )
    address = strides = None
    if not has_dispatch(type(tensor)):
        address, strides = call("data_ptr"), call("stride")
    grad = None
    if with_grad and (facts.is_leaf is True or get("retains_grad") is True):
        grad = get("grad")
    return (*print_, strides), address, grad


def checksum(tensor: Any, seen: Seen) -> int | None:
    """CRC-32 of the contents of a small CPU tensor, None where they cannot be read safely."""
    if seen.window is not None:
        return zlib.crc32(seen.window)
    if seen.readable not in ("strided", "foreign") or in_dispatch_mode() or not seen.is_there():
        return None
    try:
        copy = without_overrides(tensor).detach().contiguous()
        return zlib.crc32(window(copy.data_ptr(), copy.element_size() * copy.numel()))
    except Exception:
        return None
