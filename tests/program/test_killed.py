"""Progress in the real program: killed at any moment, in two sessions at once, and where it cannot be kept."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import read_events, resume_index
from tests.children import PATIENCE, ROOT, run_child
from tests.program.screen import program
from tests.program.test_command_line import ptrepl
from tests.tutor.lessons import COURSE, lesson

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals here")

KEPT_BEFORE = {
    "1/6  Reading": ("reading", "entered"),
    "3/6  Guessing": ("guessing", "entered"),
    "Try once more.": ("guessing", "attempt"),
    "4/6  Choosing": ("choosing", "entered"),
    "Not the first.": ("choosing", "attempt"),
    "5/6  Doing": ("doing", "entered"),
    "That is three times x.": ("doing", "attempt"),
    "Multiply.": ("doing", "hint"),
    "6/6  Mending": ("mending", "entered"),
    "Yes, that is it.": ("mending", "passed"),
    "That was the last step": ("mending", "finished"),
}
"""What is said → the event that is on the disk by then."""


def plays(folder: Path, seed: int, times: int) -> list[dict[str, Any]]:
    (folder / "small.md").write_text(COURSE, encoding="utf-8")
    command = [sys.executable, "-m", "tests.program.killing", str(folder), str(seed), str(times)]
    done = run_child(command, cwd=ROOT, seconds=PATIENCE + 5 * times)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def events_of(log: str) -> list[tuple[str, str]]:
    return [(event["step"], event["event"]) for event in read_events(log) if event is not None]


def look_at(folder: Path, plays: list[dict[str, Any]]) -> int:
    """Fail where progress was lost or cannot be read; the number of plays that were cut in the middle."""
    whole, *killed = plays
    in_order = events_of(whole["log"])
    assert in_order[-1] == ("mending", "finished")
    assert set(KEPT_BEFORE.values()) <= set(in_order)
    cut = 0
    for number, each in enumerate(killed):
        found = events_of(each["log"])
        assert found == in_order[: len(found)]
        assert each["log"].count("\n") == len(found), "at most the last line is torn"
        missing = {KEPT_BEFORE[seen] for seen in each["seen"] if seen in KEPT_BEFORE} - set(found)
        assert not missing, "it was seen, so it must be kept"
        cut += 0 < len(found) < len(in_order)

        state = folder / f"after-{number}"
        state.mkdir()
        (state / "progress.jsonl").write_text(each["log"], encoding="utf-8", errors="surrogateescape")
        progress = Progress(state)
        steps = [step.id for step in lesson().steps]
        left = [step for step, event in found if event == "entered"][-1:] or steps[:1]
        record = progress.lesson("small")
        if record.done < set(steps):
            assert resume_index(record, steps) - steps.index(left[0]) in (0, 1)
        progress.save("small", "mending", "attempt")
        assert events_of(progress.path.read_text(errors="replace")) == [*found, ("mending", "attempt")]  # type: ignore[union-attr]
    return cut


def test_a_kill_loses_no_more_than_the_event_being_written(tmp_path: Path) -> None:
    assert look_at(tmp_path, plays(tmp_path, seed=1, times=10)) >= 2


@pytest.mark.nightly
def test_two_hundred_kills(tmp_path: Path) -> None:
    assert look_at(tmp_path, plays(tmp_path, seed=2, times=200)) >= 60


def test_two_sessions_in_one_lesson_keep_the_events_of_both(tmp_path: Path, own_surroundings: Path) -> None:
    (tmp_path / "small.md").write_text(COURSE, encoding="utf-8")
    arguments = ("--lesson", "small.md", "--trust")
    with program(*arguments, folder=tmp_path) as one, program(*arguments, folder=tmp_path) as other:
        for screen in (one, other):
            screen.wait("1/6  Reading")
        one.enter("")
        other.enter("")
        for press in (1, 2):
            for screen in (other, one):
                screen.wait("Press Enter to run it.", press)
                screen.enter("")
        for screen in (one, other):
            screen.wait("It counts from 0.")
    found = events_of((own_surroundings / "state" / "progress.jsonl").read_text())
    once = [("reading", "entered"), ("reading", "passed"), ("watching", "entered"), ("watching", "passed")]
    assert sorted(found) == sorted(once * 2)


@pytest.mark.parametrize("kind", ["folder", "pipe", "huge"])
def test_whatever_stands_in_place_of_the_log_the_lessons_are_listed(own_surroundings: Path, kind: str) -> None:
    log = own_surroundings / "state" / "progress.jsonl"
    log.parent.mkdir()
    if kind == "folder":
        log.mkdir()
    elif kind == "pipe":
        os.mkfifo(log)
    else:
        with log.open("wb") as file:
            file.truncate(2**30)
    done = ptrepl("--list")
    assert done.returncode == 0
    assert "autograd" in done.stdout
    assert done.stderr == ("" if kind == "huge" else f"Progress cannot be read: {log} (Not a regular file).\n")
