"""How many samples a dataset has and how many batches a DataLoader makes, without running any code of the learner's."""

from __future__ import annotations

import sys
import types
import weakref
from typing import Any

from ptrepl.engine.watch.facts import Unreadable, attempt
from ptrepl.engine.watch.kinds import class_dict, is_one, is_tensor_class, module_name, mro, own_dict


def batches_of(loader: dict[str, Any], samples: int | str | None) -> int | None:
    """``len(loader)``, from the attributes of a DataLoader; None where a sampler of the learner's decides."""
    batch_size = loader.get("batch_size")
    if type(batch_size) is not int or type(samples) is not int or batch_size < 1 or not _takes_each_sample_once(loader):
        return None
    whole, rest = divmod(samples, batch_size)
    return whole + (rest > 0 and loader.get("drop_last") is False)


def _takes_each_sample_once(namespace: dict[str, Any]) -> bool:
    data, sampler = sys.modules["torch.utils.data"], namespace.get("sampler")
    if type(namespace.get("batch_sampler")) is not data.BatchSampler:
        return False
    if type(sampler) is data.RandomSampler:
        return own_dict(sampler).get("_num_samples") is None
    return type(sampler) is data.SequentialSampler


def size_of(dataset: Any, deep: int = 4) -> int | str | None:
    """``len(dataset)`` as far as attributes tell it; None where a ``__len__`` of the learner's would have to be run."""
    cls, data, attributes = type(dataset), sys.modules.get("torch.utils.data"), own_dict(dataset)
    if cls is list or cls is tuple or cls is dict or cls is range:
        return len(dataset)
    numpy = sys.modules.get("numpy")
    if numpy is not None and cls is numpy.ndarray:
        return int(dataset.shape[0]) if dataset.ndim else None
    if is_tensor_class(cls):
        shape = attempt(lambda: class_dict(sys.modules["torch"]._C.TensorBase)["shape"].__get__(dataset)[0])
        return None if isinstance(shape, Unreadable) else shape if type(shape) is int else str(shape)
    if data is None or deep == 0 or not is_one(data.Dataset, mro(cls)):
        return None
    if cls is data.TensorDataset:
        tensors = attributes.get("tensors")
        return size_of(tensors[0]) if type(tensors) is tuple and tensors else None
    if cls is data.Subset:
        return size_of(attributes.get("indices"))
    if cls is data.ConcatDataset:
        ends = attributes.get("cumulative_sizes")
        return ends[-1] if type(ends) is list and ends and type(ends[-1]) is int else None
    if module_name(cls).startswith("torchvision.") and all(_is_of_a_library(each) for each in mro(cls)):
        found = attempt(lambda: len(dataset))
        return found if type(found) is int else None
    counted = _attribute_counted(cls)
    return size_of(attributes.get(counted), deep - 1) if counted is not None else None


def _is_of_a_library(cls: type) -> bool:
    return module_name(cls).partition(".")[0] in _LIBRARIES


_LIBRARIES = frozenset(("torchvision", "torch", "typing", "builtins", "collections", "abc"))


def _attribute_counted(cls: type) -> str | None:
    """``x`` where the class says ``def __len__(self): return len(self.x)`` and nothing else; it is not run."""
    found = next((class_dict(each)["__len__"] for each in mro(cls) if "__len__" in class_dict(each)), None)
    if type(found) is not types.FunctionType:
        return None
    code = found.__code__
    if "len" in found.__globals__:
        return None
    if code not in _counted:
        _counted[code] = _read_length(code)
    return _counted[code]


_counted: weakref.WeakKeyDictionary[types.CodeType, str | None] = weakref.WeakKeyDictionary()


def _read_length(code: types.CodeType) -> str | None:
    import dis

    did = [(one.opname, one.argval) for one in dis.get_instructions(code) if one.opname not in _SILENT]
    match did:
        case [
            ("LOAD_GLOBAL", "len"),
            (("LOAD_FAST" | "LOAD_FAST_BORROW"), _),
            ("LOAD_ATTR", str(name)),
            *call,
            ("RETURN_VALUE", _),
        ] if all(opname in ("PRECALL", "CALL") for opname, _ in call) and code.co_argcount == 1:
            return name
    return None


_SILENT = frozenset(("RESUME", "CACHE", "PUSH_NULL", "NOP"))
