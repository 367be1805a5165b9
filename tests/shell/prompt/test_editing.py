"""Blocks, brackets, undo, vi mode, the user's own editor."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.errors import UsageError
from ptrepl.shell.prompt.editing import shift_lines
from ptrepl.shell.prompt.external_editor import edit_text
from ptrepl.shell.prompt.prompt import PromptReader
from tests.shell.open_prompt import rows, screen_when
from tests.shell.typing_keys import ALT_ENTER, BACKSPACE, CTRL, ENTER, LEFT, SHIFT_TAB, TAB, UP, ask, paste, typed

SHIFT_UP, SHIFT_LEFT, F2, ESCAPE = "\x1b[1;2A", "\x1b[1;2D", "\x1bOQ", "\x1b"
TWO = paste("if a:\n    b\n    c")


@pytest.mark.parametrize(
    ("text", "start", "end", "by", "moved"),
    [
        ("a\nb\nc", 0, 3, 1, "    a\n    b\nc"),
        ("a\nb\nc", 0, 2, 1, "    a\nb\nc"),
        ("a\n\nb", 0, 4, 1, "    a\n\n    b"),
        ("    a\n  b\nc", 0, 11, -1, "a\nb\nc"),
        ("        a", 3, 5, -1, "    a"),
        ("a", 0, 0, 1, "    a"),
    ],
)
def test_lines_move_by_tab_stops(text: str, start: int, end: int, by: int, moved: str) -> None:
    assert shift_lines(text, start, end, by)[0] == moved


@given(st.text(alphabet="a \n", max_size=30), st.data())
def test_moving_there_and_back_changes_nothing(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    moved, first, last = shift_lines(text, start, end, 1)
    back, *_ = shift_lines(moved, first, last, -1)
    assert [line.strip() and line for line in back.split("\n")] == [line.strip() and line for line in text.split("\n")]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (TWO + SHIFT_UP + TAB, "if a:\n        b\n        c"),
        (TWO + SHIFT_UP + TAB + TAB, "if a:\n            b\n            c"),
        (TWO + SHIFT_UP + SHIFT_TAB, "if a:\nb\nc"),
        (TWO + SHIFT_UP + TAB + SHIFT_TAB, "if a:\n    b\n    c"),
        (TWO + SHIFT_UP + TAB + "\x1f", "if a:\n    b\n    c"),
    ],
)
def test_tab_moves_the_selected_lines(keys: str, text: str) -> None:
    assert typed(keys + CTRL["o"]) == text


def test_tab_leaves_a_part_of_a_line_alone() -> None:
    assert typed("abc" + SHIFT_LEFT + TAB + ENTER)[:2] == "ab"


def test_undo_and_redo() -> None:
    undo, redo = "\x1f", "\x1b_"
    parts = paste("x = 1") + paste(" + 2") + paste(" + 3")
    assert typed(parts + undo + ENTER) == "x = 1 + 2"
    assert typed(parts + undo + undo + ENTER) == "x = 1"
    assert typed(parts + undo + undo + redo + ENTER) == "x = 1 + 2"
    assert typed(parts + undo + undo + redo + redo + redo + ENTER) == "x = 1 + 2 + 3"


@pytest.mark.parametrize(
    ("keys", "undone"),
    [
        ("hello world", ["hello", ""]),
        ("x = ones(2)", ["x = ones(2", "x = ones", "x", ""]),
        ("好的 世界", ["好的", ""]),
        ("ab cd" + BACKSPACE * 2, ["ab cd", "ab", ""]),
        ("ab" + LEFT + "cd", ["ab", ""]),
        ("ab" + LEFT + LEFT + "\x1b[C" * 2 + "cd", ["ab", ""]),
        ("ab" + paste("cd ef") + "gh", ["abcd ef", "ab", ""]),
        ("if a:" + ENTER + "b", ["if a:\n    ", "if a:", "if a", "if", ""]),
        ("ab" + CTRL["a"] + CTRL["k"] + "cd", ["", "ab", ""]),
    ],
)
def test_one_undo_takes_back_a_word_a_paste_or_a_line(keys: str, undone: list[str]) -> None:
    for count, text in enumerate(undone, 1):
        assert typed(keys + "\x1f" * count + CTRL["o"]) == text.rstrip(), count
    again = len(undone) - 1
    whole = typed(keys + CTRL["o"])
    assert typed(keys + "\x1f" * again + "\x1b_" * again + CTRL["o"]) == whole


# vi mode


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("x = 1" + ESCAPE + ENTER, "x = 1"),
        ("ab" + ESCAPE + "x" + ENTER, "a"),
        ("x = (1 +" + ESCAPE + "0" + ENTER + "2)" + ENTER, "x = (1 +\n    2)"),
        (paste("if a:\n    b") + ESCAPE + "gg" + ENTER + ENTER, "if a:\n    b\n"),
        ("if a:\r" + TAB + "b\r\r", "if a:\n    b\n"),  # keys that come at once are a paste
        ("if a:\rb\r" + SHIFT_TAB + "c\r", "if a:\n    b\nc"),
    ],
)
def test_vi_mode(keys: str, text: str) -> None:
    assert typed(keys, vi=True) == text


# brackets


@pytest.mark.parametrize(("before", "marked"), [("f(x)", 2), ("f(x", 0), ("f[x)", 0), ("f(x) ", 0)])
def test_the_partner_of_a_bracket_is_underlined_on_no_ground(before: str, marked: int) -> None:
    screen = screen_when(before, lambda screen: rows(screen)[0] == f">>> {before}".rstrip())
    cells = [screen.buffer[0][column] for column in range(20)]
    assert sum(cell.underscore for cell in cells) == marked
    assert all(cell.data in "()" and cell.bold for cell in cells if cell.underscore)
    assert {cell.bg for cell in cells} == {"default"}


# the user's own editor


def script(folder: Path, body: str) -> str:
    """A command that edits the file it is given, as ``body`` does with its ``text``."""
    path = folder / "an editor.py"
    path.write_text(
        f"import sys\npath = sys.argv[1]\ntext = open(path, encoding='utf-8').read()\n{body}\n"
        "open(path, 'w', encoding='utf-8').write(text)\n",
        encoding="utf-8",
    )
    return f"'{sys.executable}' '{path}'"


@pytest.mark.parametrize("variable", ["VISUAL", "EDITOR"])
def test_the_editor_gets_python_and_gives_it_back(
    variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    body = "assert path.endswith('.py'), path\ntext = text.replace('1', '2') + '\\n'"
    monkeypatch.setenv(variable, script(tmp_path, body))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert edit_text("x = 1\n变 = 1") == "x = 2\n变 = 2\n"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("ptrepl-")] == []


@pytest.mark.parametrize(
    ("editor", "said"),
    [
        ("no-such-editor-here", "cannot be used"),
        ("'unclosed", "which is not a command"),
        (f"'{sys.executable}' -c 'raise SystemExit(3)'", "failed with status 3"),
    ],
)
def test_an_editor_that_fails_is_one_line(editor: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", editor)
    with pytest.raises(UsageError, match=said) as caught:
        edit_text("x")
    assert "\n" not in str(caught.value)


def test_no_editor_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="Set EDITOR"):
        edit_text("x")


@pytest.mark.parametrize(
    ("keys", "vi"), [(CTRL["x"] + CTRL["e"], False), (F2, False), (F2, True)], ids=["Ctrl-X Ctrl-E", "F2", "F2 in vi"]
)
def test_what_the_editor_leaves_stands_in_the_prompt_and_is_not_run_yet(keys: str, vi: bool) -> None:
    seen: list[str] = []

    def edit(text: str) -> str:
        seen.append(text)
        return f"{text}\ny = 2\n"

    assert typed("x = 1" + keys + " + 3" + ENTER, edit=edit, vi=vi) == "x = 1\ny = 2 + 3"
    assert seen == ["x = 1"]


def test_the_editor_may_be_opened_again_and_what_it_had_is_not_remembered() -> None:
    def twice(reader: PromptReader) -> tuple[str, str]:
        return reader.read(), reader.read()

    first, second = ask("a" + F2 + F2 + ENTER + UP + UP + ENTER, twice, edit=lambda text: text + "b")
    assert (first, second) == ("abb", "abb")


def test_without_an_editor_the_key_does_nothing() -> None:
    assert typed("x = 1" + F2 + ENTER) == "x = 1"


def test_a_block_from_the_editor_runs_at_one_enter() -> None:
    text = "def f():\n    a\n\n    b\n"
    assert typed(F2 + ENTER, edit=lambda _: text) == text


def test_ctrl_c_does_not_wait_for_a_second_key_though_something_is_selected() -> None:
    def twice(reader: PromptReader) -> str:
        with pytest.raises(KeyboardInterrupt):
            reader.read()
        return reader.read()

    assert ask("ab" + SHIFT_LEFT + CTRL["c"] + ">x" + ENTER, twice) == ">x"


def test_alt_enter_adds_a_line_though_something_is_selected() -> None:
    assert typed("ab" + SHIFT_LEFT + ALT_ENTER + "c" + ENTER) == "a\ncb"


def test_the_editor_inherits_a_ctrl_c_that_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    body = "import signal\ntext = str(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    monkeypatch.setenv("VISUAL", script(tmp_path, body))
    assert edit_text("") == "True"
    assert os.environ["VISUAL"]
