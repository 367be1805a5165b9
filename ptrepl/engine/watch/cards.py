"""The whole card of one tensor: what the x-ray line leaves out, with torch's reason where it cannot be read."""

from __future__ import annotations

import enum
import sys
from dataclasses import dataclass
from typing import Any, TypeAlias

from ptrepl.engine.watch.contents import (
    CHECKSUM_LIMIT,
    has_dispatch,
    has_plain_data,
    in_dispatch_mode,
    without_overrides,
)
from ptrepl.engine.watch.facts import (
    TensorFacts,
    Unreadable,
    attempt,
    base_attribute,
    read,
    torch_functions_off,
    without_sizes,
)
from ptrepl.engine.watch.kinds import type_name
from ptrepl.engine.watch.readable import Unread
from ptrepl.engine.watch.static_read import gradient, keeps_gradient

_MOST_VALUES = 6

Size: TypeAlias = int | str
"""A number; as text where it is symbolic."""


@dataclass(frozen=True, slots=True)
class Storage:
    """``size``: bytes; ``address``: None where it has no memory of its own."""

    size: Size
    address: int | None


class NoGradient(enum.Enum):
    """Why a tensor has no gradient."""

    NONE_YET = enum.auto()
    NOT_KEPT = enum.auto()
    """It is no leaf, and nobody has called ``retain_grad()``."""


@dataclass(frozen=True, slots=True)
class FirstValues:
    """The first elements of the first row, as Python's numbers; ``more``: there are others."""

    values: tuple[object, ...]
    more: bool


class Watched(enum.Enum):
    """Whether the contents are compared after each statement: else a write that no version counts is not seen."""

    COMPARED = enum.auto()
    SAMPLED = enum.auto()
    """More than ``CHECKSUM_LIMIT`` bytes: so many of them are compared."""
    TOO_LARGE = enum.auto()
    """More than that, and not in one piece."""
    NOT_PLAIN_MEMORY = enum.auto()


@dataclass(frozen=True, slots=True)
class TensorCard:
    """All that is known of one tensor. ``size``: bytes of its elements."""

    facts: TensorFacts
    type_name: str
    layout: str | Unreadable
    elements: Size | Unreadable
    strides: tuple[Size, ...] | Unreadable
    contiguous: bool | Unreadable
    offset: Size | Unreadable
    storage: Storage | Unreadable
    version: int | Unreadable
    size: Size | Unreadable
    gradient: TensorFacts | NoGradient | Unreadable
    first_values: FirstValues | Unread | Unreadable
    contents: Watched


def read_card(tensor: Any) -> TensorCard:
    """The card of ``tensor``. Never raises. Reads at most six elements, the ones that it shows."""
    attributes = sys.modules["torch"]._C.TensorBase.__dict__
    lacking = without_sizes(tensor)

    def get(name: str) -> Any:
        return attributes[name].__get__(tensor)

    def call(name: str) -> Any:
        if lacking is not None:
            raise ValueError(lacking.reason)
        return attributes[name](tensor)

    with torch_functions_off():
        facts = read(tensor)
        body = without_overrides(tensor)
        return TensorCard(
            facts,
            type_name(tensor),
            layout=attempt(lambda: str(get("layout")).removeprefix("torch.")),
            elements=attempt(lambda: _size(call("numel"))),
            strides=attempt(lambda: tuple(map(_size, call("stride")))),
            contiguous=attempt(lambda: bool(call("is_contiguous"))),
            offset=attempt(lambda: _size(call("storage_offset"))),
            storage=attempt(lambda: _storage(tensor, call("untyped_storage"))),
            version=attempt(lambda: int(get("_version"))),
            size=attempt(lambda: _size(call("numel") * call("element_size"))),
            gradient=attempt(lambda: _gradient(tensor)),
            first_values=Unread.NOT_PLAIN_MEMORY if body is None else attempt(lambda: _first_values(body)),
            contents=_watched(tensor, body),
        )


def _size(number: Any) -> Size:
    return number if type(number) is int else str(number)


def _storage(tensor: Any, storage: Any) -> Storage:
    # a wrapper subclass has no memory of its own, and torch warns whoever asks where it is
    address = 0 if has_dispatch(type(tensor)) else storage.data_ptr()
    return Storage(_size(storage.nbytes()), address or None)


def _gradient(tensor: Any) -> TensorFacts | NoGradient:
    if not keeps_gradient(tensor):
        return NoGradient.NOT_KEPT
    grad = gradient(tensor)
    return NoGradient.NONE_YET if grad is None else read(grad)


def _first_values(tensor: Any) -> FirstValues | Unread:
    torch = sys.modules["torch"]
    if tensor.device.type == "meta":
        return Unread.ON_META
    if tensor.device.type == "cpu" and not has_plain_data(tensor, limit=sys.maxsize):
        is_empty = tensor.layout is torch.strided and tensor.numel() == 0
        return Unread.EMPTY if is_empty else Unread.NOT_PLAIN_MEMORY
    if in_dispatch_mode():
        return Unread.DISPATCH_MODE
    row = tensor.detach()
    while row.dim() > 1:
        row = row[0]
    picked = row.reshape(-1)[:_MOST_VALUES].cpu().tolist()
    return FirstValues(tuple(picked), more=tensor.numel() > len(picked))


def _watched(tensor: Any, body: Any) -> Watched:
    if body is not None and has_plain_data(body):
        return Watched.COMPARED
    size = attempt(lambda: base_attribute("numel")(tensor) * base_attribute("element_size")(tensor))
    if not isinstance(size, int) or size <= CHECKSUM_LIMIT:
        return Watched.NOT_PLAIN_MEMORY
    sampled = body is not None and has_plain_data(body, limit=sys.maxsize) == "dense"
    return Watched.SAMPLED if sampled else Watched.TOO_LARGE
