"""What a layer gives for an input that is too large to run it on, or that has no data: by torch's rules for shapes."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

from ptrepl.explain.standins.bounds import Broken

_SAME_SHAPE = frozenset(
    """
    AlphaDropout CELU Dropout Dropout1d Dropout2d Dropout3d ELU FeatureAlphaDropout GELU GroupNorm Hardshrink
    Hardsigmoid Hardswish Hardtanh Identity InstanceNorm1d InstanceNorm2d InstanceNorm3d LeakyReLU LogSigmoid
    LogSoftmax Mish RMSNorm RReLU ReLU ReLU6 SELU SiLU Sigmoid Softmax Softmin Softplus Softshrink Softsign Tanh
    Tanhshrink Threshold
    """.split()
)
_OF_ONE_SAMPLE = frozenset(
    """
    AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d
    AvgPool1d AvgPool2d AvgPool3d ConstantPad1d ConstantPad2d ConstantPad3d MaxPool1d MaxPool2d MaxPool3d
    ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d Upsample
    ZeroPad1d ZeroPad2d ZeroPad3d
    """.split()
)
"""They treat each channel of each sample by itself: what one gives says what all give."""
_RECURRENT = ("RNN", "LSTM", "GRU")
_SAME_BY_NAME = frozenset(
    """
    abs celu cos dropout elu exp gelu hardtanh leaky_relu log log_softmax logsigmoid neg relu relu6 selu sigmoid silu
    sin softmax softplus sqrt square tanh
    """.split()
)
_POOLS = ("adaptive_avg_pool", "adaptive_max_pool", "avg_pool", "interpolate", "max_pool")
_MOST_OF_ONE = 1 << 20
_MOST_BYTES = 1 << 20


def layer_result(module: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """What ``module``, a stand-in of a layer, gives: zeros, or a tensor on meta; None where only running it would tell.

    Raises Broken where the layer refuses the shape or the dtype.
    """
    torch = sys.modules["torch"]
    name = type(module).__name__
    if kwargs or len(args) != 1:
        is_with_state = not kwargs and len(args) == 2 and name in _RECURRENT
        return _recurrent(module, args[0]) if is_with_state else None
    [given] = args
    if type(module) is torch.nn.Sequential:
        for each in module:
            given = layer_result(each, [given], {})
            if given is None:
                return None
        return given
    if type(given) is not torch.Tensor and type(given) is not torch.nn.Parameter:
        return None
    if name in _RECURRENT:
        return _recurrent(module, given)
    shape = _shape(module, name, given)
    if shape is None:
        return None
    dtype = module.weight.dtype if name == "Embedding" else given.dtype
    needs = given.requires_grad or any(each.requires_grad for each in module.parameters())
    return _made(shape, dtype, needs=needs)


def _recurrent(module: Any, given: Any) -> Any:
    """``(out, h)`` of an RNN or a GRU, ``(out, (h, c))`` of an LSTM."""
    shape = tuple(given.shape)
    _same_dtype(module, given)
    if len(shape) not in (2, 3) or shape[-1] != module.input_size:
        raise Broken
    ways = 2 if module.bidirectional else 1
    wide = module.proj_size or module.hidden_size
    batch = () if len(shape) == 2 else (shape[0] if module.batch_first else shape[1],)
    states = [(module.num_layers * ways, *batch, size) for size in (wide, module.hidden_size)]
    needs = given.requires_grad or any(each.requires_grad for each in module.parameters())
    out, h, c = (_made(each, given.dtype, needs=needs) for each in ((*shape[:-1], wide * ways), *states))
    return (out, (h, c)) if type(module).__name__ == "LSTM" else (out, h)


def _made(shape: tuple[int, ...], dtype: Any, *, needs: bool) -> Any:
    torch = sys.modules["torch"]
    small = math.prod(shape) * dtype.itemsize <= _MOST_BYTES
    made = torch.zeros(shape, dtype=dtype) if small else torch.empty(shape, dtype=dtype, device="meta")
    if torch.is_grad_enabled() and needs and (dtype.is_floating_point or dtype.is_complex):
        return made.requires_grad_().view(shape)
    return made


def _shape(module: Any, name: str, given: Any) -> tuple[int, ...] | None:
    shape = tuple(given.shape)
    if name in _SAME_SHAPE:
        return shape
    if name in _OF_ONE_SAMPLE:
        return _of_one(module, shape, int(name[-2]) if name[-1] == "d" else 2)
    handler = _SHAPES.get(name)
    return None if handler is None else handler(module, given, shape)


def _of_one(function: Callable[[Any], Any], shape: tuple[int, ...], dims: int) -> tuple[int, ...] | None:
    torch = sys.modules["torch"]
    if len(shape) not in (dims + 1, dims + 2) or math.prod(shape[-dims:]) > _MOST_OF_ONE:
        return None
    try:
        result = function(torch.zeros(1, 1, *shape[-dims:]))
    except Exception as error:
        raise Broken from error
    if type(result) is not torch.Tensor:
        return None  # with return_indices there are two
    return (*shape[:-dims], *result.shape[-dims:])


def _same_dtype(module: Any, given: Any) -> None:
    weight = next(module.parameters(), given)
    if weight.dtype != given.dtype:
        raise Broken


def _linear(module: Any, given: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    _same_dtype(module, given)
    if not shape or shape[-1] != module.in_features:
        raise Broken
    return (*shape[:-1], module.out_features)


def _conv(module: Any, given: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    _same_dtype(module, given)
    dims = len(module.kernel_size)
    if len(shape) not in (dims + 1, dims + 2) or shape[-dims - 1] != module.in_channels:
        raise Broken
    out = []
    for at, size in enumerate(shape[-dims:]):
        reach = module.dilation[at] * (module.kernel_size[at] - 1)
        padding = {"valid": 0, "same": reach}.get(module.padding) if type(module.padding) is str else None
        padding = 2 * module.padding[at] if padding is None else padding
        out.append((size + padding - reach - 1) // module.stride[at] + 1)
    if min(out) < 1:
        raise Broken
    return (*shape[: -dims - 1], module.out_channels, *out)


def _transposed(module: Any, given: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    _same_dtype(module, given)
    dims = len(module.kernel_size)
    if len(shape) not in (dims + 1, dims + 2) or shape[-dims - 1] != module.in_channels:
        raise Broken
    out = [
        (size - 1) * module.stride[at]
        - 2 * module.padding[at]
        + module.dilation[at] * (module.kernel_size[at] - 1)
        + module.output_padding[at]
        + 1
        for at, size in enumerate(shape[-dims:])
    ]
    return (*shape[: -dims - 1], module.out_channels, *out)


def _batch_norm(module: Any, given: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    if len(shape) < 2 or shape[1] != module.num_features:
        raise Broken
    return shape


def _layer_norm(module: Any, given: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    wanted = tuple(module.normalized_shape)
    if shape[-len(wanted) :] != wanted:
        raise Broken
    return shape


def _embedding(module: Any, given: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    if given.dtype.is_floating_point:
        raise Broken
    return (*shape, module.embedding_dim)


def _flatten(module: Any, given: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sys.modules["torch"].empty(shape, device="meta").flatten(module.start_dim, module.end_dim).shape)


_SHAPES: dict[str, Callable[[Any, Any, tuple[int, ...]], tuple[int, ...]]] = {
    "Linear": _linear,
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d"), _conv),
    **dict.fromkeys(("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"), _transposed),
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d", "BatchNorm3d"), _batch_norm),
    "LayerNorm": _layer_norm,
    "Embedding": _embedding,
    "Flatten": _flatten,
}


def function_result(name: str, function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """The same for a function of torch, of the name ``name``."""
    torch = sys.modules["torch"]
    if not args or type(args[0]) is not torch.Tensor:
        return None
    given, rest = args[0], args[1:]
    shape = tuple(given.shape)
    if any(isinstance(each, torch.Tensor) for each in (*rest, *kwargs.values())):
        return None
    if name in _SAME_BY_NAME and given.dtype.is_floating_point and kwargs.get("dtype") is None:
        return _made(shape, given.dtype, needs=given.requires_grad)
    if name in ("batch_norm", "layer_norm") or len(shape) not in (3, 4, 5):
        return None
    if name.startswith(_POOLS):
        dims = len(shape) - 2
        found = _of_one(lambda one: function(one, *rest, **kwargs), shape, dims)
        return None if found is None else _made(found, given.dtype, needs=given.requires_grad)
    return None
