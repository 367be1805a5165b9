"""The trap of ``DataLoader(train.dataset)``: ``dataset`` of a part of a split is the whole that was split."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.traps.data.counts import dataset_length
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext


def whole_for_part(noticed: Noticed) -> Iterator[Told]:
    """``DataLoader(train.dataset, …)`` of a ``train`` that random_split gave."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            match node:
                case ast.Call(
                    func=ast.Name(id="DataLoader") | ast.Attribute(attr="DataLoader"),
                    args=[ast.Attribute(value=part, attr="dataset"), *_],
                ):
                    text = _judged(place, part)
                    if text:
                        yield told_of(place, text)


def _judged(place: Place, part: ast.expr) -> str:
    data = sys.modules.get("torch.utils.data")
    held = place.reader.real(part)
    if data is None or type(held) is not data.Subset:
        return ""
    indices: Any = own_dict(held).get("indices")
    whole = own_dict(held).get("dataset")
    count = dataset_length(place.reader, whole)
    if type(indices) not in (list, range) or count is None or not 0 < len(indices) < count:
        return ""
    return gettext(
        "{part}.dataset is the whole dataset of {count} samples, of which {part} has {few}: this loader gives them "
        "all. Give DataLoader the part itself, {part}.",
        part=place.text(part),
        count=count,
        few=len(indices),
    )
