"""What of an object is worth watching from statement to statement: few numbers, read in a moment."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import Unreadable, attempt, base_attribute, read, torch_functions_off
from ptrepl.engine.watch.kinds import Kind, has_no_size_yet, is_one, kind_of, mro, type_name
from ptrepl.engine.watch.parts import Group, parts_of
from ptrepl.engine.watch.readable import Unread, readable
from ptrepl.engine.watch.static_read import gradient

_MOST_TENSORS = 500
"""Parameters of a module up to which its norms are computed: each takes some 20 microseconds."""
MOST_READ = 1 << 22
"""Elements up to which a norm is computed: a larger tensor would be felt at every prompt."""
_NUMBERS: tuple[type, ...] = (bool, int, float, complex)


@dataclass(frozen=True, slots=True)
class PinnedTensor:
    """``value``: of the only element; ``norm``: of more than one, the Euclidean norm of all. None where it is not read.

    ``gradient``: the norm of ``grad``, None where there is none. ``version``: how often it was written to in place
    since it was made (``_version``); None for an inference tensor, which does not count.
    """

    shape: tuple[int | str, ...] | Unreadable
    value: complex | None
    norm: float | None
    gradient: float | None
    version: int | None


@dataclass(frozen=True, slots=True)
class PinnedModule:
    """The norms are over all of its parameters together, None where there is none, or they are not read."""

    type: str
    norm: float | None
    gradient: float | None


@dataclass(frozen=True, slots=True)
class PinnedNumber:
    """A number of Python's."""

    value: complex


@dataclass(frozen=True, slots=True)
class PinnedObject:
    """Anything else."""

    type: str


Pinned = PinnedTensor | PinnedModule | PinnedNumber | PinnedObject


def read_pinned(value: Any, learner_module: str = "__main__") -> Pinned:
    """The facts of ``value``; no code of the learner's runs, and nothing is kept. Never raises."""
    number = python_number(value)
    if number is not None:
        return PinnedNumber(number)
    kind = kind_of(value, learner_module)
    if kind is Kind.TENSOR:
        return _tensor(value)
    if kind is Kind.MODULE:
        return _module(value, learner_module)
    return PinnedObject(type_name(value))


def python_number(value: Any) -> complex | None:
    """``value`` where it is a number of Python's or of NumPy's, else None."""
    if is_one(type(value), _NUMBERS):
        return value  # type: ignore[no-any-return]
    numpy = sys.modules.get("numpy")
    if numpy is not None and is_one(numpy.generic, mro(type(value))):
        number: Any = attempt(value.item)
        return number if is_one(type(number), _NUMBERS) else None
    return None


def only_element(tensor: Any) -> complex | None:
    """The value of the only element of ``tensor``; None where there are more or none, or it cannot be read."""
    number = attempt(lambda: _only_element(tensor))
    return None if isinstance(number, Unreadable) else number


def norm(tensors: list[Any], most: int) -> float | None:
    """The Euclidean norm of all values of ``tensors`` together; None above ``most`` elements, or where it fails."""
    found = attempt(lambda: _root_of_squares(tensors, most))
    return None if isinstance(found, Unreadable) else found


def parameters_to_measure(module: Any, learner_module: str = "__main__") -> list[Any]:
    """The parameters of ``module`` that a norm is computed of: none where they are too many, or have no size yet."""
    parts = parts_of(module, Kind.MODULE, learner_module)
    tensors = [part.tensor for part in parts.found if part.role is Group.PARAMETERS]
    too_many = len(tensors) > _MOST_TENSORS or parts.truncated
    return [] if too_many or any(map(has_no_size_yet, tensors)) else tensors


def gradients_of(tensors: list[Any]) -> list[Any]:
    """The ``grad`` of each of ``tensors`` that has one."""
    return [found for each in tensors if (found := _gradient(each)) is not None]


def _tensor(tensor: Any) -> PinnedTensor:
    facts = read(tensor)
    with torch_functions_off():
        version = attempt(lambda: int(base_attribute("_version").__get__(tensor)))
    value = only_element(tensor)
    gradients = gradients_of([tensor])
    return PinnedTensor(
        facts.shape,
        value,
        None if value is not None else norm([tensor], MOST_READ),
        norm(gradients, MOST_READ) if gradients else None,
        None if isinstance(version, Unreadable) else version,
    )


def _module(module: Any, learner_module: str) -> PinnedModule:
    tensors = parameters_to_measure(module, learner_module)
    gradients = gradients_of(tensors)
    return PinnedModule(
        type_name(module),
        norm(tensors, MOST_READ) if tensors else None,
        norm(gradients, MOST_READ) if gradients else None,
    )


def _gradient(tensor: Any) -> Any:
    found = attempt(lambda: gradient(tensor))
    return None if isinstance(found, Unreadable) else found


def _only_element(tensor: Any) -> complex | None:
    """The only element of ``tensor``."""
    with torch_functions_off(), sys.modules["torch"].no_grad():
        found = readable(tensor)
        if isinstance(found, Unread) or found.numel() != 1:
            return None
        number: complex = found.to_dense().item()
        return number


def _root_of_squares(tensors: list[Any], most: int) -> float | None:
    torch = sys.modules["torch"]
    total, read_so_far = 0.0, 0
    with torch_functions_off(), torch.no_grad():
        for tensor in tensors:
            found = readable(tensor)
            if found is Unread.EMPTY:
                continue
            if isinstance(found, Unread):
                return None
            if found.layout is not torch.strided:
                found = found.coalesce().values() if found.layout is torch.sparse_coo else found.values()
            read_so_far += found.numel()
            if read_so_far > most:
                return None
            total = math.hypot(total, _euclidean(_wide(found)))
    return total


def _euclidean(values: Any) -> float:
    found = float(values.norm())
    if not math.isinf(found):
        return found
    greatest = float(values.abs().max())  # the squares overflow sooner than the values
    return found if math.isinf(greatest) else greatest * float((values / greatest).norm())


def _wide(values: Any) -> Any:
    """``values`` in a dtype in which a norm neither overflows nor is missing."""
    torch = sys.modules["torch"]
    exact = values.device.type != "mps"  # it has no float64
    if values.dtype.is_complex:
        return values.to(torch.complex128 if exact else torch.complex64)
    return values.to(torch.float64 if exact else torch.float32)
