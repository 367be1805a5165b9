"""The log of progress: nothing is lost, nothing is fatal."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.folders import state_folder
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import LessonRecord, StepRecord, read_events, records, resume_index
from tests.children import PATIENCE, run_child, started


def test_the_folder_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PTREPL_STATE", str(tmp_path / "there"))
    assert state_folder() == tmp_path / "there"
    monkeypatch.setenv("PTREPL_STATE", "~nobody-of-that-name/there")
    assert state_folder() == Path("~nobody-of-that-name/there")
    monkeypatch.delenv("PTREPL_STATE")
    assert state_folder().name == "ptrepl"


def test_what_is_saved_is_there_at_once_for_everybody(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "a" / "b")
    progress.save("autograd", "one", "entered")
    progress.save("autograd", "one", "attempt")
    progress.save("autograd", "one", "passed", version=2)
    record = Progress(tmp_path / "a" / "b").lesson("autograd")
    assert record.steps["one"].status == "passed"
    assert record.steps["one"].attempts == 1
    assert record.done == {"one"}
    assert record.here == "one"


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "state")
    progress.save("a", "one", "passed")
    assert progress.path is not None
    assert stat.S_IMODE(progress.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(progress.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("tail", ["", "{", '{"v":1,"lesson":"a","st', "\x00\x00", '{"v":1}\n{"v"'])
def test_a_torn_line_takes_no_other_with_it(tmp_path: Path, tail: str) -> None:
    progress = Progress(tmp_path)
    progress.save("a", "one", "passed")
    assert progress.path is not None
    with progress.path.open("a") as file:
        file.write(tail)
    progress.save("a", "two", "passed")
    assert Progress(tmp_path).lesson("a").done == {"one", "two"}
    assert progress.events()
    assert progress.skipped == len([line for line in tail.split("\n") if line.strip()])


FOREIGN = [
    "not json",
    "[]",
    "3",
    "null",
    '{"v": 2, "lesson": "a", "step": "one", "event": "passed", "at": ""}',
    '{"v": 1, "lesson": 3, "step": "one", "event": "passed", "at": ""}',
    '{"v": 1, "lesson": "a", "event": "passed", "at": ""}',
    "[" * 100_000,
]


@pytest.mark.parametrize("line", FOREIGN, ids=lambda line: line[:20])
def test_a_foreign_line_is_counted_and_passed_over(line: str) -> None:
    assert list(read_events(line + "\n")) == [None]


def test_an_event_of_a_later_version_changes_nothing() -> None:
    event = {"v": 1, "lesson": "a", "step": "one", "event": "dreamt", "at": "x"}
    assert records([event]) == {}


@given(st.binary(max_size=200))
def test_any_bytes_in_the_log_are_survived(content: bytes) -> None:
    events = list(read_events(content.decode("utf-8", "replace")))
    assert records(event for event in events if event is not None) is not None


def test_a_reset_forgets_and_the_log_does_not(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    for step in ("one", "two"):
        progress.save("a", step, "passed")
    progress.save("b", "one", "passed")
    progress.reset("a", "one")
    assert progress.lesson("a").done == {"two"}
    progress.reset("a")
    assert progress.lesson("a") == LessonRecord()
    assert progress.lesson("b").done == {"one"}
    assert len(progress.events()) == 5
    progress.save("a", "one", "passed")
    assert progress.lesson("a").done == {"one"}


def test_only_what_was_appended_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    progress, other = Progress(tmp_path), Progress(tmp_path)
    for number in range(50):
        progress.save("a", f"step-{number}", "passed")
    assert len(progress.lesson("a").steps) == 50
    read, loads = [], json.loads
    monkeypatch.setattr(json, "loads", lambda line: read.append(line) or loads(line))
    assert len(progress.lesson("a").steps) == 50
    assert not read
    other.save("a", "of-another-session", "passed")
    assert len(progress.lesson("a").steps) == 51
    assert len(read) == 1


def test_a_log_that_is_taken_away_is_forgotten(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.save("a", "one", "passed")
    assert progress.lesson("a").done == {"one"}
    (tmp_path / "progress.jsonl").unlink()
    assert progress.lesson("a") == LessonRecord()
    progress.save("a", "two", "passed")
    assert progress.lesson("a").done == {"two"}


def test_a_folder_that_cannot_be_written_costs_one_line_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    progress = Progress(tmp_path / "file" / "state")
    progress.save("a", "one", "entered")
    progress.save("a", "one", "passed")
    assert progress.notice is not None
    assert "\n" not in progress.notice
    assert progress.lesson("a").done == {"one"}, "what cannot be written is remembered while the program runs"


def in_the_way(path: Path, kind: str) -> None:
    """Put something of that kind where the log should be."""
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/full")
    elif kind == "circle":
        path.symlink_to(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "circle"])
def test_what_is_no_file_is_told_in_one_line_and_keeps_nobody_waiting(tmp_path: Path, kind: str) -> None:
    in_the_way(tmp_path / "progress.jsonl", kind)
    progress = Progress(tmp_path)
    assert progress.lesson("a") == LessonRecord()
    assert progress.notice is not None
    assert "\n" not in progress.notice
    progress.save("a", "one", "passed")
    assert progress.lesson("a").done == {"one"}


@pytest.mark.parametrize(
    "content", [b"\0", b"\n", b"{}\n", b"[" * 1000 + b"\n"], ids=["nul", "empty", "foreign", "deep"]
)
def test_a_huge_log_is_read_from_its_end_alone(tmp_path: Path, content: bytes) -> None:
    log = tmp_path / "progress.jsonl"
    with log.open("wb") as file:
        file.truncate(2**30)  # sparse: it takes no room
        file.seek(0, os.SEEK_END)
        file.write(content * (2**20 // len(content)) + b"\n")
    progress = Progress(tmp_path)
    progress.save("a", "one", "passed")
    assert Progress(tmp_path).lesson("a").done == {"one"}
    assert log.stat().st_size > 2**30, "nothing of it was thrown away"


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of file size here")
def test_a_full_disk_costs_one_line_and_what_was_kept_stays(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from ptrepl.tutor.progress.log import Progress\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (700, resource.RLIM_INFINITY))\n"
        "progress = Progress(Path(sys.argv[1]))\n"
        "for number in range(20): progress.save('a', f'step-{number}', 'passed')\n"
        "assert len(progress.lesson('a').done) == 20; print(progress.notice)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "progress.save('a', 'last', 'passed')\n"
    )
    done = run_child([sys.executable, "-c", code, str(tmp_path)])
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Progress is not kept: ")
    assert done.stdout.count("\n") == 1
    progress = Progress(tmp_path)
    assert len(progress.lesson("a").done) == 21, "once there is room, what was remembered is kept too"
    assert progress.skipped <= 1


def test_an_event_holds_nothing_that_an_export_cannot_print(tmp_path: Path) -> None:
    deep = "[" * 900 + "]" * 900
    line = (
        '{"v": 1, "lesson": "\\ud800", "version": "x", "step": "\\u001b[2J", "event": "passed", "at": "", "more": %s}'
    )
    (tmp_path / "progress.jsonl").write_text(line % deep + "\n")
    progress = Progress(tmp_path)
    assert len(progress.events()) == 1
    assert progress.export().isascii()
    assert "\x1b" not in progress.export()


def test_in_memory_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    progress = Progress(None)
    progress.save("a", "one", "passed")
    assert progress.lesson("a").done == {"one"}
    assert progress.path is None
    assert not list(tmp_path.iterdir())


def test_the_export_is_json_for_a_teacher(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.save("a", "one", "attempt")
    progress.save("a", "one", "passed")
    exported = json.loads(progress.export())
    step = exported["lessons"]["a"]["steps"]["one"]
    assert (step["status"], step["attempts"]) == ("passed", 1)
    assert [event["event"] for event in exported["events"]] == ["attempt", "passed"]


def _write_many(folder: str, name: str) -> None:
    progress = Progress(Path(folder))
    for number in range(100):
        progress.save(name, f"step-{number}", "passed")


def test_two_sessions_at_once_keep_all_of_both(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(str(tmp_path), name), daemon=True) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(PATIENCE)
        assert writer.exitcode == 0
    progress = Progress(tmp_path)
    found = progress.lessons()
    assert [len(found[name].steps) for name in ("a", "b")] == [100, 100]
    progress.events()
    assert progress.skipped == 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
@pytest.mark.parametrize("after", [0.02, 0.05, 0.11])
def test_a_kill_at_any_moment_loses_at_most_the_event_being_written(tmp_path: Path, after: float) -> None:
    code = (
        "import sys; from pathlib import Path; from ptrepl.tutor.progress.log import Progress\n"
        "progress = Progress(Path(sys.argv[1])); number = 0\n"
        "while True:\n"
        "    progress.save('a', f'step-{number}', 'passed'); print(number, flush=True); number += 1\n"
    )
    with started([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline()]
        time.sleep(after)
        writer.kill()
        told += writer.stdout.readlines()
    last = max(int(line) for line in told if line.endswith("\n"))
    done = Progress(tmp_path).lesson("a").done
    assert {f"step-{number}" for number in range(last + 1)} <= done


STEPS = ["one", "two", "three"]


@pytest.mark.parametrize(
    ("ranks", "here", "index"),
    [
        ({}, "", 0),
        ({"one": 0}, "one", 0),
        ({"one": 3}, "one", 1),
        ({"one": 3, "two": 0}, "two", 1),
        ({"one": 3, "two": 2}, "two", 2),
        ({"one": 1, "two": 3}, "two", 2),
        ({"one": 1, "two": 3, "three": 3}, "three", 0),
        ({"one": 3, "two": 3, "three": 3}, "three", 0),
        ({"one": 3, "gone": 3}, "gone", 1),
        ({"two": 3}, "renamed", 0),
    ],
)
def test_where_a_lesson_is_taken_up(ranks: dict[str, int], here: str, index: int) -> None:
    record = LessonRecord({name: StepRecord(rank) for name, rank in ranks.items()}, here)
    assert resume_index(record, STEPS) == index
    assert resume_index(None, STEPS) == 0
