"""The course of one number, in bounded memory."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

MOST_POINTS = 1024
"""More than a terminal has dots across; half of them are dropped where there would be more."""


@dataclass(slots=True)
class Curve:
    """Points in the order of time: ``places`` on whatever the caller measures along, and ``values`` there."""

    places: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    not_finite: int = 0
    """Points left out since their value was nan or infinite."""
    _every: int = 1
    _skipped: int = 0

    def add(self, place: float, value: float) -> None:
        """Take a point, unless those that were dropped have made the curve coarser; the last one always stands."""
        if not math.isfinite(value):
            self.not_finite += 1
            return
        if self._skipped:  # the last point stood for itself only until the next one
            self.places.pop()
            self.values.pop()
        self.places.append(place)
        self.values.append(value)
        self._skipped = (self._skipped + 1) % self._every
        if len(self.places) > MOST_POINTS:
            del self.places[1:-1:2], self.values[1:-1:2]
            self._every *= 2
            self._skipped = 0

    @property
    def moves(self) -> bool:
        """Whether there is anything to draw: a value that is not that of the point before."""
        return any(value != self.values[0] for value in self.values)
