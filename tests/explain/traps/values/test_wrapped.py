"""Differences, sums and products in uint8 that wrap round."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

FRAMES = """
frame = torch.tensor([[10, 200], [30, 40]], dtype=torch.uint8)
after = torch.tensor([[12, 190], [20, 45]], dtype=torch.uint8)
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (FRAMES + "motion = (after - frame).abs()", "190 - 200 became 246. Convert first: after.int() - frame."),
        (FRAMES + "dark = frame - 50", "10 - 50 became 216. Convert first: frame.int() - 50."),
        (FRAMES + "bright = frame + 100", "200 + 100 became 44. Convert first: frame.int() + 100."),
        (FRAMES + "double = 2 * frame", "2 * 200 became 144. Convert first: 2 * frame.int()."),
        (
            FRAMES + "def moved(a, b):\n    return (b - a).abs().sum()\n\nm = moved(frame, after)",
            "Convert first: b.int() - a. That is line 4, in moved().",
        ),
    ],
)
def test_a_result_wraps_round(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        FRAMES + "motion = (after.int() - frame.int()).abs()",
        FRAMES + "motion = (after.float() - frame).abs()",
        FRAMES + "inverse = 255 - frame",
        FRAMES + "lighter = frame + 5\nsame = frame - frame",
        FRAMES + "mask = (frame > 20).to(torch.uint8)\nkept = frame * mask",
        FRAMES + "a, b = frame.long(), after.long()\nd = b - a",
        # in the function these are other pictures, whose elements are not looked at
        FRAMES + "def moved(a, b):\n    a, b = a[:1, :1] // 2, b[:1, :1]\n    return b - a\n\nm = moved(frame, after)",
    ],
)
def test_a_result_fits(code: str) -> None:
    assert told_of_program(code) == []
