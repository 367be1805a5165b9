"""The tensors inside containers, modules, optimizers and the learner's own objects, with the path to each."""

from __future__ import annotations

import collections
import enum
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from ptrepl.engine.watch.kinds import Kind, class_dict, kind_of, mro, own_dict

MOST_VISITED = 20_000
"""Elements of one container that are looked at; a list of a million ints must not slow every statement."""
_DEEPEST = 8
_READABLE_KEYS = (str, int, float, bool, bytes, type(None))
_SEQUENCES: tuple[Any, ...] = (list, tuple, set, frozenset, collections.deque)


class Group(enum.Enum):
    """What tensors are to the object that holds them."""

    TENSORS = "tensors"
    """They stand in a container or in an attribute."""
    PARAMETERS = "parameters"
    BUFFERS = "buffers"
    STATE = "state"
    """What an optimizer keeps for each parameter."""
    GRADIENTS = "gradients"
    """They belong to other parts, and are not counted as parts themselves."""

    __hash__ = object.__hash__  # Enum's own runs in Python, for each part of a model after each statement


@dataclass(slots=True)
class Part:
    """One tensor inside something."""

    role: Group
    path: str
    tensor: Any


@dataclass(slots=True)
class Parts:
    """What was found inside one object. Holds tensors: for use within one look only."""

    found: list[Part] = field(default_factory=list)
    modules: int = 0
    truncated: bool = False


@dataclass(slots=True)
class _Walk:
    learner_module: str
    parts: Parts = field(default_factory=Parts)
    visited: set[int] = field(default_factory=set)
    budget: int = MOST_VISITED


def parts_of(value: Any, kind: Kind, learner_module: str = "__main__") -> Parts:
    """Every tensor inside ``value``, each once, in order. Calls no method that the learner may have written."""
    walk = _Walk(learner_module)
    if kind is Kind.OPTIMIZER:
        walk.parts.found.extend(_optimizer_parts(value))
    else:
        _visit(value, kind, "", walk, 0)
    return walk.parts


def join_path(label: str, path: str) -> str:
    """How the learner would write the part: ``net[0].weight``, ``d['a']``, ``point.x``."""
    if path[:1] in ("[", "."):
        return label + path
    for step in path.split("."):
        label += f"[{step}]" if step.isdigit() else f".{step}"
    return label


def _visit(value: Any, kind: Kind, path: str, walk: _Walk, depth: int) -> None:
    if id(value) in walk.visited or depth > _DEEPEST:
        return
    walk.visited.add(id(value))
    if kind is Kind.TENSOR:
        walk.parts.found.append(Part(Group.TENSORS, path, value))
    elif kind is Kind.MODULE:
        walk.parts.modules += 1
        _visit_module(value, path, walk, depth)
    elif kind is not Kind.LOADER and kind is not Kind.OPTIMIZER:
        for step, element in _elements(value, kind):
            walk.budget -= 1
            if walk.budget < 0:
                walk.parts.truncated = True
                return
            inner = kind_of(element, walk.learner_module)
            if inner is not None:
                _visit(element, inner, path + (step() if callable(step) else step), walk, depth + 1)


def _elements(value: Any, kind: Kind) -> Iterator[tuple[Any, Any]]:
    if kind is Kind.MAPPING:
        for key, element in list(dict.items(value)):
            yield (lambda key=key: f"[{_key_text(key)}]"), element
    elif kind is Kind.SEQUENCE:
        bases = mro(type(value))
        cls: Any = next(each for each in bases if any(each is plain for plain in _SEQUENCES))
        fields = next((class_dict(each)["_fields"] for each in bases if "_fields" in class_dict(each)), None)
        named = fields if type(fields) is tuple and cls is tuple else None
        for index, element in enumerate(list(cls.__iter__(value))):
            if named is not None and index < len(named):
                yield f".{named[index]}", element
            else:
                yield (lambda index=index: f"[{index}]"), element
    else:
        for name, element in [*_items(own_dict(value)), *_slots(value)]:
            yield f".{name}", element


def _slots(value: Any) -> Iterator[tuple[str, Any]]:
    for cls in mro(type(value)):
        for name, descriptor in list(class_dict(cls).items()):
            if type(descriptor) is types.MemberDescriptorType:
                try:
                    yield name, descriptor.__get__(value)
                except AttributeError:
                    continue


def _key_text(key: Any) -> str:
    cls = type(key)
    return repr(key) if any(cls is plain for plain in _READABLE_KEYS) else "…"


def _visit_module(module: Any, path: str, walk: _Walk, depth: int) -> None:
    namespace = own_dict(module)
    prefix = f"{path}." if path else ""
    for role, store in ((Group.PARAMETERS, "_parameters"), (Group.BUFFERS, "_buffers")):
        for name, tensor in _items(namespace.get(store)):
            if tensor is not None and id(tensor) not in walk.visited and kind_of(tensor) is Kind.TENSOR:
                walk.visited.add(id(tensor))
                walk.parts.found.append(Part(role, prefix + name, tensor))
    for name, value in _items(namespace):
        kind = None if name.startswith("_") else kind_of(value, walk.learner_module)
        if kind in (Kind.TENSOR, Kind.SEQUENCE, Kind.MAPPING):
            _visit(value, kind, prefix + name, walk, depth + 1)
    for name, child in _items(namespace.get("_modules")):
        if child is not None and id(child) not in walk.visited and kind_of(child) is Kind.MODULE:
            walk.visited.add(id(child))
            _visit_module(child, prefix + name, walk, depth + 1)


def _is_dict(found: Any) -> TypeGuard[dict[Any, Any]]:
    return any(each is dict for each in mro(type(found)))


def _items(found: Any) -> list[tuple[str, Any]]:
    """The items of a dictionary that have a name; none of anything else."""
    if not _is_dict(found):
        return []
    return [(name, value) for name, value in list(dict.items(found)) if type(name) is str]


def _optimizer_parts(optimizer: Any) -> Iterator[Part]:
    namespace = own_dict(optimizer)
    state, groups = namespace.get("state"), namespace.get("param_groups")
    # by identity: a parameter of the learner's class may have a __hash__ of its own
    states = {id(parameter): entries for parameter, entries in dict.items(state)} if _is_dict(state) else {}
    index = 0
    for group in groups if type(groups) is list else ():
        parameters = group.get("params") if type(group) is dict else None
        for parameter in parameters if type(parameters) is list else ():
            if kind_of(parameter) is Kind.TENSOR:
                yield Part(Group.PARAMETERS, str(index), parameter)
                for name, value in _items(states.get(id(parameter))):
                    if kind_of(value) is Kind.TENSOR:
                        yield Part(Group.STATE, f"{index}.{name}", value)
            index += 1
