"""What lies in a container, read as it lies there: no brackets, no ``__missing__``, none of the learner's code runs."""

from __future__ import annotations

import collections
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, is_a, module_name, mro, own_dict

_STORES = ("_parameters", "_buffers", "_modules")
_SEQUENCES: tuple[type, ...] = (list, tuple, collections.deque)


def child_stores(value: Any) -> list[dict[str, Any]]:
    """The parameters, buffers and children of an ``nn.Module``, each by name; nothing for anything else."""
    own = own_dict(value)
    found = [own.get(store) for store in _STORES if "_modules" in own]
    return [held for held in found if held is not None and is_a(held, dict)]


def has_plain_brackets(value: Any) -> bool:
    """Whether ``held_item`` can tell what stands in the brackets of ``value``."""
    return _is_torch_container(type(value)) or any(is_a(value, base) for base in (dict, *_SEQUENCES))


def held_item(value: Any, key: Any) -> Any:
    """What ``value[key]`` is. Raises LookupError where it holds nothing there, TypeError where ``key`` is no key."""
    if _is_torch_container(type(value)):
        stores: list[Any] = [own_dict(value).get(store) for store in ("_modules", "_parameters")]
        parts = {name: part for held in stores if is_a(held, dict) for name, part in dict.items(held)}
        return parts[key] if type(key) is str else list(parts.values())[key]
    if is_a(value, dict):
        # not by brackets: those of a defaultdict make what is missing
        found = dict.get(value, key, _SEQUENCES)
        if found is _SEQUENCES:
            raise KeyError(key)
        return found
    base: Any = next((base for base in _SEQUENCES if is_a(value, base)), list)
    return base.__getitem__(value, key)


def _is_torch_container(cls: type) -> bool:
    """Whether the brackets are those of Sequential, ModuleList, ModuleDict, ParameterList or ParameterDict."""
    owner = next((base for base in mro(cls) if "__getitem__" in class_dict(base)), object)
    return module_name(owner) == "torch.nn.modules.container"
