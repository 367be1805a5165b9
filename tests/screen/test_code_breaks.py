"""Long lines of code are broken within brackets: the program stays what it is, and its lines fit."""

from __future__ import annotations

import ast

import pytest

from ptrepl.screen.code_breaks import broken_code
from ptrepl.screen.line import plain
from ptrepl.screen.prose import say_lines
from ptrepl.tutor.play import say

WHERE = "    return torch.where(rain > 0, torch.arange(rain.shape[1], device=rain.device), -1).amax(1)"


@pytest.mark.parametrize(
    ("source", "broken"),
    [
        (
            f"def f(rain):\n{WHERE}",
            "def f(rain):\n    return torch.where(rain > 0,\n"
            "            torch.arange(rain.shape[1], device=rain.device), -1).amax(1)",
        ),
        (
            "loaded = net.load_state_dict({name.removeprefix('module.'): each for name, each in state.items()})",
            "loaded = net.load_state_dict({name.removeprefix('module.'): each\n"
            "        for name, each in state.items()})",
        ),
        (
            "found = [[int(each) for each in f'{number:0{places}b}, {number}'] for number in numbers.tolist()]",
            "found = [[int(each) for each in f'{number:0{places}b}, {number}']\n"
            "        for number in numbers.tolist()]",
        ),
    ],
)
def test_it_is_broken_where_the_fewest_brackets_are_open(source: str, broken: str) -> None:
    assert broken_code(source, 76) == broken
    assert ast.dump(ast.parse(broken)) == ast.dump(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        "a = " + " + ".join("abcdefghijklmnopqrstuvwxyz"),
        "print('" + "one two " * 20 + "')",
        "text = f('''" + "one two " * 20 + "\n" + "three four " * 20 + "''')",
        "f(x)  # " + "why " * 30,
        "%plot " + ", ".join("abcdefghijklmnopqrstuvwxyz"),
        "f((" + ", " * 40,
    ],
)
def test_what_cannot_be_broken_stays(source: str) -> None:
    assert broken_code(source, 60) == source


@pytest.mark.parametrize("width", range(8, 100, 7))
def test_at_every_width_it_is_the_same_program(width: int) -> None:
    source = (
        f"def f(rain):\n{WHERE}\n\n\nshown = f({'{'}'a b': [1, 2, (3, 4)], **{'{}'}{'}'}, *[5 + 6 for x in y if z])"
    )
    broken = broken_code(source, width)
    assert ast.dump(ast.parse(broken)) == ast.dump(ast.parse(source))
    assert broken_code(broken, width).count("\n") >= source.count("\n")


def test_a_lessons_code_fits_on_the_screen_and_is_whole_in_a_pipe() -> None:
    block = say.CodeBlock(f"def f(rain):\n{WHERE}")
    assert max(len(plain(line)) for line in say_lines(block, 80)) <= 80
    assert f"    {WHERE}" in [plain(line) for line in say_lines(block, None)]
