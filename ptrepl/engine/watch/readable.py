"""The values of a tensor, opened for reading, or why nobody can read them."""

from __future__ import annotations

import enum
import sys
from typing import Any

from ptrepl.engine.watch.contents import has_plain_data, in_dispatch_mode, without_overrides


class Unread(enum.Enum):
    """Why no value is read."""

    EMPTY = enum.auto()
    ON_META = enum.auto()
    NOT_PLAIN_MEMORY = enum.auto()
    DISPATCH_MODE = enum.auto()


def readable(tensor: Any) -> Any:
    """A tensor with the values of ``tensor`` and no graph, quantized ones as what they stand for; or an ``Unread``.

    For use where torch's functions and grad are off; it raises what torch raises. A sparse one stays sparse.
    """
    torch = sys.modules["torch"]
    if in_dispatch_mode():
        return Unread.DISPATCH_MODE
    body = without_overrides(tensor)
    if body is None or body.is_nested or torch._C._functorch.is_functorch_wrapped_tensor(body):
        return Unread.NOT_PLAIN_MEMORY
    if body.numel() == 0:
        return Unread.EMPTY
    if body.device.type == "meta":
        return Unread.ON_META
    body = body.detach().resolve_conj().resolve_neg()
    if body.is_quantized:
        return body.dequantize()
    if body.layout is torch.strided and body.device.type == "cpu" and not has_plain_data(body, limit=sys.maxsize):
        return Unread.NOT_PLAIN_MEMORY
    return body
