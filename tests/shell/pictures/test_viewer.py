"""What the viewer chooses, sends and keeps; what matplotlib has drawn reaches the outcome of its statement."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

plt = pytest.importorskip("matplotlib.pyplot")

from ptrepl.engine.plotting.offer import BACKEND  # noqa: E402 -- without matplotlib there is none
from ptrepl.engine.run.session import Session  # noqa: E402
from ptrepl.screen.figures.images.png import png_size  # noqa: E402
from ptrepl.screen.printer import Printer  # noqa: E402
from ptrepl.shell.context import ShellContext  # noqa: E402
from ptrepl.shell.pictures import frames  # noqa: E402
from ptrepl.shell.pictures.offered import OfferedViewer  # noqa: E402
from ptrepl.shell.pictures.protocol import Protocol  # noqa: E402
from ptrepl.shell.pictures.viewer import TerminalViewer  # noqa: E402

SHOW = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);\nplt.title('t'); plt.show()"


class Terminal(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


class Away:
    """A session on a terminal that keeps what it is sent; it has 80 columns and 24 rows."""

    def __init__(self) -> None:
        self.out = Terminal()
        self.session = Session("learner", adopt=True)  # as the program has it: _ is where Python keeps it
        self.context = ShellContext(lambda: self.session, Printer(self.out, self.out))
        self.figures = OfferedViewer(self.context)
        self.context.figures = self.figures

    def run(self, source: str) -> list[Any]:
        self.figures.input_begins(source)
        outcomes = []
        for outcome in self.session.run(source):
            self.figures.statement_ended()
            outcomes.append(outcome)
        self.context.outcomes = outcomes
        return outcomes

    @property
    def viewer(self) -> TerminalViewer:
        return TerminalViewer(self.context)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[Away]:
    for name in ("TMUX", "TERM_PROGRAM", "KITTY_WINDOW_ID", "VTE_VERSION", "STY", "ZELLIJ", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "alacritty")
    plt.close("all")
    plt.switch_backend(BACKEND)
    made = Away()
    yield made
    made.figures.close()
    made.session.close()
    plt.close("all")
    plt.switch_backend("agg")


def test_a_shown_figure_is_in_the_outcome_and_on_the_screen(away: Away) -> None:
    outcomes = away.run(SHOW)
    (picture,) = outcomes[-1].pictures
    assert (picture.made_by, picture.width, picture.height, picture.title) == ("matplotlib", 640, 480, "t")
    assert png_size(picture.data) == (640, 480)
    assert away.out.getvalue().count("\n") == 22
    assert not any(outcome.pictures for outcome in outcomes[:-1])


def test_frames_are_one_picture_of_the_outcome_whose_file_holds_the_last(
    away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "LEAST_SECONDS", 0.0)
    code = "import matplotlib.pyplot as plt\nfor i in range(3): plt.plot([i, 2]); plt.title(f't{i}'); plt.pause(0.001)"
    (picture,) = away.run(code)[-1].pictures
    assert (picture.data, picture.title) == (b"", "t0")
    assert png_size(Path(picture.path).read_bytes()) == (640, 480)
    assert away.out.getvalue().count("\x1b[22A\r\x1b[J") == 2
    plt.close("all")


def test_of_many_frames_at_once_the_first_and_the_last_are_drawn(away: Away, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "LEAST_SECONDS", 3600.0)
    away.run(
        "import matplotlib.pyplot as plt\n"
        "for i in range(9): plt.plot([i, 2]); plt.title(f'title {i}'); plt.pause(0.001)"
    )
    first, _, last = away.out.getvalue().partition("\x1b[22A\r\x1b[J")
    assert ("title 0" in first, "title 8" in last) == (True, True)
    assert "title" not in first.replace("title 0", "") + last.replace("title 8", "")


def test_a_live_plot_that_flushes_events_is_seen_and_not_shown_again(away: Away) -> None:
    away.run(
        "import matplotlib.pyplot as plt\nplt.ion()\nfig, ax = plt.subplots()\nline, = ax.plot([0, 1])\n"
        "for i in range(3):\n    line.set_ydata([i, 2])\n    ax.set_title(f'title {i}')\n"
        "    fig.canvas.draw()\n    fig.canvas.flush_events()"
    )
    plt.ioff()
    sent = away.out.getvalue()
    assert "title 0" in sent
    assert "title 2" in sent
    away.figures.show_left()
    assert away.out.getvalue() == sent


def test_what_was_drawn_and_never_flushed_is_shown_after_the_input(away: Away) -> None:
    away.run("import matplotlib.pyplot as plt\nplt.plot([0, 1]); plt.title('title'); plt.gcf().canvas.draw()")
    assert "title" not in away.out.getvalue()
    away.figures.show_left()
    assert "title" in away.out.getvalue()


@pytest.mark.parametrize(("images", "waits"), [("blocks", True), ("off", False)])
def test_a_pause_waits_where_the_frame_is_seen(
    images: str, waits: bool, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    away.context.settings.images = images
    (outcome,) = away.run(
        "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.pause(0.2); plt.waitforbuttonpress();"
    )[-1:]
    assert outcome.error is None
    assert sum(waited) == pytest.approx(0.2 if waits else 0.0)


def test_a_figure_left_is_shown_once_and_after_each_change(away: Away) -> None:
    for source, shown in (
        ("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()", 0),
        ("ax.plot([1, 2]);", 1),
        ("x = 1", 1),
        ("ax.set_title('t');", 2),
        ("fig", 3),
        ("print(1)", 3),
        ("fig;", 3),
        ("plt.show()", 4),
        ("x = 2", 4),
    ):
        away.run(source)
        away.figures.show_left(source)
        assert away.out.getvalue().count("\n") == 22 * shown, source


def test_after_an_input_of_several_statements_what_is_drawn_is_a_figure_of_its_own(away: Away) -> None:
    def numbers_after(source: str) -> list[int]:
        away.run(source)
        away.figures.show_left(source)
        return [len(plt.figure(number).axes[0].lines) for number in plt.get_fignums()]

    assert numbers_after("import matplotlib.pyplot as plt\nplt.plot([1, 2]);\nplt.title('one');") == [1]
    assert numbers_after("plt.xlabel('x');") == [1], "what adds to a figure adds to the one that is there"
    assert numbers_after("fig = plt.gcf()") == [1]
    assert numbers_after("plt.plot([3, 4]);") == [1], "and what is drawn is another one"
    assert numbers_after("plt.plot([5, 6]);") == [2], "line by line it is one figure"
    before = away.out.getvalue().count("\n")
    assert numbers_after("fig.axes[0].set_title('two');") == [2]
    assert away.out.getvalue().count("\n") == before + 22, "a figure that somebody holds is shown when it changes"


def test_an_artist_of_the_learners_that_fails_is_an_error_of_theirs(
    away: Away, capsys: pytest.CaptureFixture[str]
) -> None:
    away.run(
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2]);\n"
        "ax.xaxis.set_major_formatter(lambda value, place: [][0])"
    )
    away.figures.show_left()
    assert "IndexError" in away.out.getvalue()
    outcome = away.run("plt.show()")[-1]
    assert outcome.error is not None
    assert outcome.error.type_name == "IndexError"


@pytest.mark.parametrize(
    ("images", "environment", "protocol"),
    [
        ("auto", {"TERM": "alacritty"}, Protocol.BLOCKS),
        ("auto", {"TERM": "xterm-kitty"}, Protocol.KITTY),
        ("auto", {"TERM": "dumb"}, Protocol.WORDS),
        ("auto", {"TERM": "xterm-kitty", "TMUX": "/nowhere,1,0"}, Protocol.BLOCKS),  # nothing passes it on
        ("kitty", {"TERM": "alacritty"}, Protocol.KITTY),
        ("sixel", {"TERM": "xterm-kitty"}, Protocol.SIXEL),
        ("blocks", {"TERM": "xterm-kitty"}, Protocol.BLOCKS),
        ("off", {"TERM": "xterm-kitty"}, Protocol.WORDS),
    ],
)
def test_the_setting_stands_above_what_is_found(
    images: str, environment: dict[str, str], protocol: Protocol, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    away.context.settings.images = images
    assert away.viewer._protocol() is protocol


def test_without_colour_braille_and_in_a_terminal_of_ascii_words(away: Away) -> None:
    away.context.printer.colour = False
    assert away.viewer._protocol() is Protocol.BRAILLE
    away.out.encoding = "ascii"
    assert away.viewer._protocol() is Protocol.WORDS
    away.run(SHOW)
    assert away.out.getvalue().partition("\x1b[K")[2].startswith("A figure of 640×480 pixels, “t”. Saved as")


@pytest.mark.parametrize(("images", "sequence"), [("iterm", "\x1b]1337;File=inline=1;"), ("sixel", '\x1bP0;1q"1;1;')])
def test_the_image_is_sent_where_room_was_made_for_it(images: str, sequence: str, away: Away) -> None:
    away.context.settings.images = images
    away.run(SHOW)
    before, _, after = away.out.getvalue().partition(sequence)
    # 440 pixels of height are the 22 rows that the terminal has for it
    assert before.endswith("\n" * 22 + "\x1b[22A")
    assert after.endswith("\r\n")
    assert "▀" not in after
