"""The names that may follow a dot, or stand where an expression begins. Read from dictionaries, never from ``dir``."""

from __future__ import annotations

import builtins
import keyword
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, is_a, mro, own_dict
from ptrepl.engine.watch.static_read import module_parts
from ptrepl.shell.complete.known import Known, KnownObject, Writing, module_of, type_of
from ptrepl.shell.complete.local_names import Locals

Groups = Sequence[Iterable[str]]
"""Names in the order in which they are offered: all of the first before any of the second."""


def free_names(namespace: Mapping[str, Any], local: Locals) -> Groups:
    """The learner's own, then builtins, then keywords."""
    words = (word for word in keyword.kwlist if word not in vars(builtins))
    return [[*local.names, *_texts(namespace)], list(vars(builtins)), words]


def attribute_names(known: Known) -> Groups:
    """What ``known`` has: its own attributes and those of its classes; of a module, the public ones first."""
    if isinstance(known, Writing):
        classes = tuple(base for cls in known.bases for base in mro(cls))
        return [list(known.members), [*_declared(classes), *_of_classes(classes)]]
    if isinstance(known, KnownObject):
        if (names := module_of(known.value)) is not None:
            return _of_module(names)
        if is_a(known.value, type):
            return [_members(known.value), _of_classes(mro(known.value))]
        own = [*module_parts(known.value), own_dict(known.value)]
        return [_identifiers(names) for names in own] + [_of_classes(mro(type(known.value)))]
    classes = mro(type_of(known) or object)
    return [_declared(classes), _of_classes(classes)]


def _of_module(names: dict[str, Any]) -> Groups:
    listed = names.get("__all__")
    public = _texts(listed) if type(listed) is list or type(listed) is tuple else []
    home = f"{names.get('__name__')}."
    # torch.nn is no part of torch.__all__, and torch.os is no part of torch
    parts = [
        name
        for name, value in list(names.items())
        if type(value) is types.ModuleType and str(value.__dict__.get("__name__")).startswith(home)
    ]
    return [public + parts, _identifiers(names)]


def _of_classes(classes: Iterable[type]) -> list[str]:
    found: dict[str, None] = {}
    for cls in classes:
        found.update(dict.fromkeys(_identifiers(class_dict(cls))))
    return list(found)


def _declared(classes: Sequence[type]) -> list[str]:
    """What classes only annotate, and ``__init__`` makes: the ``weight`` of a layer that does not exist yet."""
    annotations = (class_dict(cls).get("__annotations__") for cls in classes)
    return [name for each in annotations if type(each) is dict for name in _identifiers(each)]


def _members(cls: type) -> list[str]:
    """Those of an enumeration: its class may keep them nowhere else."""
    members = next((class_dict(base)["_member_map_"] for base in mro(cls) if "_member_map_" in class_dict(base)), None)
    return _identifiers(members) if type(members) is dict else []


def _texts(names: Iterable[Any]) -> list[str]:
    # copied in one go: the learner's threads may be at work
    return [name for name in list(names) if type(name) is str]


def _identifiers(names: Iterable[Any]) -> list[str]:
    return [name for name in _texts(names) if name.isidentifier()]
