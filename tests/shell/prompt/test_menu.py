"""The prompt with a completer, and in vi mode."""

from __future__ import annotations

import pytest
from prompt_toolkit.completion import WordCompleter

from tests.shell.typing_keys import CTRL, ENTER, TAB, Step, typed, typed_step_by_step


def test_tab_completes_and_enter_takes_the_choice_before_it_runs() -> None:
    steps: list[Step] = [
        ("x = ap" + TAB, lambda buffer: buffer.text == "x = appl" and buffer.complete_state is not None),
        (TAB, lambda buffer: buffer.text == "x = apple"),
        (ENTER, lambda buffer: buffer.complete_state is None),
        (" + 1" + ENTER, lambda buffer: True),
    ]
    assert typed_step_by_step(steps, WordCompleter(["apple", "apply", "pear"])) == "x = apple + 1"


def test_tab_in_the_margin_indents_though_there_is_a_completer() -> None:
    assert (
        typed_step_by_step(
            [
                ("if a:\r", lambda buffer: buffer.text == "if a:\n    "),
                (TAB, lambda buffer: buffer.text == "if a:\n        "),
                ("b\r\r", lambda buffer: True),
            ],
            WordCompleter(["apple"]),
        )
        == "if a:\n        b\n"
    )


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("x = 1\r", "x = 1"),
        ("if a:\rb\r\r", "if a:\n    b\n"),
        ("xy = 1" + CTRL["c"], None),
    ],
)
def test_vi_mode_knows_enter_and_ctrl_c(keys: str, text: str | None) -> None:
    if text is None:
        with pytest.raises(KeyboardInterrupt):
            typed(keys, vi=True)
    else:
        assert typed(keys, vi=True) == text
