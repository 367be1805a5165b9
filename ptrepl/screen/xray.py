"""What a statement did → the lines behind the gutter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, assert_never

from ptrepl.engine.outcome import Change, ClearedGradient, GroupChange, Outcome, Summary, TensorChange
from ptrepl.engine.watch.facts import FACT_NAMES, TensorFacts
from ptrepl.screen.line import Line
from ptrepl.screen.names import shown_name
from ptrepl.screen.wrap import GUTTER, Piece, columns, wrap
from ptrepl.screen.xray_words import group_text, note_text, summary_texts, target_text
from ptrepl.texts.messages import gettext

if TYPE_CHECKING:
    from ptrepl.engine.watch.cards import TensorCard
    from ptrepl.engine.watch.notes import Note


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
        more = gettext("… and {count} more", count=len(told) - MOST_LINES)
        lines.append((("gutter", GUTTER), ("dim", more)))
    return lines


def card_lines(label: str, card: TensorCard, width: int | None = None) -> list[Line]:
    """The whole card of one tensor: its x-ray line, then a row for each further fact."""
    lines = wrap([_label(label), *_fact_pieces(card.facts)], width)
    from ptrepl.screen.card_rows import card_rows

    rows = card_rows(card)
    longest = max(columns(row.label) for row, _ in rows)
    hang = longest + 6 if width is None or width > 2 * longest + 12 else 6
    for row, text in rows:
        label = row.label + " " * (longest - columns(row.label))
        lines += wrap([(("fact", f"  {label}"),), (("value", text),)], width, indent=True, hang=hang)
    return lines


def _pieces(change: Change) -> list[Piece]:
    return [_label(target_text(change.target)), *said_of(change), *note_pieces(change.notes)]


def said_of(change: Change) -> list[Piece]:
    """What stands between the label of a line and its notes."""
    match change:
        case TensorChange():
            return _fact_pieces(change.facts)
        case Summary():
            return [(("value", text),) for text in (shown_name(change.type_name), *summary_texts(change))]
        case ClearedGradient():
            return [(("value", "None"),)]  # not a sentence: Python's None
        case GroupChange():
            return [_group_piece(change)]
        case _:
            assert_never(change)


def _label(label: str) -> Piece:
    return (("name", label),)


def _fact_pieces(facts: TensorFacts) -> list[Piece]:
    return [(("fact", f"{name}="), ("value", facts.text(name))) for name in FACT_NAMES]


def _group_piece(change: GroupChange) -> Piece:
    members = tuple(map(shown_name, change.members[:_MOST_MEMBERS]))
    if change.shapes:
        members = tuple(f"{path} {shape}" for path, shape in zip(members, change.shapes, strict=False))
    shown = ", ".join(members)
    more = ", …" if len(change.members) > _MOST_MEMBERS else ""
    return (("value", group_text(change)), ("name", f" {shown}{more}"))


def note_pieces(notes: Iterable[Note]) -> list[Piece]:
    """What stands at the end of a line, a ``·`` before each note."""
    return [(("note", f"· {note_text(note)}"),) for note in notes]


def _card_pieces(card: TensorCard) -> list[Piece]:
    from ptrepl.screen.card_rows import CardRow, card_rows

    shown = {
        CardRow.STRIDES,
        CardRow.OFFSET,
        CardRow.STORAGE,
        CardRow.VERSION,
        CardRow.BYTES,
        CardRow.FIRST_VALUES,
    }
    return [(("fact", f"{row.label}="), ("value", text)) for row, text in card_rows(card) if row in shown]
