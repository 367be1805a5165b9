"""The progress of a class: who is where, what took how long, and where it is stuck."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.cli import main
from ptrepl.shell.lessons.collecting import csv_text
from ptrepl.tutor.classroom.reports import StepReport, step_reports
from ptrepl.tutor.classroom.steps import class_steps, stuck_most
from ptrepl.tutor.progress.log import Progress

WHAT = "That is three times x."


def of(*events: tuple[str, str], folder: Path | None = None) -> Progress:
    """(step, event) of the lesson ``a``; an attempt is a known mistake."""
    progress = Progress(folder)
    for step, event in events:
        progress.save("a", step, event, 2, mistake=WHAT if event == "attempt" else "", typed="secret", content="abc")
    return progress


def test_the_export_and_the_log_tell_the_same(tmp_path: Path) -> None:
    events = [("one", "entered"), ("one", "attempt"), ("one", "attempt"), ("one", "hint"), ("one", "passed")]
    progress = of(*events, ("two", "entered"), folder=tmp_path)
    assert progress.path is not None
    exported, logged = (step_reports("ada", text) for text in (progress.export(), progress.path.read_text()))
    assert exported == logged
    one, two = logged
    assert (one.step, one.status, one.attempts, one.hints, one.solutions) == ("one", "passed", 2, 1, 0)
    assert (one.version, one.content, one.mistakes) == (2, "abc", {WHAT: 2})
    assert two.status == "started"


def test_a_break_is_no_time_spent() -> None:
    line = '{"v": 1, "at": "2026-05-01T%s+00:00", "lesson": "a", "version": 1, "step": "one", "event": "%s"}'
    times = [("10:00:00", "entered"), ("10:02:00", "attempt"), ("15:00:00", "passed")]
    (report,) = step_reports("ada", "\n".join(line % each for each in times))
    assert report.seconds == 2 * 60 + 10 * 60


def test_where_the_class_is_stuck() -> None:
    done = [("one", "entered"), ("one", "passed")]
    tried = [("one", "entered"), ("one", "attempt"), ("one", "attempt"), ("one", "attempt")]
    reports = [
        report
        for name, events in (("a", done), ("b", tried), ("c", tried))
        for report in step_reports(name, of(*events).export())
    ]
    (one,) = class_steps(reports, {})
    assert (one.entered, one.passed, one.stuck, one.attempts, one.mistake, one.made) == (3, 1, 2, 3, WHAT, 2)
    assert stuck_most([one], 5) == [one]
    assert stuck_most(class_steps(step_reports("a", of(*done).export()), {}), 5) == []


def test_steps_stand_in_the_order_of_the_course() -> None:
    reports = step_reports("a", of(("z", "entered"), ("b", "entered"), ("m", "entered")).export())
    assert [each.step for each in class_steps(reports, {("a", "m"): 0, ("a", "z"): 1})] == ["m", "z", "b"]


def test_one_table_and_one_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ada", "grace"):
        of(("one", "entered"), ("one", "attempt"), folder=tmp_path / name)
    (tmp_path / "alan.json").write_text(of(("one", "passed")).export())
    files = ["ada/progress.jsonl", "grace/progress.jsonl", "alan.json"]
    assert main(["--collect", *files]) == 0
    assert capsys.readouterr().out == "The progress of 3 learners is in class.csv and class.html.\n"
    rows = list(csv.DictReader(io.StringIO((tmp_path / "class.csv").read_text())))
    assert [(row["learner"], row["status"], row["mistakes"]) for row in rows] == [
        ("ada", "started", f"1x {WHAT}"),
        ("grace", "started", f"1x {WHAT}"),
        ("alan", "passed", ""),
    ]
    page = (tmp_path / "class.html").read_text()
    assert f"2x {WHAT}" in page
    assert "<script" not in page
    assert "secret" not in page + (tmp_path / "class.csv").read_text()
    for name in ("spring", "autumn.csv", "winter.HTML"):
        assert main(["--collect", *files, "-o", name]) == 0
        assert (tmp_path / name).with_suffix(".html").read_text() == page
        assert (tmp_path / name).with_suffix(".csv").exists()
    assert len([*tmp_path.glob("*.csv"), *tmp_path.glob("*.html")]) == 8


@pytest.mark.parametrize(
    ("folders", "names"),
    [
        (["home/ann/.local/state/ptrepl", "home/ben/.local/state/ptrepl"], ["ann", "ben"]),
        (["home/ann/.local/state/ptrepl"], ["ann"]),
        (["1/ann/ptrepl", "1/ben/ptrepl", "2/cid/ptrepl"], ["ann", "ben", "cid"]),
        (
            ["a/x/ptrepl", "a/y/ptrepl", "b/y/ptrepl"],
            ["x", "a/y/ptrepl/progress.jsonl", "b/y/ptrepl/progress.jsonl"],
        ),
        (
            ["home/ann/ptrepl", "ann", "home/ben/ptrepl"],
            ["home/ann/ptrepl/progress.jsonl", "ann/progress.jsonl", "ben"],
        ),
    ],
)
def test_learners_are_named_by_the_folder_that_differs(
    folders: list[str], names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in folders:
        of(("one", "passed"), folder=tmp_path / folder)
    assert main(["--collect", *(f"{folder}/progress.jsonl" for folder in folders)]) == 0
    rows = csv.DictReader(io.StringIO((tmp_path / "class.csv").read_text()))
    assert [row["learner"] for row in rows] == names


@pytest.mark.parametrize("text", ["hello", "{}", '{\n"lessons": 3\n}', "[1]\n[2]", "{\n", "\x00" * 50])
def test_what_is_no_progress_is_one_line(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.json").write_text(text)
    assert main(["--collect", "x.json"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("x.json is no file of progress")
    assert not (tmp_path / "class.csv").exists()


@pytest.mark.parametrize(
    "arguments", [["--collect"], ["--collect", "nowhere.json"], ["--collect", "."], ["--collect", "--list"]]
)
def test_what_cannot_be_collected_is_one_line(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_cell_is_a_formula(learner: str, mistake: str) -> None:
    report = StepReport(learner, "\t=1+1", "＝1", "passed", 1, 0, 0, 3, "", "", mistakes={mistake: 1})
    (row,) = list(csv.reader(io.StringIO(csv_text([report]))))[1:]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for cell in row)
    assert len(row) == 13


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-8"])
@pytest.mark.parametrize("indent", [None, 2])
def test_files_as_other_programs_write_them(
    coding: str, indent: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = json.dumps(json.loads(of(("one", "passed")).export()), indent=indent)
    (tmp_path / "ada.json").write_text(told, encoding=coding)
    assert main(["--collect", "ada.json"]) == 0
    assert (tmp_path / "class.csv").read_text().splitlines()[1].startswith("ada,a,one,passed")


def test_a_file_that_is_named_twice_counts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    of(("one", "passed"), folder=tmp_path / "ada")
    assert main(["--collect", "ada/progress.jsonl", "./ada/../ada/progress.jsonl"]) == 0
    (row,) = (tmp_path / "class.csv").read_text().splitlines()[1:]
    assert row.startswith("ada,")


@pytest.mark.parametrize(
    "event",
    [
        {"at": "0001-01-01T00:00:00+23:59"},
        {"at": "9999-12-31T23:59:59-23:59"},
        {"lesson": "\ud800", "mistake": "\udfff"},
        {"version": 10**400},
    ],
)
def test_odd_events_end_nothing(event: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plain = {"v": 1, "at": "2026-05-01T10:00:00+00:00", "lesson": "a", "step": "one", "event": "attempt"}
    (tmp_path / "x.jsonl").write_text("".join(json.dumps(each) + "\n" for each in (plain, plain | event)))
    assert main(["--collect", "x.jsonl"]) == 0
    assert len((tmp_path / "class.csv").read_text().splitlines()) >= 2
