"""The letter, the colour and the value by which a reader follows an element through an operation."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence

from ptrepl.engine.layouts.functions import ElementEffect
from ptrepl.engine.layouts.layout import ElementLayout, ElementValue, ShownTensor, needs_brackets
from ptrepl.engine.layouts.sources import Source
from ptrepl.screen.figures.numbers import short_number

_HUES = 6
_MOST_JOINED = 4
_LOWER, _UPPER = string.ascii_lowercase, string.ascii_uppercase


def value_text(value: ElementValue, digits: int = 3) -> str:
    """An element as a grid shows it."""
    if isinstance(value, (bool, complex)):
        return str(value)
    return short_number(value, digits)


class Labels:
    """Letters for all elements of the operands: ``a`` to ``z`` for the first, ``A`` to ``Z`` for the second, while that
    is enough for them, else letters that go on from one operand to the next. ``shown``: whether they are needed: where
    elements only move and each has another value, the values tell them apart."""

    def __init__(self, layout: ElementLayout) -> None:
        self._columns = layout.effect is ElementEffect.PRODUCT
        moving = [(place, each) for place, each in enumerate(layout.operands) if each.moves]
        self._shapes = {place: each.shape for place, each in moving}
        counts = {place: len(each.values or ()) for place, each in moving}
        self._letters: dict[Source, str] = {}
        letters = _letters([*counts.values()])
        self._rows: dict[int, int] = {}
        rows = 0
        for place, count in counts.items():
            self._letters |= {(place, at): next(letters) for at in range(count)}
            self._rows[place] = rows
            rows += self._count_of_rows(place)
        values = [value_text(value) for _, each in moving for value in each.values or ()]
        distinct = len({*values}) == len(values)
        # an element of a result that is computed from one alone stands where that one does
        needless = {
            ElementEffect.MOVE: distinct,
            ElementEffect.ELEMENTWISE: len(moving) == 1,
            ElementEffect.PRODUCT: True,
        }
        self.shown = not needless.get(layout.effect, False)

    def letter(self, source: Source) -> str:
        return self._letters[source]

    def joined(self, sources: Sequence[Source]) -> str:
        """``ad`` for two sources, ``a…g`` for many."""
        letters = [self._letters[each] for each in sources]
        return "".join(letters) if self.are_joined(sources) else f"{letters[0]}…{letters[-1]}"

    def are_joined(self, sources: Sequence[Source]) -> bool:
        """Whether each of the sources is named: they are few, and have one letter each."""
        short = all(len(self._letters[each]) == 1 for each in sources)
        return len(sources) == 1 or (len(sources) <= _MOST_JOINED and short)

    def hue(self, source: Source) -> str:
        """A style for the row that an element lies in, or of the second factor of a product for its column."""
        place, at = source
        shape = self._shapes[place]
        last = max(shape[-1], 1) if shape else 1
        if len(shape) < 2:
            row = at
        elif self._columns and place:
            row = at % last
        else:
            row = at // last
        return f"hue{(self._rows[place] + row) % _HUES}"

    def _count_of_rows(self, place: int) -> int:
        shape = self._shapes[place]
        if len(shape) < 2:
            return shape[0] if shape else 1
        size = 1
        for each in shape[:-1]:
            size *= each
        return shape[-1] if self._columns and place else size


def _letters(counts: Sequence[int]) -> Iterator[str]:
    if len(counts) == 2 and max(counts) <= len(_LOWER):
        return iter(_LOWER[: counts[0]] + _UPPER[: counts[1]])
    if sum(counts) <= 2 * len(_LOWER):
        return iter(_LOWER + _UPPER)
    return (first + second for first in _LOWER + _UPPER for second in _LOWER)


def element_name(tensor: ShownTensor, at: int) -> str:
    """``x[1, 0]``: what one types for the element of that place; just the tensor where it is a single number."""
    index = ", ".join(map(str, coordinates(tensor.shape, at)))
    return f"{in_brackets(tensor.code)}[{index}]" if index else tensor.code


def in_brackets(code: str) -> str:
    """``(a + b)``: an expression that an index can be put behind."""
    return f"({code})" if needs_brackets(code) else code


def coordinates(shape: Sequence[int], at: int) -> tuple[int, ...]:
    """The index of an element → one number for each dim."""
    found = []
    for size in reversed(shape):
        at, rest = divmod(at, size)
        found.append(rest)
    return tuple(reversed(found))


def group_name(tensor: ShownTensor, places: Sequence[int]) -> str:
    """``x[1, :]``, ``x[0:2, 1]``, ``x``: several elements as one index would give them; "" where none does."""
    if len(places) == 1:
        return element_name(tensor, places[0])
    axes = [sorted({*axis}) for axis in zip(*(coordinates(tensor.shape, at) for at in places), strict=True)]
    size = 1
    for axis in axes:
        size *= len(axis)
    if size != len(places):
        return ""
    if all(len(axis) == whole for axis, whole in zip(axes, tensor.shape, strict=True)):
        return tensor.code
    texts = [_axis_text(axis, whole) for axis, whole in zip(axes, tensor.shape, strict=True)]
    return "" if "" in texts else f"{in_brackets(tensor.code)}[{', '.join(texts)}]"


def _axis_text(axis: Sequence[int], whole: int) -> str:
    if len(axis) == 1:
        return str(axis[0])
    if len(axis) == whole:
        return ":"
    return f"{axis[0]}:{axis[-1] + 1}" if axis[-1] - axis[0] == len(axis) - 1 else ""
