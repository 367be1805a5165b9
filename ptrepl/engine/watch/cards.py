"""The whole card of one tensor: what the x-ray line leaves out, with torch's reason where it cannot be read."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.contents import (
    CHECKSUM_LIMIT,
    has_dispatch,
    has_plain_data,
    in_dispatch_mode,
    without_overrides,
)
from ptrepl.engine.watch.facts import (
    FACT_NAMES,
    TensorFacts,
    Unreadable,
    attempt,
    base_attribute,
    read,
    torch_functions_off,
    without_sizes,
)
from ptrepl.engine.watch.kinds import type_name
from ptrepl.engine.watch.static_read import gradient, keeps_gradient

_MOST_VALUES = 6


@dataclass(frozen=True, slots=True)
class TensorCard:
    """The facts, then ``rows`` of (name, text). A row that cannot be read says ``n/a`` and why."""

    facts: TensorFacts
    rows: tuple[tuple[str, str], ...]


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
        rows = [("type", type_name(tensor))]
        unread = [(name, getattr(facts, name)) for name in FACT_NAMES]
        rows += [(name, _text(value)) for name, value in unread if isinstance(value, Unreadable)]
        rows += [
            ("requires_grad", _text(facts.requires_grad)),
            ("layout", _row(lambda: str(get("layout")).removeprefix("torch."))),
            ("elements", _row(lambda: _count(call("numel")))),
            ("strides", _row(lambda: call("stride"))),
            ("contiguous", _row(lambda: call("is_contiguous"))),
            ("offset", _row(lambda: _count(call("storage_offset")))),
            ("storage", _row(lambda: _storage(tensor, call("untyped_storage")))),
            ("version", _row(lambda: get("_version"))),
            ("bytes", _row(lambda: _count(call("numel") * call("element_size")))),
            ("grad", _row(lambda: _grad(tensor))),
            ("first values", "n/a: not plain memory" if body is None else _row(lambda: _first_values(body))),
            ("contents", _contents(tensor, body)),
        ]
    return TensorCard(facts, tuple(rows))


def _row(read_it: Callable[[], object]) -> str:
    return _text(attempt(read_it))


def _text(value: object) -> str:
    return f"n/a: {value.reason}" if isinstance(value, Unreadable) else str(value)


def _count(number: object) -> str:
    return f"{number:,}" if type(number) is int else str(number)


def _storage(tensor: Any, storage: Any) -> str:
    size = f"{storage.nbytes():,} bytes"
    # a wrapper subclass has no memory of its own, and torch warns whoever asks where it is
    address = 0 if has_dispatch(type(tensor)) else storage.data_ptr()
    return f"{size} at {address:#x}" if address else f"{size}, no address"


def _grad(tensor: Any) -> str:
    if not keeps_gradient(tensor):
        return "None (kept for leaves only; retain_grad() asks for it)"
    grad = gradient(tensor)
    return "None" if grad is None else f"shape={read(grad).text('shape')}"


def _first_values(tensor: Any) -> str:
    torch = sys.modules["torch"]
    if tensor.device.type == "meta":
        return "none: a tensor on meta has no data"
    if tensor.device.type == "cpu" and not has_plain_data(tensor, limit=sys.maxsize):
        return "none" if tensor.layout is torch.strided and tensor.numel() == 0 else "n/a: not plain memory"
    if in_dispatch_mode():
        return "n/a: a dispatch mode is on"
    row = tensor.detach()
    while row.dim() > 1:
        row = row[0]
    picked = row.reshape(-1)[:_MOST_VALUES].cpu().tolist()
    more = ", …" if tensor.numel() > len(picked) else ""
    return ", ".join(_number(value) for value in picked) + more


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) and math.isfinite(value) else str(value)


def _contents(tensor: Any, body: Any) -> str:
    if body is not None and has_plain_data(body):
        return "compared after each statement (while the checksums take under 5 ms)"
    size = attempt(lambda: base_attribute("numel")(tensor) * base_attribute("element_size")(tensor))
    if isinstance(size, int) and size > CHECKSUM_LIMIT:
        return f"not compared: larger than {CHECKSUM_LIMIT:,} bytes; a write that skips the version counter is not seen"
    return "not compared: not plain CPU memory; a write that skips the version counter is not seen"
