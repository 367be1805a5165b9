"""Layers of torch's over the steps of a sequence, and whether they take the batch first."""

from __future__ import annotations

from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.questions.recurrent import RECURRENT

WITH_STATE = (*RECURRENT, "MultiheadAttention")
"""Those that give a tuple, the output first."""
ENCODERS = {"TransformerEncoder": ("layers", "0", "self_attn"), "TransformerEncoderLayer": ("self_attn",)}
"""Those that give their output alone, and the way to the attention in them."""


def batch_first_setting(layer: Any) -> bool | None:
    """``batch_first`` of such a layer; None for any other."""
    if kind_of(layer) is not Kind.MODULE or not is_torch_class(type(layer)):
        return None
    name = type_name(layer)
    if name not in WITH_STATE and name not in ENCODERS:
        return None
    for part in ENCODERS.get(name, ()):
        held = own_dict(layer).get("_modules")
        layer = held.get(part) if type(held) is dict else None
        if kind_of(layer) is not Kind.MODULE or not is_torch_class(type(layer)):
            return None
    found = own_dict(layer).get("batch_first")
    return found if type(found) is bool else None
