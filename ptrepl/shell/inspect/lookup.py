"""``net[0].weight`` → the object, looked up as it lies in memory: no code runs, torch's own least of all.

``getattr`` would run properties and ``__getattr__`` of the learner's, and ``x.T`` adds a node to a graph. So names are
looked up in dictionaries, attributes in the dictionaries of instances, classes and modules, and indexes in containers.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
import types
from collections.abc import Iterable, Mapping
from typing import Any

from ptrepl.engine.watch.facts import Unreadable, attempt
from ptrepl.engine.watch.kinds import class_dict, is_a, is_tensor_class, mro, own_dict, type_name
from ptrepl.engine.watch.static_read import bound, find, gradient, has_plain_brackets, held_item, module_dict
from ptrepl.errors import UsageError
from ptrepl.nearest import nearest


def lookup(text: str, namespace: Mapping[str, Any]) -> Any:
    """The object that ``text`` names: a name, then attributes and constant indexes.

    Raises UsageError with one line: no such name, attribute or index, or an expression that would have to run.
    """
    return _find(_expression(text.strip()), namespace)


def _expression(text: str) -> ast.expr:
    # the x-ray, as torch, calls the first part of net 0.weight
    for spelling in (text, re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", text)):
        try:
            return ast.parse(spelling, mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
    raise UsageError(f"'{text}' is not a name. Write one as you use it in Python, such as net[0].weight.")


def _find(node: ast.expr, namespace: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return _name(node.id, namespace)
    if isinstance(node, ast.Attribute):
        return _attribute(_find(node.value, namespace), node.attr, ast.unparse(node.value))
    if isinstance(node, ast.Subscript):
        return _item(_find(node.value, namespace), _constant(node), ast.unparse(node.value))
    if isinstance(node, ast.Constant):
        return node.value
    raise UsageError(f"{ast.unparse(node)} would have to run first. Give its value a name, then ask for the name.")


def _constant(node: ast.Subscript) -> Any:
    try:
        return ast.literal_eval(node.slice)
    except ValueError:
        raise UsageError(
            f"{ast.unparse(node)}: only a plain number or string can stand in the brackets here."
        ) from None


def _name(name: str, namespace: Mapping[str, Any]) -> Any:
    for names in (namespace, builtins.__dict__):
        if name in names:
            return names[name]
    raise UsageError(f"There is no name {name} here.{_hint(name, [*namespace, *vars(builtins)])}")


def _hint(name: str, known: Iterable[object]) -> str:
    near = nearest(name, (each for each in known if type(each) is str))
    return f" Did you mean {near}?" if near else " %who lists the names."


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
    raise UsageError(f"{text} has no attribute {name}.{_near_attribute(value, name)}")


def _near_attribute(value: Any, name: str) -> str:
    cls = value if is_a(value, type) else type(value)
    near = nearest(name, [*own_dict(value), *(each for base in mro(cls) for each in class_dict(base))])
    return f" Did you mean {near}?" if near else ""


def _of_module(module: types.ModuleType, name: str, text: str) -> Any:
    names = module_dict(module)
    if name in names:
        return names[name]
    # torch imports some of its parts when they are first asked for; what is loaded by now is here
    loaded = sys.modules.get(f"{names.get('__name__')}.{name}")
    if loaded is not None:
        return loaded
    near = nearest(name, names)
    raise UsageError(f"{text} has no attribute {name}." + (f" Did you mean {near}?" if near else ""))


def _item(value: Any, key: Any, text: str) -> Any:
    if is_tensor_class(type(value)):
        raise UsageError(f"An index makes a new tensor. Give it a name first: part = {text}[{key!r}].")
    if not has_plain_brackets(value):
        raise UsageError(f"{text} is a {type_name(value)}: what its brackets do can only be seen by running them.")
    try:
        return held_item(value, key)
    except (LookupError, TypeError):
        raise UsageError(f"{text} has no [{key!r}].") from None
