"""Read what a name or an attribute stands for in a stopped frame, as Python would, without running any code.

Where Python itself would call something of the learner's (a property, ``__getattr__``, a mapping's ``__getitem__``),
``NotReadable`` is raised instead.
"""

from __future__ import annotations

import ast
import builtins
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, mro, own_dict

_MODULE_PARTS = ("_parameters", "_buffers", "_modules")
_dict_of_module: Callable[[types.ModuleType], dict[str, Any]] = class_dict(types.ModuleType)["__dict__"].__get__


class NotReadable(Exception):
    """It cannot be read without running code."""


@dataclass(frozen=True, slots=True)
class FrameScope:
    """The names that a stopped frame sees: its locals before its globals before the builtins."""

    locals: Mapping[str, Any]
    globals: Mapping[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Names of a comprehension that is being followed; before all others."""

    @classmethod
    def of(cls, frame: types.FrameType) -> FrameScope:
        return cls(frame.f_locals, frame.f_globals)

    def name(self, name: str) -> Any:
        """What ``name`` is bound to. Raises NotReadable where it is unbound."""
        for names in (self.extra, self.locals, self.globals, builtins.__dict__):
            if name in names:
                return names[name]
        raise NotReadable(name)

    def real(self, node: ast.expr) -> Any:
        """The object that a name, or a path of attributes and constant items from one, stands for.

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


def attribute(value: Any, name: str) -> Any:
    """``value.name``. Raises NotReadable where that would run code, or where there is none."""
    cls = type(value)
    if is_tensor_class(cls):
        return _of_tensor(value, name)
    if cls is types.ModuleType:
        names = _dict_of_module(value)
        if name not in names:
            raise NotReadable(name)
        return names[name]
    if cls is type:
        return _of_class(value, name)
    if any("__getattribute__" in class_dict(base) for base in mro(cls)[:-1]):
        raise NotReadable(name)
    found, on_class = next(
        ((class_dict(base)[name], True) for base in mro(cls) if name in class_dict(base)), (None, False)
    )
    if on_class and type(found) is types.MemberDescriptorType:
        try:
            return found.__get__(value)
        except AttributeError:
            raise NotReadable(name) from None
    if on_class and _has(found, "__set__"):
        raise NotReadable(name)
    own = own_dict(value)
    if name in own:
        return own[name]
    if on_class:
        if type(found) is types.FunctionType:
            return types.MethodType(found, value)
        if _has(found, "__get__"):
            raise NotReadable(name)
        return found
    if kind_of(value) is Kind.MODULE:
        for part in _MODULE_PARTS:
            parts = own.get(part)
            if type(parts) is dict and name in parts:
                return parts[name]
    raise NotReadable(name)


def _of_class(value: type, name: str) -> Any:
    for base in mro(value):
        if name in class_dict(base):
            found = class_dict(base)[name]
            if type(found) is not types.FunctionType and _has(found, "__get__"):
                raise NotReadable(name)
            return found
    raise NotReadable(name)


def _has(descriptor: Any, special: str) -> bool:
    return any(special in class_dict(base) for base in mro(type(descriptor)))


def _of_tensor(tensor: Any, name: str) -> Any:
    if name == "grad" and (base_attribute("is_leaf").__get__(tensor) or base_attribute("retains_grad").__get__(tensor)):
        return base_attribute("grad").__get__(tensor)
    own = own_dict(tensor)
    if name in own:
        return own[name]
    raise NotReadable(name)


def item(container: Any, key: Any) -> Any:
    """``container[key]`` of a plain list, tuple or dict, of a ``Sequential`` or ``ModuleList``. Raises NotReadable."""
    cls = type(container)
    if cls in (list, tuple) and type(key) is int and -len(container) <= key < len(container):
        return container[key]
    if cls is dict and type(key) in (str, int, bool) and key in container:
        return container[key]
    modules = own_dict(container).get("_modules") if kind_of(container) is Kind.MODULE else None
    if type(modules) is dict and class_dict(cls).get("__module__") == "torch.nn.modules.container":
        if type(key) is str and key in modules:
            return modules[key]
        if type(key) is int and -len(modules) <= key < len(modules):
            return list(modules.values())[key]
    raise NotReadable(repr(key) if type(key) in (str, int) else type(key).__name__)
