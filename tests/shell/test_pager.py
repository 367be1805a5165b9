"""Long text a screenful at a time; documentation that flows to the width."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from ptrepl.screen.line import plain, text_line
from ptrepl.screen.printer import Printer
from ptrepl.shell.context import ShellContext
from ptrepl.shell.inspect.object import describe
from ptrepl.shell.inspect.page import page_lines
from ptrepl.shell.inspect.source import highlighted
from ptrepl.shell.pager import show_in_pages


class Screen(Printer):
    """A terminal of 40 columns and 10 rows."""

    def __init__(self, rows: int | None = 10) -> None:
        super().__init__(width=40)
        self.rows = rows
        self.shown: list[str] = []

    @property
    def height(self) -> int | None:
        return self.rows

    def lines(self, lines: Any) -> None:
        self.shown += map(plain, lines)


def shown(
    count: int,
    answers: list[str | type[BaseException]],
    *,
    rows: int | None = 10,
    tty: bool = True,
    by_key: bool = False,
) -> list[str]:
    """The lines that are printed of ``count``, and the questions between them."""
    screen = Screen(rows)

    def read_line(question: str) -> str:
        screen.shown.append("?")
        answer = answers.pop(0)
        if isinstance(answer, str):
            return answer
        raise answer

    context: Any = ShellContext.__new__(ShellContext)
    context.printer, context.read_line, context.stdin_is_tty = screen, read_line, tty
    context.read_key, context.prefill = (read_line if by_key else None), ""
    show_in_pages(context, [text_line(str(number)) for number in range(count)])
    return screen.shown + ([f"prefill {context.prefill}"] if context.prefill else [])


def test_what_fits_is_shown_at_once() -> None:
    assert shown(8, []) == [str(number) for number in range(8)]


def test_what_does_not_stops_at_each_screenful() -> None:
    got = shown(20, ["", ""])
    assert got == [*map(str, range(8)), "?", *map(str, range(8, 16)), "?", *map(str, range(16, 20))]


@pytest.mark.parametrize("answer", ["q", "x", KeyboardInterrupt, EOFError])
def test_one_may_stop(answer: str | type[BaseException]) -> None:
    assert shown(20, [answer]) == [*map(str, range(8)), "?"]


def test_nobody_is_asked_in_a_pipe() -> None:
    assert shown(20, [], tty=False) == [str(number) for number in range(20)]
    assert shown(20, [], rows=None) == [str(number) for number in range(20)]


# documentation


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("One two\nthree four.", 80, ["One two three four."]),
        ("One two three four.", 20, ["One two three four."]),
        ("One two three four five.", 20, ["One two three four", "five."]),
        (
            "Args:\n    dim (int): the\n        dimension.\n    x: it",
            60,
            ["Args:", "    dim (int): the dimension.", "    x: it"],
        ),
        ("- one two three four\n  five\n- six", 20, ["- one two three four", "  five", "- six"]),
        (
            "Example:\n\n    x = f(\n        1)\n\nText\nmore",
            60,
            ["Example:", "", "    x = f(", "        1)", "", "Text more"],
        ),
        (">>> x = 1\n1\n\nText\nmore", 60, [">>> x = 1", "1", "", "Text more"]),
        ("    >>> x\n    [[1,\n\n     [2,\n\nText", 60, ["    >>> x", "    [[1,", "", "     [2,", "", "Text"]),
        ("Note: If there\n          are several.", 60, ["Note: If there are several."]),
        ("A table:\n\na   b\n=== ===\n1   2", 60, ["A table:", "", "a   b", "=== ===", "1   2"]),
        ("As in\n\n    y = x·A\n    z = y", 60, ["As in", "", "    y = x·A", "    z = y"]),
        ("x\n" * 3, 60, ["x x x"]),
        ("名字很长很长\n很长很长", 20, ["名字很长很长 很长很", "长"]),
        ("", 60, []),
    ],
)
def test_prose_flows_and_code_stands(text: str, width: int, lines: list[str]) -> None:
    assert [plain(line) for line in page_lines(text, width)] == lines


def test_without_a_terminal_nothing_is_wrapped() -> None:
    text = "one\ntwo " * 30 + "\n\n    three"
    assert [plain(line) for line in page_lines(text, None)] == text.splitlines()


@given(st.text(alphabet="ab:(=-*>.`\n ", max_size=120), st.integers(20, 100))
def test_no_documentation_is_too_odd_and_no_word_is_lost(text: str, width: int) -> None:
    lines = [plain(line) for line in page_lines(text, width)]
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize("value", [torch.max, nn.LSTM, nn.Linear, torch.optim.SGD, torch.einsum])
def test_words_are_never_broken_at_80_columns(value: Any) -> None:
    documentation = describe(value, "f").documentation
    words = set(documentation.split())
    for line in page_lines(documentation, 80):
        assert set(plain(line).split()) <= words


def test_source_in_colours_is_the_source() -> None:
    source = 'class A:\n    """Text\n\n    more."""\n\n    def f(self):  # why\n        return "a", 1\n'
    lines = highlighted(source, colour=True)
    assert "\n".join(map(plain, lines)) == source.rstrip("\n")
    assert ("keyword", "class") in lines[0]
    assert ("comment", "# why") in lines[5]
    assert highlighted(source, colour=False) == [text_line(line) for line in source.splitlines()]


@pytest.mark.parametrize(
    ("key", "rest"), [("q", []), ("Q", []), ("%", ["prefill %"]), ("x", ["prefill x"]), ("", ["8", "9"])]
)
def test_one_key_stops_or_goes_on_and_any_other_begins_the_next_input(key: str, rest: list[str]) -> None:
    assert shown(10, [key], by_key=True) == [*map(str, range(8)), "?", *rest]
