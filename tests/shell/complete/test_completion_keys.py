"""Tab at the prompt: what is typed, what the menu holds, and that no key waits for it."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from ptrepl.engine.run.session import Session
from ptrepl.shell.complete.menu import CodeCompleter
from tests.shell.typing_keys import CTRL, ENTER, SHIFT_TAB, TAB, Step, typed_step_by_step

PATIENCE = 10.0


def typed(
    steps: list[Step], names: Callable[[], Mapping[str, Any]], completer: CodeCompleter | None = None
) -> str | None:
    return typed_step_by_step(steps, completer or CodeCompleter(names, lambda: None))


def holds(text: str) -> Callable[[Buffer], bool]:
    return lambda buffer: buffer.text == text


def offers(*texts: str) -> Callable[[Buffer], bool]:
    def offered(buffer: Buffer) -> bool:
        state = buffer.complete_state
        return state is not None and [each.text for each in state.completions] == list(texts)

    return offered


NAMES = {"weights": [1], "window": 2, "Wide": 3, "table": {"first key": 1}}


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ([("wei" + TAB, holds("weights"))], "weights"),
        ([("x = weights.appe" + TAB, holds("x = weights.append"))], "x = weights.append"),
        ([("table['f" + TAB, holds("table['first key")), ("']", holds("table['first key']"))], "table['first key']"),
        ([("f(1,\r    wei" + TAB, holds("f(1,\n    weights")), (")", lambda _: True)], "f(1,\n    weights)"),
        ([("wid" + TAB, holds("Wide")), (ENTER, lambda buffer: buffer.complete_state is None)], "Wide"),
        (
            [("import torc" + TAB, lambda buffer: buffer.text.startswith("import torch")), (CTRL["c"], lambda _: True)],
            None,
        ),
    ],
)
def test_tab_completes_what_is_unique(steps: list[Step], text: str | None) -> None:
    assert typed(steps, lambda: NAMES) == text


def test_tab_lists_several_and_goes_through_them() -> None:
    names = {"alpha_one": 1, "alpha_two": 2}
    steps: list[Step] = [
        ("alp" + TAB, lambda buffer: buffer.text == "alpha_"),
        ("", offers("one", "two")),
        (TAB, holds("alpha_one")),
        (TAB, holds("alpha_two")),
        (ENTER, lambda buffer: buffer.complete_state is None),
    ]
    assert typed(steps, lambda: names) == "alpha_two"


def test_the_other_case_is_offered_where_nothing_has_the_typed_one() -> None:
    names = {"Wide": 1, "wisdom": 2, "WILD": 3}

    def texts(text: str) -> list[str]:
        completer = CodeCompleter(lambda: names, lambda: None)
        return [each.text for each in completer.get_completions(Document(text), CompleteEvent())]

    assert texts("wi") == ["with", "wisdom"] or texts("wi") == ["wisdom", "with"]
    assert texts("wil") == ["WILD"]


def test_the_steps_of_a_lesson_are_offered_while_it_is_open() -> None:
    completer = CodeCompleter(dict, lambda: ["leaves", "graph"])
    found = completer.get_completions(Document("%goto "), CompleteEvent())
    assert [each.text for each in found] == ["graph", "leaves"]


def test_keys_appear_while_many_names_are_searched() -> None:
    """A search that never ends by itself: typing goes on, and ends it."""
    ended = threading.Event()

    def endless() -> Mapping[str, Any]:
        class Endless(dict[str, Any]):
            def __iter__(self) -> Any:
                return itertools.chain.from_iterable([f"q{number}"] for number in range(100_000))

        return Endless()

    class Slow(CodeCompleter):
        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Any:
            while True:  # as long as the text stays
                before = time.monotonic()
                found = list(super().get_completions(document, complete_event))
                if not found:
                    ended.set()
                    return
                yield from ()
                assert time.monotonic() - before < PATIENCE

    steps: list[Step] = [
        ("q" + TAB, lambda buffer: buffer.complete_state is not None),
        ("w", holds("qw")),
        ("erty", holds("qwerty")),
        ("", lambda _: ended.is_set()),
    ]
    assert typed(steps, endless, Slow(endless, lambda: None)) == "qwerty"


def test_a_hundred_thousand_names_are_cut_to_what_a_menu_can_hold() -> None:
    names = {f"many_{number:06}": number for number in range(100_000)}

    def full(buffer: Buffer) -> bool:
        state = buffer.complete_state
        return state is not None and len(state.completions) == 2000 and buffer.text == "many_0"

    steps: list[Step] = [("man" + TAB, full), ("z", holds("many_0z"))]
    assert typed(steps, lambda: names) == "many_0z"


def test_what_fails_offers_nothing() -> None:
    steps: list[Step] = [("wei" + TAB, lambda buffer: buffer.complete_state is None), ("x", holds("weix"))]
    assert typed(steps, dict) == "weix"


def test_completion_does_not_wait_for_what_is_being_loaded() -> None:
    loading = threading.Event()
    session = Session("learner", names=lambda: {"torch": loading.wait()})
    completer = CodeCompleter(lambda: session.namespace, lambda: None)
    assert [each.text for each in completer.get_completions(Document("torc"), CompleteEvent())] == []
    loading.set()


def test_one_undo_takes_back_what_the_menu_inserted() -> None:
    names = {"aaa_one": 1, "aaa_two": 2, "aaa_three": 3}
    steps: list[Step] = [
        ("f(aa" + TAB, lambda buffer: buffer.text == "f(aaa_" and buffer.complete_state is not None),
        (TAB, lambda buffer: buffer.text == "f(aaa_one"),
        (TAB + TAB, lambda buffer: buffer.text == "f(aaa_two"),
        (SHIFT_TAB, lambda buffer: buffer.text == "f(aaa_three"),
        ("\x1f", lambda buffer: buffer.text == "f(aaa_"),
        ("\x1f", lambda buffer: buffer.text == "f(aa"),
        ("1)" + ENTER, lambda buffer: True),
    ]
    assert typed(steps, lambda: names) == "f(aa1)"
