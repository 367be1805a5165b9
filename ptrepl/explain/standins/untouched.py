"""Whether torch is as it came: where the learner has put code of their own into it, nothing of it is called again."""

from __future__ import annotations

import sys
import types
import weakref
from collections.abc import Iterable
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, mro, own_dict
from ptrepl.explain.standins.torch_code import is_of_torch

_GLOBAL_HOOKS = (
    "_global_backward_pre_hooks",
    "_global_backward_hooks",
    "_global_forward_pre_hooks",
    "_global_forward_hooks",
    "_global_module_registration_hooks",
)
_PARTS = ("_parameters", "_buffers", "_modules")


def torch_is_untouched() -> bool:
    """No function of ``torch.nn.functional`` is patched, no hook is global, no dispatch mode is on.

    Modes of functions are no matter: they are off while an explanation is made.
    """
    torch = sys.modules["torch"]
    if torch._C._len_torch_dispatch_stack():
        return False
    module = torch.nn.modules.module
    if any(getattr(module, name, None) for name in _GLOBAL_HOOKS):
        return False
    return _all_of_torch(vars(torch.nn.functional).values()) and _all_of_torch(class_dict(torch.nn.Module).values())


def holds_only_torch(module: Any) -> bool:
    """Whether calling a module of a class of torch.nn runs torch's code alone: its own forward, no function, no hook.

    Parameters, buffers and modules in it are not looked at.
    """
    forward = next((class_dict(base)["forward"] for base in mro(type(module)) if "forward" in class_dict(base)), None)
    if not is_of_torch(forward):
        return False
    for name, held in own_dict(module).items():
        if name in _PARTS:
            continue
        if name.endswith("_hooks") and type(held) is not bool and held:
            return False
        if not _is_harmless(held):
            return False
    return True


def _is_harmless(held: Any) -> bool:
    """Whether ``held`` cannot be called, or is torch's."""
    if type(held) in (types.FunctionType, types.MethodType, types.BuiltinFunctionType):
        return is_of_torch(held)
    if type(held) is weakref.ref:
        return True  # calling it gives what it refers to
    if type(held) in (list, tuple):
        return all(map(_is_harmless, held))
    if type(held) is dict:
        return all(map(_is_harmless, held.values()))
    return not any("__call__" in class_dict(base) for base in mro(type(held)))


def _all_of_torch(values: Iterable[Any]) -> bool:
    return all(is_of_torch(each) for each in values if type(each) is types.FunctionType)
