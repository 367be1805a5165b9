"""``python -m benchmarks``: measure every row of the table, print it, and keep it in ``RESULTS.md``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from benchmarks import completion, core, launch, pictures, scale
from benchmarks.machine import describe
from benchmarks.measure import Row, Waits
from benchmarks.report import HEADER, WAITS_HEADER, line, page, waits_line
from benchmarks.waits import waits

RESULTS = Path(__file__).with_name("RESULTS.md")

# launch comes first: it forks, which a process that has loaded torch had better not
GROUPS: dict[str, Callable[[int], Iterator[Row]]] = {
    "launch": launch.rows,
    "core": core.rows,
    "scale": scale.rows,
    "completion": completion.rows,
    "pictures": pictures.rows,
}
_WAITS = "waits"
KNOWN = (*GROUPS, _WAITS)


def main() -> None:
    """Measure what was asked for; only a run of everything is kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the figures, side by side.")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"any of {', '.join(KNOWN)}; all by default")
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="how often to measure each (default: 15)")
    arguments = parser.parse_args()
    if unknown := set(arguments.groups) - set(KNOWN):
        parser.error(f"there is no group {', '.join(sorted(unknown))}; there are {', '.join(KNOWN)}")
    if arguments.rounds < 2:
        parser.error("--rounds wants 2 or more, for a spread")
    machine = describe()
    rows: list[Row] = []
    keys: list[Waits] = []
    print("\n".join((*machine, "")), flush=True)
    # first, as launch: it forks
    if not arguments.groups or _WAITS in arguments.groups:
        print("\n".join(WAITS_HEADER), flush=True)
        for each in waits(arguments.rounds):
            keys.append(each)
            print(waits_line(each), flush=True)
    print("\n".join(HEADER), flush=True)
    for name in [each for each in arguments.groups or GROUPS if each in GROUPS]:
        for row in GROUPS[name](arguments.rounds):
            rows.append(row)
            print(line(row), flush=True)
    if not arguments.groups:
        RESULTS.write_text(page(rows, machine, date.today().isoformat(), keys), encoding="utf-8")


if __name__ == "__main__":
    main()
