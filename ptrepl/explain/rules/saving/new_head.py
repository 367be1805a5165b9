"""A state dict of a network with another number of outputs: what fits is loaded, the layers at the end stay as new."""

from __future__ import annotations

from typing import Any

from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.operands.state import Shapes, submodules
from ptrepl.texts.lists import every
from ptrepl.texts.messages import ngettext

_MOST_LAYERS = 4


def last_layer(wanted: Shapes, shapes: Shapes, differ: list[str]) -> str:
    """``fc.``: what the keys of the last layer begin with, where those differ alone, and only in their outputs."""
    last = next(reversed(wanted)).rpartition(".")[0]
    if not last or any(key.rpartition(".")[0] != last for key in differ):
        return ""
    if len({key.rpartition(".")[0] for key in wanted}) < 2:
        return ""
    return f"{last}." if all(shapes[key][1:] == wanted[key][1:] for key in differ) else ""


def without_layers(given: str, network: str, layers: tuple[str, ...]) -> str:
    """The call that loads ``given`` without the keys that begin with one of ``layers``."""
    which = f'"{layers[0]}"' if len(layers) == 1 else "({})".format(", ".join(f'"{each}"' for each in layers))
    kept = f"{{key: value for key, value in {given}.items() if not key.startswith({which})}}"  # not a sentence: Python
    return f"{network}.load_state_dict({kept}, strict=False)"


def other_outputs(module: Any, wanted: Shapes, shapes: Shapes, differ: list[str]) -> tuple[str, ...]:
    """The layers, ``("cls_out.", "box_out.")``, that alone differ, in their number of outputs; () where others do.

    Where the outputs of a layer in the middle differed, the inputs of the one after it would differ as well.
    """
    layers = [*dict.fromkeys(key.rpartition(".")[0] for key in differ)]
    others = {key.rpartition(".")[0] for key in wanted} - {*layers}
    inputs = all(shapes[key][1:] == wanted[key][1:] for key in differ)
    kinds = {path: type_name(each) for path, each in submodules(module)}
    plain = all(kinds.get(f".{each}") in ("Linear", "Conv2d", "Conv1d") for each in layers)
    return tuple(f"{each}." for each in layers) if inputs and plain and others and len(layers) <= _MOST_LAYERS else ()


def said_of_outputs(network: str, layers: tuple[str, ...], code: str) -> str:
    """A sentence for layers that alone differ, in their outputs. ``code``: the call that leaves them out."""
    return ngettext(
        "Only the number of outputs of {layers} differs, as for other classes. `{code}` loads the rest, and {layers} "
        "keeps the values that it has now, to be trained. If {network} is not meant to be another: make it with the "
        "sizes that were saved.",
        "Only the numbers of outputs of {layers} differ, as for other classes. `{code}` loads the rest, and {layers} "
        "keep the values that they have now, to be trained. If {network} is not meant to be another: make it with the "
        "sizes that were saved.",
        len(layers),
        network=network,
        layers=every([each.rstrip(".") for each in layers]),
        code=code,
    )
