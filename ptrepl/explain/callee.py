"""What a call on stand-ins calls: a function or a class of torch's, a builtin, or a module of torch.nn."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ptrepl.engine.kinds import Kind, kind_of
from ptrepl.explain.calling import Unknown, call
from ptrepl.explain.standins import NoStandIn, StandIns
from ptrepl.explain.torch_code import is_torch_class, is_torch_function

__all__ = ["MOVES", "callee", "converts", "forward_of", "moved"]

MOVES = frozenset({"to", "cuda", "cpu", "xpu", "mps"})
"""Methods that take a tensor to a device; ``to`` may change its dtype too."""
_BUILTINS: tuple[Callable[..., Any], ...] = (len, range, tuple, list, slice, abs, min, max, sum, round)
_CONVERSIONS: tuple[Callable[..., Any], ...] = (int, float, bool, complex)


def callee(real: Any, standins: StandIns) -> tuple[str, Callable[..., Any]]:
    """The name of ``real`` and what to call for it. Raises Unknown for what is not to be called a second time."""
    torch = sys.modules["torch"]
    if is_torch_function(real) or is_torch_class(real) or real is torch.device or real is torch.Size:
        return real.__name__, real
    if any(real is each for each in _BUILTINS + _CONVERSIONS):
        return real.__name__, real
    if kind_of(real) is Kind.MODULE:
        try:
            return type(real).__name__, forward_of(standins.of(real))
        except NoStandIn:
            raise Unknown from None
    raise Unknown


def converts(function: Any) -> bool:
    """Whether ``function`` makes a number of Python's."""
    return any(function is each for each in _CONVERSIONS)


def forward_of(module: Any) -> Callable[..., Any]:
    """What calling a stand-in of a module calls. Raises Unknown for everything else."""
    if not isinstance(module, sys.modules["torch"].nn.Module):
        raise Unknown
    return module  # type: ignore[no-any-return]


def moved(name: str, tensor: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``tensor.to(device)`` and its like: a stand-in has no device to leave, a dtype it may change."""
    torch = sys.modules["torch"]
    kept = [each for each in args if type(each) not in (torch.device, str, int)]
    rest = {key: each for key, each in kwargs.items() if key != "device"}
    if name != "to" or not (kept or rest):
        return tensor
    return call("to", tensor.to, tuple(kept), rest)
