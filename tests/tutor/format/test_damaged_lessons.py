"""Whatever is in a lesson file: located messages, quickly, and no code of it runs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptrepl.errors import LessonError
from ptrepl.tutor.format.lesson import Lesson
from ptrepl.tutor.format.parse import parse_lesson
from ptrepl.tutor.library.catalog import open_lesson
from tests.tutor.damage import CANARY, DAMAGES, damaged
from tests.tutor.lessons import COURSE, FRONT


def parsed_or_told(text: str) -> Lesson | None:
    try:
        return parse_lesson(text, "x.md")
    except LessonError as error:
        assert_located(str(error), text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1)
    return None


def assert_located(told: str, lines: int) -> None:
    """Each line of what was told has a place in the file and shows no control character."""
    assert told
    for line in told.split("\n"):
        path, number, message = line.split(":", 2)
        assert path == "x.md"
        assert 1 <= int(number) <= lines
        assert message.strip()
        assert line.isprintable()


def open_damaged(number: int, folder: Path) -> tuple[str, bool, float]:
    """What was done to that file, whether it is a lesson still, and the processor seconds it took to tell."""
    kind, content = damaged(number)
    (folder / "x.md").write_bytes(content)
    began = time.process_time()
    try:
        open_lesson("x.md")
        harmless = True
    except LessonError as error:
        harmless = False
        assert_located(str(error), len(content.splitlines()) + content.count(b"\r") + 1)
    return kind, harmless, time.process_time() - began


def test_damaged_files_are_told_about_and_run_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = [kind for kind, harmless, _ in (open_damaged(number, tmp_path) for number in range(36)) if not harmless]
    assert len(set(told)) >= len(DAMAGES) - 2
    assert not (tmp_path / CANARY).exists()


@pytest.mark.nightly
def test_five_hundred_damaged_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = [open_damaged(number, tmp_path) for number in range(500)]
    assert sum(not harmless for _, harmless, _ in found) > 300
    assert not (tmp_path / CANARY).exists()
    print("the slowest (kind, harmless, seconds):", max(found, key=lambda each: each[2]))


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    parsed_or_told(text)


@given(st.text(max_size=200))
def test_any_body(text: str) -> None:
    parsed_or_told(FRONT + "## T\n<!-- step: one read -->\n" + text)


@given(st.text(alphabet="-:[]{}&*!#|>'\"\n abid", max_size=120))
def test_any_front_matter(text: str) -> None:
    parsed_or_told(f"---\nid: a\n{text}\n---\n## T\n<!-- step: one read -->\n")


@given(st.integers(0, len(COURSE)))
def test_a_lesson_cut_anywhere(end: int) -> None:
    parsed_or_told(COURSE[:end])


@given(st.lists(st.sampled_from(COURSE.splitlines()), max_size=60))
def test_lines_in_any_order(lines: list[str]) -> None:
    parsed_or_told(FRONT + "\n".join(lines))


@settings(max_examples=50)
@given(st.data())
def test_a_lesson_with_some_characters_replaced(data: st.DataObject) -> None:
    text = list(COURSE)
    for _ in range(data.draw(st.integers(1, 10))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.characters(codec="utf-8"))
    parsed_or_told("".join(text))


@pytest.mark.parametrize(
    "body",
    ["> " * 24_000, "![" * 24_000, "- x\n" * 12_000, "*a " * 16_000, "```\n" * 12_000, "<a " * 16_000, "<!-- " * 9_900],
    ids=["quotes", "images", "items", "stars", "fences", "tags", "comments"],
)
def test_the_slowest_markdown_is_told_about_in_a_moment(body: str) -> None:
    began = time.process_time()
    parsed_or_told(FRONT + "## T\n<!-- step: one read -->\n" + body)
    assert time.process_time() - began < 5  # ten times what it takes


@pytest.mark.parametrize("role", ["setup", "check", "demo"])
def test_code_nested_too_deep_to_be_read(role: str) -> None:
    parsed_or_told(FRONT + f"## T\n<!-- step: one demo -->\n```python {role}\n{'(' * 5000}{')' * 5000}\n```\n")


def test_parsing_runs_none_of_the_code() -> None:
    text = COURSE.replace("x + 1", "raise SystemExit").replace("m = x * 2", "raise SystemExit")
    assert parsed_or_told(text) is not None
