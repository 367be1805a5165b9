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


def read_pinned(value: Any, learner_module: str = "__main__", *, most: int = MOST_READ) -> Pinned:
    """The facts of ``value``; no code of the learner's runs, and nothing is kept. Never raises.

    ``most``: elements up to which a norm is computed.
    """
    if is_one(type(value), _NUMBERS):
        return PinnedNumber(value)
    numpy = sys.modules.get("numpy")
    if numpy is not None and is_one(numpy.generic, mro(type(value))):
        number: Any = attempt(value.item)
        return PinnedNumber(number) if is_one(type(number), _NUMBERS) else PinnedObject(type_name(value))
    kind = kind_of(value, learner_module)
    if kind is Kind.TENSOR:
        return _tensor(value, most)
    if kind is Kind.MODULE:
        return _module(value, learner_module, most)
    return PinnedObject(type_name(value))


def _tensor(tensor: Any, most: int) -> PinnedTensor:
    facts = read(tensor)
    with torch_functions_off():
        version = attempt(lambda: int(base_attribute("_version").__get__(tensor)))
    number = attempt(lambda: _number(tensor))
    grad = _gradient(tensor)
    single = None if isinstance(number, Unreadable) else number
    return PinnedTensor(
        facts.shape,
        single,
        None if single is not None else _norm([tensor], most),
        None if grad is None else _norm([grad], most),
        None if isinstance(version, Unreadable) else version,
    )


def _module(module: Any, learner_module: str, most: int) -> PinnedModule:
    parts = parts_of(module, Kind.MODULE, learner_module)
    tensors = [part.tensor for part in parts.found if part.role is Group.PARAMETERS]
    if len(tensors) > _MOST_TENSORS or parts.truncated or any(map(has_no_size_yet, tensors)):
        return PinnedModule(type_name(module), None, None)
    gradients = [found for each in tensors if (found := _gradient(each)) is not None]
    return PinnedModule(
        type_name(module),
        _norm(tensors, most) if tensors else None,
        _norm(gradients, most) if gradients else None,
    )


def _gradient(tensor: Any) -> Any:
    found = attempt(lambda: gradient(tensor))
    return None if isinstance(found, Unreadable) else found


def _number(tensor: Any) -> complex | None:
    """The only element of ``tensor``."""
    with torch_functions_off(), sys.modules["torch"].no_grad():
        found = readable(tensor)
        if isinstance(found, Unread) or found.numel() != 1:
            return None
        number: complex = found.to_dense().item()
        return number


def _norm(tensors: list[Any], most: int) -> float | None:
    """The Euclidean norm of all values of ``tensors`` together."""
    found = attempt(lambda: _root_of_squares(tensors, most))
    return None if isinstance(found, Unreadable) else found


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
    norm = float(values.norm())
    if not math.isinf(norm):
        return norm
    greatest = float(values.abs().max())  # the squares overflow sooner than the values
    return norm if math.isinf(greatest) else greatest * float((values / greatest).norm())


def _wide(values: Any) -> Any:
    """``values`` in a dtype in which a norm neither overflows nor is missing."""
    torch = sys.modules["torch"]
    exact = values.device.type != "mps"  # it has no float64
    if values.dtype.is_complex:
        return values.to(torch.complex128 if exact else torch.complex64)
    return values.to(torch.float64 if exact else torch.float32)
