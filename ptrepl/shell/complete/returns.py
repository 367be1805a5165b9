"""The type that a function or a property promises: by its annotation, torch's stubs, or the ``->`` of its docstring."""

from __future__ import annotations

import ast
import builtins
import functools
import re
import sys
import types
import typing
from collections.abc import Collection, Mapping
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, is_a, is_module_class, is_one, module_name, mro
from ptrepl.shell.complete.known import Computed, InstanceOf, Known, KnownObject, module_of, read_attribute, type_of
from ptrepl.shell.complete.stubs import attribute_type, returned_types
from ptrepl.shell.inspect.signature import split_docstring

_BUILTIN = (types.BuiltinFunctionType, types.MethodDescriptorType)
_NUMPY_RETURNS = re.compile(r"Returns\n *-+\n *\w+ : (\w+)")
_UNIONS = (types.UnionType, type(typing.Optional[int]))  # noqa: UP045 ``int | None`` has a type of its own


def returned(known: Known, keywords: Collection[str] = ()) -> type | None:
    """The type of what a call of ``known`` gives; None where it cannot be known without calling.

    ``keywords``: those of the call, which choose among overloads.
    """
    cls = type_of(known)
    if not isinstance(known, KnownObject) or cls is None:
        return None if cls is None else _of_call_method(known)
    value = known.value
    if is_a(value, type):
        return _of_class(value)
    if cls is functools.partial:
        return returned(KnownObject(functools.partial.__dict__["func"].__get__(value)), keywords)
    if cls is types.MethodType:
        return _of_function(value.__func__, type(value.__self__))
    if cls is types.FunctionType:
        return _of_function(value, None)
    if is_one(cls, _BUILTIN):
        return _of_builtin(value, keywords)
    return _of_call_method(known)


def _of_class(cls: type) -> type | None:
    calls = next(base for base in mro(type(cls)) if "__call__" in class_dict(base))
    if calls is type:
        # type(x) makes no type
        return None if cls is type else cls
    # torch makes its own classes with metaclasses that let type's __call__ do the work
    return cls if module_name(calls).partition(".")[0] in ("torch", "abc", "enum") else None


def _of_call_method(known: Known) -> type | None:
    """An instance that is called: ``forward`` of a module, ``__call__`` of anything else."""
    cls = type_of(known)
    children = _children(known)
    if children is not None:
        return returned(KnownObject(children[-1])) if children else None
    for name in ("forward", "__call__"):
        if cls is None or (name == "forward" and not is_module_class(cls)):
            continue
        found = read_attribute(InstanceOf(cls), name)
        if isinstance(found, KnownObject) and type(found.value) is types.FunctionType:
            return _of_function(found.value, cls)
    return None


def _children(known: Known) -> list[Any] | None:
    """Those of an ``nn.Sequential``, which returns what its last one does."""
    base = getattr(sys.modules.get("torch.nn"), "Sequential", None)
    if base is None or not isinstance(known, KnownObject) or type(known.value) is not base:
        return None
    found = read_attribute(known, "_modules")
    held = found.value if isinstance(found, KnownObject) else None
    return None if held is None or not is_a(held, dict) else list(dict.values(held))


def _of_function(function: Any, owner: type | None) -> type | None:
    if type(function) is not types.FunctionType:
        return _of_builtin(function, ()) if is_one(type(function), _BUILTIN) else None
    # an undecorated function says more: contextmanager and its kin keep the annotation of what they wrap
    annotation = _annotations(function).get("return")
    if annotation is not None and "__wrapped__" not in function.__dict__:
        return annotated_type(annotation, function.__globals__, owner)
    return _of_docstring(function) if function.__globals__.get("__name__", "").startswith("torch.") else None


def _annotations(function: types.FunctionType) -> Mapping[str, Any]:
    # from Python 3.14 on they are code, which runs when they are asked for
    return {} if sys.version_info >= (3, 14) else function.__annotations__


def _of_builtin(value: Any, keywords: Collection[str]) -> type | None:
    name, torch = value.__name__, _torch_names()
    of_tensor = type(value) is types.MethodDescriptorType and _has_stubs(value.__objclass__)
    if of_tensor or torch.get(name) is value:
        for text in returned_types(name, of_tensor, keywords):
            if (found := named_type(text, torch)) is not None:
                return found
    return _of_docstring(value)


def _has_stubs(cls: type) -> bool:
    """Whether ``cls`` is one of torch's own classes of tensors, whose attributes the stubs describe."""
    tensor = _torch_names().get("Tensor")
    return is_a(tensor, type) and any(cls is each for each in mro(tensor)[:-1])  # type: ignore[arg-type]


def _of_docstring(value: Any) -> type | None:
    documentation = value.__doc__
    if type(documentation) is not str:
        return None
    text = split_docstring(documentation)[0].partition("->")[2].partition(" or ")[0]
    match = None if text else _NUMPY_RETURNS.search(documentation)
    home = value.__module__ if match is not None else None
    module = sys.modules.get(home) if type(home) is str else None
    return named_type(match[1] if match is not None else text, module_of(module) or {})


def computed_type(computed: Computed, owner: type | None) -> type | None:
    """The type that a property, a slot, or an attribute of tensors promises."""
    descriptor = computed.descriptor
    if _has_stubs(computed.owner) and (text := attribute_type(computed.name)):
        return named_type(text, _torch_names())
    function = None
    if type(descriptor) is property:
        function = property.__dict__["fget"].__get__(descriptor)
    elif type(descriptor) is functools.cached_property:
        function = descriptor.__dict__.get("func")
    if function is not None:
        return _of_function(function, owner)
    return _of_class_annotation(computed)


def _of_class_annotation(computed: Computed) -> type | None:
    names = class_dict(computed.owner).get("__annotations__")
    module = sys.modules.get(module_name(computed.owner))
    if type(names) is not dict or computed.name not in names or module is None:
        return None
    return annotated_type(names[computed.name], module_of(module) or {}, computed.owner)


def annotated_type(annotation: Any, names: Mapping[str, Any], owner: type | None = None) -> type | None:
    """The class that an annotation means: ``Tensor``, ``"Tensor"``, ``Tensor | None``, ``list[int]``, ``Self``."""
    if type(annotation) is str:
        return named_type(annotation, names, owner)
    if annotation is typing.Self:
        return owner
    if is_one(type(annotation), _UNIONS):
        options = (each for each in annotation.__args__ if each is not type(None))
        return annotated_type(next(options, None), names, owner)
    if is_a(annotation, types.GenericAlias) or type(annotation) is type(typing.List[int]):  # noqa: UP006
        annotation = annotation.__origin__
    if annotation is object or annotation is type(None):
        return None
    return annotation if is_a(annotation, type) else None


def named_type(text: str, names: Mapping[str, Any], owner: type | None = None) -> type | None:
    """The class that an annotation means, looked up by its words in ``names``, torch and the builtins."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return _named(node, names, owner)


def _named(node: ast.expr, names: Mapping[str, Any], owner: type | None) -> type | None:
    match node:
        case ast.BinOp(op=ast.BitOr()):
            return _named(node.left, names, owner) or _named(node.right, names, owner)
        case ast.Subscript(value=ast.Name(id="Optional")):
            return _named(node.slice, names, owner)
        case ast.Subscript():
            return _named(node.value, names, owner)
        case ast.Constant(value=str(text)):
            return named_type(text, names, owner)
        case ast.Tuple():
            return tuple
        case ast.Name(id="Self"):
            return owner
        case ast.Name(id=name):
            # torch.float and torch.int are no classes; in its stubs _float and _int are those of Python
            places = (names, _torch_names(), builtins.__dict__)
            found = (place.get(each) for each in (name, name.lstrip("_")) for place in places)
            return next((each for each in found if is_a(each, type) and each is not object), None)
        case ast.Attribute(value=owner_node, attr=name):
            names_of_owner = _module_names(owner_node, names)
            found_one = names_of_owner.get(name)
            return found_one if is_a(found_one, type) else None
        case _:
            return None


def _torch_names() -> Mapping[str, Any]:
    return getattr(sys.modules.get("torch"), "__dict__", {})


def _module_names(node: ast.expr, names: Mapping[str, Any]) -> Mapping[str, Any]:
    text = ast.unparse(node)
    module = names.get(text) if text in names else sys.modules.get(text)
    return (module_of(module) if module is not None else None) or {}
