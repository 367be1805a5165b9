"""Starters whose blanks are filled in: answers stay whole, whole lines and commands are known for what they are."""

from __future__ import annotations

import pytest

from ptrepl.shell.prompt.prompt import PromptReader
from tests.shell.open_prompt import rows, screen_when
from tests.shell.typing_keys import ALT_ENTER, CTRL, ENTER, UP, ask, typed

FIVE_PARTS = "predicted = ___\n___\nwith torch.no_grad():\n    w -= 0.1 * ___\n    b -= 0.1 * b.grad\n___"
SQUARED = "def squared_loss(predicted, actual):\n    actual = ___\n    return ___"
PRICES = "prices = torch.tensor([[3, 4, 5], ___], ___, device=device)"
WHOLE = "prices = torch.tensor([[3, 4, 5], [6, 7, 8]], dtype=torch.float32)"


def filled(prefill: str, *answers: str) -> str:
    return typed("".join(each + ENTER for each in answers), question=lambda reader: reader.read(prefill=prefill))


@pytest.mark.parametrize(
    ("prefill", "answers", "text"),
    [
        (
            FIVE_PARTS,
            ("w * distance + b", "loss.backward()", "w.grad", "b.grad = None"),
            "predicted = w * distance + b\nloss.backward()\nwith torch.no_grad():\n    w -= 0.1 * w.grad\n"
            "    b -= 0.1 * b.grad\nb.grad = None",
        ),
        (
            SQUARED,
            ("actual.reshape(predicted.shape)", "((predicted - actual) ** 2).mean()"),
            "def squared_loss(predicted, actual):\n    actual = actual.reshape(predicted.shape)\n"
            "    return ((predicted - actual) ** 2).mean()\n",
        ),
        ("x = ___", ("x[0]",), "x = x[0]"),
        ("x = ___", ("x == y",), "x = x == y"),
        ("x = x + ___", ("x(1)",), "x = x + x(1)"),
        ("r[0] = ___", ("r[1]",), "r[0] = r[1]"),
        ("print(___)", ("print(3)",), "print(print(3))"),
        ("x = ___", ("y = 2",), "x = y = 2"),
        ("dim = f(x, ___)", ("dim=1",), "dim = f(x, dim=1)"),
    ],
)
def test_an_expression_fills_its_blank(prefill: str, answers: tuple[str, ...], text: str) -> None:
    assert filled(prefill, *answers) == text


@pytest.mark.parametrize(
    ("prefill", "answers", "text"),
    [
        (PRICES, ("[6, 7, 8]", WHOLE), WHOLE),
        (PRICES, ("[[6], [7], [8]]", WHOLE), WHOLE),
        (PRICES, (WHOLE,), WHOLE),
        (PRICES, (WHOLE.replace(" = ", "=", 1),), WHOLE.replace(" = ", "=", 1)),
        (SQUARED, ("actual = actual.view(-1)", "return 1"), SQUARED.replace("___", "actual.view(-1)", 1)[:-3] + "1\n"),
        ("w -= 0.1 * ___", ("w -= 0.1 * w.grad",), "w -= 0.1 * w.grad"),
        ("w -= 0.1 * ___", ("w = w - w.grad",), "w = w - w.grad"),
        ("a, b = ___", ("a, b = 1, 2",), "a, b = 1, 2"),
        ("w.grad = ___", ("w.grad = None",), "w.grad = None"),
        ("for ___ in ___:\n    y", ("for n in x:",), "for n in x:\n    y\n"),
        ("y.___()", ("y.backward()",), "y.backward()"),
        ("def f(n):\n    return ___", ("def f(k): return k", ""), "def f(k): return k\n"),
        ("def f(n):\n    return ___", ("lambda k: k",), "def f(n):\n    return lambda k: k\n"),
        ("loss.backward(gradient=___)", ("loss.backward(gradient=w)",), "loss.backward(gradient=w)"),
    ],
)
def test_a_whole_line_takes_the_place_of_the_starters(prefill: str, answers: tuple[str, ...], text: str) -> None:
    assert filled(prefill, *answers) == text


@pytest.mark.parametrize(
    ("prefill", "answer", "text"),
    [
        ("y.___()", "backward()", "y.backward()"),
        ("x = y.___().sum()", "abs()", "x = y.abs().sum()"),
        ("y = nn.___(x)", "Softmax()", "y = nn.Softmax()(x)"),
        ("y = ___ + 1", "f()", "y = f() + 1"),
    ],
)
def test_brackets_that_the_starter_has_are_not_doubled(prefill: str, answer: str, text: str) -> None:
    assert filled(prefill, answer) == text


@pytest.mark.parametrize(
    ("prefill", "answer", "text"),
    [
        ('y = torch.einsum("___", a, b)', '"ij,j->i"', 'y = torch.einsum("ij,j->i", a, b)'),
        ('y = torch.einsum("___", a, b)', "'ij,j->i'", 'y = torch.einsum("ij,j->i", a, b)'),
        ('y = torch.einsum("___", a, b)', "ij,j->i", 'y = torch.einsum("ij,j->i", a, b)'),
        ("y = f('___')", '"a"', "y = f('a')"),
        ("y = f(___)", '"a"', 'y = f("a")'),
    ],
)
def test_quotes_that_the_starter_has_are_not_doubled(prefill: str, answer: str, text: str) -> None:
    assert filled(prefill, answer) == text


@pytest.mark.parametrize(
    ("between", "answer", "text"),
    [
        (UP + UP, "week > 4", "wet = f(week > 4)"),
        (UP + UP + UP, "[1, 2]", "wet = f([1, 2])"),
    ],
)
def test_what_is_typed_behind_a_blank_goes_into_it(between: str, answer: str, text: str) -> None:
    keys = CTRL["c"] + between + answer + ENTER
    assert inputs(keys, count=1, prefill="wet = f(___)", kept="wet = f(___)") == [text]


def inputs(keys: str, *, count: int, prefill: str = FIVE_PARTS, kept: str = "") -> list[str]:
    def conversation(reader: PromptReader) -> list[str]:
        return [reader.read(prefill=prefill, kept=kept) for _ in range(count)]

    given = ask(keys, conversation)
    assert isinstance(given, list)
    return given


ANSWERED = "predicted = w\nloss.backward()\nwith torch.no_grad():\n    w -= 0.1 * 5\n    b -= 0.1 * b.grad\nb = 1"


@pytest.mark.parametrize(
    "command", ["hint", "solution", "%hint", "%skip", "%goto five-parts", "%back", "what is a slice?", "torch.rand?"]
)
def test_a_command_in_any_blank_runs_and_leaves_it_empty(command: str) -> None:
    answers = ["w", "loss.backward()", "5", "b = 1"]
    for before in range(1, len(answers)):
        keys = [*answers[:before], command, *answers[before:]]
        assert inputs("".join(key + ENTER for key in keys), count=2) == [command, ANSWERED], before


def test_two_commands_one_after_the_other() -> None:
    keys = ["w", "%hint", "loss.backward()", "5", "b = 1"]
    assert inputs("".join(key + ENTER for key in keys), count=2) == ["%hint", ANSWERED]
    keys = ["w", "%hint", "%hint", "?w", "loss.backward()", "5", "b = 1"]
    assert inputs("".join(key + ENTER for key in keys), count=4) == ["%hint", "%hint", "?w", ANSWERED]
    keys = ["w", "%hint", "loss.backward()", "%skip", "5", "b = 1"]
    assert inputs("".join(key + ENTER for key in keys), count=3) == ["%hint", "%skip", ANSWERED]


def test_a_blank_that_became_several_lines_has_no_bearing_on_those_below() -> None:
    keys = "for n in x:" + ALT_ENTER + "y = n" + ENTER + "%hint" + ENTER + "5" + ENTER
    text = "for n in x:\n    y = n\nz = 5"
    assert inputs(keys, count=2, prefill="___\nz = ___") == ["%hint", text]


def test_a_step_that_begins_anew_has_all_its_blanks() -> None:
    keys = "1" + ENTER + "%redo" + ENTER + "3" + ENTER + "4" + ENTER
    assert inputs(keys, count=2, prefill="f(___, ___)") == ["%redo", "f(3, 4)"]


def test_commands_in_a_starter_that_up_brought_back() -> None:
    keys = CTRL["c"] + UP + "w" + ENTER + "%hint" + ENTER + "2" + ENTER
    assert inputs(keys, count=2, prefill="f(___, ___)", kept="f(___, ___)") == ["%hint", "f(w, 2)"]
    keys = UP + "w" + ENTER + "%hint" + ENTER + "2" + ENTER
    assert inputs(keys, count=2, prefill="", kept="f(___, ___)") == ["%hint", "f(w, 2)"]


def test_what_was_filled_in_is_gone_at_another_step() -> None:
    def conversation(reader: PromptReader) -> list[str]:
        return [reader.read(prefill=prefill) for prefill in ("f(___, ___)", "g(___)", "f(___, ___)")]

    keys = "1" + ENTER + "%skip" + ENTER + "2" + ENTER + "3" + ENTER + "4" + ENTER
    assert ask(keys, conversation) == ["%skip", "g(2)", "f(3, 4)"]


@pytest.mark.parametrize("answer", ["5 % 2", "'%d' % 3", "x %hint"])
def test_a_percent_sign_in_an_answer_is_code(answer: str) -> None:
    assert filled("f(___)", answer) == f"f({answer})"


def test_enter_in_an_empty_blank_says_once_what_to_do() -> None:
    said = "Fill in this blank, or type %hint."
    screen = screen_when(
        ENTER,
        lambda screen: said in rows(screen),
        starter="f(___, ___)",
        then=[(ENTER * 3 + "12", lambda screen: any("12" in row for row in rows(screen)))],
    )
    assert rows(screen)[:2] == [said, ">>> f(12, ___)"]


def test_enter_never_runs_a_starter_whose_last_blank_is_empty() -> None:
    said = "Fill in this blank, or type %hint."
    screen = screen_when(
        ENTER,
        lambda screen: rows(screen).count(said) == 1,
        starter="f(___)",
        then=[(ENTER, lambda screen: rows(screen).count(said) == 2)],
    )
    assert ">>> f(___)" in rows(screen)
    assert filled("f(___)", "", "", "7") == "f(7)"
    assert filled("f(___, ___)", "1", "", "2") == "f(1, 2)"


@pytest.mark.parametrize("too_many", [1, 2, 3])
def test_enter_stays_in_a_blank_that_is_empty(too_many: int) -> None:
    assert filled("f(___, ___)", *[""] * too_many, "1", "2") == "f(1, 2)"
    assert filled("f(___, ___)", "1", *[""] * too_many, "2") == "f(1, 2)"


@pytest.mark.parametrize("starter", ["f(___)", "f(___, ___)", "w = 1\nw = w + 1"])
def test_a_starter_that_was_put_away_stays_away_until_something_is_typed(starter: str) -> None:
    def conversation(reader: PromptReader) -> list[str]:
        return [reader.read(prefill=starter, kept=starter) for _ in range(2)]

    def longer(reader: PromptReader) -> list[str]:
        return conversation(reader) + conversation(reader)

    assert ask(CTRL["c"] + ENTER * 2 + "x" + ENTER + CTRL["o"], longer) == ["", "", "x", starter]
    assert ask(CTRL["c"] + ENTER + UP + CTRL["o"], conversation) == ["", starter]


def test_a_command_below_an_open_bracket_runs_and_the_code_comes_back() -> None:
    keys = "x = f([1," + ENTER + "%hint" + ENTER + "2])" + ENTER
    assert inputs(keys, count=2, prefill="") == ["%hint", "x = f([1,2])"]
    keys = "x = (7" + ENTER + "% 4)" + ENTER
    assert inputs(keys, count=1, prefill="") == ["x = (7\n    % 4)"]


def test_an_empty_line_in_an_open_bracket_says_once_what_is_open() -> None:
    said = "A bracket or quote is still open: close it, or Ctrl-C."
    screen = screen_when(
        "x = f([1," + ENTER + ENTER,
        lambda screen: rows(screen).count(said) == 1,
        then=[(ENTER * 2 + "12", lambda screen: any("12" in row for row in rows(screen)))],
    )
    assert rows(screen).count(said) == 1


BACK, BACK_A_WORD, DELETES = "\x7f", ("\x17", "\x1b\x7f"), "\x1b[3~"


@pytest.mark.parametrize(
    ("prefill", "keys", "text"),
    [
        (
            PRICES,
            BACK + "[6, 7, 8]" + ENTER + "int" + ENTER,
            PRICES.replace("___", "[6, 7, 8]", 1).replace("___", "int"),
        ),
        (PRICES, BACK * 9 + "8" + ENTER + BACK * 9 + "9" + ENTER, PRICES.replace("___", "8", 1).replace("___", "9")),
        (PRICES, "12" + BACK * 9 + "8" + ENTER + "9" + ENTER, PRICES.replace("___", "8", 1).replace("___", "9")),
        ("x = ___", "12" + BACK + ENTER, "x = 1"),
        ("x = ___", "1" + BACK * 3 + "2" + ENTER, "x = 2"),
        ("x = ___ + ___", "1" + ENTER + "22" + BACK * 5 + "3" + ENTER, "x = 1 + 3"),
        ("x = f(___)", DELETES + BACK * 3 + "2" + ENTER, "x = f(2)"),
        ("x = f(___)", BACK_A_WORD[0] * 3 + "2" + ENTER, "x = f(2)"),
        ("x = f(___)", BACK_A_WORD[1] * 3 + "2" + ENTER, "x = f(2)"),
        ("x = f(___)", "a b" + BACK_A_WORD[0] * 9 + "2" + ENTER, "x = f(2)"),
        (
            SQUARED,
            BACK * 9 + "actual" + ENTER + BACK * 9 + "1" + ENTER,
            SQUARED.replace("___", "actual", 1)[:-3] + "1\n",
        ),
    ],
)
def test_backspace_leaves_the_lessons_own_text(prefill: str, keys: str, text: str) -> None:
    assert typed(keys, question=lambda reader: reader.read(prefill=prefill)) == text


def test_without_a_starter_backspace_erases_as_ever() -> None:
    assert typed(f"x = ___{BACK * 3}2{ENTER}") == "x = 2"


def test_whoever_moves_out_of_the_blank_may_change_what_is_there() -> None:
    keys = "5" + "\x1b[D" * 4 + BACK + "y" + ENTER
    assert typed(keys, question=lambda reader: reader.read(prefill="x = ___")) == "y = 5"
