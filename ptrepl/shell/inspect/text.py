"""Small values, classes and type annotations as text, without ``repr`` of anything that the learner wrote."""

from __future__ import annotations

import types
import typing
from typing import Any

from ptrepl.engine.watch.kinds import is_a, is_one, module_name

_PLAIN = (int, float, complex, str, bytes, bool, type(None), type(...))
_FROM_TORCH = ("torch", "torch._C")
_LONGEST = 60

_name_of_class = type.__dict__["__qualname__"].__get__


def class_name(cls: type) -> str:
    """``cls.__qualname__``, whatever its metaclass says."""
    name: str = _name_of_class(cls)
    return name


def is_shown(value: Any) -> bool:
    """Whether the value is of a plain type, whose ``repr`` is Python's or torch's own."""
    cls = type(value)
    if cls is tuple:
        return all(map(is_shown, value))
    return is_one(cls, _PLAIN) or (class_name(cls) in ("dtype", "device", "layout", "memory_format") and _is_torch(cls))


def _is_torch(cls: type) -> bool:
    return module_name(cls) in _FROM_TORCH


def short_text(value: Any) -> str:
    """A short plain value as it would be typed, else its name or its type: ``3``, ``relu``, ``<Tensor>``."""
    if is_shown(value):
        text = repr(value)
        return text if len(text) <= _LONGEST else "…"
    if is_a(value, type):
        return class_name(value)
    if is_one(type(value), (types.FunctionType, types.BuiltinFunctionType)):
        return str(value.__name__)
    return f"<{class_name(type(value))}>"


def annotation_text(annotation: Any) -> str:
    """``int | None``, ``list[Tensor]``, ``Callable[[int], str]``."""
    cls = type(annotation)
    if cls is str:
        return str(annotation)
    if annotation is None or annotation is type(None):
        return "None"
    if annotation is ...:
        return "..."
    if is_a(annotation, type):
        return class_name(annotation)
    generic = is_a(annotation, types.GenericAlias) or cls is types.UnionType
    if generic or module_name(cls) == "typing":
        return _generic(annotation)
    return short_text(annotation)


def _generic(annotation: Any) -> str:
    origin = getattr(annotation, "__origin__", None)
    name = class_name(origin) if isinstance(origin, type) else str(getattr(origin or annotation, "_name", None) or "…")
    inner = short_text if origin is typing.Literal else annotation_text
    arguments = [inner(each) for each in getattr(annotation, "__args__", ())]
    if type(annotation) is types.UnionType or origin is typing.Union:
        return " | ".join(arguments)
    if name == "Callable" and arguments:
        *taken, returned = arguments
        return f"Callable[[{', '.join(taken)}], {returned}]"
    return f"{name}[{', '.join(arguments)}]" if arguments else name
