"""F.pad, F.interpolate and layers that change the size of images: sizes and modes that do not go together."""

from __future__ import annotations

import ast
import re

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_LINEAR = {3: "linear", 4: "bilinear", 5: "trilinear"}


def _first(case: Case) -> tuple[ast.Call, ast.expr, tuple[int, ...]] | None:
    """The call, its first argument and the shape of that."""
    node = case.node
    if not isinstance(node, ast.Call) or not node.args:
        return None
    shape = case.shape(node.args[0])
    return (node, node.args[0], shape) if shape is not None else None


def _pad_length(case: Case) -> Finding | None:
    found = _first(case)
    if found is None:
        return None
    _, tensor, shape = found
    text = gettext(
        "{tensor} is {shape}. F.pad takes two numbers for each dim that it pads, before and after, beginning with the "
        "last dim: at most {most} numbers here.",
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
        most=2 * len(shape),
    )
    return Finding(text)


def _reflected(case: Case) -> Finding | None:
    found = _first(case)
    if found is None:
        return None
    _, tensor, shape = found
    text = gettext(
        "{tensor} is {shape}. Reflection pads with the values beside the edge, so the padding has to be smaller than "
        'the size of the dim that it pads. mode="replicate" repeats the edge itself, and has no such limit.',
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
    )
    return Finding(text)


def _pad_mode(case: Case) -> Finding | None:
    mode = case.match["mode"]
    text = gettext(
        'F.pad has no mode "{mode}". It has "constant", which pads with zeros or another value, "reflect", "replicate" '
        'and "circular".',
        mode=mode,
    )
    node = case.node
    given = (
        next((each.value for each in node.keywords if each.arg == "mode"), None) if isinstance(node, ast.Call) else None
    )
    if mode not in ("zeros", "zero") or given is None or node is None:
        return Finding(text)
    return Finding(text, tried(case, [Candidate(spliced(case.site.source, node, {given: '"constant"'}))]))


def _strided(case: Case) -> Finding:
    return Finding(
        gettext(
            'padding="same" keeps the height and width, and a stride above 1 makes them smaller: the two exclude each '
            "other. Give the padding as a number, padding=1 for a kernel of 3."
        )
    )


def _spatial(case: Case) -> Finding | None:
    """``F.interpolate`` of an image without its batch dim, or with the mode for another number of dims."""
    found = _first(case)
    if found is None:
        return None
    node, tensor, shape = found
    mode = next((each.value for each in node.keywords if each.arg == "mode"), None)
    wanted = case.value(mode) if mode is not None else "nearest"
    text = gettext(
        "{tensor} is {shape}. F.interpolate takes dim 0 as the batch and dim 1 as the channels, and resizes the rest. "
        'An image in a batch has 4 dims, and for 4 dims the mode is "bilinear"; for 3 dims it is "linear".',
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
    )
    source = case.site.source
    if (alone := _without_both(case, node, tensor)) is not None:
        return Finding(f"{text} {alone.text}", alone.fixes)
    if colours := _with_colours(case, shape):
        return Finding(f"{text} {colours}")
    ways = []
    if wanted in ("bilinear", "bicubic", "nearest") and len(shape) == 3:
        ways.append(spliced(source, node, {tensor: postfix(source, tensor, ".unsqueeze(0)")}))
        if shape[0] not in (1, 3):
            many = spliced(source, node, {tensor: postfix(source, tensor, ".unsqueeze(1)")})
            dims = gettext("If dim 0 counts channels, .unsqueeze(0) is a batch of one image; if images, .unsqueeze(1).")
            return Finding(f"{text} {dims}", tried(case, [Candidate(each) for each in (*ways, many)]))
    elif mode is not None and wanted in _LINEAR.values() and len(shape) in _LINEAR:
        ways.append(spliced(source, node, {mode: f'"{_LINEAR[len(shape)]}"'}))
    return Finding(text, tried(case, [Candidate(each) for each in ways]))


def _without_both(case: Case, node: ast.Call, tensor: ast.expr) -> Finding | None:
    """An image of height and width, to which ``unsqueeze`` gave one dim of the two that it lacks."""
    match tensor:
        case ast.Call(func=ast.Attribute(value=image, attr="unsqueeze"), args=[_]) if len(case.shape(image) or ()) == 2:
            pass
        case _:
            return None
    whole = postfix(case.site.source, image, "[None, None]")
    text = gettext(
        "{image} has a height and a width alone: {code} gives it both, a batch of one image with one channel.",
        image=operand_text(case, image),
        code=in_a_sentence(whole),
    )
    return Finding(text, tried(case, [Candidate(spliced(case.site.source, node, {tensor: whole}))]))


def _with_colours(case: Case, shape: tuple[int, ...]) -> str:
    """A sentence on a size such as ``image.shape[1:]`` that has one number more than there are dims to resize; ""."""
    found = re.search(r"output size of (?:torch\.Size\()?[\[(]([\d, ]+)[\])]", case.message)
    size = [int(each) for each in found[1].split(",")] if found is not None else []
    if len(shape) != 4 or len(size) != 3 or size[-1] not in (1, 3, 4):
        return ""
    return gettext(
        "Of four dims it resizes two, and the size has three numbers: {size}. If the last one counts the colours of an "
        "image, leave it out.",
        size=shape_text(size),
    )


def _one_of_two(case: Case) -> Finding:
    if case.match["which"] == "either":
        return Finding(
            gettext("F.interpolate needs the size that is wanted, size=(height, width), or the factor, scale_factor=2.")
        )
    return Finding(gettext("size and scale_factor both say how large the result is: give one of the two."))


def _output_size(case: Case) -> Finding:
    text = gettext(
        "With its kernel and stride this layer can give sizes from {least} to {most} for this input, and output_size "
        "asks for {wanted}.",
        least=case.match["least"],
        most=case.match["most"],
        wanted=case.match["wanted"],
    )
    return Finding(text)


def _output_padding(case: Case) -> Finding:
    return Finding(
        gettext(
            "output_padding makes up for what a stride rounds off, so it has to be smaller than the stride: with "
            "stride={stride}, at most {most}.",
            stride=case.match["stride"],
            most=int(case.match["stride"]) - 1,
        )
    )


def _half(case: Case) -> Finding:
    return Finding(
        gettext(
            "The padding of a pooling layer is at most half of its kernel_size: with kernel_size={size}, at most "
            "padding={most}, and it has {pad}.",
            size=case.match["size"],
            most=int(case.match["size"]) // 2,
            pad=case.match["pad"],
        )
    )


def _shuffled(case: Case) -> Finding:
    return Finding(
        gettext(
            "nn.PixelShuffle makes a larger image of its channels, so their number has to be divisible by the square "
            "of upscale_factor: {channels} is not divisible by {square}.",
            channels=case.match["channels"],
            square=case.match["square"],
        )
    )


def _grid(case: Case) -> Finding:
    return Finding(
        gettext(
            "The grid has for each place of the result a pair of coordinates, x and y: its shape is (batch, height, "
            "width, 2), and here it is {shape}.",
            shape=case.match["shape"].replace("[", "(").replace("]", ")"),
        )
    )


def _groups(case: Case) -> Finding:
    name, frame = case.match["name"], case.inner("__init__")
    channels = frame.f_locals.get(name) if frame is not None else None
    groups = frame.f_locals.get("groups") if frame is not None else None
    if type(channels) is not int or type(groups) is not int:
        return Finding(
            gettext(
                "groups divides the channels into groups of one size, so {name} has to be divisible by groups.",
                name=name,
            )
        )
    return Finding(
        gettext(
            "groups divides the channels into groups of one size, and {name}={channels} is not divisible by "
            "groups={groups}. These numbers of groups would do: {divisors}.",
            name=name,
            channels=channels,
            groups=groups,
            divisors=", ".join(str(each) for each in range(1, channels + 1) if channels % each == 0),
        )
    )


_MORE = "shapes/resized"

BEFORE = ("shapes.conv", "shapes.layer", "python.keyword", "arrays.creation")

RULES = (
    Rule(
        "pad length",
        ("RuntimeError",),
        r"Padding length (must be divisible by 2|should be less than or equal to two)",
        _pad_length,
        more=_MORE,
    ),
    Rule(
        "reflection",
        ("RuntimeError",),
        r"Padding size should be less than the corresponding input dim",
        _reflected,
        more=_MORE,
    ),
    Rule("pad mode", ("NotImplementedError",), r"Unrecognised padding mode (?P<mode>\w+)", _pad_mode, more=_MORE),
    Rule("strided", ("ValueError",), r"padding='same' is not supported for strided", _strided, more=_MORE),
    Rule(
        "interpolate dims",
        ("ValueError", "NotImplementedError"),
        r"Input and output must have the same number of spatial dimensions|Got \dD input, but \w+ mode needs \dD input",
        _spatial,
        more=_MORE,
    ),
    Rule(
        "interpolate size",
        ("ValueError",),
        r"(?P<which>either|only one of) size or scale_factor should be defined",
        _one_of_two,
        more=_MORE,
    ),
    Rule(
        "output size",
        ("ValueError",),
        r"requested an output size of (?P<wanted>[\[(][^\])]*[\])]), but valid sizes "
        r"range from (?P<least>\[[^]]*\]) to (?P<most>\[[^]]*\])",
        _output_size,
        more=_MORE,
    ),
    Rule(
        "output padding",
        ("RuntimeError",),
        r"output padding must be smaller than either stride or dilation, but got "
        r".*?stride_height: (?P<stride>\d+)",
        _output_padding,
        more=_MORE,
    ),
    Rule(
        "pool padding",
        ("RuntimeError",),
        r"pad should be at most half of effective kernel size, but got "
        r"pad=(?P<pad>\d+), kernel_size=(?P<size>\d+) and dilation=1",
        _half,
        more=_MORE,
    ),
    Rule(
        "pixel shuffle",
        ("RuntimeError",),
        r"input\.size\(-3\)=(?P<channels>\d+) is not divisible by (?P<square>\d+)",
        _shuffled,
        more=_MORE,
    ),
    Rule(
        "grid",
        ("RuntimeError",),
        r"expected grid to have size 2 in last dimension, but got grid with sizes "
        r"(?P<shape>\[[^]]*\])",
        _grid,
        more=_MORE,
    ),
    Rule(
        "groups",
        ("ValueError",),
        r"(?P<name>in_channels|out_channels) must be divisible by groups",
        _groups,
        more=_MORE,
    ),
)
