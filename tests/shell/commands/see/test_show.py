"""``%show`` at the prompt."""

from __future__ import annotations

import re
from textwrap import dedent

import pytest
import torch

from ptrepl.errors import UsageError
from ptrepl.shell.commands.see.show import parse_chosen
from ptrepl.shell.complete.commands import Argument, at_command
from tests.shell.commands.commanding import Shell


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    made = Shell(capsys)
    made("x = torch.arange(6).view(2, 3)", "a = torch.tensor([[1., 2.], [3., 4.]])")
    return made


@pytest.mark.parametrize(
    ("text", "code", "chosen"),
    [
        ("a @ b [1, 2]", "a @ b", (1, 2)),
        ("a @ b[1, 2]", "a @ b[1, 2]", None),
        ("a @ b[1, 2] [0]", "a @ b[1, 2]", (0,)),
        ("x.T [-1,0]", "x.T", (-1, 0)),
        ("x.T  [2, 0] ", "x.T", (2, 0)),
        ("x.sum() []", "x.sum()", ()),
        ("a + [1, 2]", "a + [1, 2]", None),
        ("x[1:] [:]", "x[1:] [:]", None),
        ("torch.tensor([1, 2])", "torch.tensor([1, 2])", None),
    ],
)
def test_an_index_behind_a_space_is_the_chosen_element(text: str, code: str, chosen: tuple[int, ...] | None) -> None:
    assert parse_chosen(text) == (code, chosen)


def test_without_an_expression_the_line_says_what_is_wanted() -> None:
    with pytest.raises(UsageError, match=r"^%show wants an expression, such as %show x\.T"):
        parse_chosen(" ")


def test_in_a_pipe_it_is_told_in_words(shell: Shell) -> None:
    assert shell("%show x[:, 1:]").splitlines() == [
        "x[:, 1:] (2, 2) from x (2, 3)",
        "  [0, 0] 1 from x[0, 1]",
        "  [0, 1] 2 from x[0, 2]",
        "  [1, 0] 4 from x[1, 1]",
        "  [1, 1] 5 from x[1, 2]",
    ]
    assert shell("%show a @ a [1, 0]").splitlines() == [
        "a @ a (2, 2) from a (2, 2) and a (2, 2)",
        "  (a @ a)[1, 0] = a[1, 0]⋅a[0, 0] + a[1, 1]⋅a[1, 0] = 3⋅1 + 4⋅3 = 15",
    ]


def test_nothing_of_the_learners_is_run_or_changed(shell: Shell) -> None:
    shell("ran = []", "def own(x):\n    ran.append(x)", "%show own(x)", "%show x.add_(1)", "%show x.T")
    shell("state = torch.get_rng_state()", "%show torch.rand(2, 2).T")
    assert shell("(ran, x.tolist(), bool((torch.get_rng_state() == state).all()))").splitlines()[-1] == (
        "([], [[0, 1, 2], [3, 4, 5]], True)"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%show x", "Nothing moves in x by itself. %show is about what an operation does, as in %show x.T or %show"),
        ("%show zz9.T", "There is no name zz9 here. %who lists the names."),
        ("%show x.T [5, 5]", "The result has no element [5, 5]: its shape is (3, 2)."),
        ("%show x.T [0]", "The result has no element [0]: its shape is (3, 2)."),
        ("%show x.add_(1)", "add_ works in place, and %show changes nothing. add does the same on a copy."),
        ("%show nn.Linear(3, 2)(x)", "%show runs none of your code, and follows functions of torch that index,"),
        ("%show x +", "'x +' is not an expression. Write one as you use it in Python, such as x.T."),
        (
            "%show x.view(torch.float32)",
            "It is not known which elements view makes its result of when it is called so.",
        ),
        ("%show torch.zeros(9, 9).T [0, 0]", "An element can be chosen where no tensor has more than 64 elements."),
        ("%show x.shape", "%show follows tensors and plain numbers, and x.shape is neither."),
    ],
)
def test_what_cannot_be_shown_says_why_in_one_line(shell: Shell, line: str, said: str) -> None:
    shell(line)
    assert shell.err.startswith(said)
    assert len(shell.err.splitlines()) == 1
    assert not shell.succeeded


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("x @ x", "@ needs the last dim of the left (3) to equal the first of the right (2)."),
        ("x + a", "Lined up from the right, the last dims are 3 and 2."),
        ("torch.cat([x, a])", "torch.cat joins them along dim 0 and needs all other dims to be equal"),
        ("x.view(4, 2)", "x is (2, 3) and has 6 elements. The shape (4, 2) needs 8."),
        ("x[5]", "There is no index 5."),
        ("x.permute(0)", "permute"),
    ],
)
def test_what_torch_refuses_is_explained_without_a_traceback(shell: Shell, code: str, said: str) -> None:
    shell(f"%show {code}")
    assert said in " ".join(shell.err.split())
    assert "Traceback" not in shell.err
    assert "x" in shell.err.split()
    assert not shell.succeeded


def test_what_follows_is_completed_as_code() -> None:
    found = at_command("%show a.su")
    assert isinstance(found, Argument)
    assert (found.kind, found.command) == ("code", "show")


def test_no_statement_is_told_afterwards_that_it_read_something(shell: Shell) -> None:
    assert shell("%show x.T + x.T", "%show a.sum(0)", "%show a @ x", "y = 1") == ""


def test_an_attribute_that_no_tensor_has(shell: Shell) -> None:
    shell("%show x.transpos(0, 1)")
    assert shell.err.strip() == "A tensor has no attribute transpos. It has transpose."
    shell("%show nn.Linear(2, 2).weight.T")
    assert "nn.Linear is not one of them" in " ".join(shell.err.split())
    shell("%show x.real")
    assert shell.err.startswith("%show cannot follow x.real.")
    shell(f"%show x{'.T' * 3000}")
    assert not shell.succeeded


def test_help_shows_how_an_element_is_chosen(shell: Shell) -> None:
    shown = " ".join(shell("%help %show").split())
    assert shown.startswith("%show EXPR [INDEX] ")
    assert "without the space, b[1, 2] belongs to the expression" in shown


def test_a_learners_tensor_in_a_list_or_a_module_has_its_path(shell: Shell) -> None:
    shell("parts = [torch.ones(1), torch.zeros(2)]", "net = nn.Sequential(nn.Linear(2, 1))")
    assert shell("%show torch.cat(parts)").splitlines()[1:] == [
        "  [0] 1 from parts[0][0]",
        "  [1] 0 from parts[1][0]",
        "  [2] 0 from parts[1][1]",
    ]
    shown = shell("%show a @ net[0].weight.T")
    assert "[0, 0]" in shown
    assert re.search(r"from a\[0, :\] and net\[0\]\.weight\.T", shown)


def test_larger_ones_are_told_by_their_dims(shell: Shell) -> None:
    shell("big = torch.zeros(32, 3, 8, 8)")
    assert shell("%show big.flatten(1)") == dedent(
        """\
        big               (32, 3, 8, 8)
        → big.flatten(1)  (32, 192)
        Dim 0 is dim 0 of big.
        Dim 1 runs through dims 1, 2 and 3 of big, the last one fastest.
        """
    )
    assert "Broadcasting stretches a[0] from (8,) to (32, 3, 8, 8)" in shell("a = torch.ones(2, 8)", "%show big + a[0]")
    assert shell("%show big[0]").splitlines()[-1] == "Of dim 0 of big, index 0 is taken."
    assert torch.is_grad_enabled()
