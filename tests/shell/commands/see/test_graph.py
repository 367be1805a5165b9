"""``%graph`` and ``%backward`` at the prompt."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.errors import UsageError
from ptrepl.shell.commands.see.graph import GraphRequest, parse_request
from tests.shell.commands.commanding import Shell

SETUP = ("w, x = torch.tensor([1.], requires_grad=True), torch.tensor([2.])", "y = (x + w) * (w + 1)")


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def test_the_graph_of_two_paths_with_what_was_written(shell: Shell) -> None:
    assert shell(*SETUP, "%graph y").splitlines()[:5] == [
        "y  *  MulBackward0  (1,)  (x + w) * (w + 1)",
        "  +  AddBackward0  (1,)  x + w",
        "    w  leaf  (1,)  · value 1",
        "  +  AddBackward0  (1,)  w + 1",
        "    w  leaf  (1,)  · as above",
    ]


def test_nothing_is_told_of_it_after_the_next_statement(shell: Shell) -> None:
    assert shell(*SETUP, "%graph y --saved", "%backward y", "z = 1") == ""
    assert shell("y.backward()").startswith("│ w.grad")


def test_names_that_are_gone_are_not_used(shell: Shell) -> None:
    shown = shell(*SETUP, "w2, w = w, torch.ones(1)", "%graph y").splitlines()
    assert shown[:3] == ["y  *  MulBackward0  (1,)", "  +  AddBackward0  (1,)", "    w2  leaf  (1,)  · value 1"]


def test_backward_in_a_pipe_shows_all_steps(shell: Shell) -> None:
    shown = shell(*SETUP, "%backward y").splitlines()
    assert shown[2] == "  to x + w: local derivative 2; 1 · 2 = 2"
    assert "  dy/dw = 3·1 + 2·1 = 5" in shown
    assert shell("print(w.grad)") == "None\n"


def test_at_a_terminal_enter_goes_on_and_q_stops(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = ["", "q"]
    context = shell.context
    context.stdin_is_tty, context.read_line = True, lambda prompt: keys.pop(0)
    monkeypatch.setattr(type(context.printer), "is_terminal", True)
    shown = shell(*SETUP, "%backward y")
    assert [line[:11] for line in shown.splitlines() if line.startswith("step")] == ["step 1 of 4", "step 2 of 4"]
    assert not keys


def test_pictures_are_written(shell: Shell, tmp_path: Path) -> None:
    svg, dot = tmp_path / "a graph.svg", tmp_path / "graph.dot"
    shown = shell(*SETUP, f"%graph y --svg '{svg}' --dot {dot}")
    assert shown.splitlines() == [f"The graph of y is in {svg}.", f"The graph of y is in {dot}."]
    assert svg.read_text(encoding="utf-8").startswith("<svg ")
    assert dot.read_text(encoding="utf-8").startswith("digraph")


def test_a_picture_of_a_long_graph_says_what_is_left_out(shell: Shell, tmp_path: Path) -> None:
    shell("h = torch.ones(1, requires_grad=True)", "for _ in range(2100): h = h.tanh()\n")
    shown = shell(f"%graph h --dot {tmp_path / 'long.dot'}").splitlines()
    assert shown[1] == "A picture has 2,000 nodes at most; 101 that are farther from the result are left out."


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ("y", GraphRequest("y")),
        ("y --saved", GraphRequest("y", saved=True)),
        ("--svg a.svg y --dot b.gv", GraphRequest("y", svg="a.svg", dot="b.gv")),
        ("--svg=a.svg net[0].weight", GraphRequest("net[0].weight", svg="a.svg")),
    ],
)
def test_options_stand_anywhere(arguments: str, asked: GraphRequest) -> None:
    assert parse_request(arguments) == asked


@pytest.mark.parametrize(
    "arguments", ["", "--saved", "y --svg", "y --svg y.png", "y --dot y.svg", "--all y", "y --all"]
)
def test_options_that_mean_nothing_are_refused(arguments: str) -> None:
    with pytest.raises(UsageError):
        parse_request(arguments)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%graph", "%graph wants the name of a tensor, such as %graph loss. %who lists the names."),
        ("%graph zz9", "There is no name zz9 here. %who lists the names."),
        ("%graph torch", "%graph is about one tensor, and torch is of type module."),
        (
            "%graph net",
            "net is a module, and %graph is about a tensor: give what net computes a name, such as out = net(x), and "
            "try %graph out.",
        ),
        (
            "%graph x",
            "There is no graph behind x: nothing that it was computed from requires grad, or the graph was cut off, "
            "by torch.no_grad() or detach() for example.",
        ),
        ("%graph y --svg y.png", "--svg wants a file whose name ends in .svg, such as --svg graph.svg."),
        ("%backward", "%backward wants the name of a number, such as %backward loss. %who lists the names."),
        (
            "%backward v",
            "A backward pass starts from one number, and v is (2,). Give a number a name, such as total = v.sum(), and "
            "try %backward total.",
        ),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_line(shell: Shell, line: str, said: str) -> None:
    shell(*SETUP, "net = nn.Linear(1, 1)", "v = torch.ones(2, requires_grad=True)", line)
    assert shell.err.strip() == said
    assert not shell.succeeded
