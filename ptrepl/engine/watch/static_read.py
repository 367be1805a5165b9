"""What an attribute, an item or a gradient is, as it lies in memory: read without running any code.

``getattr`` would call properties, ``__getattr__`` and descriptors of the learner's; ``x.T`` adds a node to a graph. So
attributes are looked for where Python looks for them, in its order (a data descriptor of the class, the object's own
dictionary, the class, the parts of an ``nn.Module``), and what is found is handed out as it lies there. What to make
of a descriptor is the caller's decision: ``bound`` does what needs no code.

>>> find(net, "weight").raw is net.weight
True
>>> type(find(net, "forward").raw), find(net, "forward").owner
(<class 'function'>, <class 'torch.nn.modules.linear.Linear'>)
"""

from __future__ import annotations

import collections
import types
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import attempt, base_attribute, torch_functions_off
from ptrepl.engine.watch.kinds import class_dict, is_a, is_one, module_name, mro, own_dict

_PARTS = ("_parameters", "_buffers", "_modules")
_SEQUENCES: tuple[type, ...] = (list, tuple, collections.deque)
_WRAPPERS = (staticmethod, classmethod)
_STORED = (types.MemberDescriptorType, type(collections.namedtuple("_Pair", "left").__dict__["left"]))
"""Slots, and the fields of named tuples: they read memory and run nothing."""
_dict_of_module = class_dict(types.ModuleType)["__dict__"].__get__


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """What stands under a name. ``owner``: the class that has it; None where the object itself does."""

    raw: Any
    owner: type | None = None
    of_itself: bool = True
    """False where the class of the object has it, so that Python would bind it: for a class, its metaclass."""


def find(value: Any, name: str) -> Attribute | None:
    """What ``value.name`` comes to, before anything is bound or called; None where that is nowhere.

    Whatever ``__getattribute__`` and ``__getattr__`` would say is not asked for, except those of ``nn.Module``.
    """
    if is_a(value, types.ModuleType):
        names = module_dict(value)
        return Attribute(names[name]) if name in names else None
    shared = find_in_class(type(value), name)
    if shared is not None and _comes_first(shared.raw):
        return Attribute(shared.raw, shared.owner, of_itself=False)
    own = find_in_class(value, name) if is_a(value, type) else _own(value, name)
    if own is not None or shared is None:
        return own if own is not None else _part(value, name)
    return Attribute(shared.raw, shared.owner, of_itself=False)


def find_in_class(cls: type, name: str) -> Attribute | None:
    """What the class, or the first of its bases that has it, holds under ``name``."""
    for base in mro(cls):
        names = class_dict(base)
        if name in names:
            return Attribute(names[name], base)
    return None


def _own(value: Any, name: str) -> Attribute | None:
    names = own_dict(value)
    return Attribute(names[name]) if name in names else None


def _part(value: Any, name: str) -> Attribute | None:
    for names in module_parts(value):
        if dict.__contains__(names, name):
            return Attribute(dict.get(names, name))
    return None


def bound(found: Attribute, value: Any) -> Any:
    """What Python would make of ``found`` in ``value``, as far as that runs nothing: else what was found.

    A function is bound, a static or class method unwrapped, a slot read. Raises AttributeError for an empty slot.
    """
    kind = type(found.raw)
    if found.of_itself:
        return found.raw.__func__ if found.owner is not None and is_one(kind, _WRAPPERS) else found.raw
    if is_stored(found.raw):
        return found.raw.__get__(value)
    if kind is types.FunctionType:
        return types.MethodType(found.raw, value)
    return found.raw.__func__ if is_one(kind, _WRAPPERS) else found.raw


def is_stored(raw: Any) -> bool:
    """Whether it is a slot, or the field of a named tuple: reading it runs nothing."""
    return is_one(type(raw), _STORED)


def is_descriptor(raw: Any) -> bool:
    """Whether Python would call ``__get__`` of it, found in a class."""
    return any("__get__" in class_dict(base) for base in mro(type(raw)))


def _comes_first(raw: Any) -> bool:
    """Whether it is a data descriptor, which comes before what an object has under the same name."""
    return any("__set__" in class_dict(base) or "__delete__" in class_dict(base) for base in mro(type(raw)))


def module_dict(module: types.ModuleType) -> dict[str, Any]:
    """The dictionary of a module, whatever its class says."""
    names: dict[str, Any] = _dict_of_module(module)
    return names


def module_parts(value: Any) -> list[dict[str, Any]]:
    """The parameters, buffers and children of an ``nn.Module``, each by name; nothing for anything else."""
    own = own_dict(value)
    found = [own.get(part) for part in _PARTS if "_modules" in own]
    return [held for held in found if held is not None and is_a(held, dict)]


def has_plain_brackets(value: Any) -> bool:
    """Whether ``held_item`` can tell what stands in the brackets of ``value``."""
    return _is_torch_container(type(value)) or any(is_a(value, base) for base in (dict, *_SEQUENCES))


def held_item(value: Any, key: Any) -> Any:
    """What lies in a container under ``key``: no ``__missing__``, no ``__getitem__`` of a subclass.

    Raises LookupError where it holds nothing there, TypeError where ``key`` is no key.
    """
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
    found = find_in_class(cls, "__getitem__")
    return found is not None and found.owner is not None and module_name(found.owner) == "torch.nn.modules.container"


def keeps_gradient(tensor: Any) -> bool:
    """Whether a backward pass leaves a gradient in ``tensor``: a leaf, or ``retain_grad()`` was called."""
    with torch_functions_off():
        return attempt(lambda: base_attribute("is_leaf").__get__(tensor)) is True or (
            attempt(lambda: base_attribute("retains_grad").__get__(tensor)) is True
        )


def gradient(tensor: Any) -> Any:
    """``tensor.grad``; None where it keeps none: reading it there makes torch warn. Raises what torch raises."""
    with torch_functions_off():
        return base_attribute("grad").__get__(tensor) if keeps_gradient(tensor) else None
