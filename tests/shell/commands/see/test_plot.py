"""``%plot`` at the prompt: what it takes, what it refuses, and that it leaves the session as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ptrepl.screen.figures.plots.plot import Plot
from ptrepl.shell.commands.see.plot import _parsed, _plot_of, _read
from tests.shell.commands.commanding import Shell


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    made = Shell(capsys)
    yield made
    made.context.reserve.release()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%plot [4.2, 1, 0.01]", "[4.2, 1, 0.01] fell from 4.2 to 0.01 over 2 steps.\n"),
        ("%plot losses, title='Loss'", "Loss: losses fell from 3 to 1 over 2 steps.\n"),
        ("%plot losses, [1, 3, 2]", "3 points: losses is 1 to 3, [1, 3, 2] is 1 to 3. "
                                    "[1, 3, 2] tends to fall as losses rises (correlation -0.50).\n"),
        ("%plot torch.eye(3)[0], kind=hist", "3 values of torch.eye(3)[0], from 0 to 1. "
                                             "They are densest between -0.5 and 0.5: 2 of them, 67 %.\n"),
        ("%plot losses, [1, 3, 2], line=[2, 2, 2]", "3 points: losses is 1 to 3, [1, 3, 2] is 1 to 3. "
                                                    "[1, 3, 2] tends to fall as losses rises (correlation -0.50). "
                                                    "The line [2, 2, 2] goes from 2 to 2. Points above it: 1, "
                                                    "below it: 1; their mean distance from it, up or down, is 0.667."
                                                    "\n"),
        ("%plot losses, line=losses", "3 points: the place in the series is 0 to 2, losses is 1 to 3. losses tends to "
                                      "fall as the place in the series rises (correlation -1.00). The line losses "
                                      "goes from 3 to 1. All points lie on it.\n"),
        ("%plot [each * 2 for each in losses]", "[each * 2 for each in losses] fell from 6 to 2 over 2 steps.\n"),
        ("%plot sorted(losses, key=lambda v: -v)", "sorted(losses, key=lambda v: -v) fell from 3 to 1 over 2 steps.\n"),
        ("%plot {'a': losses, 2: torch.ones(3)}", "a fell from 3 to 1 over 2 steps.\n"
                                                  "Each of the 3 values of 2 is 1.\n"),
        ("%plot {'walk': [[1, 2], [3, 4], [0, 0]]}", "walk goes from (1, 2) to (0, 0) in 2 steps; [:, 0] is 0 to 3, "
                                                     "[:, 1] is 0 to 4.\n"),
        ("%plot m", "The lowest value of m is 0, at [0, 1], the highest 1, at [0, 0].\n"),
    ],
)  # fmt: skip
def test_in_a_pipe_it_says_what_the_chart_shows(shell: Shell, line: str, said: str) -> None:
    assert shell("losses = [3, 2, 1]", "m = torch.eye(2)", line) == said
    assert shell.succeeded


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%plot", "%plot wants something to plot, such as %plot losses or %plot x, y."),
        ("%plot foo", "There is no name foo here. %who lists the names."),
        ("%plot x, losse", "There is no name losse here. %who lists the names."),
        ("%plot x +", "%plot cannot read x +. It wants one expression or two, as in %plot x, y."),
        ("%plot x, x, x", "%plot takes one expression or two, such as %plot x, y; here are 3."),
        ("%plot x, colour='red'", '%plot takes kind="…", title="…" and line=EXPR, not colour.'),
        ("%plot x, line=x[1:]", "x[1:] has 2 values, and there are 3 points; line= wants one for each of them."),
        ("%plot x, x, line=torch.eye(3)", "torch.eye(3) has two dims, and a curve or points want one, such as "
                                          "torch.eye(3)[:, 0]."),
        ("%plot x, line=x, kind=hist", 'line= is drawn through points, so it does not go with kind="hist".'),
        ("%plot x kind=hist", "A comma stands before kind=, title= and line=: %plot x, kind=hist"),
        ('%plot x title="a" kind=hist', 'A comma stands before kind=, title= and line=: %plot x, title="a", kind=hist'),
        ("%plot x, kind='lines'", 'There is no kind of plot "lines"; there are line, scatter, hist, heat. '
                                  'Did you mean kind="line"?'),
        ("%plot x, title=x", 'title wants a text in quotation marks, as in title="Loss".'),
        ("%plot x, x[1:]", "x has 3 values and x[1:] has 2; %plot x, y wants as many of each."),
        ("%plot torch", "torch is of type module, and %plot draws tensors, arrays and lists of numbers."),
        ("%plot torch.ones(2, 2, 2)", "torch.ones(2, 2, 2) has more than two dims; choose a part of it, such as "
                                      "torch.ones(2, 2, 2)[0]."),
        ("%plot x, torch.eye(3)", "torch.eye(3) has two dims, and a curve or points want one, such as "
                                  "torch.eye(3)[:, 0]."),
        ("%plot x, x, kind='hist'", 'kind="hist" is about one expression, and here are two.'),
        ("%plot {}", "{} holds 0 curves, and %plot draws 1 to 12 of a dict."),
        ("%plot {'a': x, 'b': torch.eye(2)}", "Of {'a': x, 'b': torch.eye(2)} some have two columns, and others are "
                                              "one series; %plot wants all alike."),
        ("%plot {'a': x, 'b': torch.eye(3)}", "{'a': x, 'b': torch.eye(3)}['b'] has two dims, and a curve or points "
                                              "want one, such as {'a': x, 'b': torch.eye(3)}['b'][:, 0]."),
        ("%plot {(1, 2): x}", "The keys of {(1, 2): x} name its curves, so %plot wants texts or numbers."),
        ("%plot {'a': x}, kind=hist", "{'a': x} is a dict, and its curves stand in a picture of their own, without "
                                      "kind=."),
        ("%plot x) + f(x", "%plot cannot read x) + f(x. It wants one expression or two, as in %plot x, y."),
    ],
)  # fmt: skip
def test_what_it_cannot_do_is_one_line(shell: Shell, line: str, said: str) -> None:
    shell("x = torch.arange(3.)", line)
    assert shell.err.strip() == said
    assert not shell.succeeded


def test_an_error_in_the_expression_is_an_error(shell: Shell) -> None:
    shell("%plot 1 / 0")
    assert shell.err.endswith("ZeroDivisionError: division by zero\n")
    assert not shell.succeeded


def test_it_leaves_no_name_and_no_change_behind(shell: Shell) -> None:
    shell("x = torch.ones(3)", "%plot x.add_(1)")
    assert "__ptrepl_plot__" not in shell.session.namespace
    assert shell("y = 1") == ""


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("a", "line"),
        ("a, a", "line"),
        ("b, a", "scatter"),
        ("g", "heat"),
        ("column", "line"),
        ("g, kind='hist'", "hist"),
        ("a, kind=scatter", "scatter"),
        ("a, a, line=b", "scatter"),
    ],
)
def test_the_kind_suits_the_numbers(line: str, kind: str) -> None:
    values = {"a": [1, 2, 3], "b": [2, 1, 3], "g": [[1, 2], [3, 4]], "column": [[1], [2]]}
    asked = _parsed(line)
    plot = _plot_of(asked, [_read(text, values[text]) for text in asked.evaluated])
    assert isinstance(plot, Plot)
    assert plot.kind == kind


def test_help_tells_of_the_comma_and_the_kinds(shell: Shell) -> None:
    shown = " ".join(shell("%help %plot").split())
    assert "a comma stands before kind=, title= and line=: %plot w, kind=hist." in shown
    assert "kind= is line, scatter, hist or heat" in shown
