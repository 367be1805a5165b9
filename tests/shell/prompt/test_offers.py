"""Ctrl-T: what an explanation offers comes into the prompt, and never runs by itself."""

from __future__ import annotations

import pytest

from tests.shell.open_prompt import rows, screen_when

FIXES = ("x @ w.T", "x.T @ w", "def f(a):\n    return a.T")


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("\x14", ">>> x @ w.T"),
        ("\x14\x14", ">>> x.T @ w"),
        ("\x14\x14\x14\x14", ">>> x @ w.T"),
        ("\x14 + 1", ">>> x @ w.T + 1"),
        ("  \x14", ">>> x @ w.T"),
    ],
)
def test_the_key_goes_through_what_is_offered(keys, line):
    screen = screen_when(keys, lambda screen: line in rows(screen), fixes=lambda: FIXES)
    assert line in rows(screen)


def test_a_fix_of_several_lines_comes_whole():
    screen = screen_when("\x14\x14\x14", lambda screen: "...     return a.T" in rows(screen), fixes=lambda: FIXES)
    assert ">>> def f(a):" in rows(screen)


@pytest.mark.parametrize("offered", [FIXES, ()])
def test_what_was_typed_stays(offered):
    # where there is nothing to put in, the key is that of every editor: it swaps two characters
    wanted = ">>> ba"
    screen = screen_when("ab\x14", lambda screen: wanted in rows(screen), fixes=lambda: offered)
    assert wanted in rows(screen)
    assert "x @ w" not in "\n".join(rows(screen))


def test_undo_takes_the_fix_away():
    screen = screen_when(
        "\x14",
        lambda screen: ">>> x @ w.T" in rows(screen),
        fixes=lambda: FIXES,
        then=[("\x1f", lambda screen: ">>>" in rows(screen))],
    )
    assert ">>>" in rows(screen)
