"""An autograd graph → the DOT language of Graphviz, for who has it."""

from __future__ import annotations

from ptrepl.engine.graphs.graph import AutogradGraph
from ptrepl.screen.figures.graphs.boxes import boxes_of


def graph_dot(label: str, graph: AutogradGraph) -> str:
    """The text of a DOT file; edges go from operand to result, as the numbers did."""
    found = boxes_of(label, graph)
    lines = [
        f"digraph {_quoted(label)} {{",
        '  node [shape=box, fontname="monospace"];',
        '  edge [fontname="monospace"];',
    ]
    for place, box in enumerate(found.boxes):
        style = "rounded,bold" if place == 0 else "dashed" if box.is_freed else "rounded" if box.is_leaf else "solid"
        text = "\\n".join(_escaped(line) for line in box.lines)
        lines.append(f'  n{place} [label="{text}", tooltip={_quoted(box.title)}, style="{style}"];')
    lines += [f"  n{operand} -> n{user} [label={_quoted(shape)}];" for (user, operand), shape in found.edges.items()]
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return '"' + "\\n".join(map(_escaped, text.split("\n"))) + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
