"""The keys and shapes of a state dict, of a dict as well as of the module that would give or take it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, class_dict, is_one, is_tensor_class, kind_of, mro, own_dict
from ptrepl.explain.case import sizes
from ptrepl.explain.standins.torch_code import is_of_torch

Shapes = dict[str, tuple[int, ...]]
"""Keys of a state dict, each with the shape of its tensor: ``{"0.weight": (3, 2), "0.bias": (3,)}``."""

_MOST = 20_000
_SAVING = (
    "state_dict",
    "load_state_dict",
    "_save_to_state_dict",
    "_load_from_state_dict",
    "get_extra_state",
    "set_extra_state",
)
_HOOKS = (
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)


def is_plain_dict(value: Any) -> bool:
    """Whether ``value`` is a dict or an OrderedDict, not of a class derived from one."""
    return is_one(type(value), (dict, OrderedDict))


def shapes_of_dict(value: Any) -> Shapes | None:
    """What a state dict holds; None where ``value`` is not a dict of names and tensors, or is empty."""
    if not is_plain_dict(value) or not 0 < len(value) <= _MOST:
        return None
    found: Shapes = {}
    for key, held in value.items():
        shape = sizes(read(held)) if is_tensor_class(type(held)) else None
        if type(key) is not str or shape is None:
            return None
        found[key] = shape
    return found


def shapes_of_module(module: Any) -> Shapes | None:
    """What ``module.state_dict()`` would hold, without calling it; None where the learner's code has a say in that."""
    if kind_of(module) is not Kind.MODULE:
        return None
    found: Shapes = {}
    pending = [("", module)]
    for path, each in pending:
        held = own_dict(each)
        parts = [held.get(name) for name in ("_parameters", "_buffers", "_modules")]
        if not all(type(part) is dict for part in parts) or _is_special(each) or len(pending) > _MOST:
            return None
        not_saved = held.get("_non_persistent_buffers_set", ())
        for name, tensor in _tensors(held):
            if name in not_saved or tensor is None:
                continue
            shape = sizes(read(tensor)) if is_tensor_class(type(tensor)) else None
            if shape is None:
                return None
            found[path + name] = shape
        pending += [(f"{path}{name}.", child) for name, child in held["_modules"].items() if child is not None]
    return found


def _tensors(held: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from held["_parameters"].items()
    yield from held["_buffers"].items()


def _is_special(module: Any) -> bool:
    """Whether code of the learner's takes part in saving or loading it."""
    if any(own_dict(module).get(name) for name in _HOOKS):
        return True
    return any(
        name in class_dict(base) and not is_of_torch(class_dict(base)[name])
        for base in mro(type(module))
        for name in _SAVING
    )


def submodules(module: Any) -> Iterator[tuple[str, Any]]:
    """The modules inside ``module``, each with its path as it is typed: ``.encoder[0]``; the nearest first."""
    pending = [("", module)]
    for path, each in pending:
        if path:
            yield path, each
        held = own_dict(each).get("_modules")
        if type(held) is dict and len(pending) < _MOST:
            pending += [
                (path + (f"[{name}]" if name.isdigit() else f".{name}"), child)
                for name, child in held.items()
                if kind_of(child) is Kind.MODULE
            ]


def listed(keys: list[str], most: int = 3) -> str:
    """Keys as code, the first of them: ``"0.weight", "0.bias", …``."""
    shown = ", ".join(f'"{key}"' for key in keys[:most])
    return f"{shown}, …" if len(keys) > most else shown
