"""The tensors inside containers, modules, optimizers and the learner's own objects, with the path to each."""

from __future__ import annotations

import collections
import enum
import itertools
import operator
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from ptrepl.engine.watch.kinds import (
    HOLD_NOTHING,
    Kind,
    class_dict,
    is_one,
    kind_of,
    module_name,
    mro,
    own_dict,
)

MOST_VISITED = 20_000
"""Elements of one container that are looked at; a list of a million ints must not slow every statement."""
_TENSOR_COST = 10
"""A tensor costs as much as so many elements that are none: some two thousand of one container are looked at."""
MOST_SHAPES = 4
"""Tensors of a container of which the shape is told."""
_DEEPEST = 8
_READABLE_KEYS = (str, int, float, bool, bytes, type(None))
_NOTHING_IDS = frozenset(map(id, HOLD_NOTHING))
_OF_EVERY_MODULE = frozenset(("_parameters", "_buffers", "_modules"))
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
    MODULES = "modules"
    """No tensors: the modules inside a module, where they are put into or out of training mode."""

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
    tensors: int = 0
    """Of the role ``TENSORS``, each counted as often as it stands there, as ``len`` counts."""
    first: list[Any] = field(default_factory=list)
    """The first ``MOST_SHAPES`` of them, and one more."""
    unregistered: dict[tuple[str, str], int] = field(default_factory=dict)
    """What a module holds in plain containers, so that ``parameters()`` does not find it: ("layer" or "parameter",
    the type of the container) → how many."""
    training: dict[str, bool] = field(default_factory=dict)
    """Path of each module → whether it is in training mode."""


@dataclass(slots=True)
class _Walk:
    learner_module: str
    parts: Parts = field(default_factory=Parts)
    visited: set[int] = field(default_factory=set)
    budget: int = MOST_VISITED


def parts_of(value: Any, kind: Kind, learner_module: str = "__main__", *, asked_for: bool = False) -> Parts:
    """Every tensor inside ``value``, each once, in order. Calls no method that the learner may have written.

    Of a long container the first ones only; ``asked_for``: ten times as many, as for a command.
    """
    walk = _Walk(learner_module, budget=(_TENSOR_COST + 1) * MOST_VISITED if asked_for else MOST_VISITED)
    if kind is Kind.OPTIMIZER:
        walk.parts.found.extend(_optimizer_parts(value))
    else:
        _visit(value, kind, "", walk, 0)
    return walk.parts


def count_plain_tensors(value: Any) -> int | None:
    """How many elements a long list or tuple has, if each of them is a plain tensor."""
    tensor = sys.modules["torch"].Tensor
    if type(value) is not list and type(value) is not tuple:
        return None
    return len(value) if all(map(operator.is_, map(type, value), itertools.repeat(tensor))) else None


def path_of_module(value: Any, wanted: Any) -> str:
    """Where ``wanted`` is registered inside ``value``, both of them modules: ``"0.linear"``; "" if it is not."""
    waiting, visited = [(value, "")], {id(value)}
    while waiting:
        module, path = waiting.pop(0)
        for name, child in _items(own_dict(module).get("_modules")):
            if child is None or id(child) in visited:
                continue
            visited.add(id(child))
            inner = f"{path}.{name}" if path else name
            if child is wanted:
                return inner
            waiting.append((child, inner))
    return ""


def module_at(value: Any, path: str) -> Any:
    """The module that is registered there inside ``value``, another one: ``"0.linear"``; None if there is none."""
    for name in path.split("."):
        value = dict(_items(own_dict(value).get("_modules"))).get(name)
        if value is None:
            return None
    return value


def join_path(label: str, path: str) -> str:
    """How the learner would write the part: ``net[0].weight``, ``d['a']``, ``point.x``."""
    if path[:1] in ("[", "."):
        return label + path
    for step in path.split("."):
        label += f"[{step}]" if step.isdigit() else f".{step}"
    return label


def _visit(value: Any, kind: Kind, path: str, walk: _Walk, depth: int) -> None:
    if kind is Kind.TENSOR:
        walk.parts.tensors += 1
        if len(walk.parts.first) <= MOST_SHAPES:
            walk.parts.first.append(value)
    if id(value) in walk.visited or depth > _DEEPEST:
        return
    walk.visited.add(id(value))
    if kind is Kind.TENSOR:
        walk.budget -= _TENSOR_COST
        walk.parts.found.append(Part(Group.TENSORS, path, value))
    elif kind is Kind.MODULE:
        walk.parts.modules += 1
        _visit_module(value, path, walk, depth)
    elif kind is not Kind.LOADER and kind is not Kind.OPTIMIZER:
        for step, element, inner in _held(value, kind, walk):
            _visit(element, inner, path + step(), walk, depth + 1)


def _held(value: Any, kind: Kind, walk: _Walk) -> Iterator[tuple[Callable[[], str], Any, Kind]]:
    """What may hold tensors in a container or record, with the step of the path that leads to it."""
    if kind is Kind.MAPPING:
        elements = list(itertools.islice(dict.values(value), walk.budget + 1))
    elif kind is Kind.SEQUENCE:
        cls: Any = next(each for each in mro(type(value)) if is_one(each, _SEQUENCES))
        elements = list(itertools.islice(cls.__iter__(value), walk.budget + 1))
    else:
        named = [*_items(own_dict(value)), *_slots(value)]
        elements = [element for _, element in named]
    if _NOTHING_IDS.issuperset(map(id, map(type, elements))):
        walk.budget -= len(elements)
        walk.parts.truncated = walk.parts.truncated or walk.budget < 0
        return
    keys: list[Any] = []
    if kind is Kind.MAPPING:
        keys = list(itertools.islice(dict.keys(value), len(elements)))
    tensor = sys.modules["torch"].Tensor if "torch" in sys.modules else None
    fields = _fields(value) if kind is Kind.SEQUENCE else ()
    for index, element in enumerate(elements):
        walk.budget -= 1
        if walk.budget < 0:
            walk.parts.truncated = True
            return
        # most often it is one, and its class has a metaclass, by which a kind cannot be remembered
        inner = Kind.TENSOR if type(element) is tensor else kind_of(element, walk.learner_module)
        if inner is None:
            continue
        if kind is Kind.MAPPING:
            yield lambda index=index: f"[{_key_text(keys[index])}]", element, inner  # type: ignore[misc]
        elif kind is Kind.SEQUENCE:
            yield lambda index=index: _step(index, fields), element, inner  # type: ignore[misc]
        else:
            yield lambda index=index: f".{named[index][0]}", element, inner  # type: ignore[misc]


def _fields(value: Any) -> tuple[Any, ...]:
    """The names of a named tuple's elements."""
    if not is_one(tuple, mro(type(value))):
        return ()
    fields = next((class_dict(each)["_fields"] for each in mro(type(value)) if "_fields" in class_dict(each)), ())
    return fields if type(fields) is tuple else ()


def _step(index: int, fields: tuple[Any, ...]) -> str:
    return f".{fields[index]}" if index < len(fields) else f"[{index}]"


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
    """What is registered in the module and its children, as ``parameters()`` finds it, then what else they hold."""
    inside: list[tuple[Any, str, int]] = []
    _visit_registered(module, path, walk, depth, inside)
    for each, prefix, at in inside:
        learners = module_name(type(each)) == walk.learner_module
        for name, value in _items(own_dict(each)):
            if name.startswith("_") and (not learners or name in _OF_EVERY_MODULE):
                continue
            kind = kind_of(value, walk.learner_module)
            if kind is Kind.TENSOR:
                _visit(value, kind, prefix + name, walk, at + 1)
            elif kind is Kind.SEQUENCE or kind is Kind.MAPPING:
                _visit_unregistered(value, kind, prefix + name, walk, at + 1)


def _visit_registered(module: Any, path: str, walk: _Walk, depth: int, inside: list[tuple[Any, str, int]]) -> None:
    namespace = own_dict(module)
    prefix = f"{path}." if path else ""
    inside.append((module, prefix, depth))
    if type(training := namespace.get("training")) is bool:
        walk.parts.training[path] = training
    for role, store in ((Group.PARAMETERS, "_parameters"), (Group.BUFFERS, "_buffers")):
        for name, tensor in _items(namespace.get(store)):
            if tensor is not None and id(tensor) not in walk.visited and kind_of(tensor) is Kind.TENSOR:
                walk.visited.add(id(tensor))
                walk.parts.found.append(Part(role, prefix + name, tensor))
    for name, child in _items(namespace.get("_modules")):
        if child is not None and id(child) not in walk.visited and kind_of(child) is Kind.MODULE:
            walk.visited.add(id(child))
            _visit_registered(child, prefix + name, walk, depth + 1, inside)


def _visit_unregistered(value: Any, kind: Kind, path: str, walk: _Walk, depth: int) -> None:
    """A plain container that is an attribute of a module: what ``parameters()`` finds has been visited by now."""
    if id(value) in walk.visited or depth > _DEEPEST:
        return
    walk.visited.add(id(value))
    for step, element, inner in _held(value, kind, walk):
        place = path + step()
        if inner is Kind.MODULE and id(element) not in walk.visited:
            walk.visited.add(id(element))
            own = _Walk(walk.learner_module, visited=walk.visited, budget=walk.budget)
            _visit_module(element, place, own, depth + 1)
            # to the module that holds the container these are tensors that it happens to have
            walk.parts.found += [Part(Group.TENSORS, part.path, part.tensor) for part in own.parts.found]
            walk.parts.training |= own.parts.training
            _count_unregistered(walk, "layer", value)
        elif inner is Kind.TENSOR and id(element) not in walk.visited:
            if not is_one(_parameter_class(), mro(type(element))):
                _visit(element, inner, place, walk, depth + 1)
                continue
            walk.visited.add(id(element))
            walk.parts.found.append(Part(Group.TENSORS, place, element))
            _count_unregistered(walk, "parameter", value)
        elif inner is Kind.SEQUENCE or inner is Kind.MAPPING:
            _visit_unregistered(element, inner, place, walk, depth + 1)


def _count_unregistered(walk: _Walk, what: str, container: Any) -> None:
    base = next(each for each in mro(type(container)) if each is dict or is_one(each, _SEQUENCES))
    key = (what, base.__name__)
    walk.parts.unregistered[key] = walk.parts.unregistered.get(key, 0) + 1


def _parameter_class() -> type:
    found: type = sys.modules["torch"].nn.Parameter
    return found


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
