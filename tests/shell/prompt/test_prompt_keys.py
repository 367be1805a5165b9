"""What the keys do, typed into a prompt without a terminal."""

from __future__ import annotations

import pytest

from ptrepl.shell.prompt.prompt import PromptReader
from tests.shell.typing_keys import (
    ALT_ENTER,
    BACKSPACE,
    CTRL,
    DOWN,
    ENTER,
    LEFT,
    SHIFT_TAB,
    TAB,
    UP,
    ask,
    paste,
    typed,
)


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("x = 1\r", "x = 1"),
        ("\r", ""),
        ("   \r", ""),
        ("x = 1   \r", "x = 1"),
        ("# only a comment\r", "# only a comment"),
        ("x = (1 +\r2)\r", "x = (1 +\n    2)"),
        ("x = '''a\r\rb'''\r", "x = '''a\n\nb'''"),
        ("x = 1 + \\\r2\r", "x = 1 + \\\n2"),
        ("for i in x:\rprint(i)\r\r", "for i in x:\n    print(i)\n"),
        ("if a:\rif b:\rc\r\r", "if a:\n    if b:\n        c\n"),
        ("for i in x: print(i)\r\r", "for i in x: print(i)\n"),
        ("def f(\ra):\rreturn a\r\r", "def f(\n    a):\n    return a\n"),
        ("@cache\rdef f():\rpass\r\r", "@cache\ndef f():\n    pass\n"),
        ("x = )\r", "x = )"),
        ("x = 'abc\r", "x = 'abc"),
        ("x = 1\nx", "x = 1"),
    ],
)
def test_enter_runs_what_is_complete_or_wrong_and_continues_the_rest(keys: str, text: str) -> None:
    assert typed(keys) == text


@pytest.mark.parametrize("word", ["return 1", "pass", "break", "continue", "raise X"])
def test_what_leaves_a_block_takes_the_indent_back(word: str) -> None:
    assert typed(f"while a:\rif b:\r{word}\rc\r\r") == f"while a:\n    if b:\n        {word}\n    c\n"


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param("for i in x:\r    if i:\r        a\r    else:\r        b\r\r", id="typed"),
        pytest.param("for i in x:\rif i:\ra\r" + BACKSPACE + "else:\rb\r\r", id="offered"),
    ],
)
def test_indents_may_be_typed_by_habit_or_left_to_the_prompt(keys: str) -> None:
    assert typed(keys) == "for i in x:\n    if i:\n        a\n    else:\n        b\n"


def test_an_indent_of_ones_own_may_be_any() -> None:
    assert typed("if a:\r  b\r  c\r\r") == "if a:\n  b\n  c\n"


@pytest.mark.parametrize("command", ["%time foo(", "!ls (", "  %who"])
def test_a_command_runs_at_enter_even_if_a_bracket_is_open(command: str) -> None:
    assert typed(command + ENTER) == command.strip()


def test_a_percent_sign_in_an_open_bracket_is_code() -> None:
    assert typed("x = (7\r% 4)\r") == "x = (7\n    % 4)"


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        pytest.param("foo(1)" + 3 * LEFT + ENTER, "foo(1)", id="complete line, from its middle"),
        pytest.param("def f(x):" + 4 * LEFT + "\rpass\r\r", "def f(x):\n    pass\n", id="open line, from its middle"),
        pytest.param("if a:\rb\rc" + UP + "\rd" + DOWN + "\r\r", "if a:\n    b\n    d\n    c\n", id="line above"),
        pytest.param("if a:\rb\r" + UP + ENTER, "if a:\n    b\n", id="last line with code"),
        pytest.param("if a:\rfoo(1, 2" + 3 * LEFT + "\r\r", None, id="inside brackets"),
    ],
)
def test_enter_above_the_last_line_adds_a_line(keys: str, text: str | None) -> None:
    if text is None:
        with pytest.raises(EOFError):
            typed(keys)
    else:
        assert typed(keys) == text


def test_alt_enter_adds_a_line_to_complete_input() -> None:
    assert typed("x = 1" + ALT_ENTER + "y = 2" + ENTER) == "x = 1\ny = 2"
    assert typed("def f():" + ALT_ENTER + "pass" + ALT_ENTER + ALT_ENTER + "x = 1" + ENTER) == (
        "def f():\n    pass\n\nx = 1"
    )


def test_ctrl_o_runs_from_anywhere() -> None:
    assert typed("if a:\rb\rc" + UP + UP + CTRL["o"]) == "if a:\n    b\n    c"


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("if a:\rif b:\rd\r" + BACKSPACE + "c\r\r", "if a:\n    if b:\n        d\n    c\n"),
        ("if a:\rif b:\rd\r" + SHIFT_TAB + "c\r\r", "if a:\n    if b:\n        d\n    c\n"),
        ("if a:\r " + TAB + "b\r\r", "if a:\n    b\n"),
        ("if a:\r      " + BACKSPACE + "b\r\r", "if a:\n    b\n"),
        (TAB + "x" + CTRL["a"] + BACKSPACE + ENTER, "    x"),
        ("ab" + BACKSPACE + ENTER, "a"),
        ("if a:\r" + BACKSPACE + BACKSPACE + BACKSPACE + ENTER, "if a"),
    ],
)
def test_tab_and_backspace_move_by_tab_stops_in_the_margin(keys: str, text: str) -> None:
    assert typed(keys) == text


def test_ctrl_d_leaves_only_where_nothing_is_typed() -> None:
    with pytest.raises(EOFError):
        ask(CTRL["d"] + "x\r")
    assert typed("ab" + CTRL["d"] + CTRL["a"] + CTRL["d"] + ENTER) == "b"
    assert typed("if a:\r" + CTRL["d"] + "b\r\r") == "if a:\n    b\n"


def test_ctrl_d_leaves_whatever_the_code_has_replaced() -> None:
    """What is told and put back for an error of ours is no answer to the key."""
    with pytest.raises(EOFError):
        ask(CTRL["d"] + "x\r", tell=lambda error: True)


@pytest.mark.parametrize("vi", [False, True])
@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("{}x = 1\r", "x = 1"),
        ("math.tau{} /2\r", "math.tau /2"),
        ("os.{}{}getcwd()\r", "os.getcwd()"),
        ("if a:\r{}b\r\r", "if a:\n    b\n"),
        ("ab{}" + BACKSPACE + "c" + ENTER, "ac"),
        ("ab" + LEFT + "{}c" + ENTER, "acb"),
    ],
)
def test_ctrl_space_changes_nothing(keys: str, text: str, vi: bool) -> None:
    assert typed(keys.replace("{}", "\0"), vi=vi) == text


def test_ctrl_space_at_a_question_and_in_a_search_changes_nothing() -> None:
    assert ask("\0a\0b\r", lambda reader: reader.read_line("answer> ")) == "ab"
    assert typed(CTRL["r"] + "x\0 =" + ENTER + ENTER, history=["x = 1", "y = 2"]) == "x = 1"


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        (
            "def f():\r\tfor x in y:\r\t\tif x:\r\t\t\tprint(x)\r\treturn 1\r\r",
            "def f():\n    for x in y:\n        if x:\n            print(x)\n    return 1\n",
        ),
        ("if a:\r\tb\r\tc\relse:\r\td\r\r", "if a:\n    b\n    c\nelse:\n    d\n"),
    ],
)
def test_a_paste_that_comes_as_keys_keeps_its_tabs(pasted: str, text: str) -> None:
    assert typed(pasted) == text


@pytest.mark.parametrize("before", ["", "abc", "if a:\rb"])
def test_ctrl_c_drops_the_input(before: str) -> None:
    def twice(reader: PromptReader) -> str:
        with pytest.raises(KeyboardInterrupt):
            reader.read()
        return reader.read()

    assert ask(before + CTRL["c"] + "y\r", twice) == "y"


def test_what_is_typed_ahead_is_the_next_input() -> None:
    def thrice(reader: PromptReader) -> list[str]:
        return [reader.read(), reader.read(), reader.read()]

    assert ask("x = 1\rif a:\r    b\r\ry\r", thrice) == ["x = 1", "if a:\n    b\n", "y"]


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("x = 1\n", "x = 1"),
        ("x = 1\r\ny = 2\r\n", "x = 1\ny = 2"),
        ("def f():\n    a = 1\n\n    return a\n", "def f():\n    a = 1\n\n    return a\n"),
        (">>> x = 1\n>>> x\n1\n", "x = 1\nx"),
        (">>> for i in x:\n...     i\n...\n1\n", "for i in x:\n    i\n"),
        ("In [1]: x = f(\n   ...:     3)\n", "x = f(\n    3)"),
        ("    x = 1\n    y = 2\n", "x = 1\ny = 2"),
        (">>> x = torch.ones(3)\n│ x  shape=(3,)\n>>> y = 2\n", "x = torch.ones(3)\ny = 2"),
        ("\tx = 1", "x = 1"),
    ],
)
def test_a_paste_goes_in_whole_and_one_enter_runs_it(pasted: str, text: str) -> None:
    assert typed(paste(pasted) + ENTER) == text


def test_a_paste_does_not_run_by_itself() -> None:
    assert typed(paste("x = 1\ny = 2\n") + " + 3" + ENTER) == "x = 1\ny = 2 + 3"


def test_a_paste_into_a_block_takes_its_indent() -> None:
    assert typed("def f():\r" + paste("  if a:\n    b\n") + "\r\r") == "def f():\n    if a:\n      b\n"


def test_a_paste_into_a_line_is_left_as_it_is() -> None:
    assert typed("x = " + paste("  '>>> a'") + ENTER) == "x =   '>>> a'"


def test_a_paste_without_brackets_keeps_its_own_indents() -> None:
    text = "for i in x:\n    if i:\n        a\n    else:\n        b\n    c\n"
    assert typed(text.replace("\n", "\r") + ENTER) == text


def test_up_finds_what_begins_alike() -> None:
    history = ["x = 1", "y = 2", "x = 3", "z = 4"]
    assert typed(UP + ENTER, history=history) == "z = 4"
    assert typed("x" + UP + ENTER, history=history) == "x = 3"
    assert typed("x" + UP + UP + ENTER, history=history) == "x = 1"
    assert typed("x" + UP + UP + DOWN + ENTER, history=history) == "x = 3"


def test_ctrl_r_searches() -> None:
    assert typed(CTRL["r"] + "= 2" + ENTER + ENTER, history=["y = 2", "x = 3"]) == "y = 2"


def test_a_block_from_the_history_runs_at_one_enter() -> None:
    def twice(reader: PromptReader) -> list[str]:
        return [reader.read(), reader.read()]

    first, second = ask("if a:\rb\r\r" + UP + ENTER, twice)
    assert first == second == "if a:\n    b\n"


def test_an_answer_is_taken_as_it_is_and_remembered_apart() -> None:
    def conversation(reader: PromptReader) -> list[str]:
        return [reader.read(), reader.read_line("answer> "), reader.read_line("answer> "), reader.read()]

    keys = "x = 1\r" + "(2, \r" + UP + ENTER + UP + ENTER
    assert ask(keys, conversation) == ["x = 1", "(2, ", "(2, ", "x = 1"]


@pytest.mark.parametrize(("key", "given"), [(ENTER, ""), (" ", ""), ("q", "q"), ("%", "%")])
def test_one_key_is_enough_where_one_is_asked_for(key: str, given: str) -> None:
    def conversation(reader: PromptReader) -> list[str]:
        return [reader.read_key("more "), reader.read()]

    assert ask(key + "x = 1" + ENTER, conversation) == [given, "x = 1"]


@pytest.mark.parametrize(("key", "raised"), [(CTRL["c"], KeyboardInterrupt), (CTRL["d"], EOFError)])
def test_ctrl_c_and_ctrl_d_where_one_key_is_asked_for(key: str, raised: type[BaseException]) -> None:
    with pytest.raises(raised):
        ask(key, lambda reader: reader.read_key("more "))


def test_ctrl_d_leaves_an_answer() -> None:
    with pytest.raises(EOFError):
        ask(CTRL["d"], lambda reader: reader.read_line("answer> "))


@pytest.mark.parametrize(
    ("prefill", "keys", "text"),
    [
        ("x = 1", " + 2\r", "x = 1 + 2"),
        ("x = ___", "5\r", "x = 5"),
        ("x = ___\ny = x", "5\r", "x = 5\ny = x"),
        ("ones(___, ___)\ny", "5\r6\r", "ones(5, 6)\ny"),
        ("def f(x):\n    return ___ + 1", "x\r", "def f(x):\n    return x + 1\n"),
        ("def f(x):\n    ___\n    return y", "y = x" + ENTER, "def f(x):\n    y = x\n    return y\n"),
        (
            "def f(x):\n    ___\n    return y",
            "for n in x:" + ENTER + "y = n" + ENTER,
            "def f(x):\n    for n in x:\n        y = n\n    return y\n",
        ),
        ("f(___, ___)\ny", "5" + TAB + "6" + ENTER, "f(5, 6)\ny"),
        ("f(___, ___)\ny", TAB + "6" + ENTER + "5" + ENTER, "f(5, 6)\ny"),
        ("f(___, ___)", ENTER + ENTER + "5" + ENTER + "6" + ENTER, "f(5, 6)"),
        ("m = f(___, ___)", "m = g(1)" + ENTER, "m = g(1)"),
        ("m = f(___, ___)\nn = ___", "m = g(1)" + ENTER + "2" + ENTER, "m = g(1)\nn = 2"),
        ("r[___] = -1\nr[___, ___] = 4", "r[1] = -1" + ENTER + "r[0, 2] = 4" + ENTER, "r[1] = -1\nr[0, 2] = 4"),
        ("def f(x):\n    y = ___ + 1\n    return y", "y = x + 1" + ENTER, "def f(x):\n    y = x + 1\n    return y\n"),
        ("m = f(___)", "mean=3" + ENTER, "m = f(mean=3)"),
        ("m = f(___)", "m" + ENTER, "m = f(m)"),
        ("m = f(___)", paste("m = 1\nm += 1") + ENTER, "m = 1\nm += 1"),
        ("a = b___c", " + 1\r", "a = b___c + 1"),
        ("x = ___\ny", ENTER + "3" + ENTER, "x = 3\ny"),
        ("x = ___\ny", paste("7\n") + BACKSPACE + ENTER, "x = 7\ny"),
    ],
)
def test_blanks_are_filled_in_one_after_the_other(prefill: str, keys: str, text: str) -> None:
    assert typed(keys, question=lambda reader: reader.read(prefill=prefill)) == text


FIX = "def f(x):\n    return y"
MENDED = "def f(z):\n    return z\n"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize(
    ("prefill", "pasted", "text"),
    [
        ("def f(x):\n    return ___", MENDED, MENDED),
        ("m = f(___)\nn = m", "m = 1\nn = m", "m = 1\nn = m"),
        ("m = 1\nn = m", "m = 2\nn = 3", "m = 2\nn = 3"),
        (FIX, MENDED, MENDED),
        (FIX, ">>> def f(z):\n...     return z\n", MENDED),
        (FIX, "a = 1\nb = 2", FIX + "\na = 1\nb = 2"),
        (FIX, "x", FIX + "\nx"),
        ("m = f(___)\nn = m", "1", "m = f(1)\nn = m"),
        ("m = f(1)", " + 1", "m = f(1) + 1"),
    ],
)
def test_an_answer_that_is_pasted_takes_the_place_of_the_starter(
    prefill: str, pasted: str, text: str, end: str
) -> None:
    keys = paste(pasted.replace("\n", end)) + CTRL["o"]
    assert typed(keys, question=lambda reader: reader.read(prefill=prefill)).rstrip() == text.rstrip()


STARTER = "m = f(___)\nn = m"


def at_starter(keys: str, prefill: str = STARTER, kept: str = "") -> str:
    return typed(keys, question=lambda reader: reader.read(prefill=prefill, kept=kept))


@pytest.mark.parametrize("prefill", [STARTER, "n -= 1\nn.undo()", "m = torch.full((2, 3), 8)"])
def test_the_first_key_of_a_command_puts_an_untouched_starter_away(prefill: str) -> None:
    assert at_starter("%hint" + ENTER, prefill) == "%hint"
    assert at_starter("!ls" + ENTER, prefill) == "!ls"
    assert at_starter("?" + BACKSPACE + "x" + ENTER, prefill) == "x"


@pytest.mark.parametrize("away", [CTRL["c"], CTRL["d"], "%" + BACKSPACE])
def test_up_brings_a_starter_back(away: str) -> None:
    assert at_starter(away + "x" + ENTER) == "x"
    assert at_starter(away + UP + "5" + ENTER) == "m = f(5)\nn = m"
    assert at_starter(away + UP + away + UP + "5" + ENTER) == "m = f(5)\nn = m"


def test_ctrl_c_keeps_what_was_typed_into_the_starter_and_ctrl_d_then_leaves() -> None:
    assert at_starter("55" + CTRL["c"] + UP + CTRL["o"]) == "m = f(55)\nn = m"
    with pytest.raises(EOFError):
        at_starter(CTRL["d"] + CTRL["d"])
    with pytest.raises(KeyboardInterrupt):
        at_starter(CTRL["c"] + "x" + CTRL["c"])


def test_a_starter_that_was_put_away_earlier_comes_before_the_history() -> None:
    def question(reader: PromptReader) -> str:
        return reader.read(kept="m = ___")

    assert typed(UP + "7" + ENTER, history=["y = 2"], question=question) == "m = 7"
    assert typed(UP + ENTER, history=["y = 2"], question=lambda reader: reader.read()) == "y = 2"
    assert typed("5 %" + "2" + ENTER, question=question) == "5 %2"


def test_a_changed_starter_takes_the_keys_of_commands_as_they_are() -> None:
    assert at_starter("5 %2" + ENTER) == "m = f(5 %2)\nn = m"
    assert at_starter("'?!'" + ENTER) == "m = f('?!')\nn = m"


def test_every_key_has_a_name_and_says_what_it_does() -> None:
    def rows(reader: PromptReader) -> list[tuple[tuple[str, ...], str, str | None]]:
        return [(row.keys, row.describes, row.handler.__doc__) for row in reader.keys]

    for keys, describes, doc in ask("", rows):
        assert keys
        assert describes.endswith(".")
        assert doc
