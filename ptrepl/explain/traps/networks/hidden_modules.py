"""The trap of layers in a plain list: their parameters are none of the module's."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.outcome import Summary
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, class_dict, is_one, kind_of, module_name, mro, own_dict
from ptrepl.engine.watch.notes import SameObject
from ptrepl.engine.watch.targets import Name
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.own_code import method_of, own_code
from ptrepl.explain.traps.reading.passes import modules_in, parameters_of
from ptrepl.explain.traps.told import Told
from ptrepl.texts.messages import gettext

_OVERRIDES = ("parameters", "named_parameters", "__setattr__", "add_module", "register_module")


def hidden_modules(noticed: Noticed) -> Iterator[Told]:
    """A network that was just made keeps layers that it made itself in a list, a tuple or a dict."""
    for change in noticed.changes:
        if not isinstance(change, Summary) or change.kind is not Kind.MODULE or not isinstance(change.target, Name):
            continue
        if any(isinstance(note, SameObject) for note in change.notes):
            continue
        module = noticed.names.get(change.target.name)
        if kind_of(module) is not Kind.MODULE:
            continue
        registered = modules_in(module)
        for each in registered:
            found = None if is_torch_class(type(each)) else _hidden(each, registered)
            if found is not None:
                name, instead = found
                yield Told(_text(change.target.name, each, name, instead), f"{id(type(each))}.{name}")
                return


def _text(name: str, module: Any, attribute: str, instead: str) -> str:
    return gettext(
        "{cls} keeps layers in self.{attribute}, a plain list, tuple or dict, where PyTorch does not find them: "
        "{name}.parameters() leaves them out, so an optimizer does not train them, and {name}.to(device) does not move "
        "them. Use nn.{instead}.",
        cls=type(module).__name__,
        attribute=attribute,
        name=name,
        instead=instead,
    )


def _hidden(module: Any, registered: list[Any]) -> tuple[str, str] | None:
    """(the attribute, the container of torch.nn to take instead)."""
    cls = type(module)
    if any(name in class_dict(each) for each in mro(cls) for name in _OVERRIDES if module_name(each) not in _HOMES):
        return None
    for name, held in own_dict(module).items():
        if not is_one(type(held), (list, tuple, dict)) or name.startswith("_"):
            continue
        values = held.values() if type(held) is dict else held
        layers = [each for each in values if kind_of(each) is Kind.MODULE]
        if not layers or any(layer is each for layer in layers for each in registered):
            continue
        trained = any(read(each).requires_grad is True for layer in layers for each in parameters_of(layer))
        if trained and _makes_them(cls, name):
            return name, "ModuleDict" if type(held) is dict else "ModuleList"
    return None


_HOMES = ("torch.nn.modules.module", "builtins")


def _makes_them(cls: type, attribute: str) -> bool:
    """Whether ``__init__`` of the class makes modules for this attribute itself, rather than being given them."""
    init = method_of(cls, "__init__")
    code = own_code(init)
    if init is None or code is None:
        return False
    makes = False
    for node in ast.walk(code.tree):
        match node:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)], value=value):
                if name == attribute:
                    if not isinstance(value, (ast.List, ast.ListComp, ast.Tuple, ast.Dict, ast.DictComp)):
                        return False
                    makes = makes or _has_maker(init, value)
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=name), attr="append"), args=[value]):
                makes = makes or (name == attribute and _has_maker(init, value))
            case ast.Assign(targets=[ast.Subscript(value=ast.Attribute(attr=name))], value=value):
                makes = makes or (name == attribute and _has_maker(init, value))
    return makes


def _has_maker(init: Any, value: ast.expr) -> bool:
    names = init.__globals__
    for each in ast.walk(value):
        match each:
            case ast.Call(func=ast.Name(id=name)):
                found = names.get(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=base), attr=name)):
                home = names.get(base)
                found = getattr(home, name, None) if home is sys.modules["torch"].nn else None
            case _:
                continue
        if type(found) is type and any(base is sys.modules["torch"].nn.Module for base in mro(found)):
            return True
    return False
