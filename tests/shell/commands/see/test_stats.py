"""``%stats`` at the prompt."""

from __future__ import annotations

import pytest

from tests.shell.commands.commanding import Shell


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def test_a_parameter_by_its_path(shell: Shell) -> None:
    shown = shell("net = nn.Linear(4, 5)", "_ = nn.init.zeros_(net.weight)", "%stats net.weight")
    assert shown.splitlines() == [
        "│ net.weight  shape=(5, 4)  dtype=float32",
        "│   20 elements  nan 0  inf 0  zero 20",
        "│   min 0  max 0  mean 0  std 0",
    ]


def test_in_a_pipe_the_histogram_is_numbers_in_one_line(shell: Shell) -> None:
    shown = shell("x = torch.arange(40) % 2", "%stats x")
    assert shown.splitlines()[-1] == "│   histogram  0: 20  1: 20"


def test_no_statement_is_told_afterwards_that_it_read_something(shell: Shell) -> None:
    assert shell("x = torch.ones(3)", "%stats x", "y = 1") == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "%stats",
            "%stats wants the name of a tensor, such as %stats w or %stats net[0].weight. %who lists the names.",
        ),
        ("%stats zz9", "There is no name zz9 here. %who lists the names."),
        ("%stats torch", "%stats is about the values of one tensor, and torch is of type module."),
        (
            "%stats net",
            "%stats is about the values of one tensor, and net is of type Linear. %x net names the tensors in it.",
        ),
    ],
)
def test_what_is_no_tensor_is_refused_in_one_line(shell: Shell, line: str, said: str) -> None:
    shell("net = nn.Linear(1, 1)", line)
    assert shell.err.strip() == said
    assert not shell.succeeded


def test_a_tensor_without_values_says_why(shell: Shell) -> None:
    shown = shell('m = torch.empty(3, device="meta")', "%stats m")
    assert shown.strip() == "m is on meta: it has a shape and a dtype, but no values."
