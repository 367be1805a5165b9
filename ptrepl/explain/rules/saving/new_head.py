"""A state dict of a network with another number of outputs: what fits is loaded, the layers at the end stay as new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.kinds import own_dict, type_name
from ptrepl.explain.operands.state import Shapes, submodules
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext

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


@dataclass(frozen=True, slots=True)
class OtherSize:
    """The layers that alone differ, and only in a size that nothing else depends on: both sizes may be meant."""

    of: str
    """``outputs``, ``rows`` of an nn.Embedding, ``inputs``, ``parameter``, or ``buffer``."""
    layers: tuple[str, ...]
    """What their keys begin with, ``("cls_out.", "box_out.")``."""
    keys: tuple[str, ...]


def other_size(module: Any, wanted: Shapes, shapes: Shapes, differ: list[str]) -> OtherSize | None:
    """Which size alone differs; None where the sizes of one layer follow from those of another one.

    Where the outputs of a layer in the middle differed, the inputs of the one after it would differ as well.
    """
    layers = tuple(f"{each}." if each else "" for each in dict.fromkeys(key.rpartition(".")[0] for key in differ))
    others = {key.rpartition(".")[0] for key in wanted} - {each.rstrip(".") for each in layers}
    kinds = {path: type_name(each) for path, each in submodules(module)}
    of = [kinds.get(f".{each.rstrip('.')}") for each in layers]
    changed = {dim for key in differ for dim in _changed(shapes[key], wanted[key])}
    own = len(differ) == 1 and of[0] not in _PLAIN
    if type_name(module) in _PLAIN or (not others and not own) or len(layers) > _MOST_LAYERS or len(changed) != 1:
        return None
    if own and differ[0] in _buffers(module):
        return OtherSize("buffer", layers, tuple(differ))
    if own:
        return OtherSize("parameter", layers, tuple(differ)) if of[0] in (None, *_OWN) else None
    if changed == {0} and all(each in _PLAIN for each in of):
        return OtherSize("rows" if "Embedding" in of else "outputs", layers, tuple(differ))
    if changed == {1} and len(layers) == 1 and of[0] in ("Linear", "Conv1d", "Conv2d"):
        first = next((key for key in wanted if kinds.get(f".{key.rpartition('.')[0]}") in _PLAIN), "")
        return OtherSize("inputs", layers, tuple(differ)) if first.startswith(layers[0]) else None
    return None


_PLAIN = ("Linear", "Conv2d", "Conv1d", "Embedding")
_OWN = ("Module",)


def _buffers(module: Any) -> set[str]:
    """The keys of the buffers, as a state dict has them."""
    found: set[str] = set()
    for path, each in (("", module), *submodules(module)):
        held = own_dict(each).get("_buffers")
        parts = path.replace("[", ".").replace("]", "")
        found |= {f"{parts}.{name}".lstrip(".") for name in held} if type(held) is dict else set()
    return found


def _changed(one: tuple[int, ...], two: tuple[int, ...]) -> list[int]:
    """The dims in which two shapes differ; -1 where they have another number of dims."""
    if len(one) != len(two):
        return [-1]
    return [dim for dim, (size, other) in enumerate(zip(one, two, strict=True)) if size != other]


def without_keys(given: str, network: str, other: OtherSize) -> str:
    """The call that loads ``given`` without what differs: a key alone, or all keys of the layers."""
    if len(other.keys) == 1:
        kept = f'{{key: value for key, value in {given}.items() if key != "{other.keys[0]}"}}'  # not a sentence: Python
        return f"{network}.load_state_dict({kept}, strict=False)"
    return without_layers(given, network, other.layers)


def said_of_size(network: str, other: OtherSize, code: str, made: str) -> str:
    """Sentences for layers that alone differ. ``code``: the call that leaves them out; ``made``: ``net = Net(100)``."""
    layers = every([each.rstrip(".") for each in (other.layers if len(other.keys) > 1 else other.keys)])
    if other.of == "buffer":
        return gettext(
            "Only {buffer} differs, a buffer, which no training changes. `{code}` loads the rest, and {buffer} keeps "
            "the values that {network} was made with. If {network} is not meant to be another: make it with the sizes "
            "that were saved.",
            buffer=layers,
            code=code,
            network=network,
        )
    if other.of == "outputs":
        what = ngettext(
            "Only the number of outputs of {layers} differs, as for other classes.",
            "Only the numbers of outputs of {layers} differ, as for other classes.",
            len(other.layers),
            layers=layers,
        )
    elif other.of == "rows":
        what = gettext(
            "Only the first size of {layers} differs, as for another number of classes or words.", layers=layers
        )
    elif other.of == "inputs":
        what = gettext("Only the number of inputs of {layers} differs.", layers=layers)
    else:
        what = gettext("Only {layers} differs.", layers=layers)
    if not made:
        how = ngettext(
            "`{code}` loads the rest, and {layers} keeps the values that it has now, to be trained. If {network} is "
            "not meant to be another: make it with the sizes that were saved.",
            "`{code}` loads the rest, and {layers} keep the values that they have now, to be trained. If {network} is "
            "not meant to be another: make it with the sizes that were saved.",
            len(other.layers),
            code=code,
            layers=layers,
            network=network,
        )
        return f"{what} {how}"
    how = ngettext(
        "`{code}` loads the rest, and {layers} keeps the values that it has now, to be trained. If {network} is not "
        "meant to be another: make it with the sizes that were saved, `{made}`.",
        "`{code}` loads the rest, and {layers} keep the values that they have now, to be trained. If {network} is not "
        "meant to be another: make it with the sizes that were saved, `{made}`.",
        len(other.layers),
        code=code,
        layers=layers,
        network=network,
        made=made,
    )
    return f"{what} {how}"
