"""Where the learner has put their own code into torch: nothing that reaches it is called again."""

from __future__ import annotations

import sys
import types
import weakref
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, is_a, is_one, module_name, mro, own_dict
from ptrepl.explain.standins.torch_code import is_of_torch

_GLOBAL_HOOKS = (
    "_global_backward_pre_hooks",
    "_global_backward_hooks",
    "_global_forward_pre_hooks",
    "_global_forward_hooks",
    "_global_module_registration_hooks",
)
_PARTS = ("_parameters", "_buffers", "_modules")
_OWN_CALLABLES = ("torch", "typing", "builtins")
"""Where the classes of those callable objects in torch.nn.functional come from that are not functions."""
_of_torch: dict[str, tuple[types.FunctionType, types.CodeType]] = {}
"""The functions in it that were found to be torch's, with their code: nothing of the learner's is kept here."""


def in_no_dispatch_mode() -> bool:
    """Whether no dispatch mode is on. Function modes do not matter: they are off while an explanation is made."""
    return not sys.modules["torch"]._C._len_torch_dispatch_stack()


def modules_are_untouched() -> bool:
    """Whether there is no global hook and no patched method of ``nn.Module``: those run in every call of a module."""
    torch = sys.modules["torch"]
    module = torch.nn.modules.module
    if any(getattr(module, name, None) for name in _GLOBAL_HOOKS):
        return False
    methods = class_dict(torch.nn.Module).values()
    return all(is_of_torch(each) for each in methods if type(each) is types.FunctionType)


def patched_functions() -> frozenset[str]:
    """Names in ``torch.nn.functional`` that the learner bound to their own code: none, as a rule."""
    found = set[str]()
    for name, held in vars(sys.modules["torch"].nn.functional).items():
        if type(held) is types.FunctionType:
            function, code = _of_torch.get(name, (None, None))
            if function is held and code is held.__code__:
                continue
            if is_of_torch(held):
                _of_torch[name] = held, held.__code__
            else:
                found.add(name)
        elif _is_foreign(held):
            found.add(name)
    return frozenset(found)


def _is_foreign(held: Any) -> bool:
    cls = type(held)
    if cls is types.FunctionType or cls is types.MethodType:
        return not is_of_torch(held)
    if cls is types.BuiltinFunctionType or cls is types.ModuleType or cls is dict or cls is str:
        return False
    if is_a(held, type):
        return module_name(held) == "__main__"
    home = module_name(cls).partition(".")[0]
    return home not in _OWN_CALLABLES and any("__call__" in class_dict(base) for base in mro(cls))


def reaches(called: Any, names: frozenset[str]) -> bool:
    """Whether calling a function, a module or a module class of torch may call one of the functions ``names``.

    Judged by the names in its code, and in the code of what those name in torch: ``nn.Linear`` reaches ``linear``.
    """
    if not names:
        return False
    pending, seen = [*_functions_of(called)], set()
    while pending:
        function = pending.pop()
        if function.__code__ in seen or not is_of_torch(function):
            continue
        seen.add(function.__code__)
        used = {*_names_in(function.__code__)}
        if used & names:
            return True
        pending += _named_by(function, used)
    return False


def _functions_of(called: Any) -> Iterator[types.FunctionType]:
    """The functions that a call may run first: the methods of a module, of its children, and what they hold."""
    torch = sys.modules["torch"]
    if type(called) is types.FunctionType:
        yield called
    elif isinstance(called, torch.nn.Module):
        for each in called.modules():
            yield from _methods(type(each))
            yield from (held for held in own_dict(each).values() if type(held) is types.FunctionType)
    elif isinstance(called, type):
        yield from _methods(called)


def _methods(cls: type) -> Iterator[types.FunctionType]:
    base = sys.modules["torch"].nn.Module
    for each in mro(cls):
        if each is base:
            return  # modules_are_untouched
        yield from (held for held in class_dict(each).values() if type(held) is types.FunctionType)


def _names_in(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for each in code.co_consts:
        if type(each) is types.CodeType:
            yield from _names_in(each)


def _named_by(function: types.FunctionType, used: set[str]) -> Iterator[types.FunctionType]:
    """The functions that ``function`` names, or has closed over: ``boolean_dispatch`` chooses between two of them."""
    functional = vars(sys.modules["torch"].nn.functional)
    held = [names.get(name) for name in used for names in (function.__globals__, functional)]
    for cell in function.__closure__ or ():
        try:
            held.append(cell.cell_contents)
        except ValueError:
            pass  # an empty cell
    yield from (each for each in held if type(each) is types.FunctionType)


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
    if is_one(type(held), (types.FunctionType, types.MethodType, types.BuiltinFunctionType)):
        return is_of_torch(held)
    if type(held) is weakref.ref:
        return True  # calling it gives what it refers to
    if is_one(type(held), (list, tuple)):
        return all(map(_is_harmless, held))
    if type(held) is dict:
        return all(map(_is_harmless, held.values()))
    return not any("__call__" in class_dict(base) for base in mro(type(held)))
