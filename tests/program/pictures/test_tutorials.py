"""Tutorials with pictures, as they stand, in a terminal and in a pipe; ``screens/`` holds what they leave behind.

A screen was looked at when it was kept. Where ``PTREPL_WRITE_SCREENS`` is set, it is kept anew, to be looked at again.
Numbers that were trained are not compared, and a few cells of a picture may differ: CPUs round in different ways.
"""

from __future__ import annotations

import itertools
import os
import re
from pathlib import Path

import pytest

from ptrepl.screen.figures.images.png import png_size
from tests.children import run_ptrepl
from tests.program.pictures.tutorials import TUTORIALS
from tests.program.screen import Screen, program

pytest.importorskip("matplotlib")

SCREENS = Path(__file__).with_name("screens")
MAY_DIFFER = 0.03
"""Of the cells of a picture."""
_TRAINED = re.compile(r"-?\d+\.\d*(e-?\d+)?")
_PICTURE = re.compile("[⠁-⣿█▓▒░]")


@pytest.mark.parametrize(
    ("colours", "columns", "rows"),
    [
        pytest.param(False, 80, 24, id="in one colour"),
        pytest.param(True, 120, 40, id="in colour"),
        pytest.param(False, 120, 40, id="large, in one colour", marks=pytest.mark.nightly),
        pytest.param(True, 80, 24, id="small, in colour", marks=pytest.mark.nightly),
    ],
)
@pytest.mark.parametrize("name", TUTORIALS)
def test_at_a_terminal(name: str, colours: bool, columns: int, rows: int, tmp_path: Path) -> None:
    (tmp_path / f"{name}.py").write_text(TUTORIALS[name])
    environment = {"COLORTERM": "truecolor"} if colours else {"NO_COLOR": "1"}
    with program(f"{name}.py", columns=columns, rows=rows, folder=tmp_path, environment=environment) as screen:
        assert screen.leave() == 0, screen.text
    shown = in_letters(screen) if colours else screen.text
    assert shown.count("Turn: ") + shown.count("Prices of a thousand") == 1
    kept_as(f"{name}-{columns}x{rows}{'-colours' * colours}.txt", shown)


@pytest.mark.parametrize(
    ("name", "said", "size"),
    [
        ("line", r"“Turn: 80 slope: \[2\.\d+\] start: \[1\.\d+\]”\. It was drawn 5 times\.", (640, 480)),
        ("boundary", r"“Turn: \d+ a:-1\.\d\d b:-1\.\d\d c: \d\.\d\d right:99\.50%”, with the labels lily, rose\. "
                     r"It was drawn \d+ times\.", (640, 480)),
        ("scatter", r"“Prices of a thousand houses”, with the labels Age, Price\.", (800, 600)),
    ],
)  # fmt: skip
def test_in_a_pipe(name: str, said: str, size: tuple[int, int], tmp_path: Path) -> None:
    done = run_ptrepl("--xray", "off", stdin=TUTORIALS[name], folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = re.search(rf"A figure of {size[0]}×{size[1]} pixels, {said} Saved as (\S+\.png)\n", done.stdout)
    assert found is not None, done.stdout
    assert done.stdout.count("A figure of ") == 1
    assert png_size(Path(found[1]).read_bytes()) == size
    assert done.stdout.endswith("the end\n")
    assert not _PICTURE.search(done.stdout)


def test_a_picture_and_the_curve_of_the_loss_share_the_screen(tmp_path: Path) -> None:
    (tmp_path / "line.py").write_text(TUTORIALS["line"].replace("pause(0.01)", "pause(0.2)"))
    with program(columns=80, rows=24, folder=tmp_path, environment={"NO_COLOR": "1"}) as screen:
        screen.wait(">>>")
        screen.enter("%watch loss")
        screen.enter("%run line.py")
        screen.wait(" of 1,000 · ")
        screen.wait("the end")
        text = screen.wait("│ loss  shape=()")
    assert text.count("Turn: 80") == text.count("Turn: ") == 1
    assert text.count("loss over turn") == 1


def kept_as(name: str, shown: str) -> None:
    path = SCREENS / name
    if os.environ.get("PTREPL_WRITE_SCREENS"):
        path.write_text(f"{shown}\n", encoding="utf-8")
    kept = path.read_text(encoding="utf-8").rstrip("\n")
    assert words_of(shown) == words_of(kept)
    rows = list(zip(shown.split("\n"), kept.split("\n"), strict=True))
    cells = sum(len(row) for row, _ in rows if _PICTURE.search(row))
    pairs = [pair for row in rows for pair in itertools.zip_longest(*row, fillvalue=" ")]
    others = sum(bool(_PICTURE.match(a)) != bool(_PICTURE.match(b)) for a, b in pairs)
    assert others <= MAY_DIFFER * cells, f"{others} of {cells} cells of {name} are others:\n{shown}"


def words_of(shown: str) -> list[list[str]]:
    """Of each row the words, without what is drawn between them."""
    return [_TRAINED.sub("#", _PICTURE.sub(" ", row)).split() for row in shown.split("\n")]


def in_letters(screen: Screen) -> str:
    """A half block as a shade of its colour: ░ grey, ▒ blue, ▓ red, █ another; white is a space."""
    rows = ["".join(itertools.starmap(_in_letters, row)).rstrip() for row in screen.cells]
    return "\n".join(rows).rstrip()


def _in_letters(text: str, colour: str, behind: str) -> str:
    if text == "▀":
        return _shade(colour, behind)
    return _shade(behind, behind) if text == " " and behind != "default" else text


def _shade(upper: str, lower: str) -> str:
    shades = [_of_pixel(*(int(colour[at : at + 2], 16) for at in (0, 2, 4))) for colour in (upper, lower)]
    return max(shades, key=" ░▒▓█".index)


def _of_pixel(red: int, green: int, blue: int) -> str:
    if min(red, green, blue) > 200:
        return " "
    if max(red, green, blue) - min(red, green, blue) < 30:
        return "░"
    return "▓" if red > blue + 30 else "▒" if blue > red + 30 else "█"
