"""A node of an autograd graph in words: what it is called, what it computed, what is to be said of it."""

from __future__ import annotations

from ptrepl.engine.graphs.graph import GraphNode
from ptrepl.engine.graphs.nodes import SavedState
from ptrepl.engine.graphs.numbers import TensorNumbers, nested
from ptrepl.engine.watch.facts import shape_text
from ptrepl.screen.figures.numbers import short_number
from ptrepl.screen.names import shown_name
from ptrepl.screen.wrap import Piece
from ptrepl.texts.messages import gettext, ngettext

_MOST_WRITTEN = 6
"""Elements of a tensor that are written out in a line."""


def node_pieces(node: GraphNode, output: int = 0, label: str = "", number: int = 0) -> list[Piece]:
    """``y  *  MulBackward0  (1,)``, ``w  leaf  (1,)``. ``label``: in place of its names; ``number``: to refer to it."""
    names = label or " = ".join(shown_name(name) for name in named(node, output))
    pieces: list[Piece] = []
    if names:
        pieces.append((("name", names),))
    if node.leaf is not None:
        if not names:
            pieces.append((("name", gettext("a leaf without a name")),))
        else:
            pieces.append((("code", gettext("leaf")),))
    else:
        pieces.append((("code", shown_name(node.operation)),))
        pieces.append((("fact", shown_name(node.class_name)),))
    pieces.append((("value", shape_of(node, output)),))
    if node.layer is not None:
        pieces.append((("value", gettext("in {name}", name=shown_name(node.layer.name))),))
    if node.written:
        pieces.append((("string", node.written),))
    if number:
        pieces.append((("key", f"#{number}"),))
    return pieces


def named(node: GraphNode, output: int = 0) -> tuple[str, ...]:
    """The names of a leaf, or of one result."""
    if node.leaf is not None:
        return node.leaf.names
    return node.results[output] if output < len(node.results) else ()


def shape_of(node: GraphNode, output: int = 0) -> str:
    """``(2, 3)``; "" where torch does not tell."""
    return shape_text(node.shapes[output][0]) if output < len(node.shapes) else ""


def node_notes(node: GraphNode) -> list[Piece]:
    """Its value, its gradient, and what has become of what it saved."""
    notes = []
    if node.leaf is not None and (value := values_text(node.leaf.value)):
        notes.append(gettext("value {value}", value=value))
    if node.gradient is not None:
        notes.append(gettext("grad {value}", value=gradient_text(node.gradient)))
    if node.is_learners:
        notes.append(gettext("backward is your own code"))
    if node.state is SavedState.FREED:
        notes.append(gettext("freed"))
    elif node.state is SavedState.CHANGED:
        notes.append(gettext("what it saved was changed in place"))
    return [(("note", f"· {note}"),) for note in notes]


def values_text(numbers: TensorNumbers | None) -> str:
    """All elements as Python writes them, a single one bare; "" where they are too many or unknown."""
    if numbers is None or not numbers.values or len(numbers.values) > _MOST_WRITTEN:
        return ""
    if len(numbers.values) == 1:
        return shown_number(numbers.values[0])
    shape = [size for size in numbers.shape if isinstance(size, int)]
    return _bracketed(nested(numbers.values, shape))


def _bracketed(values: object) -> str:
    return f"[{', '.join(map(_bracketed, values))}]" if isinstance(values, list) else shown_number(values)


def shown_number(value: object) -> str:
    """``5``, ``0.25``, ``(1+2j)``: four significant digits."""
    if isinstance(value, float):
        return short_number(value)
    if isinstance(value, complex):
        return f"({short_number(value.real)}{value.imag:+.4g}j)"
    return str(value)


def gradient_text(numbers: TensorNumbers) -> str:
    """The elements, or else the shape and the norm."""
    if found := values_text(numbers):
        return found
    shape = shape_text(numbers.shape)
    if numbers.norm is None and numbers.values and all(isinstance(value, float) for value in numbers.values):
        norm: float | None = sum(value * value for value in numbers.values) ** 0.5
    else:
        norm = numbers.norm
    return shape if norm is None else gettext("{shape}, norm {norm}", shape=shape, norm=short_number(norm))


def counted_text(operations: int, leaves: int) -> str:
    """How many there are of both."""
    first = ngettext("{count:,} operation", "{count:,} operations", operations)
    second = ngettext("{count:,} leaf", "{count:,} leaves", leaves)
    return f"{first}, {second}"
