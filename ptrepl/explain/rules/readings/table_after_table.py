"""Two embeddings one after the other in an nn.Sequential, where each was meant for a column of its own."""

from __future__ import annotations

from ptrepl.engine.watch.kinds import own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def table_after_table(case: Case, layer: Layer) -> Finding | None:
    """``nn.Sequential(nn.Embedding(5, 6), nn.Embedding(5, 6))``; None where another layer comes before."""
    found = [module for _, module in case.modules()]
    held = own_dict(found[-2]).get("_modules") if len(found) > 1 else None
    layers = [*held.values()] if type(held) is dict else []
    at = next((at for at, each in enumerate(layers) if each is layer.module), 0)
    if not at or type_name(layers[at - 1]) != "Embedding" or layer.before is None:
        return None
    return Finding(
        gettext(
            "{before} gives vectors, and nn.Sequential hands those on to {after}, a table that takes indices. For a "
            "table for each column, keep them in an nn.ModuleList, give each its column, and join what they give with "
            "torch.cat.",
            before=layer.before,
            after=layer.path,
        )
    )
