"""Which call the cursor is in."""

from __future__ import annotations

import ast
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.shell.signature.call import Call, call_at


@pytest.mark.parametrize(
    ("before", "function", "arguments"),
    [
        ("f(", "f", ("",)),
        ("x = torch.ones(2, ", "torch.ones", ("2", "")),
        ("torch.ones(2, dtype=torch.fl", "torch.ones", ("2", "dtype=torch.fl")),
        ("f((1, 2), [3, 4], ", "f", ("(1, 2)", "[3, 4]", "")),
        ("f((1, ", "f", ("(1,",)),
        ("f([g(1), ", "f", ("[g(1),",)),
        ("f([g(1, ", "g", ("1", "")),
        ("f({'a': g(", "g", ("",)),
        ("f(g(1, 2), ", "f", ("g(1, 2)", "")),
        ("f(\n    1,\n    ", "f", ("1", "")),
        ("f(1,  # one, or (two\n  ", "f", ("1", "# one, or (two")),
        ("f('a, (', ", "f", ("'a, ('", "")),
        ("f('it\\'s, ', ", "f", ("'it\\'s, '", "")),
        ('f("""a,\n(""", ', "f", ('"""a,\n("""', "")),
        ("f('typing, this (", "f", ("'typing, this (",)),
        ("f(lambda a, b: a, ", "f", ("lambda a, b: a", "")),
        ("f(lambda a, b", "f", ("lambda a, b",)),
        ("x[f(1, ", "f", ("1", "")),
        ("net[0](", "net[0]", ("",)),
        ("net['a'].weight.sum(", "net['a'].weight.sum", ("",)),
        ("torch.ones(3).view(", "torch.ones(3).view", ("",)),
        ("(a + b).sum(", "(a + b).sum", ("",)),
        ("', '.join(", "', '.join", ("",)),
        ("a + f(", "f", ("",)),
        ("not f(", "f", ("",)),
        ("return f(", "f", ("",)),
        ("%time torch.ones(", "torch.ones", ("",)),
        ("f (", "f", ("",)),
        ("def g(x=f(", "f", ("",)),
        ("f(1)(2, ", "f(1)", ("2", "")),
        ("变量.求和(", "变量.求和", ("",)),
        ("if x:\n    y = f(1,", "f", ("1", "")),
        ("f(lambda a, b=[1, 2]: (a, b), [lambda: 0, ", "f", ("lambda a, b=[1, 2]: (a, b)", "[lambda: 0,")),
        ("f(n := 1, ", "f", ("n := 1", "")),
    ],
)
def test_the_call_and_its_arguments(before: str, function: str, arguments: tuple[str, ...]) -> None:
    assert call_at(before) == Call(function, arguments)


@pytest.mark.parametrize(
    "before",
    [
        "",
        "x",
        "f()",
        "f(1)",
        "(1, ",
        "def f(x, ",
        "class A(",
        "if (",
        "return (",
        "x = [1, (2,",
        "'f('",
        "# f(",
        "f(1) + (",
    ],
)
def test_there_is_none(before: str) -> None:
    assert call_at(before) is None


def test_a_comment_is_no_place_for_a_signature() -> None:
    assert call_at("f(1,  # and then") is None


@given(st.text(alphabet="fx.([{)]},:'\"#\\\n =1lambda", max_size=80))
def test_no_text_is_too_odd(before: str) -> None:
    call = call_at(before)
    assert call is None or (call.function and call.arguments)


@given(
    st.recursive(
        st.sampled_from(["a", "1", "'(,'", "x.y"]),
        lambda inner: st.lists(inner, max_size=3).map(lambda parts: f"f({', '.join(parts)})"),
        max_leaves=8,
    ),
    st.integers(0, 3),
)
def test_arguments_are_parted_where_python_parts_them(argument: str, more: int) -> None:
    parts = [argument] * (more + 1)
    source = f"g({', '.join(parts)}"
    call = call_at(source)
    parsed = ast.parse(source + ")", mode="eval").body
    assert isinstance(parsed, ast.Call)
    assert call is not None
    assert list(call.arguments) == [ast.get_source_segment(source + ")", each) for each in parsed.args]


def test_a_long_input_is_soon_read() -> None:
    long = "x = torch.ones(2, 3) + 'text' * 4\n" * 1000 + "f(1, "
    start = time.perf_counter()
    assert call_at(long) == Call("f", ("1", ""))
    assert time.perf_counter() - start < 2
