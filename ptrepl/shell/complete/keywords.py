"""The keyword arguments that a call may still be given."""

from __future__ import annotations

import functools
import re
import types
from typing import Any

from ptrepl.engine.watch.kinds import is_a, is_module_class, is_one
from ptrepl.shell.complete.infer import KnownNames
from ptrepl.shell.complete.known import InstanceOf, Known, KnownObject, read_attribute, type_of
from ptrepl.shell.complete.place import NextArgument
from ptrepl.shell.inspect.schema import schema_signatures
from ptrepl.shell.inspect.signature import signatures

_BUILTIN = (types.BuiltinFunctionType, types.MethodDescriptorType)
_PARTS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|'[^']*'|\"[^\"]*\"")


def keywords_of(call: NextArgument, scope: KnownNames) -> list[str]:
    """``["dim=", "keepdim="]``, in the order of the signature; those that are given already are left out."""
    known = scope.known(call.function)
    if known is None:
        return []
    names = _parameters(known, call.positional)
    return [f"{name}=" for name in dict.fromkeys(names) if name.isidentifier() and name not in call.used]


def _parameters(known: Known, given: int) -> list[str]:
    if not isinstance(known, KnownObject):
        return _of_method(type_of(known), ("forward", "__call__"), given)
    value, cls = known.value, type(known.value)
    if is_a(value, type):
        return _of_method(value, ("__init__", "__new__"), given) or _of_text(value)
    if cls is types.MethodType:
        return _of_function(value.__func__, given + 1) or _of_text(value.__func__)
    if cls is types.FunctionType:
        return _of_function(value, given + known.bound) or _of_text(value)
    if is_one(cls, _BUILTIN):
        return _of_text(value)
    if cls is functools.partial:
        return _parameters(KnownObject(functools.partial.__dict__["func"].__get__(value)), given)
    return _of_method(cls, ("forward", "__call__"), given)


def _of_method(cls: type | None, names: tuple[str, ...], given: int) -> list[str]:
    for name in names:
        if cls is None or (name == "forward" and not is_module_class(cls)):
            continue
        found = read_attribute(InstanceOf(cls), name)
        if isinstance(found, KnownObject) and type(found.value) is types.FunctionType:
            return _of_function(found.value, given + 1)
    return []


def _of_function(function: Any, given: int) -> list[str]:
    while type(function) is types.FunctionType:
        inner = function.__dict__.get("__wrapped__")
        if type(inner) is not types.FunctionType:
            break
        function = inner
    if type(function) is not types.FunctionType:
        return []
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    by_keyword = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    return [*positional[max(given, code.co_posonlyargcount) :], *by_keyword]


def _of_text(value: Any) -> list[str]:
    """By the signatures of the documentation first, then by torch's own schemas, which know more."""
    documentation = value.__doc__ if is_one(type(value), (types.FunctionType, *_BUILTIN)) else ""
    texts = signatures(value, "f", documentation if type(documentation) is str else "")
    found = [name for text in [*texts, *schema_signatures(value)] for name in _names(text)]
    return [name for name in found if name != "self" and (name != "input" or type(value) is not _BUILTIN[1])]


def _names(signature: str) -> list[str]:
    inside = signature.partition("(")[2].rpartition("->")[0] or signature.partition("(")[2]
    inside = inside.rstrip().removesuffix(")")
    while (bare := _PARTS.sub("", inside)) != inside:
        inside = bare
    inside = inside.rpartition("/")[2]
    found = (re.findall(r"[\w*\\]+", re.split(r"[:=]", part)[0]) for part in inside.split(","))
    return [words[-1] for words in found if words and "*" not in words[-1]]
