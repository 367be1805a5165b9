"""What a call on stand-ins calls: a function or a class of torch, a builtin, or a module of torch.nn."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Callable
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.standins.calling import Failed, Unknown, call_on_standins
from ptrepl.explain.standins.standins import NoStandIn, StandIns
from ptrepl.explain.standins.torch_code import is_numpy_function, is_torch_class, is_torch_function

MOVES = frozenset({"to", "cuda", "cpu", "xpu", "mps"})
"""Methods that take a tensor to a device; ``to`` may change its dtype too."""
_SHAPED_BY_VALUES = frozenset("nonzero argwhere masked_select unique unique_consecutive _unique2 bincount".split())
_OF_NUMPY = frozenset("array asarray concatenate stack vstack hstack mean sum std var max min median".split())
"""Functions of NumPy whose result is no larger than their input."""
_BUILTINS: tuple[Callable[..., Any], ...] = (len, range, tuple, list, slice, abs, min, max, sum, round)
_REPEATING = frozenset(
    """
    T abs add all any arange argmax argmin bool cat chunk clamp clone contiguous cumsum detach dim div eq
    expand expand_as eye flatten float full full_like ge gt int isfinite isinf isnan le linspace logical_and
    logical_not logical_or long lt max mean min mul narrow ne numel ones ones_like permute relu repeat reshape
    round sigmoid size softmax sort squeeze stack sub sum t tensor transpose type unsqueeze view zeros
    zeros_like
    """.split()
)
_DRAWING = frozenset({"normal", "bernoulli", "multinomial", "poisson", "dropout", "Dropout"})
_CONVERSIONS: tuple[Callable[..., Any], ...] = (int, float, bool, complex)


def callee(real: Any, standins: StandIns) -> tuple[str, Callable[..., Any]]:
    """The name of ``real`` and what to call for it. Raises Unknown for what is not to be called a second time."""
    if not standins.trusted:
        raise Unknown
    if is_torch_class(real) and not standins.modules_trusted:
        raise Unknown
    torch = sys.modules["torch"]
    if is_numpy_function(real):
        if real.__name__ in _OF_NUMPY or (type(real) is sys.modules["numpy"].ufunc and real.nin == real.nout == 1):
            return real.__name__, real
        raise Unknown
    known = (torch.device, torch.Size, torch.nn.Parameter)
    if is_torch_function(real) or is_torch_class(real) or any(real is each for each in known):
        return real.__name__, real
    if any(real is each for each in _BUILTINS + _CONVERSIONS):
        return real.__name__, real
    if _moves_module(real):
        return real.__name__, lambda *args, **kwargs: standins.of(real.__self__)
    if kind_of(real) is Kind.MODULE:
        try:
            return type(real).__name__, forward_of(standins.of(real))
        except NoStandIn:
            raise Unknown from None
    raise Unknown


def _moves_module(real: Any) -> bool:
    """Whether it is ``net.to`` or a similar method: stand-ins stay on their device."""
    if type(real) is not types.MethodType or real.__name__ not in MOVES or kind_of(real.__self__) is not Kind.MODULE:
        return False
    return real.__func__ is sys.modules["torch"].nn.Module.__dict__.get(real.__name__)


def converts(function: Any) -> bool:
    """Whether ``function`` makes a Python number."""
    return any(function is each for each in _CONVERSIONS)


def depends_on_values(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether the shape of what the function gives depends on the values in its tensors."""
    if name == "where":
        return len(args) == 1 and not kwargs
    if name == "one_hot":
        return len(args) < 2 and "num_classes" not in kwargs
    if name == "repeat_interleave":
        return any(isinstance(each, sys.modules["torch"].Tensor) for each in (*args[1:], *kwargs.values()))
    return name in _SHAPED_BY_VALUES


def draws(name: str, result: Any) -> bool:
    """Whether the values of ``result`` would differ if the call ran again: random numbers, or new weights."""
    if isinstance(result, sys.modules["torch"].nn.Module):
        return name != "Sequential" and any(True for _ in result.parameters())
    return _draws_by_name(name)


def may_draw(node: ast.AST) -> bool:
    """Whether ``node`` calls, by its text, a function that draws random numbers, so that another run gives others."""
    calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    return any(_draws_by_name(getattr(each, "attr", getattr(each, "id", ""))) for each in calls)


def _draws_by_name(name: str) -> bool:
    return name.startswith(("rand", "empty", "new_empty")) or name in _DRAWING


def repeats(node: ast.AST) -> bool:
    """Whether evaluating ``node`` again gives the same values: a layer or a function may draw random numbers."""
    calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    return all(isinstance(each, ast.Attribute) and each.attr in _REPEATING for each in calls)


def forward_of(module: Any) -> Callable[..., Any]:
    """What calling a stand-in of a module calls. Raises Unknown for everything else."""
    if not isinstance(module, sys.modules["torch"].nn.Module):
        raise Unknown
    return module  # type: ignore[no-any-return]


def device_asked(name: str, args: list[Any], kwargs: dict[str, Any], *, is_method: bool) -> str | None:
    """The device of a call's result, where the call names one: ``x.to("cuda")``, ``torch.zeros(2, device=d)``.

    Raises Failed for a text that no device has.
    """
    torch = sys.modules["torch"]
    asked = kwargs.get("device")
    if asked is None and is_method and name in MOVES:
        first = args[0] if args else None
        asked = first if name == "to" and type(first) in (str, torch.device) else None if name == "to" else name
    if type(asked) not in (str, torch.device):
        return None
    try:
        torch.device(asked)
    except RuntimeError as error:  # t.to("float32"): no device has that name
        raise Failed(error) from None
    text = str(asked)
    return text if ":" in text or text in ("cpu", "meta", "mps") else f"{text}:0"


def moved(name: str, tensor: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """``tensor.to(device)`` and similar methods: a stand-in stays on its device, but may change its dtype."""
    torch = sys.modules["torch"]
    kept = [each for each in args if type(each) not in (torch.device, str, int)]
    rest = {key: each for key, each in kwargs.items() if key != "device"}
    if name != "to" or not (kept or rest):
        return tensor
    return call_on_standins("to", tensor.to, tuple(kept), rest)
