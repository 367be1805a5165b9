"""Whatever is in a lesson file: located messages, quickly, and no code of it runs."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptrepl.errors import LessonError
from ptrepl.tutor.lesson import Lesson
from ptrepl.tutor.parse import parse_lesson
from tests.tutor.lessons import COURSE, FRONT


def parsed_or_told(text: str) -> Lesson | None:
    try:
        return parse_lesson(text, "x.md")
    except LessonError as error:
        told = str(error).split("\n")
    assert told
    for line in told:
        path, number, message = line.split(":", 2)
        assert path == "x.md"
        assert 1 <= int(number) <= text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
        assert message.strip()
        assert "\x1b" not in message
    return None


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
    ["> " * 29_000, "[a" * 29_000, "- x\n" * 14_000, "*a " * 19_000, "```\n" * 14_000, "<a " * 19_000, "(" * 59_000],
    ids=["quotes", "brackets", "items", "stars", "fences", "tags", "parentheses"],
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
