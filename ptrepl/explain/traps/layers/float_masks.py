"""The trap of an attention mask of 0.0 and 1.0: it is added to the scores, and hides nothing."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_LAYERS = (
    "MultiheadAttention",
    "TransformerEncoderLayer",
    "TransformerEncoder",
    "TransformerDecoderLayer",
    "TransformerDecoder",
    "Transformer",
)
_MASKS = frozenset(
    """
    key_padding_mask attn_mask src_mask mask src_key_padding_mask tgt_mask memory_mask tgt_key_padding_mask
    memory_key_padding_mask
    """.split()
)
_MOST = 1 << 14
_DEEPEST = 4
_MAKING = frozenset("ones ones_like triu tril eye".split())
_TRIANGLES = frozenset("triu tril".split())


def masks_of_numbers(noticed: Noticed) -> Iterator[Told]:
    """``mha(x, x, x, key_padding_mask=(ids == 0).float())``."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            if not isinstance(node, ast.Call) or place.module_class(node.func) not in _LAYERS:
                continue
            for each in node.keywords:
                if each.arg in _MASKS and _is_zero_one(noticed, place, each.value):
                    mask = place.text(each.value)
                    text = gettext(
                        "{mask} is a floating point mask of 0 and 1, and such a mask is added to the attention scores: "
                        "it hides nothing. A bool mask hides the places where it is True: {hidden} if 1 marks what is "
                        "to be hidden, {shown} if 1 marks what is to be seen.",
                        mask=mask,
                        hidden=f"{each.arg}={mask}.bool()" if mask.isidentifier() else f"{each.arg}=({mask}).bool()",
                        shown=f"{each.arg}=({mask} == 0)",
                    )
                    yield told_of(place, text, node)
                    return


def _is_zero_one(noticed: Noticed, place: Place, node: ast.expr) -> bool:
    """Whether it is a floating point tensor that holds 1 somewhere, and else only 0."""
    real = place.reader.own_tensor(node)
    if real is None and isinstance(node, ast.Name) and not place.function:
        real = noticed.names.get(node.id)  # the reader may count it as changed
    if real is not None:
        return _holds_zero_one(real)
    value = place.reader.tensor(node)
    return value is not None and value.is_floating_point() and _made_of_truth(noticed, place, node, _DEEPEST)


def _holds_zero_one(tensor: Any) -> bool:
    torch = sys.modules["torch"]
    if type(tensor) is not torch.Tensor or tensor.device.type != "cpu" or tensor.layout is not torch.strided:
        return False
    if not tensor.is_floating_point() or not 0 < tensor.numel() <= _MOST:
        return False
    copy = tensor.detach()
    return bool(((copy == 0) | (copy == 1)).all()) and bool((copy == 1).any())


def _made_of_truth(noticed: Noticed, place: Place, node: ast.expr, depth: int) -> bool:
    """Whether by its text it holds 0 and 1: ``(ids == 0).float()``, ``torch.triu(torch.ones(T, T), 1)``."""
    match node:
        case ast.Name(id=name) if depth and (found := noticed.definition(place, name)) is not None:
            return _made_of_truth(noticed, *found, depth - 1)
        case ast.Call(func=ast.Attribute(value=inner, attr="float" | "double"), args=[]):
            value = place.reader.tensor(inner)
            return isinstance(inner, ast.Compare) or (value is not None and str(value.dtype) == "torch.bool")
        case ast.Call(func=ast.Attribute(attr=word), args=[ast.Call(func=ast.Attribute(attr=made)), *_]):
            return word in _TRIANGLES and made in _MAKING
    return False
