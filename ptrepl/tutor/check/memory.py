"""Whether two values share memory: tensors by their storage, a tensor and a NumPy array by their bytes."""

from __future__ import annotations

import sys
from typing import Any

from ptrepl.engine.watch.facts import torch_functions_off
from ptrepl.engine.watch.memory import Extent, array_extent, overlap, tensor_extent
from ptrepl.tutor.isolation.torch_api import is_tensor_value, method


def is_number_array(value: Any) -> bool:
    """Whether it is NumPy's own array of numbers: what a subclass says of its memory would be the learner's code."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.ndarray and not value.dtype.hasobject


def storage_of(tensor: Any) -> int | None:
    """The address of its storage; None where it has none, as a sparse tensor."""
    try:
        return int(method("untyped_storage", tensor).data_ptr())
    except (RuntimeError, NotImplementedError):
        return None


def in_one_memory(one: Any, two: Any) -> bool:
    """Whether writing into one of them could change the other. Both are tensors or arrays."""
    if is_tensor_value(one) and is_tensor_value(two):
        return storage_of(one) is not None and storage_of(one) == storage_of(two)
    mine, theirs = _extent(one), _extent(two)
    return mine is not None and theirs is not None and overlap(mine, theirs)


def _extent(value: Any) -> Extent | None:
    if not is_tensor_value(value):
        return array_extent(value)
    with torch_functions_off():
        return tensor_extent(value)
