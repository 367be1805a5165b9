"""The trap of uint8: a difference below 0, and a sum above 255, wrap round."""

from __future__ import annotations

import ast
import operator
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import torch_functions_off
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.passes import is_plain_tensor
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_MOST_READ = 1 << 16
_OPERATIONS = {ast.Sub: operator.sub, ast.Add: operator.add, ast.Mult: operator.mul}


def wrapped_round(noticed: Noticed) -> Iterator[Told]:
    """``(after - frame).abs()`` of two pictures in uint8."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            if not isinstance(node, ast.BinOp) or type(node.op) not in _OPERATIONS:
                continue
            example = _example(place, node)
            if example is None:
                continue
            text = gettext(
                "{code} is uint8, which holds 0 to 255 and wraps round: {true} became {stored}. Convert first: "
                "{instead}.",
                code=place.text(node),
                true=example[0],
                stored=example[1],
                instead=_instead(place, node),
            )
            yield told_of(place, text, node)
            return


def _example(place: Place, node: ast.BinOp) -> tuple[str, int] | None:
    """``("12 - 20", 248)``: the first element that wrapped round; None where none did, or it is not known."""
    torch = sys.modules["torch"]
    left, right = _side(place, node.left), _side(place, node.right)
    bytes_of = [each for each in (left, right) if is_plain_tensor(each) and each.dtype is torch.uint8]
    if left is None or right is None or not bytes_of:
        return None
    if any(is_plain_tensor(each) and (each.dtype is not torch.uint8 or _is_not_read(each)) for each in (left, right)):
        return None
    with torch_functions_off(), torch.no_grad():
        one, two = (each.int() if is_plain_tensor(each) else torch.tensor(each) for each in (left, right))
        try:
            one, two = torch.broadcast_tensors(one, two)
        except RuntimeError:
            return None
        if one.numel() > _MOST_READ:
            return None
        result = _OPERATIONS[type(node.op)](one, two)
        at = ((result < 0) | (result > 255)).flatten().nonzero().flatten()
        if not len(at):
            return None
        first = int(at[0])
        values = [int(each.reshape(-1)[first]) for each in (one, two, result)]
    sign = {ast.Sub: "-", ast.Add: "+", ast.Mult: "*"}[type(node.op)]
    return f"{values[0]} {sign} {values[1]}", values[2] % 256


def _side(place: Place, node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int else None
    found = place.reader.real(node)
    return found if type(found) is int else place.reader.own_tensor(node)


def _is_not_read(tensor: Any) -> bool:
    torch = sys.modules["torch"]
    return bool(tensor.device.type != "cpu" or tensor.layout is not torch.strided or tensor.numel() > _MOST_READ)


def _instead(place: Place, node: ast.BinOp) -> str:
    first = place.reader.own_tensor(node.left) is not None
    texts = [place.text(node.left), place.text(node.right)]
    texts[0 if first else 1] += ".int()"
    sign = {ast.Sub: "-", ast.Add: "+", ast.Mult: "*"}[type(node.op)]
    return f"{texts[0]} {sign} {texts[1]}"
