"""What is remembered of one tensor between two statements: enough to know that it changed, nothing that keeps it alive.

The version counter, the data pointer and the metadata find most changes. Writes that bump no counter (``.data``, numpy,
fused optimizers, BatchNorm statistics) are found by a checksum of CPU tensors, of large ones by that of a sample.
"""

from __future__ import annotations

import operator
import sys
import weakref
import zlib
from functools import lru_cache
from typing import Any

from ptrepl.engine.watch.contents import (
    CHECKSUM_LIMIT,
    WHOLE_LIMIT,
    has_dispatch,
    has_plain_data,
    in_dispatch_mode,
    is_mapped,
    sample,
    window,
    without_overrides,
)
from ptrepl.engine.watch.facts import TensorFacts, Unreadable, base_attribute, read
from ptrepl.engine.watch.kinds import type_name
from ptrepl.engine.watch.memory import tensor_extent

_fast_print = operator.attrgetter("_version", "requires_grad", "shape", "dtype")


class Seen:
    """One tensor as it was after a statement."""

    __slots__ = (
        "_sum",
        "address",
        "end",
        "extent",
        "facts",
        "from_backward",
        "grad",
        "is_view",
        "print",
        "readable",
        "ref",
        "sample",
        "size",
        "start",
        "whole",
        "window",
    )

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
        self.window: Any = None
        """The bytes of a dense tensor; to be read only while the tensor is known to live at ``address``."""
        self.sample: tuple[Any, ...] = ()
        """Some of the bytes of a dense tensor that is too large to read all of it; read as ``window`` is."""
        self.size = 0
        """Bytes of the contents, where they may be read."""
        self.is_view = False
        """Of a sampled tensor, whether it is a view: others, and its base, count their writes with its counter."""
        self.whole: int | None = None
        """Checksum of all of a sampled tensor up to ``WHOLE_LIMIT``, as it was when something was last written."""
        self._sum: int | None = None
        self.from_backward = False
        """Of a gradient: the last that wrote to it was a backward pass."""
        if body is not None and (self.readable or self.end - self.start > CHECKSUM_LIMIT):
            self._find_windows(body)

    def _find_windows(self, body: Any) -> None:
        size, address = body.element_size() * body.numel(), self.address
        if self.readable:
            self.size = size
            if self.readable == "dense" and address:
                self.window = window(address, size)
        elif size > CHECKSUM_LIMIT and address and has_plain_data(body, limit=sys.maxsize) == "dense":
            self.size, self.sample, self.is_view = size, sample(address, size), body._is_view()

    def sum_sample(self) -> int:
        """The checksum of the sample."""
        found = 0
        for piece in self.sample:
            found = zlib.crc32(piece, found)
        if found != self._sum:
            self._sum, self.whole = found, None
        return found

    def sum_whole(self) -> None:
        """Read all of a sampled tensor, up to ``WHOLE_LIMIT``."""
        if self.sample and self.address and self.size <= WHOLE_LIMIT:
            self.whole = zlib.crc32(window(self.address, self.size))

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
        """Whether other contents stand in the tensor than before: by checksum if there are two, else by counter.

        Another shape, dtype, device or other strides count as a write: the same bytes are other numbers then. What was
        written over with the same values is not told, whatever its size, as far as the contents could be read.
        """
        if self.print[2:] != before.print[2:] and not (
            self.print[2:-1] == before.print[2:-1] and self.is_laid_out_as(before)
        ):
            return True
        if crc is not None and crc_before is not None:
            if crc != crc_before or not self.sample:
                return crc != crc_before
            if self.whole is not None and before.whole is not None:
                return self.whole != before.whole
            if self.is_view:
                return False  # the counter may have counted a write to another part of what it is a view of
        if isinstance(self.facts.shape, tuple) and 0 in self.facts.shape:
            return False  # there is nothing to write to
        return self._is_counted(before)

    def _is_counted(self, before: Seen) -> bool:
        return bool(self.address != before.address or self.print[0] != before.print[0])

    def is_only_counted(self, before: Seen, crc: int | None, crc_before: int | None) -> bool:
        """Whether nothing but the counter speaks for a write to a large tensor: its sample is as it was."""
        whole = self.whole is not None and before.whole is not None
        return bool(self.sample) and crc is not None and crc == crc_before and not whole and self._is_counted(before)

    def is_written_alike(self, before: Seen, crc: int | None, crc_before: int | None) -> bool:
        """Whether something wrote the values that were there already."""
        return self._is_counted(before) and not self.written_since(before, crc, crc_before)

    def is_zeros(self, crc: int | None) -> bool | None:
        """Whether every byte was zero when ``crc`` was taken; None where that is not known."""
        if crc is None:
            return None
        if not self.sample:
            return crc == _zeros(self.size)
        if crc != _zeros(CHECKSUM_LIMIT):
            return False
        return self.whole == _zeros(self.size) if self.whole is not None else None


@lru_cache(maxsize=256)
def _zeros(size: int) -> int:
    return zlib.crc32(bytes(size))


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
    """CRC-32 of the contents of a CPU tensor, of a large one of its sample; None where they cannot be read safely."""
    if seen.window is not None:
        return zlib.crc32(seen.window)
    if seen.sample:
        return seen.sum_sample()
    if seen.readable not in ("strided", "foreign") or in_dispatch_mode() or not seen.is_there():
        return None
    try:
        copy = without_overrides(tensor).detach().contiguous()
        return zlib.crc32(window(copy.data_ptr(), copy.element_size() * copy.numel()))
    except Exception:
        return None
