"""Call a function of torch on stand-ins: for real where it is small, by shape rules where it is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.standins.bounds import (
    Broken,
    is_elementwise,
    is_small,
    module_work,
    only_views,
    shape_without_running,
    tensors_in,
)
from ptrepl.explain.standins.large import function_result, layer_result
from ptrepl.explain.standins.some_number import holds_some_number

_TAKE_ARRAYS = frozenset({"from_numpy", "tensor", "as_tensor", "astype", "copy", "__getitem__"})
"""Functions whose result is no larger than the array they get: an array's size is not checked before a call."""


_LOSS_NAMES = {
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
    "CrossEntropyLoss": "cross_entropy",
    "HuberLoss": "huber_loss",
    "KLDivLoss": "kl_div",
    "L1Loss": "l1_loss",
    "MSELoss": "mse_loss",
    "NLLLoss": "nll_loss",
    "SmoothL1Loss": "smooth_l1_loss",
}
"""The functions that modules of torch call, which tell how much work they are."""
_MOST_WORK = 1 << 25
"""Multiplications of a call of a module."""
_MOST_QUICK = 1 << 18
"""The same for one whose result a rule tells too."""


class Unknown(Exception):
    """The result is not known: it depends on values, on the learner's code, or it would take too long."""


class Failed(Exception):
    """Torch, or Python, refuses this; ``error`` is what it raised."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def call_on_standins(name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``function(*args, **kwargs)``, of the name ``name``. Every device that is asked for becomes the CPU.

    Raises Failed where it raises, Unknown where it would be too large.
    """
    strange = any(map(is_numpy_array, args)) and name not in _TAKE_ARRAYS and not _is_of_array(function)
    if not strange and not holds_some_number(args, kwargs):
        return _call(name, function, args, kwargs)
    try:
        result = _call(name, function, args, kwargs)
    except Failed as failed:
        if isinstance(failed.error, (TypeError, AttributeError)) or is_elementwise(name):
            raise  # the error does not depend on the unknown value, so it is real
        raise Unknown from None
    if strange or not is_elementwise(name):
        raise Unknown
    return result


def _is_of_array(function: Any) -> bool:
    """Whether ``function`` is a method of NumPy arrays, bound or not."""
    owner = getattr(function, "__objclass__", None) or type(getattr(function, "__self__", None))
    return owner.__module__ == "numpy"


def _call(name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    torch = sys.modules["torch"]
    args = tuple(torch.device("cpu") if type(each) is torch.device else each for each in args)
    if kwargs.get("device") is not None:
        kwargs = {**kwargs, "device": torch.device("cpu")}
    if kwargs.get("out") is not None or kwargs.get("pin_memory"):
        raise Unknown
    try:
        if isinstance(function, torch.nn.Module):
            result = _by_rule(function, args, kwargs)
            if result is not None:
                return result
            if type(function).__module__ == "torch.nn.modules.loss":
                name = _LOSS_NAMES.get(type(function).__name__, name)
        if is_small(name, args, kwargs) or only_views(name, args, kwargs):
            return function(*args, **kwargs)
        told = shape_without_running(name, args, kwargs)
        if told is None:
            return _known(function_result(name, function, args, kwargs))
    except Unknown:
        raise
    except Broken as error:
        raise Failed(error) from None
    except NotImplementedError as error:
        if any(tensor.is_meta for tensor in tensors_in(args, kwargs)):
            raise Unknown from None
        raise Failed(error) from None
    except Exception as error:
        raise Failed(error) from None
    shape, dtype = told
    made = torch.empty(shape, dtype=dtype, device="meta")
    if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors_in(args)) and dtype.is_floating_point:
        return made.requires_grad_().view(shape)
    return made


def _by_rule(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a layer gives that would take a while, or lacks its numbers; None for one that may run.

    Raises Unknown, Broken.
    """
    blank = any(each.is_meta for each in (*tensors_in(args), *module.parameters()))
    work = module_work(module, args)
    if not blank and work <= _MOST_QUICK:
        return None
    result = layer_result(module, args, kwargs)
    if result is None and (blank or work > _MOST_WORK):
        raise Unknown
    return result


def _known(result: Any) -> Any:
    if result is None:
        raise Unknown
    return result
