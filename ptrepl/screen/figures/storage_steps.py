"""Where the elements of a tensor lie in its storage: the steps of its strides as a formula, and place by place."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from ptrepl.engine.watch.cards import Storage, TensorCard
from ptrepl.engine.watch.memory import span
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import GUTTER, columns
from ptrepl.texts.messages import gettext

_INDICES = "ijklmn"
_MOST_PLACES, _MOST_ROWS = 32, 12
_INDENT = "  "
_FREE = "·"


@dataclass(frozen=True, slots=True)
class _Steps:
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    places: int
    """Elements that the storage has room for."""


def storage_lines(label: str, card: TensorCard, width: int | None, *, drawn: bool = True) -> list[Line]:
    """The formula, and for a small storage the drawing; nothing of a tensor that is simply its whole storage in order.

    In the drawing each row is a row of the tensor, each column a place of the storage, and what stands there is the
    index along the last dim. ``drawn`` False: the formula alone.
    """
    steps = _steps(card)
    if steps is None or _is_all_in_order(steps) or len(steps.shape) > len(_INDICES):
        return []
    index = _INDICES[: len(steps.shape)]
    terms = [letter if step == 1 else f"{step}·{letter}" for step, letter in zip(steps.strides, index, strict=True)]
    said = gettext(
        "{element} is number {formula} of the {count:,} in the storage, counted from 0.",
        element=f"{label}[{', '.join(index)}]",
        formula=" + ".join([str(steps.offset), *terms] if steps.offset else terms),
        count=steps.places,
    )
    lines = told(said, width, "", GUTTER + _INDENT)
    return lines + (_drawing(label, steps, width) if drawn else [])


def _steps(card: TensorCard) -> _Steps | None:
    """The numbers of a strided tensor with elements, where all of them are known."""
    shape, storage = card.facts.shape, card.storage
    if not isinstance(shape, tuple) or not isinstance(card.strides, tuple) or not isinstance(storage, Storage):
        return None
    sizes = tuple(size for size in shape if isinstance(size, int))
    strides = tuple(step for step in card.strides if isinstance(step, int))
    if card.layout != "strided" or not len(sizes) == len(shape) == len(strides) or not sizes:
        return None
    if not isinstance(card.elements, int) or not isinstance(card.size, int) or not isinstance(card.offset, int):
        return None
    if not isinstance(storage.size, int) or not card.elements:
        return None
    places = storage.size // (card.size // card.elements)
    if card.offset + span(sizes, strides) > places:  # a storage that was made smaller
        return None
    return _Steps(sizes, strides, card.offset, places)


def _is_all_in_order(steps: _Steps) -> bool:
    """Whether it has one dim and is its storage, from the first place to the last."""
    return len(steps.shape) == 1 and steps.strides == (1,) and steps.shape == (steps.places,)


def _drawing(label: str, steps: _Steps, width: int | None) -> list[Line]:
    *leading, last = steps.shape
    prefixes = list(itertools.islice(itertools.product(*map(range, leading)), _MOST_ROWS + 1))
    if steps.places > _MOST_PLACES or len(prefixes) > _MOST_ROWS:
        return []
    rows = [(_row_name(label, prefix), _row(steps, prefix, last)) for prefix in prefixes]
    head = gettext("storage")
    numbers = [str(place) for place in range(steps.places)]
    margin = max(columns(head), *(columns(name) for name, _ in rows))
    cell = max(len(text) for text in itertools.chain(numbers, *(row for _, row in rows)))
    if width is not None and len(GUTTER) + len(_INDENT) + margin + 1 + steps.places * (cell + 1) > width:
        return []
    drawn = [_line(head, numbers, margin, cell, "fact")]
    return drawn + [_line(name, row, margin, cell, "value") for name, row in rows]


def _row_name(label: str, prefix: tuple[int, ...]) -> str:
    return f"{label}[{', '.join(map(str, prefix))}]" if prefix else label


def _row(steps: _Steps, prefix: tuple[int, ...], last: int) -> list[str]:
    """What stands at each place: the index along the last dim, or all of them where it does not step."""
    start = steps.offset + sum(index * step for index, step in zip(prefix, steps.strides, strict=False))
    row = [_FREE] * steps.places
    if steps.strides[-1] == 0:
        row[start] = f"0-{last - 1}" if last > 1 else "0"
    else:
        for index in range(last):
            row[start + index * steps.strides[-1]] = str(index)
    return row


def _line(name: str, cells: list[str], margin: int, cell: int, style: str) -> Line:
    text = "".join(f" {each.rjust(cell)}" for each in cells)
    return (("gutter", GUTTER), ("fact", f"{_INDENT}{name}{' ' * (margin - columns(name))} "), (style, text))
