"""What is known of an expression: the object that it names, or the type of what it would make. Reads, never calls.

``isinstance`` is not used on the learner's objects: it asks them for ``__class__``, which may be a property of theirs.
"""

from __future__ import annotations

import collections
import functools
import types
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, is_a, is_one, mro, own_dict
from ptrepl.shell.inspect.parts_held import child_stores
from ptrepl.shell.inspect.text import module_names

_COMPUTED = (property, functools.cached_property, types.GetSetDescriptorType)
_STORED = (types.MemberDescriptorType, type(collections.namedtuple("_Pair", "left").__dict__["left"]))
"""Slots, and the fields of named tuples: they read memory and run nothing."""
_METHODS = (types.FunctionType, types.MethodDescriptorType, types.BuiltinFunctionType, types.ClassMethodDescriptorType)


@dataclass(frozen=True, slots=True, eq=False)
class KnownObject:
    """An object that exists. ``bound``: a function that its first argument has been found for."""

    value: Any
    bound: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class InstanceOf:
    """Some instance of ``cls``, which nobody has made yet."""

    cls: type


@dataclass(frozen=True, slots=True, eq=False)
class Writing:
    """``self`` in a class that is being written: what it has, and the classes that it extends."""

    bases: tuple[type, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """An attribute that only its own code could tell: ``descriptor``, found in ``owner`` under ``name``."""

    descriptor: Any
    owner: type
    name: str


Known = KnownObject | InstanceOf | Writing


def type_of(known: Known) -> type | None:
    """The class of an instance; None for a class that is being written."""
    if isinstance(known, KnownObject):
        return type(known.value)
    return known.cls if isinstance(known, InstanceOf) else None


def module_of(value: Any) -> dict[str, Any] | None:
    """The dictionary of a module, None for anything else."""
    return module_names(value) if is_a(value, types.ModuleType) else None


def read_attribute(known: Known, name: str) -> Known | Computed | None:
    """What ``known.name`` is, as it lies in memory; None where that is nowhere."""
    if isinstance(known, Writing):
        found = (read_attribute(InstanceOf(base), name) for base in known.bases)
        return next((each for each in found if each is not None), None)
    if isinstance(known, InstanceOf):
        return _through_class(known.cls, name)
    value = known.value
    if (names := module_of(value)) is not None:
        return KnownObject(names[name]) if name in names else None
    if is_a(value, type):
        return _of_class(value, name)
    through = _through_class(type(value), name)
    if isinstance(through, Computed):
        return _slot(through, value)
    for names in (own_dict(value), *child_stores(value)):
        if name in names:
            return KnownObject(dict.get(names, name))
    return through


def _through_class(cls: type, name: str) -> KnownObject | Computed | None:
    for base in mro(cls):
        names = class_dict(base)
        if name not in names:
            continue
        found = names[name]
        kind = type(found)
        if is_one(kind, _COMPUTED) or is_one(kind, _STORED):
            return Computed(found, base, name)
        if kind is staticmethod:
            return KnownObject(found.__func__)
        if kind is classmethod:
            return KnownObject(found.__func__, bound=True)
        if is_one(kind, _METHODS):
            return KnownObject(found, bound=kind is types.FunctionType)
        return None if _is_descriptor(kind) else KnownObject(found)
    return None


def _of_class(cls: type, name: str) -> KnownObject | None:
    """An attribute of the class itself: functions are not bound, and a property is no more than a property."""
    for base in mro(cls):
        names = class_dict(base)
        if name in names:
            found = names[name]
            if is_one(type(found), (staticmethod, classmethod)):
                return KnownObject(found.__func__, bound=type(found) is classmethod)
            return KnownObject(found) if is_one(type(found), _METHODS) or not _is_descriptor(type(found)) else None
    return None


def _is_descriptor(kind: type) -> bool:
    return any("__get__" in class_dict(base) for base in mro(kind))


def _slot(computed: Computed, value: Any) -> KnownObject | Computed | None:
    if not is_one(type(computed.descriptor), _STORED):
        return computed
    try:
        return KnownObject(computed.descriptor.__get__(value))
    except AttributeError:
        return None
