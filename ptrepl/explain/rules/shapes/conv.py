"""Convolutions and pooling: channels, the dims of an image, kernels larger than the image."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.layer_in_class import layer_anew
from ptrepl.explain.fixes.remake_network import rebuilt
from ptrepl.explain.fixes.trial import MOST_FIXES, Candidate, tried
from ptrepl.explain.operands.callers import assigned_by
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.operands.joined import with_cat_along
from ptrepl.explain.operands.layers import Layer, failing_layer
from ptrepl.explain.outer_call import outermost_call
from ptrepl.explain.provenance.origins import label
from ptrepl.explain.rewrite import in_a_sentence, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.forward.layer_input import input_is
from ptrepl.explain.rules.forward.lost_batch import without_length
from ptrepl.explain.rules.forward.turned import turned_before
from ptrepl.explain.rules.readings.joined_with import joined_with
from ptrepl.explain.rules.readings.other_channels import ALPHA, image_at_prompt, other_image
from ptrepl.explain.rules.readings.other_dim import channels_last
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import N_, gettext, ngettext

_LAYERS = tuple(f"Conv{transposed}{count}d" for transposed in ("", "Transpose") for count in (1, 2, 3))
_POWERS = (4, 8, 16, 32, 64, 128, 256)
_DIMS = {
    1: N_("(channels, length)"),
    2: N_("(channels, height, width)"),
    3: N_("(channels, depth, height, width)"),
}
"""What the dims mean to a layer that covers so many dims of an image."""
_BATCHED = {
    1: N_("(batch, channels, length)"),
    2: N_("(batch, channels, height, width)"),
    3: N_("(batch, channels, depth, height, width)"),
}

_KERNELS = {
    1: N_("(out_channels, in_channels, length)"),
    2: N_("(out_channels, in_channels, height, width)"),
    3: N_("(out_channels, in_channels, depth, height, width)"),
}
"""The dims of a weight."""


@dataclass(frozen=True, slots=True)
class _Convolution:
    """A convolution that failed; ``node`` is the learner's expression for its input, None if a layer made that."""

    said: str
    kernels: str
    """The name of what holds the kernels: the layer, or the weight."""
    layer: Layer | None
    node: ast.expr | None
    input_is: str
    """A sentence: the input and its shape."""
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
        given, spatial = input_is(case, layer), int(layer.kind[-2])
        return _Convolution(layer.path, layer.path, layer, layer.argument, given, layer.shape, channels, spatial)
    call = invocation(case)
    if call is None or call.name not in ("conv1d", "conv2d", "conv3d"):
        return None
    data, weight = call.argument(0, "input"), call.argument(1, "weight")
    if data is None or weight is None or "groups" in call.keywords:
        return None
    shape, kernels, spatial = case.shape(data), case.shape(weight), int(call.name[-2])
    if shape is None or kernels is None or len(kernels) != spatial + 2:
        return None
    name, weights = case.called(data, gettext("The input")), case.called(weight, gettext("The weight"))
    given = gettext("{input} is {shape}.", input=name, shape=shape_text(shape))
    return _Convolution(call.said, weights, None, data, given, shape, kernels[1], spatial)


def _channels(case: Case) -> Finding | None:
    found = _convolution(case)
    if found is None or len(found.shape) not in (found.spatial + 1, found.spatial + 2):
        return None
    single = len(found.shape) == found.spatial + 1
    has = found.shape[0 if single else 1]
    if has == found.channels:
        return None
    dims = gettext((_DIMS if single else _BATCHED)[found.spatial])
    told = [
        ngettext(
            "{kernels} was made for one channel.",
            "{kernels} was made for {count} channels.",
            found.channels,
            kernels=found.kernels,
        ),
        found.input_is,
        ngettext(
            "The dims of the input are read as {dims}, so it has one channel.",
            "The dims of the input are read as {dims}, so it has {count} channels.",
            has,
            dims=dims,
        ),
    ]
    if found.layer is not None and (turned := turned_before(case, found.layer, _takes(found))) is not None:
        return Finding(" ".join([*told, turned.text]), turned.fixes)
    if found.layer is not None and (flat := without_length(case, found.layer, found.channels)) is not None:
        return Finding(" ".join([*told, flat.text]), flat.fixes)
    if found.layer is None and found.channels == 1 and not single and (each := _each_channel(case, has)) is not None:
        return Finding(" ".join([*told, each.text]), each.fixes)
    fixes = list(tried(case, _inputs(case, found, single=single, has=has)))
    if fixes and found.node is not None and (wider := with_cat_along(case, found.node)) and wider in fixes[0].code:
        side = gettext("Along dim 0 torch.cat makes a larger batch; along dim 1 the channels lie side by side.")
        return Finding(" ".join([*told, side]), tuple(fixes))
    if found.layer is not None and not fixes and (last := channels_last(found.shape, found.channels, found.spatial)):
        return Finding(" ".join([*told, last]))
    plain = not any(way in fix.code for fix in fixes for way in (".permute(", ".unsqueeze(", ".transpose("))
    if fixes and ".transpose(0, 1)" in fixes[0].code:
        told.append(
            gettext("If these are {count} images with one channel each, they belong in dim 0, the batch.", count=has)
        )
    if found.layer is not None and plain and has <= 1024:
        fixes += rebuilt(case, found.layer, "in_channels", 0, has)
        if fixes and (data := image_at_prompt(case, found.layer, found.channels)) is not None:
            told.append(data.text)
            fixes = [*data.fixes, *fixes] if has == ALPHA else [*fixes, *data.fixes]
        anew = layer_anew(case, found.layer, "in_channels", has) if not fixes else None
        joined = joined_with(case, found.layer, found.channels, 0 if single else 1) if not fixes else None
        if joined is not None:
            told += [joined.text, *([anew.said] if anew is not None else ())]
            return Finding(" ".join(told), (*joined.fixes, *(anew.fixes if anew is not None else ())))
        image = other_image(case, found.layer, found.channels, has) if anew is not None else ""
        if anew is not None:
            told += [image, anew.said] if image else [anew.said]
            ready = own_dict(case.site.frame.f_locals.get("self")).get("training") is False
            fixes += () if image and (has == ALPHA or ready) else anew.fixes
    return Finding(" ".join(told), tuple(fixes[:MOST_FIXES]))


def _each_channel(case: Case, has: int) -> Finding | None:
    """``F.conv2d(img, k.expand(3, 1, 3, 3), groups=3)`` of one kernel, as an edge filter is, for each channel."""
    call = invocation(case)
    weight = call.argument(1, "weight") if call is not None else None
    shape = case.shape(weight) if weight is not None else None
    if call is None or weight is None or shape is None or shape[0] != 1:
        return None
    source = case.site.source
    kernels = postfix(source, weight, f".expand({', '.join(map(str, (has, *shape[1:])))})")
    last = max(
        (*call.node.args, *(each.value for each in call.node.keywords)), key=lambda node: node.end_col_offset or 0
    )
    texts: dict[ast.expr | ast.stmt, str] = {weight: kernels}
    if last is weight:
        texts[weight] = f"{kernels}, groups={has}"
    else:
        texts[last] = f"{segment(source, last)}, groups={has}"
    code = changed(case, texts)
    text = gettext(
        "To filter each channel by itself, give each a kernel, in {count} groups: {code}.",
        count=has,
        code=in_a_sentence(code),
    )
    return Finding(text, tried(case, [Candidate(code)]))


def _kernels(case: Case) -> Finding | None:
    """A weight without the dims of the channels: ``F.conv2d(img, torch.ones(3, 3))``."""
    call = invocation(case)
    weight = call.argument(1, "weight") if call is not None and call.name in ("conv1d", "conv2d", "conv3d") else None
    shape = case.shape(weight) if weight is not None else None
    if call is None or weight is None or shape is None:
        return None
    spatial = int(call.name[-2])
    dims = gettext(_KERNELS[spatial])
    text = gettext(
        "{weight} is {shape}. A weight of {call} has the dims {dims}.",
        weight=case.called(weight, gettext("The weight")),
        shape=shape_text(shape),
        call=call.said,
        dims=dims,
    )
    if len(shape) != spatial:
        return Finding(text)
    code = postfix(case.site.source, weight, "[None, None]")
    one = gettext("{code} is one kernel for one channel.", code=in_a_sentence(code))
    return Finding(f"{text} {one}", tried(case, [Candidate(changed(case, {weight: code}))]))


def _takes(found: _Convolution) -> Callable[[tuple[int, ...]], bool]:
    return lambda shape: len(shape) - found.spatial in (1, 2) and shape[-1 - found.spatial] == found.channels


def _inputs(case: Case, found: _Convolution, *, single: bool, has: int) -> Iterator[Candidate]:
    node, count = found.node, found.spatial
    if node is None:
        return
    if wider := with_cat_along(case, node):
        yield Candidate(changed(case, {node: wider}))
    suffixes = []
    if found.shape[-1] == found.channels and (has > found.channels or (count == 1 and not single)):
        order = [count, *range(count)] if single else [0, count + 1, *range(1, count + 1)]
        suffixes.append(f".permute({', '.join(map(str, order))})")
    if count == 3 and not single and found.shape[2] == found.channels != has:
        suffixes.append(".transpose(1, 2)")  # a video: (batch, frames, channels, height, width)
    if not single and count > 1 and found.shape[0] == found.channels == 1 and has > ALPHA and _is_data(case, node):
        suffixes.append(".transpose(0, 1)")
    if single and found.channels == 1:
        suffixes.append(".unsqueeze(1)")
    if has == 1 and found.channels == 3:
        sizes = [3, *(-1,) * count] if single else [-1, 3, *(-1,) * count]
        suffixes.append(f".expand({', '.join(map(str, sizes))})")
    for suffix in suffixes:
        yield Candidate(changed(case, {node: postfix(case.site.source, node, suffix)}))


def _is_data(case: Case, node: ast.expr) -> bool:
    """Whether it was given at the prompt, and no layer has computed it."""
    facts = case.facts(node)
    return not case.site.is_nested and facts is not None and facts.grad_fn is None


def _is_transposed(layer: Layer | None) -> bool:
    return layer is not None and "Transpose" in layer.kind


def _image(case: Case) -> Finding | None:
    """An input with too few or too many dims."""
    found = _convolution(case)
    if found is None or len(found.shape) in (found.spatial + 1, found.spatial + 2):
        return None
    has = len(found.shape)
    batched, unbatched = gettext(_BATCHED[found.spatial]), gettext(_DIMS[found.spatial])
    told = [
        gettext(
            "{layer} expects an input with the dims {batched}, or {unbatched} without a batch.",
            layer=found.said,
            batched=batched,
            unbatched=unbatched,
        ),
        found.input_is,
        ngettext("The input has one dim.", "The input has {count} dims.", has),
    ]
    if has == 2 and found.layer is not None and (flat := _flattened_before(case, found)):
        return Finding(" ".join([*told, flat]))
    text = " ".join(told)
    suffixes = []
    if has == found.spatial and found.channels == 1:
        suffixes.append(".unsqueeze(0)")
    if has == 2 < found.spatial + 1 and found.shape[1] == found.channels and _is_transposed(found.layer):
        suffixes.append(f"[:, :{', None' * found.spatial}]")  # the noise of a generator
    if has == found.spatial + 3 and found.shape[0] == 1:
        suffixes.append(".squeeze(0)")
    node = found.node
    if node is None:
        return Finding(text)
    source = case.site.source
    return Finding(
        text, tried(case, [Candidate(changed(case, {node: postfix(source, node, each)})) for each in suffixes])
    )


def _flattened_before(case: Case, found: _Convolution) -> str:
    """``images = images.view(-1, 28 * 28)`` before the network was called; "" where no such line is known."""
    made = assigned_by(case, found.layer.given) if found.layer is not None else None
    match made.statement if made is not None else None:
        case (
            ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=base), attr="view" | "reshape" | "flatten")),
            ) as statement
        ) if name == base and made is not None:
            return gettext(
                "`{statement}` puts each image into one row. A convolution needs its dims: leave that line out.",
                statement=label(made.source, statement),
            )
    return ""


def _kernel(case: Case) -> Finding | None:
    """An image that is smaller than the kernel of a convolution or of a pooling layer."""
    layer = failing_layer(case, *_LAYERS[:3], "MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d")
    if layer is None:
        return None
    count, size = int(layer.kind[-2]), own_dict(layer.module).get("kernel_size")
    sizes = (size,) * count if type(size) is int else size
    if type(sizes) is not tuple or len(sizes) != count or len(layer.shape) <= count:
        return None
    kernel, image = (" x ".join(map(str, each)) for each in (sizes, layer.shape[-count:]))
    padded, whole = case.match["image"] or image, case.match["kernel"] or kernel
    told = [
        gettext("{layer} slides a kernel of {kernel} over its input.", layer=layer.path, kernel=whole),
        input_is(case, layer),
        gettext("An image of {image} is too small for the kernel.", image=image)
        if padded == image
        else gettext("With the padding the image is {image}, which is too small for the kernel.", image=padded),
    ]
    outer = outermost_call(case)
    if layer.argument is None or (outer is not None and outer is not case):
        told.append(gettext("Pooling, strides and convolutions without padding before it make the image smaller."))
        at = outer if outer is not None else case
        if (enough := _large_enough(at, count)) is not None:
            node, given, shape = enough
            told.append(
                gettext(
                    "The network was given {shape}, and {enough} is large enough: {code} pads it with zeros, and "
                    "F.interpolate enlarges it.",
                    shape=shape_text(given),
                    enough=shape_text(shape),
                    code=_padded(at, node, given, shape),
                )
            )
    return Finding(" ".join(told))


def _padded(case: Case, image: ast.expr, given: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """``F.pad(scan, (0, 8))``: the last dims come first."""
    apart = [large - small for small, large in zip(given, shape, strict=True)][::-1]
    while apart[-1] == 0:
        apart.pop()
    numbers = ", ".join(f"0, {each}" for each in apart)
    return f"F.pad({case.called(image, 'x')}, ({numbers}))"


def _large_enough(case: Case, count: int) -> tuple[ast.expr, tuple[int, ...], tuple[int, ...]] | None:
    """The input that the network was called with, its shape, and a larger one that the network takes, by trying."""
    match case.node:
        case ast.Call(args=[image], keywords=[]) as call:
            shape = case.shape(image)
        case _:
            return None
    if shape is None or len(shape) <= count:
        return None
    for size in _POWERS:
        larger = (*shape[:-count], *(max(size, each) for each in shape[-count:]))
        if larger == shape:
            continue
        text = spliced(case.site.source, call, {image: f"torch.empty{larger}"})
        try:
            Evaluator(case.scope, StandIns()).value(ast.parse(f"({text})", mode="eval").body)
        except Failed:
            continue
        except (Unknown, SyntaxError):
            return None
        return image, shape, larger
    return None


RULES = (
    Rule(
        "convolution channels",
        ("RuntimeError",),
        r"expected input.* to have \d+ channels, but got \d+ channels instead|^Invalid channel dimensions",
        _channels,
        more="modules/convolution-channels",
    ),
    Rule(
        "convolution dims",
        ("RuntimeError",),
        r"Expected \d+D \(unbatched\) or \d+D \(batched\) input to conv",
        _image,
        more="modules/convolution-dims",
    ),
    Rule(
        "kernel dims",
        ("RuntimeError",),
        r"^weight should have at least three dimensions",
        _kernels,
        more="modules/convolution-channels",
    ),
    Rule(
        "kernel size",
        ("RuntimeError",),
        r"padded input size per channel: \((?P<image>[^)]*)\). Kernel size: \((?P<kernel>[^)]*)\)|"
        r"Output size is too small",
        _kernel,
        more="modules/convolution-sizes",
    ),
)
