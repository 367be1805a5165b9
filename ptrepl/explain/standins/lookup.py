"""Read what a name or an attribute refers to in a stopped frame, as Python would, without running any code.

Where Python itself would call the learner's code (a property, ``__getattr__``, a mapping's ``__getitem__``),
``NotReadable`` is raised instead.
"""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ptrepl.engine.watch.kinds import Kind, class_dict, is_one, is_tensor_class, kind_of, mro, own_dict
from ptrepl.engine.watch.static_read import (
    bound,
    find,
    find_in_class,
    gradient,
    has_plain_brackets,
    held_item,
    is_descriptor,
    is_stored,
    keeps_gradient,
)


class NotReadable(Exception):
    """It cannot be read without running code."""


@dataclass(frozen=True, slots=True)
class FrameScope:
    """The names that a stopped frame sees: its locals, then its globals, then the builtins.

    ``FrameScope.of(frame).real(node)`` of the tree of ``net[0].weight`` is the learner's own parameter, only to be
    read: ``real`` follows plain attributes and constant indices without running code, and raises ``NotReadable`` for
    all else (a call, a property). At the prompt both mappings are the namespace: ``FrameScope(names, names)``.
    """

    locals: Mapping[str, Any]
    globals: Mapping[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Names that an ``Evaluator`` bound itself, such as the one of a comprehension: they come before all others."""
    results: Mapping[str, Any] = field(default_factory=dict)
    """What expressions of the failing code gave, where that was seen, by their ``ast.dump``."""

    @classmethod
    def of(cls, frame: types.FrameType) -> FrameScope:
        return cls(frame.f_locals, frame.f_globals)

    def result(self, node: ast.expr) -> Any:
        """What ``node`` was seen to give. Raises NotReadable where that was not seen."""
        if self.results and not isinstance(node, (ast.Name, ast.Constant)):
            key = ast.dump(node)
            if key in self.results and not any(getattr(each, "id", None) in self.extra for each in ast.walk(node)):
                return self.results[key]
        raise NotReadable(type(node).__name__)

    def name(self, name: str) -> Any:
        """What ``name`` is bound to. Raises NotReadable where it is unbound."""
        for names in (self.extra, self.locals, self.globals, builtins.__dict__):
            if name in names:
                return names[name]
        raise NotReadable(name)

    def real(self, node: ast.expr) -> Any:
        """The object that a name, or a path of attributes and constant indices from one, refers to.

        Raises NotReadable for everything else.
        """
        match node:
            case ast.Name():
                return self.name(node.id)
            case ast.Attribute():
                return attribute(self.real(node.value), node.attr)
            case ast.Subscript(slice=ast.Constant(value=key)):
                return item(self.real(node.value), key)
            case ast.Subscript(slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as key))):
                return item(self.real(node.value), -key)
            case ast.Subscript(slice=ast.Name() as index):
                return item(self.real(node.value), self.name(index.id))
        raise NotReadable(type(node).__name__)

    def real_or_none(self, node: ast.expr) -> Any:
        """As ``real``; None where that raises NotReadable."""
        try:
            return self.real(node)
        except NotReadable:
            return None


def attribute(value: Any, name: str) -> Any:
    """``value.name``. Raises NotReadable where that would run code, or where there is none."""
    cls = type(value)
    if is_tensor_class(cls):
        return _of_tensor(value, name)
    asks = any("__getattribute__" in class_dict(base) for base in mro(cls)[:-1])
    if asks and cls is not types.ModuleType and cls is not type:
        raise NotReadable(name)
    found = find_in_class(value, name) if cls is type else find(value, name)
    if found is None:
        raise NotReadable(name)
    runs = found.owner is not None and is_descriptor(found.raw)
    if runs and not is_stored(found.raw) and type(found.raw) is not types.FunctionType:
        raise NotReadable(name)
    try:
        return bound(found, value)
    except AttributeError:
        raise NotReadable(name) from None


def _of_tensor(tensor: Any, name: str) -> Any:
    if name == "grad" and keeps_gradient(tensor):
        return gradient(tensor)
    own = own_dict(tensor)
    if name in own:
        return own[name]
    raise NotReadable(name)


def item(container: Any, key: Any) -> Any:
    """``container[key]`` of a plain list, tuple or dict, of a ``Sequential`` or ``ModuleList``. Raises NotReadable."""
    cls = type(container)
    plain = is_one(cls, (list, tuple, dict)) or (kind_of(container) is Kind.MODULE and has_plain_brackets(container))
    if plain and is_one(type(key), (str, int, bool)):
        try:
            return held_item(container, key)
        except (LookupError, TypeError):
            pass
    raise NotReadable(repr(key) if is_one(type(key), (str, int)) else type(key).__name__)
