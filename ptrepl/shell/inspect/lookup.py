"""``net[0].weight`` → the object, looked up as it lies in memory: no code runs, torch's own least of all.

``getattr`` would run the learner's properties and ``__getattr__``, and ``x.T`` adds a node to a graph. So names are
looked up in dictionaries, attributes in the dictionaries of instances, classes and modules, and indexes in containers.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
import types
from collections.abc import Mapping
from typing import Any

from ptrepl.engine.watch.facts import Unreadable, attempt
from ptrepl.engine.watch.kinds import class_dict, is_a, is_tensor_class, mro, own_dict, type_name
from ptrepl.engine.watch.static_read import bound, find, gradient, has_plain_brackets, held_item, module_dict
from ptrepl.errors import UnknownName, UsageError
from ptrepl.nearest import nearest
from ptrepl.texts.messages import gettext


def lookup(text: str, namespace: Mapping[str, Any]) -> Any:
    """The object that ``text`` names: a name, then attributes and constant indexes.

    Raises UsageError with one line: no such name, attribute or index, or an expression that would have to run.
    """
    return _find(_expression(text.strip()), namespace)


def lookup_value(text: str, namespace: Mapping[str, Any]) -> Any:
    """``lookup`` of a value: raises UsageError for an attribute that is computed when it is asked for, such as x.T."""
    found = lookup(text, namespace)
    if _is_computed(found):
        raise _has_to_run(_expression(text.strip()))
    return found


def _is_computed(found: Any) -> bool:
    """Whether Python would run code to give the attribute that was found."""
    return is_a(found, property) or is_a(found, types.GetSetDescriptorType)


def check_target(text: str, namespace: Mapping[str, Any]) -> None:
    """Raises UsageError unless ``lookup`` finds the value of ``text``, or could find it once it is there."""
    node = outer = _expression(text.strip())
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Subscript):
            _constant(node)
        elif not isinstance(node, ast.Attribute):
            raise _no_name(text) if isinstance(node, ast.Constant) else _has_to_run(node)
        node = node.value
    try:
        found = _find(outer, namespace)
    except UsageError:
        return
    if _is_computed(found):
        raise _has_to_run(outer)


def _no_name(text: str) -> UsageError:
    return UsageError(
        gettext("'{text}' is not a name. Write one as you use it in Python, such as net[0].weight.", text=text)
    )


def _has_to_run(node: ast.expr) -> UsageError:
    return UsageError(
        gettext("{code} would have to run first. Give its value a name, then ask for the name.", code=ast.unparse(node))
    )


def _expression(text: str) -> ast.expr:
    # the x-ray, as torch, calls the first part of net 0.weight
    for spelling in (text, re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", text)):
        try:
            return ast.parse(spelling, mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
    raise _no_name(text)


def _find(node: ast.expr, namespace: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return _name(node.id, namespace)
    if isinstance(node, ast.Attribute):
        return _attribute(_find(node.value, namespace), node.attr, ast.unparse(node.value))
    if isinstance(node, ast.Subscript):
        return _item(_find(node.value, namespace), _constant(node), ast.unparse(node.value))
    if isinstance(node, ast.Constant):
        return node.value
    raise _has_to_run(node)


def _constant(node: ast.Subscript) -> Any:
    try:
        return ast.literal_eval(node.slice)
    except ValueError:
        code = ast.unparse(node)
        raise UsageError(
            gettext("{code}: only a plain number or string can stand in the brackets here.", code=code)
        ) from None


def _name(name: str, namespace: Mapping[str, Any]) -> Any:
    for names in (namespace, builtins.__dict__):
        if name in names:
            return names[name]
    said = gettext("There is no name {name} here.", name=name)
    functions = (each for each in vars(builtins) if each[0].islower())  # not False for losse
    near = nearest(name, (each for each in [*namespace, *functions] if type(each) is str))
    hint = gettext("Did you mean {name}?", name=near) if near else gettext("%who lists the names.")
    raise UnknownName(name, f"{said} {hint}")


def _attribute(value: Any, name: str, text: str) -> Any:
    if is_a(value, types.ModuleType):
        return _of_module(value, name, text)
    if is_tensor_class(type(value)) and name == "grad":
        grad = attempt(lambda: gradient(value))
        return None if isinstance(grad, Unreadable) else grad
    found = find(value, name)
    try:
        if found is not None:
            return bound(found, value)
    except AttributeError:
        pass  # a slot that holds nothing
    cls = value if is_a(value, type) else type(value)
    known = [*own_dict(value), *(each for base in mro(cls) for each in class_dict(base))]
    raise _no_attribute(text, name, nearest(name, known))


def _no_attribute(text: str, name: str, near: str | None) -> UsageError:
    said = gettext("{code} has no attribute {name}.", code=text, name=name)
    hint = gettext("Did you mean {name}?", name=near) if near else ""
    return UsageError(f"{said} {hint}".rstrip())


def _of_module(module: types.ModuleType, name: str, text: str) -> Any:
    names = module_dict(module)
    if name in names:
        return names[name]
    # torch imports some of its parts when they are first asked for; what is loaded by now is here
    loaded = sys.modules.get(f"{names.get('__name__')}.{name}")
    if loaded is not None:
        return loaded
    raise _no_attribute(text, name, nearest(name, names))


def _item(value: Any, key: Any, text: str) -> Any:
    if is_tensor_class(type(value)):
        raise UsageError(
            gettext(
                "An index makes a new tensor. Give it a name first: part = {name}[{index!r}].", name=text, index=key
            )
        )
    if not has_plain_brackets(value):
        raise UsageError(
            gettext(
                "{name} is a {type}: what its brackets do can only be seen by running them.",
                name=text,
                type=type_name(value),
            )
        )
    try:
        return held_item(value, key)
    except (LookupError, TypeError):
        raise UsageError(gettext("{name} has no [{index!r}].", name=text, index=key)) from None
