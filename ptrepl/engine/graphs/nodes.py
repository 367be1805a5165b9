"""What a node of the autograd graph says of itself, read without running any code.

A node is an object of C++, or one of Python that a ``torch.autograd.Function`` made; the class of the latter is the
learner's, so its attributes are read through the descriptors of ``torch._C._FunctionBase``.
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from ptrepl.engine.watch.facts import Unreadable, attempt, base_attribute, torch_functions_off
from ptrepl.engine.watch.kinds import class_dict, is_tensor_class, module_name, mro, type_name

_RAW = "_raw_saved_"
_OF_TORCH = ("torch", "torch.")
_OF_CPP: set[type] = set()
"""Classes of nodes that are written in C++: torch's own, which live as long as it does."""


class SavedState(enum.Enum):
    """Whether a backward pass would find what a node has saved."""

    KEPT = enum.auto()
    FREED = enum.auto()
    """A backward pass has used it up."""
    CHANGED = enum.auto()
    """It was changed in place since."""
    PACKED = enum.auto()
    """A hook of ``torch.autograd.graph.saved_tensors_hooks`` would have to unpack it; it is not read."""


@dataclass(frozen=True, slots=True, eq=False)
class SavedTensor:
    """A tensor that a node has saved; for use within one look, since it holds the tensor.

    ``name``: as torch calls it: ``self``, ``other``, ``result``. ``tensor``: None where it is not ``KEPT``.
    """

    name: str
    state: SavedState
    tensor: Any = None


def is_python_node(node: Any) -> bool:
    """Whether the node is that of a ``torch.autograd.Function``: its ``backward`` is written in Python."""
    cls = type(node)
    if cls in _OF_CPP:
        return False
    bases = mro(cls)
    is_python = len(bases) > 2 and any(each is sys.modules["torch"]._C._FunctionBase for each in bases)
    if not is_python:
        _OF_CPP.add(cls)
    return is_python


def is_learners_node(node: Any) -> bool:
    """Whether that ``Function`` is not one of torch's own."""
    if not is_python_node(node):
        return False
    function = class_dict(type(node)).get("_forward_cls")
    home = module_name(function) if isinstance(function, type) else module_name(type(node))
    return home != _OF_TORCH[0] and not home.startswith(_OF_TORCH[1])


def operands(node: Any) -> tuple[tuple[Any, int], ...]:
    """``next_functions``: for each input the node that made it, None where it needs no gradient, and which output."""
    return _attribute(node, "next_functions")  # type: ignore[no-any-return]


def outputs(node: Any) -> tuple[tuple[tuple[int | str, ...], str], ...]:
    """Shape and dtype of each result of the operation; the gradients that the node takes have the same."""
    return tuple(_output(each) for each in _attribute(node, "_input_metadata"))


def _output(metadata: Any) -> tuple[tuple[int | str, ...], str]:
    shape = attempt(lambda: tuple(size if type(size) is int else str(size) for size in metadata.shape))
    return (shape if isinstance(shape, tuple) else ()), str(metadata.dtype).removeprefix("torch.")


def order(node: Any) -> int:
    """A number that is higher for a node that was made later (in one thread); the backward pass goes by it."""
    return int(_attribute(node, "_sequence_nr")())


def variable_of(node: Any) -> Any:
    """The leaf that the node would give its gradient to; None for a node of an operation."""
    return node.variable if type_name(node) == "AccumulateGrad" and not is_python_node(node) else None


def _attribute(node: Any, name: str) -> Any:
    if is_python_node(node):
        return sys.modules["torch"]._C._FunctionBase.__dict__[name].__get__(node)
    return getattr(node, name)


def root_node(tensor: Any) -> Any:
    """The node that a backward pass from ``tensor`` starts at; None where nothing behind it requires grad."""
    with torch_functions_off():
        found = maker_of(tensor)
        if found is None and base_attribute("requires_grad").__get__(tensor):
            edge = attempt(lambda: sys.modules["torch"].autograd.graph.get_gradient_edge(tensor))
            return None if isinstance(edge, Unreadable) else edge.node  # a sparse leaf has no view to ask
        return found


def maker_of(tensor: Any) -> Any:
    """Its ``grad_fn``: the node of the operation that gave it, None for a leaf."""
    return base_attribute("grad_fn").__get__(tensor)


def saved_state(node: Any) -> SavedState:
    """The state of the first tensor that is not kept; ``KEPT`` where all are, or nothing was saved."""
    for held in saved_tensors(node):
        if held.state is not SavedState.KEPT:
            return held.state
    return SavedState.KEPT


def saved_tensors(node: Any) -> Iterator[SavedTensor]:
    """What the node has saved for the backward pass; numbers and sizes, which cannot be lost, are left out."""
    for name in ("tensors",) if is_python_node(node) else saved_names(type(node)):  # type: ignore[arg-type]
        try:
            raw = _attribute(node, _RAW + name)
            held = raw if type(raw) is tuple else (raw,)
            if any(each.unpack_hook is not None for each in held):
                yield SavedTensor(name, SavedState.PACKED)
                continue
            found = _unpacked(node, name)
        except RuntimeError as error:
            freed = "second time" in str(error)  # not a sentence: of torch's message
            yield SavedTensor(name, SavedState.FREED if freed else SavedState.CHANGED)
        except AttributeError:
            continue
        else:
            for place, tensor in enumerate(found if type(found) is tuple else (found,)):
                if is_tensor_class(type(tensor)):
                    label = f"{name}[{place}]" if type(found) is tuple and len(found) > 1 else name
                    yield SavedTensor(label, SavedState.KEPT, tensor)


def _unpacked(node: Any, name: str) -> Any:
    if name == "tensors" and is_python_node(node):
        return sys.modules["torch"]._C._FunctionBase.__dict__["saved_tensors"].__get__(node)
    return getattr(node, "_saved_" + name)


@cache
def saved_names(cls: type[object]) -> tuple[str, ...]:
    """The names of the tensors that nodes of ``cls``, which is written in C++, save: ``self``, ``result``."""
    names = [name for base in mro(cls) for name in class_dict(base)]
    return tuple(name.removeprefix(_RAW) for name in names if name.startswith(_RAW))
