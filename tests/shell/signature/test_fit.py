"""Signatures in their parts, the parameter at the cursor, the overload that fits, the line that is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.screen.line import plain
from ptrepl.screen.wrap import columns
from ptrepl.shell.signature.call import Call, call_at
from ptrepl.shell.signature.fit import best_first, current_parameter
from ptrepl.shell.signature.line import signature_line
from ptrepl.shell.signature.parse import Signature, parse_signature

MAX = (
    "max(input, *, out=None) -> Tensor",
    "max(input, dim, keepdim=False, *, out=None) -> (Tensor, LongTensor)",
    "max(input, other, *, out=None) -> Tensor",
)


def parsed(text: str) -> Signature:
    signature = parse_signature(text)
    assert signature is not None
    return signature


def called(before: str) -> Call:
    call = call_at(before)
    assert call is not None
    return call


@pytest.mark.parametrize(
    ("text", "names", "returned"),
    [
        ("f()", [], ""),
        (
            "f(x, /, y=(1, 2), *rest, z: dict[str, int] = {}, **more) -> int",
            ["x", "", "y", "rest", "z", "more"],
            "-> int",
        ),
        ("relu(Tensor input) -> Tensor", ["input"], "-> Tensor"),
        ("sum(Tensor self, int[1]? dim, bool keepdim=False) -> Tensor", ["self", "dim", "keepdim"], "-> Tensor"),
        ("max(dim=None) -> Tensor or (Tensor, Tensor)", ["dim"], "-> Tensor or (Tensor, Tensor)"),
        ("f(sep=', (', end)", ["sep", "end"], ""),
        ("randint(low=0, high, \\*, out=None)", ["low", "high", "", "out"], ""),
        ("f(a,\n    b)", ["a", "b"], ""),
    ],
)
def test_a_signature_in_its_parts(text: str, names: list[str], returned: str) -> None:
    signature = parsed(text)
    assert [parameter.name for parameter in signature.parameters] == names
    assert signature.returned == returned


@pytest.mark.parametrize("text", ["", "f", "f(x", "not a signature (at all)"])
def test_what_is_no_signature(text: str) -> None:
    assert parse_signature(text) is None


@given(st.text(alphabet="f(x,[{}])='\"*/:> -1", max_size=50))
def test_no_signature_is_too_odd(text: str) -> None:
    signature = parse_signature(text)
    if signature is not None:
        for width in (1, 10, 80):
            assert columns(plain(signature_line(signature, None, width))) <= width


@pytest.mark.parametrize(
    ("before", "text", "parameter"),
    [
        ("f(", "f(x, y=1)", "x"),
        ("f(1, ", "f(x, y=1)", "y=1"),
        ("f(1, 2, ", "f(x, y=1)", None),
        ("f(y=", "f(x, y=1)", "y=1"),
        ("f(y=2, ", "f(x, y=1)", None),
        ("f(z=", "f(x, y=1)", None),
        ("f(z=", "f(x, **more)", "**more"),
        ("f(x == 1", "f(x, y=1)", "x"),
        ("f(1, 2, 3", "f(x, *rest, key=1)", "*rest"),
        ("f(1, key=", "f(x, *rest, key=1)", "key=1"),
        ("f(1, 2", "f(x, *, key)", None),
        ("f(1, 2", "f(x, /, y)", "y"),
        ("f(*a, ", "f(x, y)", None),
        ("f(**a", "f(x, y)", None),
        ("ones(2, 3", "ones(*size, *, out=None)", "*size"),
        ("arange(", "arange(start=0, end, step=1, *, out=None)", "end"),
        ("arange(1, 5", "arange(start=0, end, step=1, *, out=None)", "end"),
        ("arange(1, 5, 2", "arange(start=0, end, step=1, *, out=None)", "step=1"),
        ("randint(10, (2, ", "randint(low=0, high, size, *, out=None)", "size"),
        ("randint(0, 10, (2, ", "randint(low=0, high, size, *, out=None)", "size"),
    ],
)
def test_the_parameter_at_the_cursor(before: str, text: str, parameter: str | None) -> None:
    signature = parsed(text)
    place = current_parameter(signature, called(before))
    assert (None if place is None else signature.parameters[place].text) == parameter


@pytest.mark.parametrize(
    ("before", "first"),
    [
        ("max(", 0),
        ("max(x", 0),
        ("max(x, ", 1),
        ("max(x, 1", 1),
        ("max(x, y", 2),
        ("max(x, dim=", 1),
        ("max(x, other=", 2),
        ("max(x, keepdim=True, ", 1),
        ("max(x, 1, True", 1),
        ("max(x, out=", 0),
    ],
)
def test_the_overload_that_fits_comes_first(before: str, first: int) -> None:
    signatures = [parsed(text) for text in MAX]
    best = best_first(signatures, called(before), lambda argument: argument in ("x", "y"))
    assert best[0] == signatures[first]
    assert sorted(map(str, best)) == sorted(map(str, signatures))


LONG = "f(first: int = 1, second: str = 'two', third: float = 3.0, fourth: bool = True) -> Tensor"


@pytest.mark.parametrize(
    ("width", "current", "shown"),
    [
        (100, 1, "f(first: int = 1, «second: str = 'two'», third: float = 3.0, fourth: bool = True) -> Tensor"),
        (85, 1, "f(first: int = 1, «second: str = 'two'», third: float = 3.0, fourth: bool = True)"),
        (60, 1, "f(first=1, «second='two'», third=3.0, fourth=True)"),
        (40, 1, "f(first=1, «second='two'», third=3.0, …)"),
        (39, 1, "f(…, «second='two'», third=3.0, …)"),
        (40, 3, "f(…, third=3.0, «fourth=True»)"),
        (40, None, "f(first=1, second='two', third=3.0, …)"),
        (15, 1, "f(…, «second='…"),
        (3, 1, "f(…"),
    ],
)
def test_a_line_is_cut_to_the_width_round_the_argument(width: int, current: int | None, shown: str) -> None:
    line = signature_line(parsed(LONG), current, width)
    assert plain(line) == shown
    assert columns(shown) <= width


def test_the_argument_stands_out_with_and_without_colour() -> None:
    line = signature_line(parsed("f(x, y=1)"), 1, 80)
    assert ("key", "«y=1»") in line
    assert all(style != "key" for style, text in line if text != "«y=1»")


def test_how_many_ways_there_are() -> None:
    assert plain(signature_line(parsed(MAX[0]), 0, 80, ways=3)) == "1/3 max(«input», *, out=None) -> Tensor"


@given(st.integers(1, 120), st.integers(0, 3))
def test_every_width_holds_it(width: int, current: int) -> None:
    assert columns(plain(signature_line(parsed(LONG), current, width, ways=2))) <= width
