"""What stands in the boxes of a picture of an autograd graph, and which boxes are joined."""

from __future__ import annotations

from dataclasses import dataclass, field

from ptrepl.engine.graphs.graph import AutogradGraph
from ptrepl.engine.graphs.nodes import SavedState
from ptrepl.screen.figures.graphs.kept import kept_pieces
from ptrepl.screen.figures.graphs.words import named, node_notes, shape_of
from ptrepl.screen.line import plain
from ptrepl.screen.names import shown_name
from ptrepl.texts.messages import gettext

_FARTHEST_SHARED = 3
"""Steps from the result between two users of a leaf from which on each of them has a box of its own for it."""
_MOST_WRITTEN = 24
"""Characters of what the learner wrote that stand in a box; what is longer is told where a mouse points."""


@dataclass(frozen=True, slots=True)
class Box:
    """``lines``: what stands in it. ``title``: what is told of it where a mouse points."""

    lines: tuple[str, ...]
    title: str
    is_leaf: bool = False
    is_freed: bool = False
    again: bool = False
    """The leaf has another box."""


@dataclass(slots=True)
class Boxes:
    """Boxes, and for each edge from user to operand the shape of what goes along it. Box 0 is the result."""

    boxes: list[Box] = field(default_factory=list)
    edges: dict[tuple[int, int], str] = field(default_factory=dict)


def boxes_of(label: str, graph: AutogradGraph) -> Boxes:
    """The boxes of a graph. A leaf that is used in distant places has one in each of them."""
    found = Boxes()
    depth = _depths(graph)
    of_node: dict[int, int] = {}
    leaf_boxes: dict[int, list[tuple[int, int]]] = {}
    for place, node in enumerate(graph.nodes):
        if node.leaf is None or place == 0:
            of_node[place] = len(found.boxes)
            found.boxes.append(_box(graph, place, label if place == 0 else "", graph.output if place == 0 else 0))
    for place, node in enumerate(graph.nodes):
        for each in node.inputs:
            if each is None or each.node is None:
                continue
            operand = graph.nodes[each.node]
            target = of_node.get(each.node)
            if target is None:
                boxes = leaf_boxes.setdefault(each.node, [])
                near = [box for box, at in boxes if abs(at - depth[place]) < _FARTHEST_SHARED]
                if near:
                    target = near[-1]
                else:
                    target = len(found.boxes)
                    found.boxes.append(_box(graph, each.node, "", 0, again=bool(boxes)))
                    boxes.append((target, depth[place]))
            found.edges[of_node[place], target] = shape_of(operand, each.output)
    return found


def _depths(graph: AutogradGraph) -> list[int]:
    """The longest path from the result to each node."""
    users, depth = [0] * len(graph.nodes), [0] * len(graph.nodes)
    for node in graph.nodes:
        for each in node.inputs:
            if each is not None and each.node is not None:
                users[each.node] += 1
    ready = [0]
    while ready:
        place = ready.pop()
        for each in graph.nodes[place].inputs:
            if each is None or each.node is None:
                continue
            depth[each.node] = max(depth[each.node], depth[place] + 1)
            users[each.node] -= 1
            if not users[each.node]:
                ready.append(each.node)
    return depth


def _box(graph: AutogradGraph, place: int, label: str, output: int, *, again: bool = False) -> Box:
    node = graph.nodes[place]
    names = label or " = ".join(map(shown_name, named(node, output)))
    notes = [plain(piece).removeprefix("· ") for piece in node_notes(node)]
    if node.leaf is not None:
        beside = () if not label else (shape_of(node, output),)  # else it stands at its edge
        lines = (names or gettext("a leaf without a name"), *beside, *notes)
        return Box(lines, _title(graph, place, names), is_leaf=True, again=again)
    first = f"{names} = {shown_name(node.operation)}" if names else shown_name(node.operation)
    layer = (gettext("in {name}", name=shown_name(node.layer.name)),) if node.layer is not None else ()
    written = (node.written,) if 0 < len(node.written) <= _MOST_WRITTEN else ()
    lines = (first, *written, shown_name(node.class_name), *layer, *notes)
    return Box(lines, _title(graph, place, names), is_freed=node.state is SavedState.FREED)


def _title(graph: AutogradGraph, place: int, names: str) -> str:
    node = graph.nodes[place]
    dtype = node.shapes[0][1] if node.shapes else ""
    lines = [f"{names} {shown_name(node.class_name)}".strip(), f"{shape_of(node)} {dtype}"]
    if node.layer is not None:
        module, kind = shown_name(node.layer.name), shown_name(node.layer.type_name)
        lines.append(gettext("in {name}, a {type}", name=module, type=kind))
    if node.written:
        lines.append(node.written)
    lines += [plain(piece) for piece in kept_pieces(graph, place)]
    lines += [plain(piece).removeprefix("· ") for piece in node_notes(node)]
    return "\n".join(lines)
