"""The layer in which a network failed: its path from the learner's own name, and the tensor that reached it."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict
from ptrepl.explain.case import Case, sizes


@dataclass(frozen=True, slots=True)
class Layer:
    """A module of torch.nn that raised while it was called."""

    path: str
    """``net[0]``, ``self.encoder.fc1``."""
    module: Any
    kind: str
    """``Linear``, ``Conv2d``: the class whose ``forward`` failed."""
    given: Any
    """The learner's tensor that the layer was given; only to be read."""
    shape: tuple[int, ...]
    argument: ast.expr | None
    """The learner's expression for that tensor; None if another layer made it."""
    steps: tuple[str, ...]
    """The keys of the layer, from the module that the learner called: ``("0",)``; () if that is the layer itself."""
    before: str | None
    """The path of the layer that computed it, where both are in one Sequential."""

    def number(self, name: str) -> int | None:
        """A number that the layer was made with: ``in_features``."""
        held = own_dict(self.module).get(name)
        return held if type(held) is int else None

    def shape_of(self, name: str) -> tuple[int, ...] | None:
        """The shape of one of its parameters."""
        parameters = own_dict(self.module).get("_parameters")
        held = parameters.get(name) if type(parameters) is dict else None
        return sizes(read(held)) if held is not None and is_tensor_class(type(held)) else None


def failing_layer(case: Case, *kinds: str) -> Layer | None:
    """The innermost module that failed, if its ``forward`` is that of one of ``kinds``."""
    found = [*case.modules()]
    frames = case.inner_frames
    forwards = [each for each in frames if each.f_code.co_name == "forward"]
    if not found or not forwards or not isinstance(case.node, ast.Call):
        return None
    (path, module), frame = found[-1], forwards[-1]
    kind = frame.f_code.co_qualname.removesuffix(".forward")
    kind = "Conv" + kind[-2:] if kind in ("_Conv1d", "_Conv2d", "_Conv3d") else kind
    given = frame.f_locals.get("input")
    if frame.f_locals.get("self") is not module or kind not in kinds or not is_tensor_class(type(given)):
        return None
    shape = sizes(read(given))
    if shape is None:
        return None
    steps = _steps(found[0][1], module)
    return Layer(path, module, kind, given, shape, _argument(case, given), steps, _before(found))


def _before(found: list[tuple[str, Any]]) -> str | None:
    if len(found) < 2:
        return None
    (path, parent), (_, module) = found[-2:]
    held = own_dict(parent).get("_modules")
    if type(parent) is not sys.modules["torch"].nn.Sequential or type(held) is not dict:
        return None
    names = list(held)
    index = next((at for at, name in enumerate(names) if held[name] is module), 0)
    if index == 0 or sum(each is module for each in held.values()) > 1:
        return None
    name = names[index - 1]
    return f"{path}[{name}]" if name.isdigit() else f"{path}.{name}"


def _argument(case: Case, given: Any) -> ast.expr | None:
    """The first argument of the learner's call, if ``given`` is what it gave."""
    node = case.node
    entered = case.inner_frames[0].f_locals.get("args") if case.inner_frames else None
    if not isinstance(node, ast.Call) or len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
        return None
    return node.args[0] if type(entered) is tuple and len(entered) == 1 and entered[0] is given else None


def _steps(module: Any, layer: Any, depth: int = 0) -> tuple[str, ...]:
    held = own_dict(module).get("_modules")
    if module is layer or depth > 10 or type(held) is not dict:
        return ()
    for name, each in held.items():
        if each is layer:
            return (name,)
        below = _steps(each, layer, depth + 1)
        if below:
            return (name, *below)
    return ()


def rows_given(case: Case, layer: Layer) -> int | None:
    """The batch size of what the learner's ``forward`` was called with; None where it is not known.

    ``layer`` is one that this ``forward`` calls. A ``view(-1, n)`` before it may have given it other rows.
    """
    frame, owner = case.site.frame, next(iter(case.site.frame.f_locals.values()), None)
    caller = frame.f_back
    if frame.f_code.co_name != "forward" or caller is None or caller.f_locals.get("self") is not owner:
        return None
    given = caller.f_locals.get("args")
    first = given[0] if type(given) is tuple and given else None
    shape = sizes(read(first)) if first is not None and is_tensor_class(type(first)) else None
    return shape[0] if shape and len(shape) > 2 and len(layer.shape) == 2 else None
