"""The colours of the prompt: the terminal's own sixteen, on its own background, in every theme."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pyte
import pytest
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.data_structures import Size
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from ptrepl.engine.run.session import Session
from ptrepl.engine.run.source import check_input, clean
from ptrepl.screen.printer import Printer
from ptrepl.screen.theme import STYLES, ansi, use_theme, used_theme
from ptrepl.shell.commands.dispatch import is_command
from ptrepl.shell.commands.session.config import config
from ptrepl.shell.context import ShellContext
from ptrepl.shell.prompt.colours import style
from ptrepl.shell.prompt.prompt import PromptReader
from tests.shell.open_prompt import rows, screen_when
from tests.shell.typing_keys import CTRL, TAB

SIXTEEN = {"default", "black", "red", "green", "brown", "blue", "magenta", "cyan", "white"}
SIXTEEN |= {f"bright{name}" for name in SIXTEEN - {"default"}}
CODE = 'def f(x):\x1b\rreturn "a\\n", 1, None  # why'
VANISHES = {"light": {"white", "brown", "brightwhite", "brightbrown"}, "dark": {"black", "blue", "brightblack"}}
VANISHES["auto"] = VANISHES["light"] | VANISHES["dark"]


@pytest.fixture(params=["auto", "dark", "light", "none"])
def theme(request: pytest.FixtureRequest) -> Iterator[str]:
    use_theme(request.param)
    yield request.param
    use_theme("auto")


def cells(screen: pyte.Screen) -> list[pyte.screens.Char]:
    return [cell for row in screen.buffer.values() for cell in row.values()]


def colour_of(screen: pyte.Screen, text: str) -> pyte.screens.Char:
    """The cell that ``text`` begins in."""
    row = next(number for number, line in enumerate(rows(screen)) if text in line)
    return screen.buffer[row][rows(screen)[row].index(text)]


def coloured(screen: pyte.Screen) -> bool:
    return "# why" in "".join(rows(screen)) and colour_of(screen, "def").bold


def test_code_is_coloured_by_its_tokens(theme: str) -> None:
    screen = screen_when(CODE, coloured if theme != "none" else lambda screen: "# why" in "".join(rows(screen)))
    used = {text: colour_of(screen, text).fg for text in ('"a', "1,", "def", "f(")}
    if theme == "none":
        assert set(used.values()) == {"default"}
    else:
        assert len({used['"a'], used["1,"], "default"}) == 3
    assert {cell.fg for cell in cells(screen)} <= SIXTEEN - VANISHES.get(theme, set())
    assert {cell.bg for cell in cells(screen)} == {"default"}


WORDS = WordCompleter([f"apple{number}" for number in range(20)])


@pytest.mark.parametrize(
    ("keys", "shown"), [("apple" + TAB, "apple1"), ("apple" + CTRL["r"] + "app", "I-search"), ("f(apple)", "f(apple)")]
)
def test_nothing_has_a_ground_of_its_own(theme: str, keys: str, shown: str) -> None:
    screen = screen_when(keys, lambda screen: shown in "\n".join(rows(screen)), completer=WORDS)
    assert shown in "\n".join(rows(screen))
    assert {cell.bg for cell in cells(screen)} == {"default"}
    assert {cell.fg for cell in cells(screen)} <= SIXTEEN - VANISHES.get(theme, set())


def test_the_chosen_completion_stands_out(theme: str) -> None:
    screen = screen_when(
        "apple" + TAB,
        lambda screen: "apple1" in "".join(rows(screen)),
        then=[(TAB, lambda screen: "0" in marked(screen))],
        completer=WORDS,
    )
    assert "apple0" in marked(screen)
    assert "apple1" not in marked(screen)
    assert {cell.bg for cell in cells(screen)} == {"default"}


def marked(screen: pyte.Screen) -> str:
    return "".join(cell.data for cell in cells(screen) if cell.reverse)


def test_no_line_vanishes_on_the_background_of_its_theme(theme: str) -> None:
    screen = pyte.Screen(80, len(STYLES))
    pyte.Stream(screen).feed("\r\n".join(ansi(name, name or "plain") for name in STYLES))
    assert {cell.fg for cell in cells(screen)} <= SIXTEEN - VANISHES.get(theme, set())
    assert {cell.bg for cell in cells(screen)} == {"default"}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_theme_holds_until_the_next_and_none_leaves_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    context = ShellContext(Session("learner"), Printer(out, width=200))

    def shown(theme: str) -> tuple[str, str]:
        config(context, f"theme {theme}")
        out.seek(0)
        out.truncate()
        context.printer.lines([(("gutter", "│"), ("name", "x"), ("note", "new"))])
        return out.getvalue(), style().get_attrs_for_style_str("class:gutter").color or ""

    auto = shown("auto")
    assert auto == ("\x1b[36m│\x1b[0m\x1b[1mx\x1b[0m\x1b[35mnew\x1b[0m\n", "ansicyan")
    dark, light, none = shown("dark"), shown("light"), shown("none")
    assert dark == ("\x1b[96m│\x1b[0m\x1b[1mx\x1b[0m\x1b[93mnew\x1b[0m\n", "ansibrightcyan")
    assert light == ("\x1b[34m│\x1b[0m\x1b[1mx\x1b[0m\x1b[35mnew\x1b[0m\n", "ansiblue")
    assert none == ("│xnew\n", "")
    assert (shown("light"), shown("dark"), shown("auto")) == (light, dark, auto)
    assert context.settings.theme == "auto"


def test_the_prompt_follows_the_theme() -> None:
    sent = io.StringIO()
    output = Vt100_Output(sent, lambda: Size(rows=12, columns=60), term="xterm-256color", enable_cpr=False)

    def prompted(reader: PromptReader, terminal: PipeInput, theme: str) -> tuple[bool, str | None]:
        """Whether the prompt has a colour, and that of what is in the theme's colour for the gutter."""
        use_theme(theme)
        sent.seek(0)
        sent.truncate()
        terminal.send_text("\r")
        reader.read()
        gutter = reader._session.app.renderer.style.get_attrs_for_style_str("class:gutter")
        return bool(re.search(r"\x1b\[[\d;]*?35[;m]", sent.getvalue())), gutter.color

    with create_pipe_input() as terminal:
        reader = PromptReader(
            check_input,
            clean,
            is_command,
            InMemoryHistory(),
            tuple,
            colour=lambda: used_theme() != "none",
            input=terminal,
            output=output,
        )
        try:
            seen = [prompted(reader, terminal, theme) for theme in ("auto", "dark", "none", "auto")]
        finally:
            use_theme("auto")
            reader.close()
    assert seen == [(True, "ansicyan"), (True, "ansibrightcyan"), (False, ""), (True, "ansicyan")]
