"""``%watch`` while a loop runs, in a real terminal and in a pipe."""

from __future__ import annotations

import signal

import pytest

from tests.children import run_ptrepl
from tests.program.screen import program

TO_COME = ["loss –", "loss is not there yet: – stands for it until it is."]


def test_the_curve_is_drawn_while_the_loop_runs_and_stays_once() -> None:
    with program(rows=24) as screen:
        screen.wait(">>>")
        screen.enter("%watch loss")
        screen.enter("import time")
        screen.enter("for step in range(200): loss = 1 / (step + 1); print('at', step); time.sleep(0.01)")
        screen.enter("")
        text = screen.wait("of 200 ·")
        assert "loss over step" in text
        assert "at 3\n" in text  # above the panel
        text = screen.wait("in round 200.")
        assert text.count("loss over step") == 1
        assert "of 200 ·" not in text
        assert "at 198\nat 199\n" in text
        screen.wait(">>>", 4)
        screen.type("\x04")
        assert screen.leave() == 0


def test_a_signal_that_ends_the_program_gives_the_rows_back() -> None:
    with program(rows=24) as screen:
        screen.wait(">>>")
        screen.enter("%watch loss")
        screen.enter("import time, os, signal")
        screen.enter("def later(step): return os.kill(os.getpid(), signal.SIGTERM) if step == 190 else 1 / (step + 1)")
        screen.enter("")
        screen.enter("for step in range(200): loss = later(step); time.sleep(0.01)")
        screen.enter("")
        screen.wait("of 200 ·")
        assert screen.leave() == -signal.SIGTERM
        assert "loss over step" not in screen.text
        assert b"\x1b[r" in screen.sent  # the whole screen scrolls


@pytest.mark.parametrize("stops", [True, False])
def test_a_short_loop_and_one_that_changes_nothing_draw_nothing(stops: bool) -> None:
    body = "loss = 1 / (step + 1)" if stops else "loss = 3; time.sleep(0.01)"
    code = f"import time\n%watch loss\nfor step in range(60): {body}\n\nprint('done')\n"
    done = run_ptrepl(stdin=code)
    shown = done.stdout.splitlines()
    assert done.returncode == 0
    assert shown[:2] == TO_COME
    assert shown[2].startswith("watch: loss ")
    assert shown[3:] == ["done"]


def test_in_a_pipe_a_line_is_printed_while_the_loop_runs_and_a_sentence_after_it() -> None:
    code = "import time\n%watch loss\nfor step in range(240): loss = 1 / (step + 1); time.sleep(0.01)\n\n"
    done = run_ptrepl(stdin=code)
    shown = done.stdout.splitlines()
    assert done.returncode == 0
    assert shown[:2] == TO_COME
    assert shown[2].startswith("watch: loss 0.00")
    assert " of 240 · " in shown[2]
    assert shown[3].startswith("loss fell from ")
    assert " to 0.00417 in round 240. step ran " in shown[3]
    assert shown[4:] == ["watch: loss 0.004167"]
