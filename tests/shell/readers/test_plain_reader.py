"""The plain reader: lines in, inputs out, with the prompts of Python."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence

import pytest
from prompt_toolkit.history import InMemoryHistory

from ptrepl.engine.run.source import check_input
from ptrepl.shell.readers import plain
from ptrepl.shell.readers.plain import PlainReader
from tests.shell.typing_keys import is_command


class Terminal:
    """Gives prepared lines to ``input()`` and keeps the prompts it was asked with; ends with Ctrl-D."""

    def __init__(self, lines: Sequence[str | type[BaseException]]) -> None:
        self.lines = list(lines)
        self.prompts: list[str] = []

    def input(self, prompt: str = "") -> str:
        self.prompts.append(prompt)
        line = self.lines.pop(0) if self.lines else EOFError
        if isinstance(line, str):
            return line
        raise line


class Readline:
    """Stands for Python's line editor."""

    def __init__(self) -> None:
        self.known: list[str] = []
        self.inserted: list[str] = []
        self.hook: Callable[[], None] | None = None

    def add_history(self, line: str) -> None:
        self.known.append(line)

    def insert_text(self, text: str) -> None:
        self.inserted.append(text)

    def set_startup_hook(self, hook: Callable[[], None] | None) -> None:
        self.hook = hook


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[PlainReader, Terminal]]:
    def start(
        *lines: str | type[BaseException], history: Sequence[str] = (), editor: Readline | None = None
    ) -> tuple[PlainReader, Terminal]:
        terminal = Terminal(lines)
        monkeypatch.setattr(builtins, "input", terminal.input)
        monkeypatch.setattr(plain, "_line_editor", lambda: editor)
        return PlainReader(check_input, is_command, InMemoryHistory(list(history))), terminal

    return start


@pytest.mark.parametrize(
    ("lines", "text", "prompts"),
    [
        (["x = 1"], "x = 1", [">>> "]),
        ([""], "", [">>> "]),
        (["for i in x:", "    print(i)", ""], "for i in x:\n    print(i)\n", [">>> ", "... ", "... "]),
        (["x = (1 +", "", "2)"], "x = (1 +\n\n2)", [">>> ", "... ", "... "]),
        (["x = )"], "x = )", [">>> "]),
        (["%time f("], "%time f(", [">>> "]),
        (["if a:", "    b", "    "], "if a:\n    b\n", [">>> ", "... ", "... "]),
        (["if a:", "    b", EOFError], "if a:\n    b", [">>> ", "... ", "... "]),
        ([">>> if a:", "...     b", "... "], ">>> if a:\n...     b\n...", [">>> ", "... ", "... "]),
    ],
)
def test_blocks_end_at_a_blank_line(
    typing: Callable[..., tuple[PlainReader, Terminal]],
    lines: list[str | type[BaseException]],
    text: str,
    prompts: list[str],
) -> None:
    reader, terminal = typing(*lines)
    assert reader.read() == text
    assert terminal.prompts == prompts


@pytest.mark.parametrize("key", [EOFError, KeyboardInterrupt])
def test_ctrl_d_and_ctrl_c_reach_the_loop(
    typing: Callable[..., tuple[PlainReader, Terminal]], key: type[BaseException]
) -> None:
    reader, _ = typing(key, "x")
    with pytest.raises(key):
        reader.read()
    assert reader.read() == "x"


def test_ctrl_c_drops_a_block(typing: Callable[..., tuple[PlainReader, Terminal]]) -> None:
    reader, _ = typing("if a:", KeyboardInterrupt, "x")
    with pytest.raises(KeyboardInterrupt):
        reader.read()
    assert reader.read() == "x"


def test_an_answer_is_taken_as_it_is(typing: Callable[..., tuple[PlainReader, Terminal]]) -> None:
    reader, terminal = typing("(2, ")
    assert reader.read_line("answer> ") == "(2, "
    assert terminal.prompts == ["answer> "]


def test_inputs_are_kept_and_offered_again(typing: Callable[..., tuple[PlainReader, Terminal]]) -> None:
    editor = Readline()
    history = ["x = 1", "if a:\n    b\n"]
    reader, _ = typing("y = 2", "y = 2", "", "z", history=history, editor=editor)
    assert [reader.read() for _ in range(4)] == ["y = 2", "y = 2", "", "z"]
    assert editor.known == ["x = 1"]
    assert list(reader._history.load_history_strings())[::-1] == [*history, "y = 2", "z"]


def test_a_line_to_begin_with_stands_in_the_editor(typing: Callable[..., tuple[PlainReader, Terminal]]) -> None:
    editor = Readline()
    reader, terminal = typing("x = 5", editor=editor)
    before = terminal.input

    def asked(prompt: str = "") -> str:
        assert editor.hook is not None
        editor.hook()
        return before(prompt)

    builtins.input = asked
    assert reader.read(prefill="x = ___") == "x = 5"
    assert editor.inserted == ["x = ___"]
    assert editor.hook is None


@pytest.mark.parametrize("editor", [None, Readline()])
def test_lines_to_begin_with_are_printed(
    typing: Callable[..., tuple[PlainReader, Terminal]], capsys: pytest.CaptureFixture[str], editor: Readline | None
) -> None:
    reader, _ = typing("x = 5", editor=editor)
    assert reader.read(prefill="x = ___\ny = x") == "x = 5"
    assert capsys.readouterr().out == "x = ___\ny = x\n"
