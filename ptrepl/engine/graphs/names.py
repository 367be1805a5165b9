"""What the learner calls the leaves and the results of a graph: names, parts of containers, parameters of layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ptrepl.engine.graphs.nodes import maker_of, operands, variable_of
from ptrepl.engine.watch.facts import Unreadable, attempt, base_attribute, torch_functions_off
from ptrepl.engine.watch.kinds import Kind, kind_of, mro, own_dict, type_name
from ptrepl.engine.watch.parts import Group, join_path, parts_of

_MOST_PER_TENSOR = 3
_ORDER = {Kind.TENSOR: 0, Kind.MODULE: 1}
_COMPUTED_BY = {
    "linear": ("Linear", "LazyLinear"),
    "@": ("Linear", "LazyLinear"),
    "conv": tuple(f"Conv{kind}{dims}d" for kind in ("", "Transpose") for dims in (1, 2, 3)),
    "batch_norm": ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm"),
    "layer_norm": ("LayerNorm",),
    "group_norm": ("GroupNorm",),
    "embedding": ("Embedding",),
    "prelu": ("PReLU",),
    "rnn": ("RNN", "LSTM", "GRU"),
    "rms_norm": ("RMSNorm",),
}
"""Operation → the layers of torch that compute it from parameters of their own."""


@dataclass(frozen=True, slots=True)
class GraphLayer:
    """A module: how the learner would write it, ``net[0]``, and its class, ``Linear``."""

    name: str
    type_name: str


@dataclass(slots=True, eq=False)
class LearnersNames:
    """For one look only: it holds tensors and nodes."""

    _by_tensor: dict[int, list[str]] = field(default_factory=dict)
    _by_output: dict[tuple[Any, int], list[str]] = field(default_factory=dict)
    _tensors: dict[tuple[Any, int], Any] = field(default_factory=dict)
    _layers: dict[int, tuple[GraphLayer, Any]] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)

    def of_tensor(self, tensor: Any) -> tuple[str, ...]:
        """The names of that tensor, the plainest first."""
        return tuple(self._by_tensor.get(id(tensor), ()))

    def of_output(self, node: Any, output: int) -> tuple[str, ...]:
        """The names of what the operation of ``node`` gave, while it is alive."""
        return tuple(self._by_output.get((node, output), ()))

    def result(self, node: Any, output: int) -> Any:
        """That tensor itself; None where it has no name."""
        return self._tensors.get((node, output))

    def named_results(self) -> Iterator[tuple[str, Any]]:
        """Every result that has a name, and its tensor."""
        for key, names in self._by_output.items():
            yield names[0], self._tensors[key]

    def layer(self, node: Any, operation: str) -> GraphLayer | None:
        """The layer that ``node`` is a part of: it computes what such a layer does, from the parameters of one."""
        found: GraphLayer | None = None
        if operation not in _COMPUTED_BY or not self._layers:
            return None
        for tensor in _given_leaves(node):
            layer, module = self._layers.get(id(tensor), (None, None))
            if layer is None:
                continue
            bases = [each.__name__ for each in mro(type(module)) if each.__module__.startswith("torch.nn.")]
            if not set(_COMPUTED_BY[operation]).intersection(bases) or (found and found != layer):
                return None
            found = layer
        return found

    def add(self, name: str, tensor: Any) -> None:
        """Take a tensor that the learner reaches by ``name``."""
        self._kept.append(tensor)
        names = self._by_tensor.setdefault(id(tensor), [])
        if len(names) < _MOST_PER_TENSOR:
            names.append(name)
        if base_attribute("requires_grad").__get__(tensor) is not True:
            return
        if base_attribute("is_leaf").__get__(tensor) is True:
            return
        node = maker_of(tensor)
        if node is not None:
            key = (node, int(base_attribute("output_nr").__get__(tensor)))
            results = self._by_output.setdefault(key, [])
            if len(results) < _MOST_PER_TENSOR:
                results.append(name)
            self._tensors.setdefault(key, tensor)

    def add_layer(self, name: str, module: Any, parameter: Any) -> None:
        """Take a parameter of a module that the learner reaches by ``name``."""
        self._layers.setdefault(id(parameter), (GraphLayer(name, type_name(module)), module))


def names_in(namespace: Mapping[str, Any], learner_module: str) -> LearnersNames:
    """The names of all tensors in reach: plain names first, then parts of modules, then of containers."""
    found = LearnersNames()
    kinds = [
        (name, value, kind)
        for name, value in list(namespace.items())
        if type(name) is str and name != "_" and name[:2] != "__"
        if (kind := kind_of(value, learner_module)) is not None
    ]
    with torch_functions_off():
        for name, value, kind in sorted(kinds, key=lambda each: _ORDER.get(each[2], 2)):
            if kind is Kind.TENSOR:
                attempt(lambda name=name, value=value: found.add(name, value))  # type: ignore[misc]
            elif kind is not Kind.OPTIMIZER and kind is not Kind.LOADER:
                _add_parts(found, name, value, kind, learner_module)
    return found


def _add_parts(found: LearnersNames, name: str, value: Any, kind: Kind, learner_module: str) -> None:
    for part in parts_of(value, kind, learner_module).found:
        if isinstance(attempt(lambda part=part: found.add(join_path(name, part.path), part.tensor)), Unreadable):  # type: ignore[misc]
            continue
        if kind is Kind.MODULE and part.role is Group.PARAMETERS:
            path, _, _ = part.path.rpartition(".")
            module = _module_at(value, path)
            if module is not None:
                found.add_layer(join_path(name, path) if path else name, module, part.tensor)


def _module_at(module: Any, path: str) -> Any:
    for step in path.split(".") if path else ():
        children = own_dict(module).get("_modules")
        module = children.get(step) if type(children) is dict else None
    return module


def _given_leaves(node: Any) -> Iterator[Any]:
    """The leaves that are operands of ``node``, also those that are transposed on the way, as a weight is."""
    for operand, _ in operands(node):
        if operand is not None and type_name(operand) == "TBackward0":
            operand = operands(operand)[0][0]
        if operand is not None and (tensor := variable_of(operand)) is not None:
            yield tensor
