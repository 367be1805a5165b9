"""What sort of thing a value is to the x-ray, told from its type alone; none of the learner's code runs.

Types are compared by identity along the MRO: a metaclass may define ``__hash__``, ``__eq__`` or ``__instancecheck__``,
and an instance may lie about its ``__class__``.
"""

from __future__ import annotations

import collections
import enum
import sys
import types
import weakref
from collections.abc import Iterable, Mapping
from typing import Any


class Kind(enum.Enum):
    """The rows of the x-ray."""

    TENSOR = "tensor"
    MODULE = "module"
    OPTIMIZER = "optimizer"
    LOADER = "loader"
    MAPPING = "mapping"
    SEQUENCE = "sequence"
    RECORD = "record"
    """A dataclass, or an instance of a class that the learner wrote: tensors stand in its attributes."""
    DESCRIBED = "described"
    """None of the above, and still worth a line when it is made: an array, a data frame, a dataset, a scheduler."""


HOLD_NOTHING: frozenset[type] = frozenset(
    (
        int,
        float,
        complex,
        bool,
        str,
        bytes,
        type(None),
        types.FunctionType,
        types.BuiltinFunctionType,
        types.ModuleType,
        types.MethodType,
        type,
        range,
        slice,
    )
)
"""Types of which no instance holds a tensor, for whoever asks about many values."""

_plain: dict[type, Kind | None] = {
    **dict.fromkeys(HOLD_NOTHING),
    dict: Kind.MAPPING,
    **dict.fromkeys((list, tuple, set, frozenset), Kind.SEQUENCE),
}

_learner_modules = {"__main__"}
_known: weakref.WeakKeyDictionary[type, Kind | None] = weakref.WeakKeyDictionary()
"""Classes that were looked at before. Weakly: a module of the learner's may be reloaded, and its classes go."""

_mro_of = type.__dict__["__mro__"].__get__
_dict_of_type = type.__dict__["__dict__"].__get__
_name_of_type = type.__dict__["__name__"].__get__
_module_of_type = type.__dict__["__module__"].__get__


def mro(cls: type) -> tuple[type, ...]:
    """``cls.__mro__``, whatever its metaclass says."""
    found: tuple[type, ...] = _mro_of(cls)
    return found


def class_dict(cls: type) -> Mapping[str, Any]:
    """``cls.__dict__``, whatever its metaclass says."""
    found: Mapping[str, Any] = _dict_of_type(cls)
    return found


def is_one(cls: type, classes: Iterable[type]) -> bool:
    """``cls in classes`` without asking a metaclass whether it is equal."""
    return any(cls is each for each in classes)


def is_a(value: Any, cls: type) -> bool:
    """``isinstance`` by what the value is, whatever it says of itself."""
    return is_one(cls, mro(type(value)))


def type_name(value: Any) -> str:
    """``type(value).__name__``, whatever the metaclass says."""
    found: str = _name_of_type(type(value))  # not by name_of_type: it is read for each value of a statement
    return found


def name_of_type(cls: type) -> str:
    """``cls.__name__``, whatever its metaclass says."""
    found: str = _name_of_type(cls)
    return found


def module_name(cls: type) -> str:
    """``cls.__module__``, whatever its metaclass says; "" where that is no text."""
    found = _module_of_type(cls)
    return found if type(found) is str else ""


def own_dict(value: Any) -> dict[str, Any]:
    """The instance dictionary of ``value`` (the object itself, not a copy), or an empty one."""
    for cls in mro(type(value)):
        # asked for by name, a property of that name would be called
        descriptor = class_dict(cls).get("__dict__")
        if type(descriptor) is types.GetSetDescriptorType:
            found = descriptor.__get__(value)
            return found if type(found) is dict else {}
    return {}


def is_tensor_class(cls: type) -> bool:
    """Whether instances of ``cls`` are tensors. False while torch is not loaded."""
    return _extends(cls, "torch", "Tensor")


def is_module_class(cls: type) -> bool:
    """Whether instances of ``cls`` are modules of ``torch.nn``. False while it is not loaded."""
    return _extends(cls, "torch.nn", "Module")


def _extends(cls: type, module: str, name: str) -> bool:
    base = getattr(sys.modules.get(module), name, None)
    return base is not None and any(each is base for each in mro(cls))


def count_as_learners(module: str) -> None:
    """Classes of ``module`` are not cached from now on: their kind depends on the caller's ``learner_module``."""
    if module not in _learner_modules:
        _learner_modules.add(module)
        _known.clear()


def kind_of(
    value: Any, learner_module: str = "__main__", bases_of_torch: tuple[tuple[type, Kind], ...] | None = None
) -> Kind | None:
    """The row that ``value`` belongs to; None for everything that holds no tensor.

    ``bases_of_torch``: what ``torch_bases()`` returned, for whoever asks about many values.
    """
    cls = type(value)
    plain = type(cls) is type  # else hashing it would call its metaclass
    if plain and cls in _plain:
        return _plain[cls]
    if plain and cls in _known:
        return _known[cls]
    kind = _kind_from_bases(cls, learner_module, torch_bases() if bases_of_torch is None else bases_of_torch)
    if plain and kind is not Kind.RECORD and module_name(cls) not in _learner_modules:
        _known[cls] = kind
    return kind


def _kind_from_bases(cls: type, learner_module: str, bases_of_torch: tuple[tuple[type, Kind], ...]) -> Kind | None:
    bases = mro(cls)
    for base, kind in bases_of_torch:
        for each in bases:
            if each is base:
                return kind
    for each in bases:
        if each is dict:
            return Kind.MAPPING
        if each is list or each is tuple or each is set or each is frozenset or each is collections.deque:
            return Kind.SEQUENCE
        if each is type or each is BaseException:
            return None
    if "__dataclass_fields__" in class_dict(cls) or module_name(cls) == learner_module:
        return Kind.RECORD
    return None


def torch_bases() -> tuple[tuple[type, Kind], ...]:
    """The base classes that torch has by now; its parts are imported one by one."""
    modules = sys.modules
    found: list[tuple[type, Kind]] = []
    for module, name, kind in (
        ("torch", "Tensor", Kind.TENSOR),
        ("torch.nn", "Module", Kind.MODULE),
        ("torch.optim", "Optimizer", Kind.OPTIMIZER),
        ("torch.utils.data", "DataLoader", Kind.LOADER),
    ):
        base = getattr(modules.get(module), name, None)
        if base is not None:
            found.append((base, kind))
    return tuple(found)


def has_no_size_yet(tensor: Any) -> bool:
    """Whether it is a parameter of a lazy layer, which has a size with its first input."""
    mixin = getattr(sys.modules.get("torch.nn.parameter"), "UninitializedTensorMixin", None)
    return any(each is mixin for each in mro(type(tensor)))
