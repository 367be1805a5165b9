"""Makes docs/screenshot.svg and its like: types a few lines into the real program and draws what its terminal shows."""

from __future__ import annotations

import io
import re
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.terminal import in_terminal  # noqa: E402

COLUMNS, ROWS = 96, 27


class Session(NamedTuple):
    """One picture. ``typed``: (what is typed, what is on the screen once it has run)."""

    file: str
    typed: tuple[tuple[str, str], ...]
    options: tuple[str, ...] = ()
    first: str = ">>>"
    """What is on the screen when one can type."""


SESSIONS = (
    Session(
        "screenshot.svg",
        (
            ("w = torch.tensor([1.0], requires_grad=True)", "· requires_grad"),
            ("x = torch.tensor([2.0])", "is_leaf=True"),
            ("y = (w + x) * (w + 1)", "MulBackward0"),
            ("y.backward()", "new"),
            ("w.data.sub_(0.1 * w.grad);", "changed in place"),
            ("a = torch.arange(6)", "is_leaf=True"),
            ("v = a.reshape(2, 3)", "shares memory with a"),
            ("v @ v", "cannot be multiplied"),
        ),
    ),
    Session(
        "explanation.svg",
        (
            ("net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(6, 1))", "parameters"),
            ("net(torch.rand(5, 4))", "cannot be multiplied"),
            ("guess, price = torch.rand(3, 1), torch.rand(3)", "price"),
            ("loss = ((guess - price) ** 2).mean()", "careful"),
        ),
    ),
    Session(
        "graph.svg",
        (
            ("x = torch.tensor([3.0])", "is_leaf=True"),
            ("w = torch.tensor([2.0], requires_grad=True)", "requires_grad"),
            ("y = (w + x) * (w + 1)", "MulBackward0"),
            ("%graph y", "leaf"),
            ("y.backward()", "new"),
            ("%graph y", "freed"),
        ),
    ),
    Session(
        "lesson.svg",
        (
            ("prices = torch.tensor([[3, 4, 5], [6, 7, 8]], device=device)", "float32"),
            ("prices = torch.tensor([[3, 4, 5], [6, 7, 8]], dtype=torch.float32, device=device)", "Yes, that is it."),
        ),
        ("--lesson", "creation/price-list"),
        "Fill in",
    ),
)


class Screen:
    """What the terminal shows, and what it answers when the program asks for its cursor."""

    def __init__(self) -> None:
        self.shown = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.shown)
        self._answers: list[str] = []
        self.shown.write_process_input = self._answers.append

    def feed(self, written: bytes) -> bytes:
        self._stream.feed(written)
        answer = "".join(self._answers).encode()
        self._answers.clear()
        return answer

    def rows(self) -> list[Text]:
        """The rows in their colours, without the empty ones at the end."""
        drawn = []
        for row in range(ROWS):
            cells = [self.shown.buffer[row][column] for column in range(COLUMNS)]
            text = Text()
            for style, run in groupby(cells, _style):
                text.append("".join(cell.data for cell in run), style)
            text.rstrip()
            drawn.append(text)
        while drawn and not drawn[-1].plain:
            drawn.pop()
        return drawn


def _style(cell: pyte.screens.Char) -> Style:
    return Style(
        color=_colour(cell.fg), bgcolor=_colour(cell.bg), bold=cell.bold, italic=cell.italics, reverse=cell.reverse
    )


def _colour(name: str) -> str | None:
    """pyte's name of a colour as rich calls it."""
    if name == "default":
        return None
    if re.fullmatch(r"[0-9a-f]{6}", name):
        return f"#{name}"
    return name.replace("brown", "yellow").replace("bright", "bright_")


def play(session: Session) -> Screen:
    """The screen at the end of the session."""
    screen = Screen()
    command = (sys.executable, "-m", "ptrepl", "--device", "cpu", *session.options)
    with (
        tempfile.TemporaryDirectory() as home,
        in_terminal(command, home=Path(home), size=(COLUMNS, ROWS), answer=screen.feed) as terminal,
    ):
        terminal.wait_for(session.first)
        terminal.settle()
        if session.options:
            terminal.type("\x03")  # puts the starter away
            terminal.settle(0.5)
        for line, shown in session.typed:
            terminal.type(line)
            terminal.settle(0.2)
            terminal.type("\r")
            terminal.wait_for(shown)
            terminal.settle(0.5)
        terminal.settle()
    return screen


def picture(screen: Screen, name: str) -> str:
    """The screen as an SVG file that stands by itself."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for row in screen.rows():
        console.print(row, no_wrap=True)
    svg = console.export_svg(title="ptrepl", unique_id=name)
    # no font from elsewhere; and some viewers drop the spaces that text begins with
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("<svg ", '<svg xml:space="preserve" ', 1)


def main() -> None:
    """Play the sessions and write the pictures."""
    for session in SESSIONS:
        svg = picture(play(session), f"ptrepl-{session.file.partition('.')[0]}")
        (ROOT / "docs" / session.file).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
