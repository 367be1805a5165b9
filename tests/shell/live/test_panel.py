"""The panel on a terminal: what a program prints above it stays whole, and nothing of it stays behind."""

from __future__ import annotations

import pyte
import pytest

from ptrepl.shell.live.panel import Panel


class Terminal:
    """``columns`` × ``rows``; a program and a panel write to it in turn."""

    def __init__(self, columns: int = 30, rows: int = 16) -> None:
        self.size = columns, rows
        self.screen = pyte.HistoryScreen(columns, rows, history=1000)
        self._stream = pyte.Stream(self.screen)
        self.panel = Panel(self._stream.feed, lambda: self.size)

    def print(self, text: str) -> None:
        self._stream.feed(text.replace("\n", "\r\n"))

    @property
    def printed(self) -> list[str]:
        """All lines, those that scrolled away first, without the panel."""
        scrolled = ["".join(row[i].data for i in range(self.size[0])) for row in self.screen.history.top]
        return [line.rstrip() for line in [*scrolled, *self.screen.display]]


def lines_of(count: int) -> list[str]:
    return [f"panel {number}" for number in range(count)]


@pytest.mark.parametrize("before", [0, 3, 15, 40])
def test_a_program_prints_above_it_as_if_it_were_not_there(before: int) -> None:
    terminal = Terminal()
    terminal.print("".join(f"before {number}\n" for number in range(before)))
    terminal.print("begun")
    terminal.panel.draw(lines_of(4))
    assert terminal.screen.display[-4:] == [line.ljust(30) for line in lines_of(4)]
    terminal.print(" and ended\n")
    for number in range(20):
        terminal.print(f"line {number}\n")
        terminal.panel.draw(lines_of(4))
    assert terminal.screen.display[-4:] == [line.ljust(30) for line in lines_of(4)]
    terminal.print("last")
    terminal.panel.remove()
    terminal.print(" words\nafter\n")
    shown = [line for line in terminal.printed if line]
    assert shown == [
        *[f"before {number}" for number in range(before)],
        "begun and ended",
        *[f"line {number}" for number in range(20)],
        "last words",
        "after",
    ]


def test_it_grows_and_never_shrinks_while_it_is_up() -> None:
    terminal = Terminal()
    terminal.print("one\n")
    terminal.panel.draw(lines_of(2))
    terminal.panel.draw(lines_of(5))
    assert terminal.screen.display[-5].startswith("panel 0")
    terminal.panel.draw(lines_of(1))
    assert [row.strip() for row in terminal.screen.display[-5:]] == ["panel 0", "", "", "", ""]
    terminal.panel.remove()
    assert [line for line in terminal.printed if line] == ["one"]


def test_the_whole_screen_scrolls_again_afterwards() -> None:
    terminal = Terminal(rows=10)
    terminal.panel.draw(lines_of(3))
    terminal.panel.remove()
    terminal.print("".join(f"{number}\n" for number in range(30)))
    assert [row.strip() for row in terminal.screen.display] == [*map(str, range(21, 30)), ""]


def test_where_the_terminal_has_changed_its_size_it_gives_up() -> None:
    terminal = Terminal()
    assert terminal.panel.draw(lines_of(3))
    terminal.screen.resize(12, 20)
    terminal.size = 20, 12
    assert not terminal.panel.draw(lines_of(3))
    assert not terminal.panel.is_up
    assert "panel 0" not in "\n".join(terminal.screen.display)


@pytest.mark.parametrize(("rows", "most"), [(0, 0), (10, 0), (15, 7), (24, 12), (50, 25)])
def test_a_low_terminal_keeps_its_rows(rows: int, most: int) -> None:
    assert Panel(lambda text: None, lambda: (80, rows)).most_rows() == most


def test_to_take_away_what_is_not_there_sends_nothing() -> None:
    sent: list[str] = []
    Panel(sent.append, lambda: (80, 24)).remove()
    assert sent == []
