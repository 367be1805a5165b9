"""Which of the typed lines some names stand as they do by."""

from __future__ import annotations

import ast

import pytest

from ptrepl.tutor.program_slice import program_slice, read_first

LOOP = "for step in range(9):\n    loss = f(w)\n    loss.backward()\n    w.data -= {rate} * w.grad\n"


def kept(source: str, names: str, *, recent: int = 0) -> str:
    tree = ast.parse(source)
    return ast.unparse(program_slice(tree, frozenset(names.split()), blocks=True, recent=recent))


@pytest.mark.parametrize(
    ("source", "last"),
    [
        (f"w = 1\n{LOOP.format(rate=1)}w = 2\n{LOOP.format(rate=3)}", f"w = 2\n{LOOP.format(rate=3)}"),
        (f"w = 1\n{LOOP.format(rate=1)}{LOOP.format(rate=3)}", f"w = 1\n{LOOP.format(rate=3)}"),
        ("w = 1\nprint(f(2))\nw = f(3)", "w = f(3)"),
        ("x[0] = 1\nw = x * 2", "x[0] = 1\nw = x * 2"),
        ("x.zero_()\nw = x * 2", "x.zero_()\nw = x * 2"),
        ("rate = 1\nw = 1\nw = rate * 2", "rate = 1\nw = rate * 2"),
    ],
)
def test_earlier_attempts_are_left_out(source: str, last: str) -> None:
    assert kept(source, "w") == ast.unparse(ast.parse(last))


def test_the_last_lines_stand_unless_they_were_overwritten() -> None:
    assert kept("w = 1\nz = 2\nz = 3", "w", recent=2) == "w = 1\nz = 3"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("for a in b:\n    c = a + d\n    e = c", "b d"),
        ("def f(a, b=c):\n    d = a + e\n    return d + f(b)", "c e"),
        ("with g():\n    a = 1\nb = a", "g"),
        ("if a:\n    b = 1\nc = b", "a b"),
        ("a += 1", "a"),
    ],
)
def test_names_that_must_be_there_before(source: str, names: str) -> None:
    assert read_first(ast.parse(source).body) == frozenset(names.split())
