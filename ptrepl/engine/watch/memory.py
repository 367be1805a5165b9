"""Which tensors and arrays stand in the same memory."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_MOST_WORK = 10_000
"""Steps of numpy's exact overlap test; it is a Diophantine problem (``numpy.shares_memory``), so it is bounded."""


@dataclass(frozen=True, slots=True)
class Extent:
    """The bytes that something may touch: ``start <= byte < end`` in the memory ``space``."""

    space: str
    start: int
    end: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    """In bytes."""
    itemsize: int

    @property
    def dense(self) -> bool:
        count = self.itemsize
        for length in self.shape:
            count *= length
        return count == self.end - self.start


def span(shape: Iterable[int], strides: Iterable[int], size: int = 1) -> int:
    """From the first element to the end of the last one, of a tensor that has elements.

    In elements; in bytes if ``strides`` and ``size``, that of one element, are in bytes.
    """
    return size + sum((length - 1) * step for length, step in zip(shape, strides, strict=True))


def tensor_extent(tensor: Any) -> Extent | None:
    """Where ``tensor`` stands; None if it has no memory or no elements. Call inside ``torch_functions_off()``.

    Tensors on meta have no addresses: they are placed by their storage object instead.
    """
    try:
        size = tensor.element_size()
        shape, strides = tuple(tensor.shape), tuple(step * size for step in tensor.stride())
        if 0 in shape:
            return None
        storage = tensor.untyped_storage()
        device = str(tensor.device)
        start = tensor.storage_offset() * size
        if address := storage.data_ptr():
            start += address
        else:
            device = f"{device} storage {storage._cdata}"
        return Extent(device, start, start + span(shape, strides, size), shape, strides, size)
    except Exception:
        return None


def storage_extent(tensor: Any) -> Extent | None:
    """All of the storage that ``tensor`` lies in, itself included; as ``tensor_extent``, and likewise None."""
    part = tensor_extent(tensor)
    if part is None:
        return None
    size = int(tensor.untyped_storage().nbytes())
    start = part.start - int(tensor.storage_offset()) * part.itemsize
    return Extent(part.space, start, start + size, (size,), (1,), 1)


def array_extent(array: Any) -> Extent | None:
    """Where a ``numpy.ndarray`` stands."""
    if 0 in array.shape or array.dtype.hasobject:
        return None
    start = end = array.__array_interface__["data"][0]
    for length, step in zip(array.shape, array.strides, strict=True):
        start += min(0, (length - 1) * step)
        end += max(0, (length - 1) * step)
    return Extent("cpu", start, end + array.itemsize, array.shape, array.strides, array.itemsize)


def overlap(one: Extent, other: Extent) -> bool:
    """Whether some byte belongs to both: two columns of one matrix lie between each other and share nothing."""
    if one.space != other.space or one.end <= other.start or other.end <= one.start:
        return False
    if one.dense and other.dense:
        return True
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return True
    origin = min(one.start, other.start) - 4096  # meta tensors start at 0, which numpy takes for no address
    ghosts = [numpy.asarray(_Ghost(extent, extent.start - origin)) for extent in (one, other)]
    try:
        return bool(numpy.shares_memory(*ghosts, max_work=_MOST_WORK))
    except Exception:  # TooHardError has moved between numpy versions
        return True


class _Ghost:
    """An array that is never read: numpy compares its addresses only."""

    def __init__(self, extent: Extent, address: int) -> None:
        self.__array_interface__ = {
            "shape": extent.shape,
            "strides": extent.strides,
            "typestr": f"|V{extent.itemsize}",
            "data": (address, True),
            "version": 3,
        }
