"""The check word function: strings are compared as they are, and a failing call may be told in full."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.tutor.check.test_checks import told

TABLE = "torch.arange(6.0).reshape(2, 3)"
FULL = "f(torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]))"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda text: text.upper(), ""),
        (lambda text: text, "`f('day')` is 'day'; this step wants 'DAY'."),
        (lambda text: list(text.upper()), "`f('day')` is a list; this step wants a string."),
        (lambda text: None, "`f('day')` gives None, and no value: look at the return of the function."),
        (lambda text: "\x1b[2J" * 100, None),
    ],
)
def test_a_function_that_gives_a_string(given: Any, message: str | None) -> None:
    said = told('function("f", str.upper, ["day"])', f=given)
    if message is None:
        assert "\x1b" not in said
        assert len(said) < 200
    else:
        assert said == message


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda table: table.sum(0), ""),
        (lambda table: table.sum(1), f"`{FULL}` is shape (2,); this step wants (3,)."),
        (lambda table: table.sum(0) + 1, f"`{FULL}` is [4.0, 6.0, 8.0]; this step wants [3.0, 5.0, 7.0]."),
    ],
)
def test_the_input_is_written_out_where_it_is_asked_for(given: Any, message: str) -> None:
    asked = f'function("f", lambda table: table.sum(0), [{TABLE}]'
    in_full, in_short = told(f"{asked}, in_full=True)", f=given), told(f"{asked})", f=given)
    assert in_full.startswith(message)
    assert bool(in_full) == bool(message)
    assert in_short == in_full.replace(FULL, "f(shape (2, 3))")


def test_a_large_input_is_named_by_its_shape_all_the_same() -> None:
    said = told('function("f", abs, [torch.arange(-50.0, 50.0)], in_full=True)', f=lambda x: x)
    assert said.startswith("`f(shape (100,))` has -50.0 at [0]")


def weighted(table: torch.Tensor) -> torch.Tensor:
    return table @ torch.ones(2)


def test_a_broken_shape_is_explained() -> None:
    asked = f'function("f", lambda table: table.sum(1), [{TABLE}]'
    message = f"`{FULL}` raises RuntimeError: size mismatch, got input (2), mat (2x3), vec (2)"
    assert told(f"{asked})", f=weighted) == message.replace(FULL, "f(shape (2, 3))")
    assert told(f"{asked}, in_full=True)", f=weighted).startswith(message)


def test_an_error_that_no_rule_knows_is_told_as_it_is() -> None:
    def refuses(table: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("not today")

    said = told(f'function("f", abs, [{TABLE}], in_full=True)', f=refuses)
    assert said == f"`{FULL}` raises RuntimeError: not today"


BOARD = 'function("f", lambda n, m: (torch.arange(n)[:, None] + torch.arange(m)) % 2, [(2, 3), (3, 3), (1, 1)])'


@pytest.mark.parametrize(
    ("check", "given", "ending"),
    [
        (
            'function("f", lambda x: x.T, [torch.eye(2) + 1, torch.arange(4).reshape(2, 2)])',
            lambda x: x,
            "are swapped.",
        ),
        (
            'function("f", lambda x: x.T, [torch.arange(4).reshape(2, 2), torch.arange(9).reshape(3, 3)])',
            lambda x: x.T if len(x) > 2 else x,
            "are swapped.",
        ),
        (
            'function("f", lambda x: x.T, [torch.arange(4).reshape(2, 2), torch.arange(9).reshape(3, 3)])',
            lambda x: x if len(x) < 3 else x.flip(0),
            "this step wants [[0, 2], [1, 3]].",
        ),
        ('function("f", lambda x: x.flip(0), [torch.arange(2), torch.arange(3)])', lambda x: x, "in reverse order."),
        (
            'function("f", lambda x: x.flip(0), [torch.arange(2), torch.arange(3)])',
            lambda x: x.roll(2),
            "this step wants [1, 0].",
        ),
        (BOARD, lambda n, m: (torch.arange(n)[:, None] + torch.arange(m) + 1) % 2, "0 and 1 have changed places."),
        (
            'function("f", lambda x: x[None], [torch.arange(2), torch.arange(3)])',
            lambda x: x,
            "holds the right values, but in shape (2,); this step wants (1, 2).",
        ),
        (
            'function("f", lambda x: x[None], [torch.arange(2), torch.arange(3)])',
            lambda x: x[:2],
            "is shape (2,); this step wants (1, 2).",
        ),
        (
            'function("f", lambda x: (x, x.flip(0)), [torch.arange(2), torch.arange(3)])',
            lambda x: (x, x.roll(2)),
            "this step wants [1, 0].",
        ),
        (
            'function("f", lambda x: x.flip(0), [torch.arange(2), torch.zeros(0), torch.arange(3)])',
            lambda x: x[x.argsort()] if len(x) else x[9],
            "in reverse order.",
        ),
    ],
)
def test_what_the_values_are_like_is_told_where_all_inputs_agree(check: str, given: Any, ending: str) -> None:
    said = told(check, f=given)
    assert said.endswith(ending)
    assert said.count("; this step wants") == 1
