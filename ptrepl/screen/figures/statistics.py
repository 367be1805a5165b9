"""The statistics of a tensor → lines: its range and spread, then its histogram."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from ptrepl.engine.statistics import QUANTILES, Counted, Spread, Statistics
from ptrepl.engine.watch.facts import Unreadable
from ptrepl.engine.watch.readable import Unread
from ptrepl.screen.figures.bars import horizontal_bar
from ptrepl.screen.figures.numbers import short_number
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import GUTTER, Piece, columns, wrap
from ptrepl.texts.messages import gettext, ngettext

_INDENT = "  "
_LONGEST_BAR = 40
_SHORTEST_BAR = 4
_LONG = 1e5
_FEW = 10
"""Values below which quantiles and a histogram would say no more than the values themselves."""
_WITHOUT_NAN = ("int", "uint", "bool")


def statistics_lines(label: str, found: Statistics, width: int | None, *, drawn: bool = True) -> list[Line]:
    """``drawn`` False: the histogram as numbers, for a screen reader and a pipe. ``width``: None to wrap nothing."""
    facts, spread = found.facts, found.spread
    lines = wrap(
        [
            (("name", label),),
            (("fact", "shape="), ("value", facts.text("shape"))),
            (("fact", "dtype="), ("value", facts.text("dtype"))),
        ],
        width,
    )
    if found.counted is Counted.VALUES and not found.is_sample:
        lines += _row([], width, ngettext("{count:,} element", "{count:,} elements", found.elements), _specials(found))
    else:
        lines += told(_about(found), width, "dim", GUTTER + _INDENT)
        lines += _row([], width, specials=_specials(found))
    if spread is None:
        said = gettext("No value is finite, so there is no range and no mean.")
        return lines + told(said, width, "dim", GUTTER + _INDENT)
    if found.counted is Counted.BOOLS:
        return lines + _histogram([gettext("False"), gettext("True")], _both(spread), width, drawn=drawn)
    if found.nan or found.infinite:
        lines += told(gettext("The rest is about the finite values."), width, "dim", GUTTER + _INDENT)
    extremes = [("min", spread.minimum), ("max", spread.maximum), ("mean", spread.mean)]
    lines += _row(extremes if math.isnan(spread.std) else [*extremes, ("std", spread.std)], width)
    if sum(spread.counts) < _FEW or spread.minimum == spread.maximum:
        return lines
    shares = [f"{share * 100:g} %" for share in QUANTILES]
    lines += _row(list(zip(shares, spread.quantiles, strict=True)), width, gettext("quantiles"))
    return lines + _histogram(_intervals(found), spread.counts, width, drawn=drawn)


def unread_text(label: str, found: Unread | Unreadable) -> str:
    """Why ``label`` has no statistics."""
    match found:
        case Unread.EMPTY:
            return gettext("{name} is empty: it has no values.", name=label)
        case Unread.ON_META:
            return gettext("{name} is on meta: it has a shape and a dtype, but no values.", name=label)
        case Unread.DISPATCH_MODE:
            return gettext("The values of {name} cannot be read while a dispatch mode is on.", name=label)
        case Unread.NOT_PLAIN_MEMORY:
            return gettext("The values of {name} do not lie in plain memory, so they cannot be read.", name=label)
        case Unreadable(reason):
            return gettext("The values of {name} cannot be read: {reason}.", name=label, reason=reason.rstrip("."))


def _about(found: Statistics) -> str:
    """What the numbers are about, where that is not each value."""
    match found.counted:
        case Counted.STORED:
            return gettext(
                "{stored:,} of {count:,} elements are stored; the numbers are about those, all others are zero.",
                stored=found.read,
                count=found.elements,
            )
        case Counted.MODULI:
            return gettext(
                "{count:,} complex numbers, which have no order: these are their absolute values.", count=found.elements
            )
        case Counted.BOOLS if not found.is_sample:
            return ngettext("{count:,} element", "{count:,} elements", found.elements)
        case _:
            return gettext(
                "{count:,} elements, of which {read:,} were drawn at random; the numbers are about those.",
                count=found.elements,
                read=found.read,
            )


def _specials(found: Statistics) -> list[tuple[str, int]]:
    if found.facts.text("dtype").startswith(_WITHOUT_NAN):
        return [(gettext("zero"), found.zero)] if found.counted is not Counted.BOOLS else []
    return [("nan", found.nan), ("inf", found.infinite), (gettext("zero"), found.zero)]


def _row(
    pairs: list[tuple[str, float | int]],
    width: int | None,
    about: str = "",
    specials: Sequence[tuple[str, int]] = (),
) -> list[Line]:
    pieces: list[Piece] = [(("fact", about),)] if about else []
    pieces += [(("fact", f"{label} "), ("value", short_number(value))) for label, value in [*pairs, *specials]]
    if not pieces:
        return []
    pieces[0] = (("fact", _INDENT), *pieces[0])
    return wrap(pieces, width)


def _both(spread: Spread) -> tuple[int, ...]:
    if spread.minimum == spread.maximum:
        return (0, sum(spread.counts)) if spread.minimum else (sum(spread.counts), 0)
    return spread.counts


def _intervals(found: Statistics) -> list[str]:
    assert found.spread is not None
    edges = found.spread.edges
    pairs = list(itertools.pairwise(edges))
    if isinstance(found.spread.minimum, int) and all(high - low == 1 for low, high in pairs):
        return [short_number(low) for low, _ in pairs]
    lows = [_edge_text(low) for low, _ in pairs]
    highs = [_edge_text(high) for _, high in pairs]
    left, right = max(map(columns, lows)), max(map(columns, highs))
    return [
        gettext("{low} to {high}", low=low.rjust(left), high=high.rjust(right))
        for low, high in zip(lows, highs, strict=True)
    ]


def _edge_text(edge: float) -> str:
    return short_number(edge) if abs(edge) < _LONG else f"{edge:.4g}"


def _histogram(labels: list[str], counts: tuple[int, ...], width: int | None, *, drawn: bool) -> list[Line]:
    most = max(counts)
    shown = [f"{count:,}" for count in counts]
    widest, longest = max(map(columns, labels)), max(map(len, shown))
    room = _LONGEST_BAR if width is None else width - len(GUTTER) - len(_INDENT) - widest - longest - 4
    if not drawn or room < _SHORTEST_BAR:
        pieces: list[Piece] = [(("fact", _INDENT + gettext("histogram")),)]
        for label, text in zip(labels, shown, strict=True):
            interval = " ".join(label.split())
            pieces.append((("fact", gettext("{interval}:", interval=interval)), ("value", f" {text}")))
        return wrap(pieces, width)
    room = min(_LONGEST_BAR, room)
    return [
        (
            ("gutter", GUTTER),
            ("fact", f"{_INDENT}{' ' * (widest - columns(label))}{label}  "),
            ("code", horizontal_bar(count / most, room)),
            ("value", f" {text}"),
        )
        for label, count, text in zip(labels, counts, shown, strict=True)
    ]
