"""The figures are computed as their page says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from benchmarks.machine import describe
from benchmarks.measure import Row, Waits, compare, per_call
from benchmarks.report import line, page, waits_line
from benchmarks.terminal import in_terminal
from ptrepl import __version__


def row(ours: list[float], theirs: list[float], *, limit: float = 1.0, as_difference: bool = False) -> Row:
    return Row("a thing", "another", limit, tuple(ours), tuple(theirs), as_difference)


def test_both_are_measured_in_turns_after_a_round_that_does_not_count() -> None:
    order: list[str] = []

    def measure(name: str, seconds: float) -> float:
        order.append(name)
        return seconds if len(order) > 2 else 1000.0

    found = compare("a", lambda: measure("A", 1.0), "b", lambda: measure("B", 2.0), limit=1, rounds=3)
    assert order == ["A", "B"] * 4
    assert (found.ours, found.theirs) == ((1.0,) * 3, (2.0,) * 3)


def test_the_figure_is_the_quotient_of_the_medians() -> None:
    assert row([1, 2, 9], [4, 4, 4]).figure == 0.5


def test_or_their_difference() -> None:
    found = row([0.5, 0.75, 9], [0.25, 0.25, 0.25], as_difference=True, limit=0.5)
    assert found.figure == 0.5
    assert found.met


def test_the_spread_is_that_of_the_rounds() -> None:
    assert row([1, 2, 3, 4, 5], [1, 1, 1, 1, 1]).spread == (2, 4)


@pytest.mark.parametrize(("limit", "met"), [(0.5, True), (0.49, False)])
def test_a_goal_is_met_up_to_its_limit(limit: float, met: bool) -> None:
    found = row([1, 1], [2, 2], limit=limit)
    assert found.met is met
    assert line(found).endswith("| yes |" if met else "| no |")


def test_one_call_among_many_is_what_is_told() -> None:
    calls: list[int] = []
    assert 0 <= per_call(lambda: calls.append(1), 7)() < 1
    assert len(calls) == 7


@pytest.mark.parametrize(("seconds", "shown"), [(2.5, "2.5 s"), (0.0215, "21.5 ms"), (0.000_064, "64 µs")])
def test_durations_have_the_unit_that_fits(seconds: float, shown: str) -> None:
    assert f"| {shown} |" in line(row([seconds] * 2, [seconds] * 2))


def test_the_page_has_every_row_and_the_machine() -> None:
    shown = page([row([1, 1], [2, 2]), row([3, 3], [2, 2])], ["- a machine"], "2026-01-01")
    assert "- a machine" in shown
    assert [text.split(" | ")[-1] for text in shown.splitlines() if text.startswith("| a thing")] == ["yes |", "no |"]


def test_of_waits_the_usual_and_the_longest_are_told() -> None:
    waits = Waits("a key", 0.1, ((0.01, 0.02, 0.03), (0.01, 0.02, 0.09), (0.01, 0.02, 0.25)))
    assert (waits.usual, waits.longest) == (0.02, (0.09, 0.25))
    assert waits_line(waits) == "| a key | 20 ms | 90 ms | 250 ms | ≤ 100 ms |"
    shown = page([row([1, 1], [2, 2])], ["- a machine"], "2026-01-01", [waits])
    assert shown.endswith(f"{waits_line(waits)}\n")


def test_a_key_is_timed_from_its_press_to_its_echo(tmp_path: Path) -> None:
    slow = "import sys, time, tty; tty.setraw(0); print('go', flush=True)\nwhile c := sys.stdin.read(1):\n"
    slow += "    time.sleep(0.05); sys.stdout.write(c); sys.stdout.flush()"
    with in_terminal((sys.executable, "-c", slow), home=tmp_path, echo=False) as terminal:
        terminal.wait_for("go")
        waited = terminal.type_steadily("abc", 0.001)
    assert len(waited) == 3
    assert all(each >= 0.05 for each in waited)
    assert sorted(waited) == list(waited), "each had to wait for those before it"


def test_the_machine_is_described() -> None:
    assert len(describe()) == 3
    assert f"ptrepl {__version__}, torch {torch.__version__.partition('+')[0]}" in describe()[-1]
