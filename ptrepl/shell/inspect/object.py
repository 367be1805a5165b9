"""What something is, read from its type and its dictionaries: none of the learner's code runs, no ``repr`` either."""

from __future__ import annotations

import inspect
import sys
import types
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.kinds import Kind, class_dict, is_a, is_one, kind_of, module_name, mro
from ptrepl.engine.watch.static_read import module_dict
from ptrepl.shell.inspect.docstring import plain_docstring
from ptrepl.shell.inspect.schema import documented_elsewhere, schema_signatures
from ptrepl.shell.inspect.signature import signatures, split_docstring
from ptrepl.shell.inspect.text import class_name, is_shown, short_text
from ptrepl.texts.messages import gettext, ngettext

_CALLED = (types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.MethodDescriptorType)
_DOCUMENTED = (*_CALLED, types.WrapperDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType)
_SIZED = (list, tuple, dict, set, frozenset)
_SELF_EXPLAINING = (int, float, complex, str, bytes, bool, type(None), *_SIZED)
_ASKED_BY_INSPECT = ("__getattr__", "__getattribute__", "__class__", "__module__", "__qualname__", "__name__")


@dataclass(frozen=True, slots=True)
class Described:
    """What ``obj?`` shows. Texts only; ``value`` is that of a short plain object, "" of any other."""

    type_name: str
    value: str
    signatures: tuple[str, ...]
    documentation: str
    file: str
    """``path:line``, or "" for what has no Python source."""


def describe(value: Any, label: str) -> Described:
    """What is known of ``value``, which the learner wrote as ``label``. Never raises."""
    raw = _docstring(value)
    documentation = plain_docstring(split_docstring(raw)[1])
    elsewhere = "" if documentation else documented_elsewhere(value)
    return Described(
        type_name=_type_name(value),
        value=short_text(value) if is_shown(value) else _size(value),
        signatures=ways_to_call(value, label),
        documentation=gettext("{name}? explains it.", name=elsewhere) if elsewhere else documentation,
        file=_place(value),
    )


def _type_name(value: Any) -> str:
    """The name of its class; of a class with a metaclass of torch's own, which nobody knows, ``type``."""
    cls = type(value)
    return "type" if is_a(value, type) and module_name(cls).partition(".")[0] == "torch" else class_name(cls)


def ways_to_call(value: Any, label: str) -> tuple[str, ...]:
    """The signatures of ``value``, as texts; none for what cannot be called, or not be read."""
    return tuple(signatures(value, label, _docstring(value)) or schema_signatures(value))


def _size(value: Any) -> str:
    if is_one(type(value), _SIZED):
        return ngettext("{count} element", "{count} elements", len(value))
    return ""


def _docstring(value: Any) -> str:
    """The docstring of a function, class, module or property itself; of anything else, that of its class."""
    cls = type(value)
    found: Any = None
    if cls is types.MethodType:
        found = value.__func__.__doc__ if type(value.__func__) is types.FunctionType else None
    elif is_one(cls, _DOCUMENTED):
        found = value.__doc__
    elif cls is property:
        found = property.__dict__["__doc__"].__get__(value)
    elif is_a(value, types.ModuleType):
        found = module_dict(value).get("__doc__")
    elif is_a(value, type):
        found = _of_class(value)
    elif not is_one(cls, _SELF_EXPLAINING) and kind_of(value) is not Kind.TENSOR:
        found = _of_class(cls)
    return found if type(found) is str else ""


def _of_class(cls: type) -> Any:
    own = class_dict(cls).get("__doc__")
    if type(own) is types.GetSetDescriptorType:
        return type.__dict__["__doc__"].__get__(cls)
    # a class without a docstring is best explained by the class that it extends
    texts = (own, *(class_dict(base).get("__doc__") for base in mro(cls)[1:-1]))
    return next((text for text in texts if type(text) is str and text), None)


def _place(value: Any) -> str:
    code = _code(value)
    if code is not None:
        return "" if code.co_filename.startswith("<") else f"{code.co_filename}:{code.co_firstlineno}"
    module = value
    if is_a(value, type):
        module = sys.modules.get(module_name(value))
    if not is_a(module, types.ModuleType):
        return ""
    file = module_dict(module).get("__file__")
    return file if type(file) is str and not file.startswith("<") else ""


def _code(value: Any) -> types.CodeType | None:
    function = value.__func__ if type(value) is types.MethodType else value
    return function.__code__ if type(function) is types.FunctionType else None


def source_of(value: Any) -> str | None:
    """The Python source of a function, method, class or module, without its common indent; None if there is none."""
    if not is_a(value, types.ModuleType) and _code(value) is None:
        if not is_a(value, type):
            value = type(value)
        if not module_name(value) or _asks_back(value):
            return None
    try:
        return inspect.cleandoc("\n" + inspect.getsource(value))
    except (OSError, TypeError, SyntaxError):
        return None


def _asks_back(cls: type) -> bool:
    """Whether a metaclass of ``cls`` has code of its own for what ``inspect`` asks."""
    metas = [each for each in mro(type(cls)) if each is not type and each is not object]
    return any(name in class_dict(each) for each in metas for name in _ASKED_BY_INSPECT)
