"""The values of a tensor of any kind as a plain tensor, or the reason why nobody can read them."""

from __future__ import annotations

import enum
import sys
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.contents import has_plain_data, without_overrides


class Unread(enum.Enum):
    """Why no value is read."""

    EMPTY = enum.auto()
    ON_META = enum.auto()
    NOT_PLAIN_MEMORY = enum.auto()
    DISPATCH_MODE = enum.auto()


@dataclass(frozen=True, slots=True)
class PlainValues:
    """``values``: strided, without a graph, on its device. ``absent``: zeros of a sparse tensor that are not stored;
    None where every element is."""

    values: Any
    absent: int | None = None


def plain_values(tensor: Any) -> PlainValues | Unread:
    """The values of ``tensor``, of any shape, dtype and layout, which share its memory where that is strided.

    Call it inside ``torch_functions_off()`` and ``torch.no_grad()``, in no dispatch mode. Raises what torch raises.
    """
    torch = sys.modules["torch"]
    body = without_overrides(tensor)
    if body is None or body.is_nested or torch._C._functorch.is_functorch_wrapped_tensor(body):
        return Unread.NOT_PLAIN_MEMORY
    elements = body.numel()
    if elements == 0:
        return Unread.EMPTY
    if body.device.type == "meta":
        return Unread.ON_META
    body = body.detach().resolve_conj().resolve_neg()
    if body.is_quantized:
        return PlainValues(body.dequantize())
    if body.layout is not torch.strided:
        stored = body.coalesce().values() if body.layout is torch.sparse_coo else body.values()
        return PlainValues(stored, elements - stored.numel())
    if body.device.type == "cpu" and not has_plain_data(body, limit=sys.maxsize):
        return Unread.NOT_PLAIN_MEMORY
    return PlainValues(body)
