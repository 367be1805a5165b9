"""What each layer of a module makes of an input, found on a copy without data.

The copy lies on meta, where a tensor has a shape and a dtype and no values: its ``forward`` runs, and nothing is
computed. The module itself, its mode, its running statistics, its caches are not touched. What ``forward`` reads
besides, a constant or a mask, is put on meta as it is used.
"""

from __future__ import annotations

import collections
import contextlib
import copy
import dataclasses
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ptrepl.engine.models.tree import registered_modules
from ptrepl.engine.watch.kinds import Kind, kind_of, module_name, own_dict, type_name
from ptrepl.engine.watch.parts import parts_of

Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LayerOutput:
    """What a layer gave. ``shapes``: of the tensors in it, in order, with the path to each ("" if it is one itself)."""

    shapes: tuple[tuple[str, Shape, str], ...]
    """(path, shape, dtype)"""
    type_name: str


@dataclass(slots=True)
class DryRun:
    """``layers``: path of a module → what its calls gave, in the order of the calls; ``order``: paths as they began."""

    layers: dict[str, list[LayerOutput]] = field(default_factory=dict)
    result: LayerOutput | None = None
    error: BaseException | None = None
    """What stopped it. To be dropped at once: its traceback holds the copy."""
    stopped_in: str = ""
    """The path of the innermost layer that ran then."""
    given: LayerOutput | None = None
    """What that layer was called with; None where it was given something else than tensors."""


def run_dry(
    module: Any,
    arguments: tuple[Any, ...],
    learner_module: str = "__main__",
    *,
    named: Mapping[str, Any] | None = None,
) -> DryRun:
    """Run ``module(*arguments, **named)`` on meta. Never raises but for KeyboardInterrupt.

    Runs ``forward`` of the learner's: call it as code of theirs is called, with the random state kept.
    """
    found = DryRun()
    running: list[tuple[str, LayerOutput | None]] = []
    try:
        twin = twin_of(module, _meta_copy, learner_module)
        paths = dict(_paths(twin))
        _watch(twin, paths, found, running)
        with _mode(), _uncompiled():
            result = twin(*_on_meta(arguments), **_on_meta(dict(named or {})))
        found.result = _made(result)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        found.error = error
        found.stopped_in, found.given = running[-1] if running else ("", None)
    return found


def twin_of(module: Any, copied: Callable[[Any], Any], learner_module: str) -> Any:
    """A copy of ``module`` with ``copied(tensor)`` for each of its tensors, without the hooks of the learner's."""
    torch = sys.modules["torch"]
    parts = parts_of(module, Kind.MODULE, learner_module, asked_for=True).found
    twin = copy.deepcopy(module, {id(part.tensor): copied(part.tensor) for part in parts})
    for each in torch.nn.Module.modules(twin):
        _drop_hooks(each)
    return twin


def _meta_copy(tensor: Any) -> Any:
    torch = sys.modules["torch"]
    uninitialized = sys.modules["torch.nn.parameter"].UninitializedTensorMixin
    if isinstance(tensor, uninitialized):
        return type(tensor)(device="meta", dtype=tensor.dtype)
    plain = torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device="meta")
    if isinstance(tensor, torch.nn.Parameter):
        return torch.nn.Parameter(plain, requires_grad=tensor.requires_grad)
    return plain.requires_grad_() if tensor.requires_grad else plain


_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def _drop_hooks(module: Any) -> None:
    for name in _HOOKS:
        hooks = own_dict(module).get(name)
        if isinstance(hooks, dict):
            for key in [key for key, hook in hooks.items() if not _is_torchs(hook)]:
                del hooks[key]


def _is_torchs(hook: Any) -> bool:
    """Whether torch needs it: ``weight_norm`` computes a weight in one, a lazy module finds its sizes."""
    function = hook.__func__ if type(hook) is types.MethodType else hook
    home = function.__module__ if type(function) is types.FunctionType else module_name(type(function))
    return home.partition(".")[0] == "torch"


def _paths(module: Any) -> Iterator[tuple[int, str]]:
    seen: set[int] = set()
    waiting = [(module, "")]
    while waiting:
        each, where = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield id(each), where
        inside = [(child, f"{where}.{name}" if where else name) for name, child in registered_modules(each)]
        waiting += reversed(inside)  # a module that has two paths is known by the first, as the tree has it


def _watch(twin: Any, paths: dict[int, str], found: DryRun, running: list[tuple[str, LayerOutput | None]]) -> None:
    torch = sys.modules["torch"]

    def begin(module: Any, arguments: Any, named: Any) -> None:
        plain = not named and all(isinstance(each, torch.Tensor) for each in arguments)
        running.append((paths[id(module)], _made(arguments) if plain else None))
        if plain and arguments and not torch.is_autocast_enabled():
            _check_dtype(module, arguments[0].dtype)

    def end(module: Any, _: Any, output: Any) -> None:
        running.pop()
        found.layers.setdefault(paths[id(module)], []).append(_made(output))

    for each in torch.nn.Module.modules(twin):
        torch.nn.Module.register_forward_pre_hook(each, begin, with_kwargs=True)
        torch.nn.Module.register_forward_hook(each, end)


def _check_dtype(module: Any, dtype: Any) -> None:
    """Raises RuntimeError for an input that a layer of torch's refuses, though meta takes it."""
    torch = sys.modules["torch"]
    layers = torch.nn
    refusing = (layers.Linear, layers.Bilinear, layers.modules.conv._ConvNd, layers.RNNBase)
    held = own_dict(module).get("_parameters")
    weights = [each.dtype for each in held.values() if isinstance(each, torch.Tensor)] if type(held) is dict else []
    if isinstance(module, refusing) and weights and dtype not in weights:
        message = f"the input is {dtype} and the weights are {weights[0]}"  # not a sentence: as torch writes messages
        raise RuntimeError(message)


def _made(value: Any) -> LayerOutput:
    return LayerOutput(tuple(_shapes(value, "", 0)), type_name(value))


def _shapes(value: Any, path: str, depth: int) -> Iterator[tuple[str, Shape, str]]:
    torch = sys.modules["torch"]
    if isinstance(value, torch.Tensor):
        yield path, tuple(value.shape), str(value.dtype).removeprefix("torch.")
    elif depth < 4 and kind_of(value) is Kind.MAPPING:
        for key, inner in list(value.items())[:20]:
            yield from _shapes(inner, f"{path}[{key!r}]" if type(key) in (str, int) else path, depth + 1)
    elif depth < 4 and isinstance(value, tuple | list):
        for place, inner in enumerate(value[:20]):
            yield from _shapes(inner, f"{path}[{place}]", depth + 1)
    elif depth < 4 and dataclasses.is_dataclass(value) and not isinstance(value, type):
        for name, inner in own_dict(value).items():
            yield from _shapes(inner, f"{path}.{name}", depth + 1)


def _on_meta(value: Any) -> Any:
    """``value`` with each tensor in it on meta."""
    torch = sys.modules["torch"]
    if isinstance(value, torch.Tensor):
        if value.device.type == "meta":
            return value
        with torch._C.DisableTorchFunction():
            if isinstance(value, torch.nn.utils.rnn.PackedSequence):
                return value
            moved = value.detach().to("meta")
            return moved.requires_grad_() if value.requires_grad else moved
    if type(value) in (list, tuple):
        return type(value)(map(_on_meta, value))
    if type(value) is dict or type(value) is collections.OrderedDict:
        return type(value)((key, _on_meta(inner)) for key, inner in value.items())
    return value


def _uncompiled() -> Any:
    """What ``torch.compile`` has made runs as it was written: a compiler would trace the copy."""
    torch = sys.modules["torch"]
    if "torch._dynamo" not in sys.modules or not hasattr(torch.compiler, "set_stance"):
        return contextlib.nullcontext()
    return torch.compiler.set_stance("force_eager")


def _mode() -> Any:
    """A mode in which every tensor that a function of torch is given, or makes, lies on meta."""
    torch = sys.modules["torch"]
    from torch.overrides import TorchFunctionMode
    from torch.utils._device import _device_constructors

    constructors = _device_constructors()
    stay = {torch.Tensor.cpu, torch.Tensor.cuda}

    class OnMeta(TorchFunctionMode):
        def __torch_function__(
            self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
        ) -> Any:
            kwargs = dict(kwargs or {})
            if func in stay:
                return _on_meta(args[0])
            args, kwargs = _on_meta(args), _on_meta(kwargs)
            if func is torch.Tensor.to:
                args = tuple("meta" if _is_device(each) else each for each in args)
            if kwargs.get("device") is not None or func in constructors:
                kwargs["device"] = "meta"
            if func is torch.from_numpy or func is torch.frombuffer:
                kwargs.pop("device", None)
                return _on_meta(func(*args, **kwargs))
            return func(*args, **kwargs)

    def _is_device(value: Any) -> bool:
        if isinstance(value, torch.device):
            return True
        return isinstance(value, str) and value.partition(":")[0] in ("cpu", "cuda", "mps", "xpu", "meta")

    return OnMeta()
