"""A module and the modules in it as a tree of facts: parameters, shapes, what trains, what is shared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ptrepl.engine.watch.facts import TensorFacts, attempt, base_attribute, read, torch_functions_off
from ptrepl.engine.watch.kinds import Kind, has_no_size_yet, is_module_class, module_name, own_dict, type_name
from ptrepl.engine.watch.summaries import Setting, settings_of

_DEEPEST = 100
MOST_MODULES = 5000


@dataclass(frozen=True, slots=True)
class HeldTensor:
    """A parameter or a buffer. ``elements``, ``size`` (bytes): None where it has no size yet, as in a lazy module.

    ``same_as``: the path of the parameter that it is too, where it was met before; it is then not counted again.
    """

    name: str
    is_buffer: bool
    facts: TensorFacts
    elements: int | None
    size: int | None
    same_as: str = ""

    @property
    def trainable(self) -> bool:
        """Whether it is a parameter that requires grad."""
        return not self.is_buffer and self.facts.requires_grad is True


@dataclass(frozen=True, slots=True)
class Totals:
    """Of a module with all that is in it, shared tensors once.

    ``parameters`` and ``buffers``: tensors. ``trainable`` and ``frozen``: values in parameters that require grad, and
    in the others. ``size`` and ``buffer_size``: bytes. ``uninitialized``: tensors without a size, counted nowhere else.
    """

    parameters: int = 0
    trainable: int = 0
    frozen: int = 0
    size: int = 0
    buffers: int = 0
    buffer_size: int = 0
    uninitialized: int = 0

    @property
    def values(self) -> int:
        """In all parameters."""
        return self.trainable + self.frozen

    def __add__(self, other: Totals) -> Totals:
        return Totals(*(one + two for one, two in zip(self._all(), other._all(), strict=True)))

    def _all(self) -> tuple[int, ...]:
        return (
            self.parameters,
            self.trainable,
            self.frozen,
            self.size,
            self.buffers,
            self.buffer_size,
            self.uninitialized,
        )


@dataclass(frozen=True, slots=True)
class ModuleNode:
    """One module. ``path``: as ``named_modules`` calls it, "" for the outermost; ``settings``: what tells a
    layer without parameters from another of its class, such as ``p`` of a ``Dropout``.

    ``same_as``: the path under which this very module was met before: nothing in it is counted, or listed, again.
    """

    path: str
    type_name: str
    settings: tuple[Setting, ...]
    training: bool | None
    held: tuple[HeldTensor, ...]
    children: tuple[ModuleNode, ...]
    totals: Totals
    same_as: str | None = None
    is_whole: bool = True
    """Of the outermost: whether all modules in it were read."""

    @property
    def name(self) -> str:
        """Its name in the module around it."""
        return self.path.rpartition(".")[2]


@dataclass(slots=True)
class _Walk:
    modules: dict[int, str] = field(default_factory=dict)
    tensors: dict[int, str] = field(default_factory=dict)
    left: int = MOST_MODULES
    is_whole: bool = True


def read_tree(module: Any) -> ModuleNode:
    """The tree of ``module``, read as it lies in memory: no method of the learner's is called.

    Of more than ``MOST_MODULES`` modules the first ones, and none that are nested deeper than ``_DEEPEST``.
    """
    walk = _Walk()
    with torch_functions_off():
        found = _layer(module, "", walk, 0)
    return found if walk.is_whole else replace(found, is_whole=False)


def _layer(module: Any, path: str, walk: _Walk, depth: int) -> ModuleNode:
    attributes = own_dict(module)
    training = attributes.get("training")
    common = (path, type_name(module), _settings(module), training if type(training) is bool else None)
    if (before := walk.modules.get(id(module))) is not None:
        return ModuleNode(*common, (), (), Totals(), same_as=before)
    walk.modules[id(module)] = path
    walk.left -= 1
    held = tuple(_held(attributes, path, walk))
    children: list[ModuleNode] = []
    for name, child in registered_modules(module):
        if depth == _DEEPEST or walk.left <= 0:
            walk.is_whole = False
            break
        children.append(_layer(child, f"{path}.{name}" if path else name, walk, depth + 1))
    totals = sum((child.totals for child in children), _totals(held))
    return ModuleNode(*common, held, tuple(children), totals)


def _settings(module: Any) -> tuple[Setting, ...]:
    return tuple(each for each in settings_of(Kind.MODULE, module) if each.name != "training")


def registered_modules(module: Any) -> Iterator[tuple[str, Any]]:
    """The modules that are registered in ``module`` itself, with their names."""
    for name, child in _entries(own_dict(module).get("_modules")):
        if child is not None and is_module_class(type(child)):
            yield name, child


def _entries(registered: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of a registry: a dict, or what a scripted module has in its place."""
    if isinstance(registered, dict):
        yield from ((name, value) for name, value in list(dict.items(registered)) if type(name) is str)
    elif module_name(type(registered)) == "torch.jit._script":
        yield from registered.items()


def _held(attributes: dict[str, Any], path: str, walk: _Walk) -> Iterator[HeldTensor]:
    for group in ("_parameters", "_buffers"):
        for name, tensor in _entries(attributes.get(group)):
            if tensor is None:
                continue
            inner = f"{path}.{name}" if path else name
            before = walk.tensors.setdefault(id(tensor), inner)
            elements, size = _sizes(tensor)
            yield HeldTensor(
                name,
                group == "_buffers",
                read(tensor),
                elements,
                size,
                same_as="" if before == inner else before,
            )


def _sizes(tensor: Any) -> tuple[int | None, int | None]:
    """Elements and bytes; None for a tensor that has no size yet."""
    if has_no_size_yet(tensor):
        return None, None
    elements = attempt(lambda: int(base_attribute("numel")(tensor)))
    size = attempt(lambda: int(base_attribute("element_size")(tensor)))
    if isinstance(elements, int) and isinstance(size, int):
        return elements, elements * size
    return None, None


def _totals(held: tuple[HeldTensor, ...]) -> Totals:
    counted = [each for each in held if not each.same_as]
    known = [each for each in counted if each.elements is not None]
    parameters = [each for each in known if not each.is_buffer]
    buffers = [each for each in known if each.is_buffer]
    return Totals(
        parameters=len(parameters),
        trainable=sum(each.elements or 0 for each in parameters if each.trainable),
        frozen=sum(each.elements or 0 for each in parameters if not each.trainable),
        size=sum(each.size or 0 for each in parameters),
        buffers=len(buffers),
        buffer_size=sum(each.size or 0 for each in buffers),
        uninitialized=sum(each.elements is None for each in counted),
    )
