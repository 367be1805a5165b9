"""The numbers of a small tensor, and the norm of a larger one, as plain Python: what a graph shows of a value."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.contents import has_plain_data, in_dispatch_mode, without_overrides
from ptrepl.engine.watch.facts import Unreadable, attempt, read, torch_functions_off

MOST_NUMBERS = 16
"""Elements of a tensor that are all read."""
_MOST_MEASURED = 1_000_000
"""Elements of which a norm is computed; more would be felt."""


@dataclass(frozen=True, slots=True)
class TensorNumbers:
    """``values``: all elements in row-major order, None of more than ``MOST_NUMBERS`` or where they cannot be read.

    ``norm``: the 2-norm of all elements, None where it was not computed.
    """

    shape: tuple[int | str, ...]
    values: tuple[Any, ...] | None = None
    norm: float | None = None


def numbers_of(tensor: Any) -> TensorNumbers:
    """The numbers of ``tensor``. Never raises; of an accelerator's tensor only the few that are shown are copied."""
    shape = read(tensor).shape
    sizes = shape if not isinstance(shape, Unreadable) else ()
    with torch_functions_off():
        found = attempt(lambda: _read(tensor, sizes))
    return TensorNumbers(sizes) if isinstance(found, Unreadable) else found


def _read(tensor: Any, shape: tuple[int | str, ...]) -> TensorNumbers:
    torch = sys.modules["torch"]
    body = without_overrides(tensor)
    if body is None or in_dispatch_mode() or body.layout is not torch.strided:
        return TensorNumbers(shape)
    on_cpu = body.device.type == "cpu"
    if body.device.type == "meta" or (on_cpu and not has_plain_data(body, limit=sys.maxsize)):
        return TensorNumbers(shape)
    count = body.numel()
    body = body.detach()
    if count <= MOST_NUMBERS:
        return TensorNumbers(shape, tuple(body.cpu().reshape(-1).tolist()))
    if not on_cpu or count > _MOST_MEASURED or not (body.is_floating_point() or body.is_complex()):
        return TensorNumbers(shape)
    wide = body.abs().to(torch.float64)
    return TensorNumbers(shape, norm=float(torch._C._linalg.linalg_vector_norm(wide)))


def nested(values: Sequence[Any], shape: Sequence[int]) -> Any:
    """``values`` in lists as ``tolist`` nests them: ``nested((1, 2, 3, 4), (2, 2))`` is ``[[1, 2], [3, 4]]``."""
    if not shape:
        return values[0]
    step = len(values) // shape[0] if shape[0] else 0
    return [nested(values[place * step : (place + 1) * step], shape[1:]) for place in range(shape[0])]
