"""Which callables belong to torch, and may be called once more on stand-ins."""

from __future__ import annotations

import os
import sys
import types
from functools import cache
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, is_one, mro, own_dict

_NOT_AGAIN = frozenset(
    """
    apply_ backward data_ptr from_dlpack from_file frombuffer initial_seed is_shared load
    manual_seed map_ map2_ pin_memory register_hook register_post_accumulate_grad_hook save seed set_
    set_default_device set_default_dtype set_flush_denormal set_num_interop_threads set_num_threads
    set_printoptions set_rng_state set_warn_always share_memory_ storage typed_storage untyped_storage
    use_deterministic_algorithms
    """.split()
)
"""They have side effects, or share memory with something that is no tensor."""
_HOMES = ("torch.functional", "torch.nn.functional", "torch._tensor", "torch.nn.utils.rnn")
_WRAPS = os.path.join("torch", "utils", "_contextlib.py")
"""The wrapper of ``@torch.no_grad()`` around any function, to which functools.wraps may have given other names."""


@cache
def _torch_folder() -> str:
    return os.path.dirname(os.path.abspath(sys.modules["torch"].__file__ or "")) + os.sep


def is_of_torch(function: Any, *, wrappers: bool = False) -> bool:
    """Whether the code of ``function``, a plain one or a method, is torch's.

    A wrapper around another function is not, unless ``wrappers`` is given: it runs that one.
    """
    if type(function) is types.MethodType:
        function = function.__func__
    if type(function) is not types.FunctionType:
        return type(function) is types.BuiltinFunctionType
    filename = function.__code__.co_filename
    return filename.startswith(_torch_folder()) and (wrappers or not filename.endswith(_WRAPS))


def is_torch_function(function: Any) -> bool:
    """Whether ``function`` belongs to torch, computes a result from tensors and does nothing else."""
    if not is_one(type(function), (types.FunctionType, types.BuiltinFunctionType)):
        return False
    if function.__name__ in _NOT_AGAIN or is_in_place(function.__name__):
        return False
    if type(function) is types.FunctionType:
        return is_of_torch(function) and function.__module__ in _HOMES
    owner = function.__self__
    if type(owner) is types.ModuleType:
        return owner.__name__.startswith("torch._C.")
    return getattr(sys.modules["torch"]._C._VariableFunctions, function.__name__, None) is function


def is_numpy_function(function: Any) -> bool:
    """Whether ``function`` belongs to NumPy."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return False
    if type(function) is types.BuiltinFunctionType:
        return bool(function.__module__ == "numpy")
    return type(function) is numpy.ufunc or type(function) is type(numpy.mean)


def is_torch_class(cls: Any) -> bool:
    """Whether ``cls`` is a module class of ``torch.nn``."""
    if type(cls) is not type:
        return False
    home = class_dict(cls).get("__module__")
    module = sys.modules["torch"].nn.Module
    if (
        type(home) is not str
        or not home.startswith("torch.nn.modules.")
        or not any(base is module for base in mro(cls))
    ):
        return False
    return getattr(sys.modules.get(home), cls.__name__, None) is cls  # a learner may write any __module__


def listed_modules(value: Any) -> list[Any] | None:
    """The modules that an ``nn.ModuleList`` or an ``nn.Sequential`` goes through, in order; None for anything else."""
    held = own_dict(value).get("_modules") if is_torch_class(type(value)) else None
    return [*held.values()] if type(held) is dict and type(value).__name__ in ("ModuleList", "Sequential") else None


def tensor_method(name: str) -> Any:
    """The tensor method of that name, without any override; None for one that is not to be called again."""
    if name in _NOT_AGAIN:
        return None
    torch = sys.modules["torch"]
    found = class_dict(torch.Tensor).get(name) or torch._C.TensorBase.__dict__.get(name)
    if type(found) in (types.MethodDescriptorType, types.WrapperDescriptorType):
        return found
    if type(found) is types.FunctionType and found.__code__.co_filename.startswith(_torch_folder()):
        return found
    return None


def is_in_place(name: str) -> bool:
    """Whether a function of that name writes to its first argument: ``add_``."""
    return name.endswith("_") and not name.endswith("__")
