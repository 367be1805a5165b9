"""What a statement did → the lines behind the gutter."""

from __future__ import annotations

from collections.abc import Iterable

from ptrepl.engine.outcome import Change, GroupChange, Outcome, Summary, TensorChange
from ptrepl.engine.watch.cards import TensorCard
from ptrepl.engine.watch.facts import FACT_NAMES, TensorFacts
from ptrepl.screen.line import Line
from ptrepl.screen.wrap import Piece, wrap

MOST_LINES = 12
"""Changes of one statement that have a line."""
_MOST_MEMBERS = 4


def xray_lines(outcome: Outcome, width: int | None = None, mode: str = "line") -> list[Line]:
    """The x-ray of one statement. ``mode``: "off", "line" or "full"; ``width``: columns, None to wrap nothing."""
    return [] if mode == "off" else change_lines(outcome.changes, width, mode)


def change_lines(changes: Iterable[Change], width: int | None = None, mode: str = "line") -> list[Line]:
    """One line per change, at most ``MOST_LINES``, then how many were left out."""
    told = list(changes)
    lines: list[Line] = []
    for change in told[:MOST_LINES]:
        lines += wrap(_pieces(change), width)
        if mode == "full" and isinstance(change, TensorChange) and change.card is not None:
            lines += wrap(_card_pieces(change.card), width, indent=True)
    if len(told) > MOST_LINES:
        lines.append((("gutter", "│ "), ("dim", f"… and {len(told) - MOST_LINES} more")))
    return lines


def card_lines(label: str, card: TensorCard, width: int | None = None) -> list[Line]:
    """The whole card of one tensor: its x-ray line, then a row for each further fact."""
    lines = wrap([_label(label), *_fact_pieces(card.facts)], width)
    longest = max(len(name) for name, _ in card.rows)
    hang = longest + 6 if width is None or width > 2 * longest + 12 else 6
    for name, text in card.rows:
        lines += wrap([(("fact", f"  {name:<{longest}}"),), (("value", text),)], width, indent=True, hang=hang)
    return lines


def _pieces(change: Change) -> list[Piece]:
    pieces = [_label(change.label)]
    if isinstance(change, TensorChange):
        pieces += _fact_pieces(change.facts)
    elif isinstance(change, Summary):
        pieces += [(("value", change.type_name),), *((("value", part),) for part in change.parts)]
    else:
        pieces += _group_pieces(change)
    return pieces + _note_pieces(change.notes)


def _label(label: str) -> Piece:
    return (("name", label),)


def _fact_pieces(facts: TensorFacts) -> list[Piece]:
    return [(("fact", f"{name}="), ("value", facts.text(name))) for name in FACT_NAMES]


def _group_pieces(change: GroupChange) -> list[Piece]:
    shown = ", ".join(change.members[:_MOST_MEMBERS])
    more = ", …" if len(change.members) > _MOST_MEMBERS else ""
    said = f"{change.count} of {change.total} {change.noun} {change.what}:"
    return [(("value", said), ("name", f" {shown}{more}"))]


def _note_pieces(notes: tuple[str, ...]) -> list[Piece]:
    return [(("note", f"· {note}"),) for note in notes]


def _card_pieces(card: TensorCard) -> list[Piece]:
    shown = {"strides", "offset", "storage", "version", "bytes", "first values"}
    return [(("fact", f"{name}="), ("value", text)) for name, text in card.rows if name in shown]
