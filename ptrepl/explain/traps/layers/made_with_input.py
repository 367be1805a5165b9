"""The trap of ``nn.ReLU(x)``: it makes a layer, with ``x`` for a setting, and computes nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import is_a, is_module_class, module_name, name_of_type
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_HOMES = tuple(f"torch.nn.modules.{name}" for name in ("activation", "flatten", "dropout", "pooling", "normalization"))
"""Where the layers are whose settings are no tensors, and that check none of them."""
_WITH_DIM = ("Softmax", "LogSoftmax", "Softmin")
_NEEDS = ("Pool", "Threshold", "Norm")
"""In the names of layers that cannot be made without a setting, or hardly are."""


def layer_made_with_input(noticed: Noticed) -> Iterator[Told]:
    """``nn.Softmax(x)`` for ``nn.Softmax(dim=1)(x)``, where the layer took ``x`` in silence."""
    for place in noticed.places:
        called = {id(node.func) for node in place.nodes() if isinstance(node, ast.Call)}
        for node in place.nodes() if place.certain else ():
            match node:
                case ast.Call(func=func, args=[given], keywords=[]) if id(node) not in called:
                    pass
                case _:
                    continue
            cls = place.reader.real(func)
            shape = place.reader.shape(given)
            if not shape or not _takes_no_tensor(cls):
                continue
            name, inner = place.text(func), place.text(given)
            said = gettext(
                "{cls} is a class: {cls}({input}) makes a layer, with {input} for a setting, and computes nothing. The "
                "input goes into the layer: {code}.",
                cls=name,
                input=inner,
                code=f"{name}({_settings(cls)})({inner})",
            )
            yield told_of(place, said, node)


def _takes_no_tensor(cls: Any) -> bool:
    known = is_a(cls, type) and is_module_class(cls) and is_torch_class(cls)
    return known and module_name(cls) in _HOMES and name_of_type(cls) not in ("MultiheadAttention", "PReLU")


def _settings(cls: Any) -> str:
    name = name_of_type(cls)
    if name in _WITH_DIM:
        return "dim=-1"
    return "…" if any(each in name for each in _NEEDS) else ""
