"""Whether the elements of a tensor may be read, and how: without running code of the learner's, without crashing."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, mro
from ptrepl.engine.watch.memory import span

CHECKSUM_LIMIT = 64 * 1024
"""Bytes of contents up to which all of them are compared by checksum, and bytes in the sample of a larger tensor."""
WHOLE_LIMIT = 16 * 1024 * 1024
"""Bytes up to which a sampled tensor is read whole too, once after each write, where there is time left for it."""
_SAMPLES = 16
"""Blocks in the sample of a large tensor: the first, the last, and others as far from each other."""
_PAGE = 4096
_MOST_PAGES = 64
"""A pipe takes 64 KiB and one call 1,024 pieces; a larger range is not asked about, and not read."""


def is_mapped(address: int, size: int) -> bool:
    """Whether each page of ``size`` bytes at ``address`` can be read: memory that torch does not own may be gone.

    ``torch.frombuffer`` holds the buffer's owner but not its memory: once a ``mmap`` or a ``SharedMemory`` is closed,
    reading the tensor is a segmentation fault. The kernel, asked to copy one byte of each page, says so instead.
    """
    pages = range(0, size, _PAGE)
    if not address or len(pages) > _MOST_PAGES:
        return False
    places = [address + offset for offset in pages] + [address + size - 1]
    reading, writing = os.pipe()
    try:
        pieces = [(ctypes.c_char * 1).from_address(place) for place in places]
        return os.writev(writing, pieces) == len(pieces)
    except OSError:
        return False
    finally:
        os.close(reading)
        os.close(writing)


_byte_arrays: dict[int, type[ctypes.Array[ctypes.c_char]]] = {}


def has_dispatch(cls: type) -> bool:
    """Whether ``cls`` has a ``__torch_dispatch__``, as FakeTensor, DTensor and their like have.

    Such a tensor has no memory of its own, and asking for its address warns or raises.
    """
    base = sys.modules["torch"].Tensor
    for each in mro(cls):
        if each is base:
            return False
        if "__torch_dispatch__" in class_dict(each):
            return True
    return False


def without_overrides(tensor: Any) -> Any:
    """``tensor``, or its memory as a plain tensor if its class is a subclass: that may have methods of the learner's.

    None where that would run code of the learner's: for a class with ``__torch_dispatch__``, or in a dispatch mode.
    Call inside ``torch_functions_off()``.
    """
    torch = sys.modules["torch"]
    cls = type(tensor)
    if cls is torch.Tensor or cls is torch.nn.Parameter:
        return tensor
    if has_dispatch(cls) or in_dispatch_mode():
        return None
    return torch._C.TensorBase.__dict__["detach"](tensor)


def in_dispatch_mode() -> bool:
    """Whether a ``TorchDispatchMode`` is on: operations, even ``detach``, would call it."""
    return bool(sys.modules["torch"]._C._len_torch_dispatch_stack())


def has_plain_data(tensor: Any, limit: int = CHECKSUM_LIMIT) -> str:
    """How the elements of ``tensor`` may be read from CPU memory: "dense", "strided", "foreign", or "": not at all.

    Not if they take more than ``limit`` bytes. Foreign memory (numpy's, a buffer's) may be gone at the next look.

    Guards against what would crash or run foreign code: sparse and wrapper tensors, a storage that was resized to
    less than the shape needs (reading it is a segmentation fault), dispatch modes of the learner's.
    """
    torch = sys.modules["torch"]
    try:
        if in_dispatch_mode() or tensor.device.type != "cpu" or tensor.layout is not torch.strided:
            return ""
        if tensor.is_nested or tensor.is_quantized or torch._C._functorch.is_functorch_wrapped_tensor(tensor):
            return ""
        if tensor.is_conj() or tensor.is_neg():
            return ""
        size = tensor.element_size()
        count = tensor.numel()
        if not 0 < count * size <= limit:
            return ""
        extent = span(tensor.shape, tensor.stride())
        storage = tensor.untyped_storage()
        if (tensor.storage_offset() + extent) * size > storage.nbytes():
            return ""
        if not tensor.data_ptr():
            return ""
        if not storage.resizable():
            return "foreign" if is_mapped(tensor.data_ptr(), extent * size) else ""
        return "dense" if extent == count else "strided"
    except Exception:
        return ""


def window(address: int, size: int) -> ctypes.Array[ctypes.c_char]:
    """``size`` bytes of memory; to be read only while they are known to be there."""
    array = _byte_arrays.get(size)
    if array is None:
        array = _byte_arrays.setdefault(size, ctypes.c_char * size)
    return array.from_address(address)


def sample(address: int, size: int) -> tuple[ctypes.Array[ctypes.c_char], ...]:
    """The sample of ``size`` bytes in one piece, ``CHECKSUM_LIMIT`` bytes in all; as ``window`` to be read with care.

    Another checksum of it proves that something was written; the same one proves nothing of what lies in between.
    """
    block = CHECKSUM_LIMIT // _SAMPLES
    places = [(size - block) * index // (_SAMPLES - 1) for index in range(_SAMPLES)]
    return tuple(window(address + place, block) for place in places)
