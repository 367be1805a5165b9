"""Rows → the table, as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benchmarks.measure import Row, Waits

HEADER = (
    "| what | ours | against | theirs | figure | middle half | goal | met |",
    "| --- | ---: | --- | ---: | ---: | --- | --- | --- |",
)
WAITS_HEADER = (
    "| what | usual wait | longest of a run | worst of all runs | wanted |",
    "| --- | ---: | ---: | ---: | --- |",
)


def line(row: Row) -> str:
    """One row of the table."""
    ours, theirs = _duration(statistics.median(row.ours)), _duration(statistics.median(row.theirs))
    low, high = (_figure(row, figure) for figure in row.spread)
    cells = (row.what, ours, row.against, theirs, _figure(row, row.figure), f"{low} to {high}", _goal(row))
    return f"| {' | '.join(cells)} | {'yes' if row.met else 'no'} |"


def waits_line(waits: Waits) -> str:
    """One row of the table of waits, which is reported and no goal: the load of the machine decides it too."""
    cells = (waits.what, *map(_duration, (waits.usual, *waits.longest)), f"≤ {waits.wanted * 1e3:g} ms")
    return f"| {' | '.join(cells)} |"


def page(rows: Sequence[Row], machine: Sequence[str], date: str, waits: Sequence[Waits] = ()) -> str:
    """The whole of ``RESULTS.md``."""
    rounds = [len(row.ours) for row in rows]
    return "\n".join(
        [
            "# Figures",
            "",
            f"Made by `make bench` on {date}. Ours and theirs were measured in turns in one run, {min(rounds)} to",
            f"{max(rounds)} times each. Durations are medians; the figure is their quotient, or their difference where",
            "it has a unit; the middle half is that of the figures of the single rounds.",
            "",
            *machine,
            "",
            *HEADER,
            *map(line, rows),
            "",
            *(_about_waits(waits) if waits else ()),
        ]
    )


def _about_waits(waits: Sequence[Waits]) -> Sequence[str]:
    return (
        "A key is pressed every 20 ms in a terminal while the program is busy beside the prompt; this is how long it",
        "takes until it is on the screen. These are reported, not ratios: there is nothing to set beside them.",
        "",
        *WAITS_HEADER,
        *map(waits_line, waits),
        "",
    )


def _duration(seconds: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def _figure(row: Row, figure: float) -> str:
    return f"{figure * 1e3:+.2f} ms" if row.as_difference else f"{figure:.3f}"


def _goal(row: Row) -> str:
    return f"≤ {row.limit * 1e3:g} ms more" if row.as_difference else f"≤ {row.limit:g}"
