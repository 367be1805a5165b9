"""The whole card of one tensor → rows of a name and a text, with torch's reason where a fact cannot be read."""

from __future__ import annotations

import math
from enum import Enum
from typing import assert_never

from ptrepl.engine.watch.cards import FirstValues, NoGradient, Storage, TensorCard, Watched
from ptrepl.engine.watch.contents import CHECKSUM_LIMIT
from ptrepl.engine.watch.facts import FACT_NAMES, TensorFacts, Unreadable, shape_text
from ptrepl.engine.watch.readable import Unread
from ptrepl.texts.messages import N_, gettext, ngettext


class CardRow(Enum):
    """What a row is about. ``CardRow.FIRST_VALUES.label`` is ``first values``, in the language in force."""

    SHAPE = "shape"
    DTYPE = "dtype"
    DEVICE = "device"
    GRAD_FN = "grad_fn"
    IS_LEAF = "is_leaf"
    REQUIRES_GRAD = "requires_grad"
    LAYOUT = "layout"
    GRAD = "grad"
    TYPE = N_("type")
    ELEMENTS = N_("elements")
    STRIDES = N_("strides")
    CONTIGUOUS = N_("contiguous")
    OFFSET = N_("offset")
    STORAGE = N_("storage")
    VERSION = N_("version")
    BYTES = N_("bytes")
    FIRST_VALUES = N_("first values")
    CONTENTS = N_("contents")

    @property
    def label(self) -> str:
        """The attribute of a tensor as it is spelled in code, or a word for what has none."""
        return self.value if self in _ATTRIBUTES else gettext(self.value)


_ATTRIBUTES = frozenset({*map(CardRow, FACT_NAMES), CardRow.REQUIRES_GRAD, CardRow.LAYOUT, CardRow.GRAD})


def card_rows(card: TensorCard) -> list[tuple[CardRow, str]]:
    """In the order in which they stand below the x-ray line; of the five facts on it, those that have a reason."""
    unread = [(name, getattr(card.facts, name)) for name in FACT_NAMES]
    return [
        (CardRow.TYPE, card.type_name),
        *((CardRow(name), _text(value)) for name, value in unread if isinstance(value, Unreadable)),
        (CardRow.REQUIRES_GRAD, _text(card.facts.requires_grad)),
        (CardRow.LAYOUT, _text(card.layout)),
        (CardRow.ELEMENTS, _number(card.elements)),
        (CardRow.STRIDES, _text(card.strides) if isinstance(card.strides, Unreadable) else shape_text(card.strides)),
        (CardRow.CONTIGUOUS, _text(card.contiguous)),
        (CardRow.OFFSET, _number(card.offset)),
        (CardRow.STORAGE, _storage(card.storage)),
        (CardRow.VERSION, _text(card.version)),
        (CardRow.BYTES, _number(card.size)),
        (CardRow.GRAD, _gradient(card.gradient)),
        (CardRow.FIRST_VALUES, _first_values(card.first_values)),
        (CardRow.CONTENTS, _contents(card.contents)),
    ]


def _text(value: object) -> str:
    if not isinstance(value, Unreadable):
        return str(value)
    if "NestedTensorImpl" in value.reason:  # torch's own words ask to file an issue
        return gettext("n/a: each part of a nested tensor has its own")
    return gettext("n/a: {reason}", reason=value.reason)


def _number(number: int | str | Unreadable) -> str:
    return f"{number:,}" if isinstance(number, int) else _text(number)


def _storage(storage: Storage | Unreadable) -> str:
    if isinstance(storage, Unreadable):
        return _text(storage)
    if isinstance(storage.size, int):
        size = ngettext("{count:,} byte", "{count:,} bytes", storage.size)
    else:
        size = gettext("{size} bytes", size=storage.size)
    if storage.address is None:
        return gettext("{size}, no address", size=size)
    return gettext("{size} at {address}", size=size, address=hex(storage.address))


def _gradient(gradient: TensorFacts | NoGradient | Unreadable) -> str:
    match gradient:
        case TensorFacts():
            return f"shape={gradient.text('shape')}"
        case NoGradient.NONE_YET:
            return "None"
        case NoGradient.NOT_KEPT:
            return gettext("None (kept for leaves only; retain_grad() asks for it)")
        case Unreadable():
            return _text(gradient)
    assert_never(gradient)


def _first_values(first: FirstValues | Unread | Unreadable) -> str:
    match first:
        case FirstValues(values, more):
            return ", ".join(map(_value, values)) + (", …" if more else "")
        case Unread.EMPTY:
            return gettext("none")
        case Unread.ON_META:
            return gettext("none: a tensor on meta has no data")
        case Unread.NOT_PLAIN_MEMORY:
            return gettext("n/a: not plain memory")
        case Unread.DISPATCH_MODE:
            return gettext("n/a: a dispatch mode is on")
        case Unreadable():
            return _text(first)
    assert_never(first)


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) and math.isfinite(value) else str(value)


def _contents(contents: Watched) -> str:
    match contents:
        case Watched.COMPARED:
            return gettext("compared after each statement (while the checksums take under 5 ms)")
        case Watched.SAMPLED:
            return gettext(
                "a sample of {limit:,} bytes is compared after each statement (while the checksums take under 5 ms); a "
                "write to a few numbers that skips the version counter may not be seen",
                limit=CHECKSUM_LIMIT,
            )
        case Watched.TOO_LARGE:
            return gettext(
                "not compared: larger than {limit:,} bytes; a write that skips the version counter is not seen",
                limit=CHECKSUM_LIMIT,
            )
        case Watched.NOT_PLAIN_MEMORY:
            return gettext("not compared: not plain CPU memory; a write that skips the version counter is not seen")
    assert_never(contents)
