"""The trap of ``table[: 5:7]``: the comma is missing, and Python takes the second number for a step."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_TWO = re.compile(r"(?P<first>\S*:)\s+(?P<second>[^\s:]+:\S*)")
"""Two slices with a space between them; nobody writes the parts of one slice so."""


def two_slices_in_one(noticed: Noticed) -> Iterator[Told]:
    """``sales[: 5:7]`` of a matrix, where ``sales[:, 5:7]`` is the same with a comma."""
    for place in noticed.places:
        for node in place.nodes():
            match node:
                case ast.Subscript(value=owner, slice=ast.Slice() as index):
                    two = _TWO.fullmatch(place.text(index).strip())
                case _:
                    continue
            shape = place.reader.shape(owner) if two is not None else None
            if two is None or shape is None or len(shape) < 2:
                continue
            fields = {"code": place.text(node), "instead": f"{place.text(owner)}[{two['first']}, {two['second']}]"}
            if index.step is None:
                text = gettext(
                    "{code} has no comma, so it is one slice, of dim 0. Slices of two dims stand apart by a comma: "
                    "{instead}.",
                    **fields,
                )
            else:
                text = gettext(
                    "{code} has no comma, so it is one slice, of dim 0, with {step} as its step. Slices of two dims "
                    "stand apart by a comma: {instead}.",
                    step=place.text(index.step),
                    **fields,
                )
            yield told_of(place, text, node)
            return
