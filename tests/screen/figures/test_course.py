"""The course drawn: a name and a sign for each step, at any width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ptrepl.screen.figures.course import course_lines
from ptrepl.screen.line import plain
from ptrepl.screen.wrap import columns
from ptrepl.tutor.library.shelf import shelf
from ptrepl.tutor.progress.course import StepMark, Stop


def test_the_path_goes_on_in_the_next_row() -> None:
    marks: tuple[StepMark, ...] = ("right", "retried", "missed", "due", "new")
    stops = (Stop("start", ("right", "right"), finished=True), Stop("shapes", marks, here=True), Stop("math", ()))
    assert [plain(line) for line in course_lines(stops, 24)] == [
        "start     ▸ shapes",
        "●■■───────◐■▣□?·",
        "",
        "math",
        "○",
        "",
        "■ right at once",
        "▣ right in the end",
        "□ skipped or missed",
        "? due for review",
        "· still ahead",
        "6 of 7 steps taken. 1 of",
        "3 lessons done.",
    ]


def test_the_course_that_is_shipped_fits_a_screen_of_24_rows() -> None:
    begun: tuple[StepMark, ...] = ("right", "retried", "missed", "due")
    ahead: tuple[StepMark, ...] = ("new",) * 11
    stops = [Stop(listed.id, begun + ahead, here=listed.id == "graph") for listed in shelf()]
    below = ["what comes next", "what is due", "the prompt", "the bar"]
    assert len(["%progress", *course_lines(stops, 80, 19), *below]) <= 24


MARKS = st.sampled_from(["right", "retried", "missed", "due", "new"])
STOPS = st.lists(st.builds(Stop, st.from_regex(r"[a-z-]{1,16}", fullmatch=True), st.lists(MARKS, max_size=15)))


@given(STOPS, st.integers(40, 200))
def test_no_line_is_wider_than_the_terminal(stops: list[Stop], width: int) -> None:
    lines = course_lines(stops, width)
    assert all(columns(plain(line)) <= width for line in lines)
    drawn = "".join(plain(line) for line in lines)
    assert all(each.key in drawn for each in stops)


def test_the_rows_stand_close_where_the_screen_is_too_low_for_more() -> None:
    stops = [Stop(f"lesson-{number}", ("new",) * 15) for number in range(25)]
    apart = [plain(line) for line in course_lines(stops, 80)]
    close = [plain(line) for line in course_lines(stops, 80, len(apart) - 1)]
    assert close == [line for line in apart if line]
    assert "" in apart
    assert [plain(line) for line in course_lines(stops, 80, len(apart))] == apart
