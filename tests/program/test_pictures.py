"""Programs that draw with matplotlib, as they stand, in a terminal and in a pipe."""

from __future__ import annotations

import re
from base64 import standard_b64decode
from pathlib import Path

import pytest

from ptrepl.screen.figures.images.png import png_size
from tests.children import run_ptrepl
from tests.program.screen import Screen, program

pytest.importorskip("matplotlib")

MOVING = """\
import matplotlib.pyplot as plt
for iteration in range(6):
    plt.cla()
    plt.scatter([1, 2, 3, 4], [2, 4, 6, 8])
    plt.plot([1, 4], [iteration, 8], 'r-', lw=5)
    plt.title(f'Iteration: {iteration}')
    plt.pause(0.001)
    if iteration % 2:
        print('loss', 10 - iteration)
"""
SHOWN_AND_PAUSED = """\
import matplotlib.pyplot as plt
for iteration in range(4):
    plt.plot([0, iteration])
    plt.title(f'Iteration: {iteration}')
    plt.show()
    plt.pause(0.001)
"""
SHOWN = """\
import matplotlib.pyplot as plt
plt.figure(figsize=(4, 3))
plt.scatter([1, 2, 3], [4, 5, 6], label='points')
plt.xlabel('Feature 1')
plt.legend()
plt.title('Scatter')
plt.show()
"""
_SAVED = re.compile(r"Saved as (\S+\.png)")


def begun(screen: Screen) -> None:
    screen.wait(">>>")
    screen.enter("%xray off")
    screen.wait("x-ray is off")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
@pytest.mark.parametrize(
    ("code", "last", "printed"),
    [(MOVING, "5", ["9", "7", "5"]), (SHOWN_AND_PAUSED, "3", [])],
    ids=["pause", "show and pause"],
)
def test_a_picture_changes_in_its_place(
    code: str, last: str, printed: list[str], columns: int, rows: int, tmp_path: Path
) -> None:
    (tmp_path / "moving.py").write_text(code + "print('the', 'end')\n")
    with program(columns=columns, rows=rows, folder=tmp_path) as screen:
        begun(screen)
        screen.enter("%run moving.py")
        text = screen.wait("the end")
    assert re.findall(r"Iteration: (\d)", text) == [last]
    assert re.findall(r"loss (\d+)", text) == printed
    assert 0 < sum("▀" in line for line in text.splitlines()) <= rows - 2


def test_a_figure_left_at_the_end_of_an_input_is_drawn_and_one_that_is_named(tmp_path: Path) -> None:
    with program(folder=tmp_path, environment={"NO_COLOR": "1"}) as screen:
        begun(screen)
        # what is typed does not hold the title itself
        screen.enter("fig, ax = plt.subplots(); ax.set_title('the only ' + 'title');")
        screen.enter("1 + 1")
        screen.wait("\n2\n")
        assert "the only title" not in screen.text
        screen.enter("ax.plot([1, 2]);")
        screen.wait("the only title")
        screen.enter("fig")
        screen.wait("the only title", 2)
        screen.enter("2 + 1")
        screen.wait("\n3\n")
        assert screen.text.count("the only title") == 2


def test_in_a_pipe_a_figure_is_a_line_and_a_file(tmp_path: Path) -> None:
    done = run_ptrepl("--xray", "off", stdin=SHOWN, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    line = done.stdout.splitlines()[-1]
    assert line.startswith("A figure of 400×300 pixels, “Scatter”, with the labels Feature 1, points. Saved as ")
    found = _SAVED.search(line)
    assert found is not None
    assert png_size(Path(found[1]).read_bytes()) == (400, 300)


def test_in_a_pipe_many_frames_are_one_line(tmp_path: Path) -> None:
    done = run_ptrepl("--xray", "off", stdin=MOVING, folder=tmp_path)
    figures = [line for line in done.stdout.splitlines() if "figure" in line]
    assert len(figures) == 1
    assert "“Iteration: 5”. It was drawn 6 times. Saved as " in figures[0]
    found = _SAVED.search(figures[0])
    assert found is not None
    assert png_size(Path(found[1]).read_bytes()) == (640, 480)


def test_a_script_that_forgets_to_show_shows_at_its_end(tmp_path: Path) -> None:
    done = run_ptrepl("-c", "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('left');", folder=tmp_path)
    assert done.stdout.splitlines()[-1].startswith("A figure of 640×480 pixels, “left”. Saved as ")


def test_plain_at_a_terminal_is_the_line_too(tmp_path: Path) -> None:
    (tmp_path / "shown.py").write_text(SHOWN)
    with program("--plain", columns=120, folder=tmp_path) as screen:
        screen.wait(">>>")
        screen.enter("%run shown.py")
        screen.wait("A figure of 400×300 pixels, “Scatter”")
    assert not re.search("[⠁-⣿▀]", screen.text)


def test_a_backend_of_the_learners_draws_nothing_here(tmp_path: Path) -> None:
    done = run_ptrepl("--xray", "off", stdin=SHOWN + "print('end')\n", environment={"MPLBACKEND": "agg"})
    assert "Saved" not in done.stdout
    assert done.stdout.endswith("end\n")


def test_the_terminal_is_asked_once_and_not_before_there_is_a_picture(tmp_path: Path) -> None:
    (tmp_path / "shown.py").write_text(SHOWN + "plt.plot([1, 2])\nplt.show()\nprint('the', 'end')\n")
    with program(folder=tmp_path) as screen:
        begun(screen)
        assert b"\x1b[c" not in screen.sent
        screen.enter("%run shown.py")
        screen.wait("the end")
        assert screen.sent.count(b"\x1b[c") == 1
        screen.enter("40 + 2")
        screen.wait("\n42")


@pytest.mark.parametrize("in_tmux", [False, True])
def test_kitty_is_sent_the_picture(in_tmux: bool, tmp_path: Path) -> None:
    (tmp_path / "shown.py").write_text(SHOWN + "print('the', 'end')\n")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('images = "kitty"\n')
    environment = {"PTREPL_CONFIG": str(tmp_path / "config"), **({"TMUX": "/tmp/none,1,0"} if in_tmux else {})}
    with program(folder=tmp_path, environment=environment) as screen:
        begun(screen)
        screen.enter("%run shown.py")
        screen.wait("the end")
    sent = bytes(screen.sent)
    assert b"\x1b[c" not in sent
    if in_tmux:
        passed = re.findall(rb"\x1bPtmux;((?:\x1b\x1b|[^\x1b])*)\x1b\\", sent)
        placeholders = sent.decode().count("\U0010eeee")
        sent = b"".join(passed).replace(b"\x1b\x1b", b"\x1b")
        keys = re.search(rb"c=(\d+),r=(\d+)", sent)
        assert keys is not None
        assert placeholders == int(keys[1]) * int(keys[2])
    png = standard_b64decode(b"".join(re.findall(rb"\x1b_G[^;]*;([^\x1b]*)\x1b\\", sent)))
    # four by three inches, at a hundred dots an inch for cells of 10 by 20
    assert png_size(png) == (400, 300)
