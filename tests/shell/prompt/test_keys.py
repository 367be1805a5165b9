"""``%keys``: the table of the keys."""

from __future__ import annotations

import pytest

from ptrepl.engine.run.source import check_input, clean
from ptrepl.screen.line import plain
from ptrepl.screen.wrap import columns
from ptrepl.shell.commands.look.keys import key_lines, key_name
from ptrepl.shell.prompt.editor import Editor
from ptrepl.shell.prompt.keys import GIVEN_KEYS, key_table
from ptrepl.shell.prompt.offers import Offers
from tests.shell.commands.commanding import Shell
from tests.shell.typing_keys import is_command


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        (("enter",), "Enter"),
        (("escape", "enter"), "Alt-Enter"),
        (("escape", "_"), "Alt-_"),
        (("c-x", "c-e"), "Ctrl-X Ctrl-E"),
        (("s-tab",), "Shift-Tab"),
        (("f2",), "F2"),
        ((" ",), "Space"),
        (("c-_",), "Ctrl-_"),
        (("c-@",), "Ctrl-@"),
        (("<bracketed-paste>",), "A paste"),
        (("s-left",), "Shift-Left"),
    ],
)
def test_keys_are_named_as_they_are_pressed(keys: tuple[str, ...], name: str) -> None:
    assert key_name(keys) == name


def test_every_key_is_listed_with_what_it_does() -> None:
    shown = "\n".join(map(plain, key_lines()))
    table = key_table(Editor(check_input, clean, is_command), Offers())
    for keys, describes in [*((row.keys, row.describes) for row in table), *GIVEN_KEYS]:
        row = next(line for line in shown.splitlines() if line.endswith(f" {describes}"))
        assert key_name(keys) in row
    described = [*(row.describes for row in table), *(describes for _, describes in GIVEN_KEYS)]
    assert len(shown.splitlines()) == len(set(described))


@pytest.mark.parametrize("width", [40, 59, 60, 80, 160])
def test_the_page_fits_the_terminal(width: int) -> None:
    assert all(columns(plain(line)) <= width for line in key_lines(width))


def test_the_command(capfd: pytest.CaptureFixture[str]) -> None:
    shell = Shell(capfd)
    assert "Ctrl-X Ctrl-E, F2" in shell("%keys")
    assert shell("%keys now") == ""
    assert shell.err == "%keys takes no argument: it lists all keys of the prompt.\n"
