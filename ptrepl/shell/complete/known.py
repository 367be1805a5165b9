"""What is known of an expression: the object that it names, or the type of what it would make. Reads, never calls.

``isinstance`` is not used on the learner's objects: it asks them for ``__class__``, which may
be a property that the learner wrote.
"""

from __future__ import annotations

import functools
import types
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.kinds import is_a, is_one
from ptrepl.engine.watch.static_read import Attribute, find, find_in_class, is_descriptor, is_stored, module_dict

_COMPUTED = (property, functools.cached_property, types.GetSetDescriptorType)
_METHODS = (types.FunctionType, types.MethodDescriptorType, types.BuiltinFunctionType, types.ClassMethodDescriptorType)


@dataclass(frozen=True, slots=True, eq=False)
class KnownObject:
    """An object that exists. ``bound``: it is a function whose first argument is already given, as in a method."""

    value: Any
    bound: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class InstanceOf:
    """Some instance of ``cls`` that need not exist yet, such as the result of a call."""

    cls: type


@dataclass(frozen=True, slots=True, eq=False)
class Writing:
    """``self`` in a class that is being written: what it has, and the classes that it extends."""

    bases: tuple[type, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """An attribute whose value only running code would give: ``descriptor``, found in ``owner`` under ``name``."""

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
    return module_dict(value) if is_a(value, types.ModuleType) else None


def read_attribute(known: Known, name: str) -> Known | Computed | None:
    """``known.name`` as it is stored, without running the learner's code; None where it is not found."""
    if isinstance(known, Writing):
        inherited = (read_attribute(InstanceOf(base), name) for base in known.bases)
        return next((each for each in inherited if each is not None), None)
    if isinstance(known, InstanceOf):
        in_class = find_in_class(known.cls, name)
        return None if in_class is None else _through_class(in_class, name)
    value = known.value
    if is_a(value, type):
        in_class = find_in_class(value, name)
        return None if in_class is None else _of_class(in_class)
    found = find(value, name)
    if found is None:
        return None
    return KnownObject(found.raw) if found.of_itself else _slot(_through_class(found, name), value)


def _through_class(found: Attribute, name: str) -> KnownObject | Computed | None:
    """What was found in the class of an instance."""
    raw, kind = found.raw, type(found.raw)
    if found.owner is not None and (is_one(kind, _COMPUTED) or is_stored(raw)):
        return Computed(raw, found.owner, name)
    if kind is staticmethod:
        return KnownObject(raw.__func__)
    if kind is classmethod:
        return KnownObject(raw.__func__, bound=True)
    if is_one(kind, _METHODS):
        return KnownObject(raw, bound=kind is types.FunctionType)
    return None if is_descriptor(raw) else KnownObject(raw)


def _of_class(found: Attribute) -> KnownObject | None:
    """An attribute of the class itself: functions are not bound, and descriptors such as properties give nothing."""
    raw, kind = found.raw, type(found.raw)
    if is_one(kind, (staticmethod, classmethod)):
        return KnownObject(raw.__func__, bound=kind is classmethod)
    return KnownObject(raw) if is_one(kind, _METHODS) or not is_descriptor(raw) else None


def _slot(known: KnownObject | Computed | None, value: Any) -> KnownObject | Computed | None:
    if not isinstance(known, Computed) or not is_stored(known.descriptor):
        return known
    try:
        return KnownObject(known.descriptor.__get__(value))
    except AttributeError:
        return None
