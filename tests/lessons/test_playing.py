"""The player of answers: what it takes for accepted, and which words it finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.lessons.playing import judged, play, rows_of

MAKES_X = "x = torch.tensor(2.0, requires_grad=True)"


def test_an_answer_in_pieces_is_taken_at_its_last() -> None:
    played = play("autograd/your-own", [MAKES_X, "y = x**3 + x", "y.backward()"])
    assert played.accepted
    assert "Yes, that is it." in played.said
    assert not play("autograd/your-own", [MAKES_X, "y = x**3 + x"]).accepted


def test_commands_between_are_no_answers() -> None:
    assert play("autograd/at-four", ["torch.sum?", "%help grad", "24"]).accepted
    assert not play("autograd/at-four", ["%hint", "torch.sum?"]).accepted


def test_errors_and_their_explanations_are_kept() -> None:
    played = play("autograd/your-own", [MAKES_X, "y = x @ x", "y.backward()"])
    assert not played.accepted
    assert played.errors[0].startswith("RuntimeError: both arguments to matmul")
    assert played.explained


@pytest.mark.parametrize(("answer", "right"), [("24", True), ("x.sum()", False), ("(24,)", False)])
def test_a_question(answer: str, right: bool) -> None:
    assert play("autograd/at-four", answer).accepted is right


def test_rows_are_judged_as_their_author_says(tmp_path: Path) -> None:
    row = {"step": "autograd/at-four", "right": False, "inputs": ["24"]}
    file = tmp_path / "answers.jsonl"
    file.write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    assert [judged(each)[0] for each in rows_of(file)] == [False]
