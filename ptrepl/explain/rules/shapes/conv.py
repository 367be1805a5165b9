"""Convolutions and pooling: channels, the dims of an image, kernels larger than the image."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.remake_network import rebuilt
from ptrepl.explain.fixes.trial import MOST_FIXES, Candidate, tried
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.operands.layers import Layer, failing_layer
from ptrepl.explain.rewrite import postfix
from ptrepl.explain.rule import Finding, Rule

_LAYERS = tuple(f"Conv{transposed}{count}d" for transposed in ("", "Transpose") for count in (1, 2, 3))
_DIMS = {1: "channels, length", 2: "channels, height, width", 3: "channels, depth, height, width"}


@dataclass(frozen=True, slots=True)
class _Convolution:
    """What was convolved: ``node`` is the learner's expression for the input, if it is theirs."""

    said: str
    kernels: str
    """What a sentence calls that which holds the kernels: the layer, or the weight."""
    layer: Layer | None
    node: ast.expr | None
    given: str
    """What a sentence calls the input."""
    shape: tuple[int, ...]
    channels: int
    """How many the kernels were made for."""
    spatial: int
    """1, 2 or 3: how many dims of an image the kernels cover."""


def _convolution(case: Case) -> _Convolution | None:
    layer = failing_layer(case, *_LAYERS)
    if layer is not None:
        channels = layer.number("in_channels")
        if channels is None:
            return None
        given = layer.before_text if layer.argument is None else case.called(layer.argument, "the input")
        return _Convolution(
            layer.path, layer.path, layer, layer.argument, given, layer.shape, channels, int(layer.kind[-2])
        )
    call = invocation(case)
    if call is None or call.name not in ("conv1d", "conv2d", "conv3d"):
        return None
    data, weight = call.argument(0, "input"), call.argument(1, "weight")
    shape, kernels = (case.shape(data), case.shape(weight)) if data is not None and weight is not None else (None, None)
    spatial = int(call.name[-2])
    if data is None or shape is None or kernels is None or len(kernels) != spatial + 2 or "groups" in call.keywords:
        return None
    given, weights = case.called(data, "the input"), case.called(weight, "the weight")  # type: ignore[arg-type]
    return _Convolution(call.said, weights, None, data, given, shape, kernels[1], spatial)


def _channels(case: Case) -> Finding | None:
    found = _convolution(case)
    if found is None or len(found.shape) not in (found.spatial + 1, found.spatial + 2):
        return None
    single = len(found.shape) == found.spatial + 1
    has = found.shape[0 if single else 1]
    if has == found.channels:
        return None
    dims = f"({_DIMS[found.spatial]})" if single else f"(batch, {_DIMS[found.spatial]})"
    text = (
        f"{found.kernels} was made for {_counted(found.channels)}, and {found.given} is {shape_text(found.shape)}. Its "
        f"dims are read as {dims}, so it has {_counted(has)}."
    )
    fixes = list(tried(case, _inputs(case, found, single=single, has=has)))
    plain = not any(".permute" in fix.code or ".unsqueeze" in fix.code for fix in fixes)
    if found.layer is not None and plain and has <= 1024:
        fixes += rebuilt(case, found.layer, "in_channels", 0, has)
    return Finding(text, tuple(fixes[:MOST_FIXES]))


def _counted(channels: int) -> str:
    return "one channel" if channels == 1 else f"{channels} channels"


def _inputs(case: Case, found: _Convolution, *, single: bool, has: int) -> Iterator[Candidate]:
    node, count = found.node, found.spatial
    if node is None:
        return
    suffixes = []
    if found.shape[-1] == found.channels < has:
        order = [count, *range(count)] if single else [0, count + 1, *range(1, count + 1)]
        suffixes.append(f".permute({', '.join(map(str, order))})")
    if single and found.channels == 1:
        suffixes.append(".unsqueeze(1)")
    if has == 1 and found.channels == 3:
        sizes = [3, *(-1,) * count] if single else [-1, 3, *(-1,) * count]
        suffixes.append(f".expand({', '.join(map(str, sizes))})")
    for suffix in suffixes:
        yield Candidate(changed(case, {node: postfix(case.site.source, node, suffix)}))


def _image(case: Case) -> Finding | None:
    """An input with too few or too many dims."""
    found = _convolution(case)
    if found is None or len(found.shape) in (found.spatial + 1, found.spatial + 2):
        return None
    has, dims = len(found.shape), _DIMS[found.spatial]
    many = "one dim" if has == 1 else f"{has} dims"
    text = (
        f"{found.said} takes an input with the dims (batch, {dims}), or ({dims}) without a batch. {found.given} is "
        f"{shape_text(found.shape)}: it has {many}."
    )
    suffixes = []
    if has == found.spatial and found.channels == 1:
        suffixes.append(".unsqueeze(0)")
    if has == found.spatial + 3 and found.shape[0] == 1:
        suffixes.append(".squeeze(0)")
    node = found.node
    if node is None:
        return Finding(text)
    source = case.site.source
    return Finding(
        text, tried(case, [Candidate(changed(case, {node: postfix(source, node, each)})) for each in suffixes])
    )


def _kernel(case: Case) -> Finding | None:
    """An image that is smaller than the kernel, or the window of a pooling layer."""
    layer = failing_layer(case, *_LAYERS[:3], "MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d")
    if layer is None:
        return None
    count, size = int(layer.kind[-2]), own_dict(layer.module).get("kernel_size")
    sizes = (size,) * count if type(size) is int else size
    if type(sizes) is not tuple or len(sizes) != count or len(layer.shape) <= count:
        return None
    window, image = (" x ".join(map(str, each)) for each in (sizes, layer.shape[-count:]))
    if "padded input" in case.message:
        image, window = case.match["image"], case.match["kernel"]
    slides = f"{layer.path} slides a window of {window} over its input"
    if layer.argument is not None:
        given = case.called(layer.argument, "the input")
        return Finding(f"{slides}, and {given} is {shape_text(layer.shape)}: at {image} the window does not fit.")
    return Finding(
        f"{slides}, and {layer.before_text} is {shape_text(layer.shape)}: at {image} the window does not fit. Every "
        f"convolution and every pooling before it makes the image smaller."
    )


RULES = (
    Rule(
        "channels of a convolution",
        ("RuntimeError",),
        r"expected input.* to have \d+ channels, but got \d+ channels instead",
        _channels,
        more="modules/convolution-channels",
    ),
    Rule(
        "dims of an image",
        ("RuntimeError",),
        r"Expected \d+D \(unbatched\) or \d+D \(batched\) input to conv",
        _image,
        more="modules/convolution-dims",
    ),
    Rule(
        "kernel larger than the image",
        ("RuntimeError",),
        r"padded input size per channel: \((?P<image>[^)]*)\). Kernel size: \((?P<kernel>[^)]*)\)|"
        r"Output size is too small",
        _kernel,
        more="modules/convolution-sizes",
    ),
)
