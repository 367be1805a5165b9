"""The colours of the prompt: the terminal's own sixteen, on its own background, in every theme."""

from __future__ import annotations

from collections.abc import Iterator

import pyte
import pytest
from prompt_toolkit.completion import WordCompleter

from ptrepl.screen.theme import STYLES, ansi, use_theme
from tests.shell.open_prompt import rows, screen_when
from tests.shell.typing_keys import CTRL, TAB

SIXTEEN = {"default", "black", "red", "green", "brown", "blue", "magenta", "cyan", "white"}
SIXTEEN |= {f"bright{name}" for name in SIXTEEN - {"default"}}
CODE = 'def f(x):\x1b\rreturn "a\\n", 1, None  # why'
VANISHES = {"light": {"white", "brown", "brightwhite", "brightbrown"}, "dark": {"black", "blue", "brightblack"}}
VANISHES["auto"] = VANISHES["light"] | VANISHES["dark"]


@pytest.fixture(params=["auto", "dark", "light", "none"])
def theme(request: pytest.FixtureRequest) -> Iterator[str]:
    kept = dict(STYLES)
    use_theme(request.param)
    yield request.param
    STYLES.update(kept)


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
