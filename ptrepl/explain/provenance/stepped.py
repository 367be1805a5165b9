"""Which step() of an optimizer, in the failing loop or function, has changed a weight that is still needed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import base_attribute, read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, mro, own_dict
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.provenance.graph import behind

_MOST_NAMES = 500
_MOST_MODULES = 500
_MOST_BETWEEN = 4
"""Views between a weight and the operation that saved it: a transpose, an expand."""


@dataclass(frozen=True, slots=True)
class WeightStep:
    """A call of ``step()`` that changed ``weight``."""

    weight: str
    """``D[2].weight``; the name of its class where no name leads to it."""
    call: str
    """``optD.step()``, as the learner wrote it."""
    line: int


def step_that_changed(case: Case, node: Any) -> WeightStep | None:
    """The step that changed in place what ``node`` of the graph has saved; None where that is not certain."""
    found = [each for each in _weights_at(node) if _is_meant(case, each)]
    if len(found) != 1:
        return None
    [weight] = found
    calls = [each for each in step_calls(case) if optimizer_holds(case, each)(weight)]
    if len({case.text(each) for each in calls}) != 1:
        return None
    call = calls[0]
    return WeightStep(_path(case, weight), case.text(call), call.lineno)


def computed_through(case: Case, node: Any, start: Any) -> list[str]:
    """The names of tensors, other than ``start``, that were computed through ``node``, the first one first."""
    mapping = case.scope.locals if case.site.is_nested else case.names
    found = {
        name: graph
        for name in [*mapping][:_MOST_NAMES]
        if not name.startswith("_") and is_tensor_class(type(value := mapping[name])) and value is not start
        if node in (graph := {*behind([value]).nodes})
    }
    return sorted(found, key=lambda name: (len(found[name]), name))


def from_the_first(case: Case, node: Any, start: Any) -> list[str]:
    """The names to compute again before ``start``, in their order: from the first one through ``node`` on."""
    behind_start = {*behind([start]).nodes}
    mapping = case.scope.locals if case.site.is_nested else case.names
    names = computed_through(case, node, start)
    return [each for each in names if base_attribute("grad_fn").__get__(mapping[each]) in behind_start]


def trains_all(case: Case, step: WeightStep, start: Any) -> bool:
    """Whether the optimizer of ``step`` has all weights that ``start`` was computed from: no second network's."""
    calls = [each for each in step_calls(case) if case.text(each) == step.call]
    leaves = [*behind([start]).leaves()]
    return bool(calls) and all(optimizer_holds(case, calls[0])(leaf) for leaf in leaves)


def _weights_at(node: Any) -> Iterator[Any]:
    """The leaves that an operation got directly, or through a view."""
    pending = [(each, 0) for each, _ in node.next_functions if each is not None]
    for each, depth in pending:
        if type(each).__name__ == "AccumulateGrad":
            yield each.variable
        elif depth < _MOST_BETWEEN and type(each).__name__ in _VIEWS:
            pending += [(further, depth + 1) for further, _ in each.next_functions if further is not None]


_VIEWS = frozenset(
    f"{name}Backward0"
    for name in "T Transpose Permute View Unsafeview Expand Alias AsStrided Squeeze Unsqueeze Slice Select".split()
)


def _is_meant(case: Case, tensor: Any) -> bool:
    """Whether torch's message can be about ``tensor``, by its shape and its version."""
    found = sizes(read(tensor))
    shape = tuple(int(each) for each in case.match["shape"].split(",") if each.strip())
    version = base_attribute("_version").__get__(tensor)
    return found in (shape, shape[::-1]) and version == int(case.match["now"])


def step_calls(case: Case) -> Iterator[ast.Call]:
    """The calls of ``step()`` in the loop, or the function, that fails."""
    holders = (ast.For, ast.While, ast.FunctionDef)
    inside = [each for each in case.parents if isinstance(each, holders)]
    if inside and not (isinstance(inside[-1], ast.FunctionDef) and not case.site.is_nested):
        function = next((each for each in inside if isinstance(each, ast.FunctionDef)), inside[-1])
        for each in ast.walk(function):
            match each:
                case ast.Call(func=ast.Attribute(attr="step"), args=[]):
                    yield each


def optimizer_holds(case: Case, call: ast.Call) -> Callable[[Any], bool]:
    """Whether the optimizer whose ``step`` the call is holds a weight; nothing where that is no optimizer."""
    optimizer = case.real(call.func.value) if isinstance(call.func, ast.Attribute) else None
    base = getattr(sys.modules["torch"].optim, "Optimizer", None)
    groups = None
    if base is not None and any(each is base for each in mro(type(optimizer))):
        groups = own_dict(optimizer).get("param_groups")
    held = [each.get("params") for each in groups if type(each) is dict] if type(groups) is list else []
    return lambda weight: any(weight is each for params in held if type(params) is list for each in params)


def _path(case: Case, weight: Any) -> str:
    """The learner's name for a weight: its own, or its path from a network's."""
    scope = case.scope
    mappings = [scope.locals, scope.globals] if case.site.is_nested else [case.names]
    for mapping in mappings:
        for name in [*mapping][:_MOST_NAMES]:
            held = mapping[name]
            if name.startswith("_"):
                continue
            if held is weight:
                return name
            roots = [(name, held)]
            if kind_of(held) is not Kind.MODULE and name == "self":
                roots = [(f"{name}.{key}", each) for key, each in own_dict(held).items()]
            for root, each in roots:
                if kind_of(each) is Kind.MODULE and (path := _path_in(root, each, weight)):
                    return path
    return type(weight).__name__


def _path_in(root: str, module: Any, weight: Any) -> str:
    pending = [(root, module)]
    for path, each in pending:
        names = own_dict(each)
        parameters, children = names.get("_parameters"), names.get("_modules")
        for name, held in parameters.items() if type(parameters) is dict else ():
            if held is weight and is_tensor_class(type(held)):
                return f"{path}.{name}"
        if len(pending) < _MOST_MODULES and type(children) is dict:
            pending += [(path + (f"[{key}]" if key.isdigit() else f".{key}"), child) for key, child in children.items()]
    return ""
