"""Reviews: when a step is due, how it is asked, what becomes of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.tutor.play import say
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.review import due_steps, next_due, plans
from tests.tutor.lessons import COURSE, Player, feedback, lesson, notes

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def event(kind: str, at: datetime | str = NOON, step: str = "one", lesson: str = "a") -> dict[str, Any]:
    return {"lesson": lesson, "step": step, "event": kind, "at": at if isinstance(at, str) else at.isoformat()}


def due(*events: dict[str, Any], now: datetime) -> datetime | None:
    return next_due(plans(events, now).get("a", {}), ["one"])


@pytest.mark.parametrize(
    "kinds",
    [
        ["entered", "attempt", "passed"],
        ["entered", "attempt", "hint", "attempt", "solution", "passed"],
        ["entered", "solution", "passed"],
        ["entered", "skipped"],
        ["entered", "attempt", "missed"],
    ],
)
def test_a_missed_step_is_due_a_day_after_it_was_finished(kinds: list[str]) -> None:
    events = [event(kind, NOON - HOUR * (len(kinds) - 1 - place)) for place, kind in enumerate(kinds)]
    assert due(*events, now=NOON) == NOON + DAY
    steps = plans(events, NOON)["a"]
    assert due_steps(steps, ["one"], NOON + DAY - HOUR) == ()
    assert due_steps(steps, ["one"], NOON + DAY) == ("one",)


@pytest.mark.parametrize(
    "kinds",
    [[], ["entered", "passed"], ["entered", "hint", "passed"], ["entered", "attempt"], ["unfinished", "passed"]],
)
def test_what_was_right_at_once_or_is_not_finished_is_never_due(kinds: list[str]) -> None:
    assert due(*(event(kind) for kind in kinds), now=NOON + 99 * DAY) is None


def test_after_five_waits_it_rests() -> None:
    log = [event("attempt"), event("passed")]
    now = NOON
    for days in (1, 3, 7, 17, 44):
        assert due(*log, now=now) == now + days * DAY
        now += days * DAY + HOUR
        log += [event("entered", now), event("passed", now), event("recalled", now)]
    assert due(*log, now=now) is None
    log += [event("attempt", now + DAY), event("passed", now + DAY)]
    assert due(*log, now=now + DAY) == now + 2 * DAY, "missed once more, it begins again"


@pytest.mark.parametrize("right", [0, 1, 2, 3, 4])
def test_a_wrong_review_begins_again_at_a_day(right: int) -> None:
    log = [event("skipped"), *[event("recalled")] * right, event("attempt", NOON + DAY), event("lapsed", NOON + DAY)]
    assert due(*log, now=NOON + DAY) == NOON + 2 * DAY


def test_a_review_that_was_broken_off_is_still_due() -> None:
    log = [event("skipped"), event("entered", NOON + DAY), event("attempt", NOON + DAY)]
    assert due(*log, now=NOON + DAY) == NOON + DAY


def test_a_reset_takes_the_plan_with_it() -> None:
    log = [event("skipped"), event("skipped", step="two"), event("skipped", lesson="b")]
    assert set(plans([*log, event("reset", step="one")], NOON)["a"]) == {"two"}
    assert set(plans([*log, event("reset", step="")], NOON)) == {"b"}


def test_due_steps_stand_in_the_order_of_the_lesson_and_gone_ones_do_not_count() -> None:
    log = [event("skipped", step=step) for step in ("three", "gone", "one")]
    assert due_steps(plans(log, NOON)["a"], ["one", "two", "three"], NOON + DAY) == ("one", "three")


def test_the_time_zone_makes_no_difference() -> None:
    east, west = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
    log = [event("attempt", NOON.astimezone(east)), event("passed", NOON.astimezone(west))]
    assert due(*log, now=NOON.astimezone(east)) == NOON + DAY
    assert due(event("skipped", "2026-05-01T12:00:00"), now=NOON) == NOON + DAY, "without a zone it is UTC"
    assert due(event("skipped", "2026-05-01T12:00:00Z"), now=NOON) == NOON + DAY


def test_a_clock_that_ran_ahead_puts_no_review_off_for_years() -> None:
    ahead = event("skipped", NOON + 3650 * DAY)
    assert due(ahead, event("entered", NOON), now=NOON + 5 * DAY) == NOON + DAY
    assert due(ahead, now=NOON) == NOON + DAY


def test_a_clock_that_was_never_set_makes_no_other_event_old() -> None:
    log = [event("skipped", NOON), event("entered", "1970-01-01T00:00:01+00:00", step="two")]
    assert due(*log, now=NOON) == NOON + DAY


TIMES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", "x", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-05-01", "24:00"]),
    st.datetimes(timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=14))])).map(datetime.isoformat),
)
KINDS = st.sampled_from(
    "entered attempt hint solution skipped missed passed finished recalled lapsed reset new".split()
)


@given(st.lists(st.tuples(KINDS, TIMES, st.sampled_from(["", "one", "two"])), max_size=12))
def test_any_log_gives_plans_within_seven_days_of_now(log: list[tuple[str, str, str]]) -> None:
    found = plans([event(kind, at, step) for kind, at, step in log], NOON)
    for steps in found.values():
        for plan in steps.values():
            assert plan.due is None or plan.due <= NOON + 7 * DAY
            assert 0 <= plan.right <= 3


def missed(folder: Path, *steps: str, days: float = 2, kind: str = "skipped") -> Progress:
    """A log of somebody who missed these steps of the small lesson so many days ago."""
    at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    lines = [{"v": 1, "version": 1, **event(kind, at, step, "small")} for step in steps]
    (folder / "progress.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return Progress(folder)


def kinds(progress: Progress, step: str) -> list[str]:
    return [each["event"] for each in progress.events() if each["step"] == step]


def test_due_steps_are_asked_one_after_another_and_then_the_learner_goes_on_where_they_were(tmp_path: Path) -> None:
    player = Player(lesson(), missed(tmp_path, "mending", "guessing", "choosing"))
    player.begin("watching")
    player.type("x = 'mine'")
    said = player.command("review")
    assert notes(said)[0] == "Due for review: 'Guessing', 'Choosing', 'Mending'."
    assert player.run.label == "small 3/6"
    assert player.session.namespace["x"].tolist() == [0, 1, 2]
    said = player.type("[0, 2, 4]")
    assert "You knew it. It comes back for review in 3 days." in notes(said)
    assert notes(said)[-1] == "Press Enter to go on."
    player.enter()
    player.type("a")
    assert not [text for text in notes(player.type("b")) if "You knew it" in text]
    player.enter()
    assert player.run.label == "small 6/6"
    player.type("n -= 1")
    said = player.enter()
    assert feedback(said) == [("good", "That was the last step of this review.")]
    assert player.run.label == "small 2/6"
    assert kinds(player.progress, "guessing")[-1] == "recalled"
    assert "lapsed" in kinds(player.progress, "choosing")
    assert "recalled" not in kinds(player.progress, "choosing")
    said = notes(player.command("review"))[0]
    assert said.startswith("Nothing is due for review yet. The next step comes back on 20")


@pytest.mark.parametrize(
    ("step", "do"),
    [
        ("doing", lambda player: player.type("m = x * 3")),
        ("doing", lambda player: player.command("skip")),
        ("guessing", lambda player: player.type("[7, 8, 9]")),
        ("choosing", lambda player: player.type("a")),
        ("doing", lambda player: [player.command("solution") for _ in range(2)]),
    ],
)
def test_a_review_that_goes_wrong_is_due_in_a_day_once_whatever_follows(tmp_path: Path, step: str, do: Any) -> None:
    progress = missed(tmp_path, step, kind="missed")
    player = Player(lesson(), progress)
    player.begin("reading")
    player.command("review")
    do(player)
    if player.run.mode == "python" and not player.run.finished:
        player.command("redo")
        player.type("m = x * 2")
    assert kinds(progress, step).count("lapsed") == 1
    assert "recalled" not in kinds(progress, step)
    now = datetime.now(UTC)
    ahead = plans(progress.events(), now)["small"][step].due
    assert ahead is not None
    assert timedelta(hours=23) < ahead - now <= DAY


SOLUTION = "```python solution\nn = m.clone().requires_grad_()\nn.sum().backward()"


def test_a_part_that_is_right_so_far_is_no_failure(tmp_path: Path) -> None:
    text = COURSE.replace('tensor("n", [0.0, 2.0, 4.0])', 'grad("n", [1.0, 1.0, 1.0])')
    player = Player(lesson(text.replace("```python solution\nn -= 1", SOLUTION)), missed(tmp_path, "mending"))
    player.begin("reading")
    player.command("review")
    assert [mood for mood, _ in feedback(player.type("n = m.clone().requires_grad_()"))] == ["note"]
    player.type("n.sum().backward()")
    assert kinds(player.progress, "mending")[-3:] == ["unfinished", "passed", "recalled"]


def test_who_goes_elsewhere_leaves_the_review(tmp_path: Path) -> None:
    player = Player(lesson(), missed(tmp_path, "guessing", "choosing"))
    player.begin("reading")
    player.command("review")
    player.command("goto", "watching")
    player.enter()
    player.enter()
    player.enter()
    assert player.run.label == "small 3/6"
    player.type("[0, 2, 4]")
    player.enter()
    assert player.run.label == "small 4/6"
    assert "recalled" not in kinds(player.progress, "guessing")


def test_a_review_asked_for_in_a_review_begins_with_what_is_still_due(tmp_path: Path) -> None:
    player = Player(lesson(), missed(tmp_path, "guessing", "choosing"))
    player.begin("watching")
    player.command("review")
    player.type("[0, 2, 4]")
    player.command("review")
    assert player.run.label == "small 4/6"
    player.type("b")
    player.enter()
    assert player.run.label == "small 2/6"


def test_a_lesson_that_is_over_is_over_after_the_review_too(tmp_path: Path) -> None:
    player = Player(lesson(), missed(tmp_path, "choosing"))
    player.begin("reading")
    player.command("leave")
    player.command("review")
    assert player.run.label == "small 4/6"
    player.type("b")
    player.enter()
    assert player.run.finished


def test_who_comes_back_is_told_once_what_is_due(tmp_path: Path) -> None:
    told = "Steps that did not go right at once are due for review: %review asks them."
    assert told in notes(Player(lesson(), missed(tmp_path, "doing")).begin())
    assert told not in notes(Player(lesson(), missed(tmp_path, "doing", days=0.5)).begin())
    assert told not in notes(Player(lesson(), missed(tmp_path, "reading", "gone")).begin())


def test_nothing_was_missed(tmp_path: Path) -> None:
    player = Player(lesson(), Progress(tmp_path))
    player.begin()
    (told,) = notes(player.command("review"))
    assert (
        told
        == "No step waits for a review. Steps that do not go right at once come back after 1, 3, 7, 17 and 44 days."
    )
    assert player.run.label == "small 1/6"


def test_a_pipe_reviews_nothing(tmp_path: Path) -> None:
    player = Player(lesson(), missed(tmp_path, "doing"), piped=True)
    player.begin()
    before = player.run.label
    assert notes(player.command("review"))[0].startswith("No step waits")
    assert player.run.label == before


def test_progress_tells_what_is_due_and_json_when(tmp_path: Path) -> None:
    player = Player(lesson(), missed(tmp_path, "doing"))
    player.begin("watching")
    (report,) = player.command("progress")
    assert isinstance(report, say.ProgressReport)
    assert [row.id for row in report.rows if row.due] == ["doing"]
    assert report.ahead == "%review asks again what is due. %progress course shows all lessons."
    (data,) = player.command("progress", "--json")
    assert isinstance(data, say.Data)
    steps = json.loads(data.text)["lessons"]["small"]["steps"]
    assert steps["watching"]["review"] is None
    assert steps["doing"]["review"]["right"] == 0
    assert datetime.fromisoformat(steps["doing"]["review"]["due"]) < datetime.now(UTC)
