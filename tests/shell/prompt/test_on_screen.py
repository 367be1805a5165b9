"""What the prompt looks like, on the screen of a terminal that is none."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable

import pyte
import pytest
from prompt_toolkit.application.current import get_app
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.utils import get_cwidth

from ptrepl.screen.line import Line
from ptrepl.shell.prompt.lexer import CodeLexer, load_lexer
from ptrepl.shell.prompt.prompt import PromptReader
from ptrepl.shell.prompt.status import bar
from tests.shell.typing_keys import ALT_ENTER, ENTER, ask, typed


def drawn(
    keys: str, question: Callable[[PromptReader], object] = PromptReader.read, *, width: int = 40, colour: bool = True
) -> tuple[list[str], str]:
    """The rows of the screen after ``keys``, and all that was sent to the terminal."""
    sent = io.StringIO()
    output = Vt100_Output(sent, lambda: Size(rows=12, columns=width), term="xterm-256color", enable_cpr=False)
    ask(keys, question, output=output, colour=lambda: colour)
    screen = pyte.Screen(width, 12)
    pyte.Stream(screen).feed(sent.getvalue().replace("\x1b[?7l", "").replace("\x1b[?7h", ""))
    return [row.rstrip() for row in screen.display], sent.getvalue()


def test_prompts_are_those_of_python() -> None:
    rows, _ = drawn("for i in x:\rprint(i)\r\r")
    assert rows[:4] == [">>> for i in x:", "...     print(i)", "...", ""]


@pytest.mark.parametrize("colour", [True, False])
def test_programs_that_wait_for_a_prompt_find_it(colour: bool) -> None:
    _, sent = drawn("if a:\rb\r\r", colour=colour)
    assert ">>> " in sent
    assert "... " in sent


def test_another_prompt_has_its_own_continuation() -> None:
    rows, _ = drawn("a" + ALT_ENTER + "b" + ENTER, lambda reader: reader.read("lesson> "))
    assert rows[:2] == ["lesson> a", "    ... b"]


def test_an_answer_is_asked_for_in_its_own_words() -> None:
    rows, _ = drawn("(2, 3)\r", lambda reader: reader.read_line("answer> "))
    assert rows[0] == "answer> (2, 3)"


def test_a_long_line_wraps_below_the_code() -> None:
    rows, _ = drawn("x = '" + "a" * 60 + "'\r")
    assert rows[0] == ">>> x = '" + "a" * 31
    assert rows[1] == "    " + "a" * 29 + "'"


def test_wide_characters_take_two_columns() -> None:
    rows, _ = drawn("名 = '你好🎉'\r")
    assert rows[0].replace(" ", "") == ">>>名='你好🎉'"


def test_without_colour_no_colour_is_sent() -> None:
    keys = "for i in x:\rprint('a', 1)\r\r"
    _, sent = drawn(keys, colour=False)
    codes = {code for codes in re.findall(r"\x1b\[([\d;]*)m", sent) for code in codes.split(";")}
    assert codes <= {"", "0", "1", "2", "3", "4", "7", "39", "49"}


def test_code_has_the_colours_of_its_tokens_and_commands_have_none() -> None:
    loaded: list[CodeLexer] = []
    load_lexer(loaded.append).join()
    (lexer,) = loaded
    coloured = lexer.lex_document(Document("for i in x:\n    pass"))(1)
    assert "".join(fragment[1] for fragment in coloured) == "    pass"
    assert ("class:pygments.keyword", "pass") in coloured
    assert lexer.lex_document(Document("%time for"))(0) == [("", "%time for")]


@pytest.mark.parametrize("width", range(40))
def test_the_bar_fits_the_terminal(width: int) -> None:
    parts: Line = (("key", "cpu"), ("", "autograd 3/12"), ("dim", "记忆 212 MiB"))
    shown = bar(parts, width)
    text = "".join(fragment[1] for fragment in shown)
    assert get_cwidth(text) <= width
    assert "  cpu  autograd 3/12  记忆 212 MiB".startswith(text)
    whole = [fragment[1] for fragment in shown if fragment[1].strip()]
    assert whole == [part for _, part in parts][: len(whole)]


def test_a_status_that_fails_does_not_take_the_prompt_with_it() -> None:
    def broken() -> Line:
        raise RuntimeError("CUDA error")

    def question(reader: PromptReader) -> str:
        reader._status = broken
        assert reader._bar() == []
        return reader.read()

    assert ask("x\r", question) == "x"


def test_no_event_loop_is_left_to_the_code_that_was_read() -> None:
    assert typed("x\r") == "x"
    assert get_app().is_running is False
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()

    async def learner() -> int:
        return 3

    assert asyncio.run(learner()) == 3
