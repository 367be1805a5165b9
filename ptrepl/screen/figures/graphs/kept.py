"""What an operation keeps for the backward pass, in the learner's names, or by the part that it plays."""

from __future__ import annotations

from ptrepl.engine.graphs.graph import AutogradGraph, GraphNode, Kept
from ptrepl.engine.graphs.nodes import SavedState
from ptrepl.engine.watch.facts import shape_text
from ptrepl.screen.figures.graphs.words import named
from ptrepl.screen.names import shown_name
from ptrepl.screen.units import bytes_text
from ptrepl.screen.wrap import Piece
from ptrepl.texts.messages import N_, gettext

_FIRST, _SECOND, _OPERAND = N_("its first operand"), N_("its second operand"), N_("its operand")
_INPUT, _RESULT = N_("its input"), N_("its result")
_ROLES = {
    "other": _SECOND,
    "mat2": _SECOND,
    "batch1": _FIRST,
    "batch2": _SECOND,
    "tensor1": _FIRST,
    "tensor2": _SECOND,
    "vec": _SECOND,
    "exponent": N_("its exponent"),
    "input": _INPUT,
    "weight": N_("its weight"),
    "bias": N_("its bias"),
    "target": N_("its target"),
    "index": N_("its index"),
    "indices": N_("its indices"),
    "mask": N_("its mask"),
    "query": N_("its query"),
    "key": N_("its key"),
    "value": N_("its value"),
    "running_mean": N_("its running mean"),
    "running_var": N_("its running variance"),
    "result": _RESULT,
    "output": _RESULT,
}
"""torch's word for a saved tensor → what it is to the operation."""
_FIRST_WORDS = ("self", "mat1")
_MEAN, _DEVIATION = N_("the mean that it computed"), N_("1 / the standard deviation that it computed")
_OF_OPERATION = {
    ("linear", "mat1"): _INPUT,
    ("linear", "mat2"): N_("its weight"),
    ("dropout", "result1"): N_("which values it kept"),
    ("nll_loss", "total_weight"): N_("the sum of the weights"),
    **{(name, "result1"): _MEAN for name in ("batch_norm", "layer_norm", "group_norm")},
    **{(name, "result2"): _DEVIATION for name in ("batch_norm", "layer_norm", "group_norm")},
    **{(f"max_pool{dims}d", "result1"): N_("the places of the greatest values") for dims in (2, 3)},
}
"""The same where an operation has another use of the word."""
_ORDER = [*_FIRST_WORDS, *_ROLES]


def kept_pieces(graph: AutogradGraph, place: int) -> list[Piece]:
    """What ``graph.nodes[place]`` keeps: whose it is, its shape and bytes."""
    pieces: list[Piece] = []
    for each in sorted(graph.nodes[place].kept, key=_order):
        if each.state is SavedState.KEPT:
            size = "" if each.size is None else f", {bytes_text(each.size)}"
            tensor = f"{_called(graph, place, each)} {shape_text(each.shape)} {each.dtype}{size}"
            text = gettext("keeps {tensor}", tensor=tensor)
        elif each.state is SavedState.PACKED:
            text = gettext("keeps {name}, packed by a hook", name=_role(graph.nodes[place], each))
        elif each.state is SavedState.CHANGED:
            text = gettext("keeps {name}, changed in place since", name=_role(graph.nodes[place], each))
        else:
            text = gettext("kept {name}, freed now", name=_role(graph.nodes[place], each))
        pieces.append((("fact", text),))
    return pieces


def _order(kept: Kept) -> int:
    return _ORDER.index(kept.of) if kept.of in _ORDER else len(_ORDER)


def _called(graph: AutogradGraph, place: int, kept: Kept) -> str:
    role = _role(graph.nodes[place], kept)
    if kept.node == place or role == gettext(_RESULT):
        return role
    what = shown_name(kept.names[0]) if kept.names else _result_of(graph, kept)
    return gettext("{role}, {what}", role=role, what=what) if what else role


def _role(node: GraphNode, kept: Kept) -> str:
    name = kept.of
    if (node.operation, name) in _OF_OPERATION and kept.size != 0:
        return gettext(_OF_OPERATION[node.operation, name])
    if name in _FIRST_WORDS:
        return gettext(_FIRST) if len(node.inputs) > 1 else gettext(_OPERAND)
    if name in _ROLES:
        return gettext(_ROLES[name])
    if name.startswith("tensors"):  # of a Function of Python, by save_for_backward
        return gettext("a tensor of save_for_backward")
    return gettext("a tensor that torch calls {name}", name=shown_name(name))


def _result_of(graph: AutogradGraph, kept: Kept) -> str:
    """``w + 1``, ``net[0].weight.t()``, ``the result of relu``; "" where it is not known what made it."""
    if kept.node is None:
        return ""
    node = graph.nodes[kept.node]
    if node.written:
        return node.written
    if node.leaf is None and node.operation == "t" and node.inputs and (operand := node.inputs[0]) is not None:
        names = named(graph.nodes[operand.node], operand.output) if operand.node is not None else ()
        if names:
            return f"{shown_name(names[0])}.t()"
    if node.leaf is not None:
        return ""
    if node.layer is not None:
        return gettext("the result of {name}", name=shown_name(node.layer.name))
    return gettext("the result of {name}", name=shown_name(node.operation))
