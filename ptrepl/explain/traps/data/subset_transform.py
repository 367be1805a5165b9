"""The trap of ``train_set.transform = …`` on a part of a dataset: the samples come from the dataset behind it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_TRANSFORMS = ("transform", "target_transform", "transforms")


def transform_of_subset(noticed: Noticed) -> Iterator[Told]:
    """The parts of ``random_split`` have no transform: whatever is assigned there, nothing reads."""
    for place in noticed.places:
        match place.statement:
            case ast.Assign(targets=[ast.Attribute(value=part, attr=name)]) if name in _TRANSFORMS and place.certain:
                pass
            case _:
                continue
        held: Any = place.reader.real(part)
        data = sys.modules.get("torch.utils.data")
        if data is None or type(held) is not data.Subset or name not in own_dict(own_dict(held).get("dataset")):
            continue
        text = gettext(
            "{part} is a Subset: its samples come from {part}.dataset, and {part}.{name} is read by nothing. "
            "{part}.dataset.{name} changes those of all parts; for one part alone, make a dataset of its own.",
            part=place.text(part),
            name=name,
        )
        yield told_of(place, text)
