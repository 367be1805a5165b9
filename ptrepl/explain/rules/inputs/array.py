"""A NumPy array given to a network: the call makes a tensor of it, an image in the order that convolutions take."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import module_name, own_dict, type_name
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.outer_call import first_convolution, first_layer, outermost_call
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _array(case: Case) -> Finding | None:
    outer = outermost_call(case)
    call = outer.node if outer is not None else None
    if outer is None or not isinstance(call, ast.Call):
        return None
    given, network = call.args[0], outer.real(call.func)
    array: Any = outer.real(given)
    if not is_numpy_array(array) or array.dtype.kind not in "fiu":
        return None
    source = outer.site.source
    tensor = f"torch.from_numpy({segment(source, given)})"
    text = gettext(
        "{input} is a NumPy array, {shape} of {dtype}, and {network} takes tensors.",
        input=operand_text(outer, given),
        shape=shape_text(tuple(array.shape)),
        dtype=str(array.dtype),
        network=in_one_line(source, call.func),
    )
    first = first_convolution(network)
    order = _order(tuple(array.shape), first[1]) if first is not None and first[0] == 2 else ""
    if order is None:
        return Finding(text) if outer is not case else None
    code = tensor + order + _dtype(array, network)
    called = spliced(source, call, {given: code})
    if order:
        makes = gettext(
            "A convolution takes (batch, channels, height, width), and {code} makes that of it.",
            code=in_a_sentence(code),
        )
    else:
        makes = gettext("{code} makes a tensor of it.", code=in_a_sentence(code))
    return Finding(f"{text} {makes}", tried(outer, [Candidate(called)]))


def _order(shape: tuple[int, ...], channels: int) -> str | None:
    """What follows the tensor of an image, or of a batch of them; None where its channels are not found."""
    match shape:
        case (_, _, last) if last == channels and shape[0] != channels:
            return ".permute(2, 0, 1).unsqueeze(0)"
        case (first, _, _) if first == channels:
            return ".unsqueeze(0)"
        case (_, _) if channels == 1:
            return ".unsqueeze(0).unsqueeze(0)"
        case (_, _, _, last) if last == channels and shape[1] != channels:
            return ".permute(0, 3, 1, 2)"
        case (_, second, _, _) if second == channels:
            return ""
    return None


def _dtype(array: Any, network: Any) -> str:
    """What follows for the dtype of the weights; bytes are the colours of an image, from 0 to 255."""
    layer = type_name(first_layer(network))
    if array.dtype == "float32" or (layer.startswith("Embedding") and array.dtype.kind == "i"):
        return ""
    return ".float() / 255" if array.dtype == "uint8" and layer.startswith("Conv") else ".float()"


def _picture(case: Case) -> Finding | None:
    """An image as PIL opens it."""
    outer = outermost_call(case)
    call = outer.node if outer is not None else None
    if outer is None or not isinstance(call, ast.Call):
        return None
    given, network = call.args[0], outer.real(call.func)
    held = outer.real(given)
    if module_name(type(held)).partition(".")[0] != "PIL":
        return None
    source = outer.site.source
    text = gettext(
        "{input} is an image of PIL, and {network} takes tensors. transforms.ToTensor() of torchvision makes one of "
        "it, (channels, height, width).",
        input=operand_text(outer, given),
        network=in_one_line(source, call.func),
    )
    first, mode = first_convolution(network), own_dict(held).get("_mode")
    channels = {"L": 1, "RGB": 3, "RGBA": 4}.get(str(mode))
    if first is None or first[0] != 2 or first[1] != channels:
        return Finding(text)
    order = ".permute(2, 0, 1).unsqueeze(0)" if channels > 1 else ".unsqueeze(0).unsqueeze(0)"
    code = f"torch.from_numpy(np.array({segment(source, given)})){order}.float() / 255"
    alone = gettext("Without it, {code} makes a batch of one image.", code=in_a_sentence(code))
    return Finding(f"{text} {alone}", verified(outer, Candidate(spliced(source, call, {given: code}))))


BEFORE = (
    "arrays.argument_types",
    "arrays.call_forms",
    "arrays.from_data",
    "autograd.custom_function",
    "containers.wanted_tensor",
    "forward.layer_not_called",
    "modules.network_call",
    "modules.subclass",
)

RULES = (
    Rule(
        "input array",
        ("TypeError",),
        r"must be Tensor, not numpy\.ndarray|invalid combination of arguments - got \(numpy\.ndarray",
        _array,
        more="arrays/tensor-from-data",
    ),
    Rule(
        "input image",
        ("TypeError",),
        r"must be Tensor, not \w*Image|invalid combination of arguments - got \(\w*Image",
        _picture,
        more="arrays/tensor-from-data",
    ),
)
