"""``SparseAdam`` for gradients that are not sparse: those of every layer but an embedding with ``sparse=True``."""

from __future__ import annotations

from ptrepl.explain.case import Case
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _dense(case: Case) -> Finding | None:
    return Finding(
        gettext(
            "SparseAdam updates the rows of an nn.Embedding that was made with sparse=True, and nothing else: all "
            "other gradients are dense. torch.optim.Adam takes those; with both kinds, each optimizer gets its own "
            "parameters."
        )
    )


RULES = (Rule("dense gradients", ("RuntimeError",), r"SparseAdam does not support dense", _dense, "modules/optimizer"),)
