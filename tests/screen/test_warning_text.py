"""Python's warnings at a terminal: whole words, and no places in torch's own C++ code."""

from __future__ import annotations

import warnings

import pytest

from ptrepl.screen import warning_text as module
from ptrepl.screen.warning_text import warning_text, without_our_frames, wrap_warnings

LONG = (
    "<ptrepl-1>:4: UserWarning: The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. See "
    "github.com/pytorch/pytorch/pull/30531 for more information. (Triggered internally at "
    "/__w/pytorch/pytorch/build/aten/src/ATen/core/TensorBody.h:493.)\n  w = w - 0.1 * w.grad\n"
)


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_a_warning_is_broken_between_its_words(width: int) -> None:
    *told, code, end = warning_text(LONG, width).split("\n")
    assert (code, end) == ("  w = w - 0.1 * w.grad", "")
    assert all(len(line) <= max(width, len("github.com/pytorch/pytorch/pull/30531")) for line in told)
    assert "Triggered" not in " ".join(told)
    if width >= 40:
        assert " ".join(told) == LONG.partition(" (Triggered")[0]


def test_a_warning_that_fits_stays_as_it_is() -> None:
    assert warning_text("a.py:1: UserWarning: short\n  x = 1\n", 80) == "a.py:1: UserWarning: short\n  x = 1\n"


def test_python_writes_them_so_at_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warnings, "formatwarning", warnings.formatwarning)
    widths: list[int | None] = [None]
    said = ("one two three four five six seven", UserWarning, "a.py", 1, "x = 1")
    python = warnings.formatwarning(*said)
    wrap_warnings(lambda: widths[0])
    assert warnings.formatwarning(*said) == python
    widths[0] = 30
    assert warnings.formatwarning(*said) == "a.py:1: UserWarning: one two\nthree four five six seven\n  x = 1\n"


def test_the_learners_own_way_of_writing_them_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def mine(*given: object) -> str:
        return "mine"

    monkeypatch.setattr(warnings, "formatwarning", mine)
    wrap_warnings(lambda: 30)
    assert warnings.formatwarning is mine


def test_frames_of_ours_that_led_to_the_learner_are_left_out() -> None:
    outer, inner = (
        '  File "/usr/bin/ptrepl", line 8, in <module>\n    main()\n',
        f'  File "{module.__file__}", line 9, in run\n',
    )
    ours = f"{outer}{inner}    go()\n"
    theirs = '  File "<ptrepl-2>", line 1, in <module>\n    y = f(x)\n  File "/home/own.py", line 1, in f\n    g()\n'
    said = "graph.py:979: UserWarning: Error detected in SqrtBackward0. Traceback of forward call:\n"
    assert without_our_frames(f"{said}{ours}{theirs}  return run()\n") == f"{said}{theirs}  return run()\n"
    assert without_our_frames(f"{said}{theirs}") == f"{said}{theirs}"
