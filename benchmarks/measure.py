"""Two ways to do one thing, measured in turns, and what comes of it."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Measure = Callable[[], float]
"""Does the thing once and tells how many seconds it took."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: seconds of ours and of theirs, taken in turns.

    ``limit`` is the most that their quotient may be; with ``as_difference``, the seconds that ours may take longer.
    """

    what: str
    against: str
    limit: float
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    as_difference: bool = False

    @property
    def figure(self) -> float:
        """Of the medians: their quotient, or their difference in seconds."""
        return self._of(statistics.median(self.ours), statistics.median(self.theirs))

    @property
    def spread(self) -> tuple[float, float]:
        """The middle half of the figures of the single rounds."""
        each = [self._of(ours, theirs) for ours, theirs in zip(self.ours, self.theirs, strict=True)]
        low, _, high = statistics.quantiles(each, n=4, method="inclusive")
        return low, high

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.figure <= self.limit

    def _of(self, ours: float, theirs: float) -> float:
        return ours - theirs if self.as_difference else ours / theirs


@dataclass(frozen=True, slots=True)
class Waits:
    """How long single keys waited: in each of several runs, the seconds of each key. ``wanted``: none waits longer."""

    what: str
    wanted: float
    runs: tuple[tuple[float, ...], ...]

    @property
    def usual(self) -> float:
        """The median of all keys."""
        return statistics.median(wait for run in self.runs for wait in run)

    @property
    def longest(self) -> tuple[float, float]:
        """The longest wait of a run: the median of the runs, and the worst of them."""
        longest = [max(run) for run in self.runs]
        return statistics.median(longest), max(longest)


def compare(
    what: str,
    ours: Measure,
    against: str,
    theirs: Measure,
    *,
    limit: float,
    rounds: int,
    as_difference: bool = False,
) -> Row:
    """Measure in turns, ours and theirs, ``rounds`` times each, after one round that does not count."""
    ours(), theirs()
    pairs = [(_tidied(ours), _tidied(theirs)) for _ in range(rounds)]
    return Row(what, against, limit, tuple(a for a, _ in pairs), tuple(b for _, b in pairs), as_difference)


def _tidied(measure: Measure) -> float:
    # or one side would pay for the garbage of the other
    gc.collect()
    return measure()


def seconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def processor_seconds(action: Callable[[], object]) -> float:
    """How long one call keeps the processor busy: for what never waits, and must be told from other programs' load."""
    began = time.process_time()
    action()
    return time.process_time() - began


def per_call(action: Callable[[], object], calls: int) -> Measure:
    """Measures ``calls`` calls, for what is too short to measure alone; the seconds are those of one."""

    def measure() -> float:
        began = time.perf_counter()
        for _ in range(calls):
            action()
        return (time.perf_counter() - began) / calls

    return measure
