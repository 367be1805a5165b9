"""A call of a module of torch.nn that failed: what was given for each parameter of its ``forward``."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.operands.operand_text import operand_text


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """A module that raised while it was called."""

    case: Case
    path: str
    """``attn``, ``self.encoder.layers[0].self_attn``."""
    module: Any
    given: Mapping[str, Any]
    """The arguments as they were given, by the name of the parameter; only to be read."""
    nodes: Mapping[str, ast.expr]
    """The learner's expressions for them; empty where another module called it."""

    def number(self, name: str) -> int | None:
        """A number that the module was made with: ``num_heads``."""
        held = own_dict(self.module).get(name)
        return held if type(held) is int else None

    def flag(self, name: str) -> bool:
        """A setting that the module was made with: ``batch_first``."""
        return own_dict(self.module).get(name) is True

    def shape(self, name: str) -> tuple[int, ...] | None:
        """The shape of a tensor that was given; None where none was."""
        held = self.given.get(name)
        return sizes(read(held)) if is_tensor_class(type(held)) else None

    def dtype(self, name: str) -> str | None:
        """The dtype of a tensor that was given; None where none was."""
        held = self.given.get(name)
        found = read(held).dtype if is_tensor_class(type(held)) else None
        return found if isinstance(found, str) else None

    def called(self, name: str) -> str:
        """The learner's text of an argument, or the name of the parameter, which ``%help`` and torch's page have."""
        node = self.nodes.get(name)
        return name if node is None else operand_text(self.case, node)


def module_call(case: Case, kind: str, *parameters: str) -> ModuleCall | None:
    """The innermost call of a module whose class is ``kind`` or derives from it, if it was failing.

    ``parameters``: the names of the positional parameters of its ``forward``.
    """
    paths = [(path, module) for path, module in case.modules() if _is(module, kind)]
    if not paths:
        return None
    path, module = paths[-1]
    frames = [each for each in case.inner_frames if each.f_code.co_name == "_wrapped_call_impl"]
    entered = next((each for each in frames if each.f_locals.get("self") is module), None)
    if entered is None:
        return None
    args, kwargs = entered.f_locals.get("args"), entered.f_locals.get("kwargs")
    if type(args) is not tuple or type(kwargs) is not dict:
        return None
    given = dict(zip(parameters, args, strict=False)) | kwargs
    return ModuleCall(case, path, module, given, _nodes(case, entered is case.inner_frames[0], parameters))


def _is(module: Any, kind: str) -> bool:
    classes = type.__dict__["__mro__"].__get__(type(module))
    return any(each.__name__ == kind and each.__module__.startswith("torch.nn.") for each in classes)


def _nodes(case: Case, is_direct: bool, parameters: tuple[str, ...]) -> dict[str, ast.expr]:
    node = case.node
    if not is_direct or not isinstance(node, ast.Call) or any(isinstance(each, ast.Starred) for each in node.args):
        return {}
    named = {each.arg: each.value for each in node.keywords if each.arg is not None}
    return dict(zip(parameters, node.args, strict=False)) | named
