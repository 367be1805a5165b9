"""The tree of a graph in the terminal."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ptrepl.engine.graphs.graph import read_graph
from ptrepl.engine.graphs.names import names_in
from ptrepl.screen.figures.graphs.tree import graph_lines
from ptrepl.screen.line import plain
from ptrepl.screen.wrap import columns
from tests.screen.figures.graphs.nets import loss_of_two_layers, residual_net


def shown(
    label: str, width: int | None = 80, *, drawn: bool = True, with_kept: bool = False, **names: Any
) -> list[str]:
    graph = read_graph(names[label], names_in(names, "learner"), with_kept=with_kept)
    assert graph is not None
    return [plain(line) for line in graph_lines(label, graph, width, drawn=drawn, with_kept=with_kept)]


def two_paths() -> dict[str, Any]:
    w, x = torch.tensor([1.0], requires_grad=True), torch.tensor([2.0])
    a = x + w
    return {"w": w, "x": x, "a": a, "y": a * (w + 1)}


def test_each_operation_stands_above_what_it_was_computed_from() -> None:
    assert shown("y", **two_paths())[:5] == [
        "y  *  MulBackward0  (1,)",
        "├─ a  +  AddBackward0  (1,)",
        "│  └─ w  leaf  (1,)  · value 1",
        "└─ +  AddBackward0  (1,)",
        "   └─ w  leaf  (1,)  · as above",
    ]


def test_without_lines_operands_are_indented() -> None:
    assert shown("y", None, drawn=False, **two_paths()) == [
        "y  *  MulBackward0  (1,)",
        "  a  +  AddBackward0  (1,)",
        "    w  leaf  (1,)  · value 1",
        "  +  AddBackward0  (1,)",
        "    w  leaf  (1,)  · as above",
        "3 operations, 1 leaf",
        "Inputs that need no gradient are not in the graph, so they are not shown.",
    ]


def test_after_backward_there_are_gradients_and_freed_nodes() -> None:
    names = two_paths()
    names["y"].backward()
    told = shown("y", None, **names)
    assert told[0] == "y  *  MulBackward0  (1,)  · freed"
    assert told[2] == "│  └─ w  leaf  (1,)  · value 1 · grad 5"
    assert told[-1].startswith("freed: a backward pass has used what these nodes had saved.")


def test_what_is_saved() -> None:
    told = shown("y", None, with_kept=True, **two_paths())
    assert told[1:3] == [
        "│  keeps its first operand, a (1,) float32, 4 bytes",
        "│  keeps its second operand, the result of + (1,) float32, 4 bytes",
    ]
    assert told[-1] == "2 tensors are saved for the backward pass: 8 bytes, shared memory counted once."


def test_a_net_of_two_layers() -> None:
    assert shown("loss", **loss_of_two_layers())[:10] == [
        "loss  mse_loss  MseLossBackward0  ()",
        "└─ linear  AddmmBackward0  (5, 1)  in net[2]",
        "   ├─ net[2].bias  leaf  (1,)  · value 0.5",
        "   ├─ relu  ReluBackward0  (5, 3)",
        "   │  └─ linear  AddmmBackward0  (5, 3)  in net[0]",
        "   │     ├─ net[0].bias  leaf  (3,)",
        "   │     └─ t  TBackward0  (4, 3)",
        "   │        └─ net[0].weight  leaf  (3, 4)",
        "   └─ t  TBackward0  (3, 1)",
        "      └─ net[2].weight  leaf  (1, 3)",
    ]


def test_what_is_shared_is_drawn_once_and_referred_to() -> None:
    w = torch.ones(2, requires_grad=True)
    told = shown("y", w=w, y=(e := (w * w).exp()) / e.sum())
    assert [line for line in told if "#1" in line] == [
        "├─ exp  ExpBackward0  (2,)  #1",
        "   └─ exp  ExpBackward0  (2,)  #1  · as above",
    ]


def test_a_residual_net_stays_within_80_columns() -> None:
    told = shown("loss", **residual_net(17))
    assert max(map(columns, told)) <= 80
    start = told.index("↑ +  AddBackward0  (2, 4, 4, 4)  of #1")
    assert told[start + 1 : start + 7] == [
        "├─ batch_norm  NativeBatchNormBackward0  (2, 4, 4, 4)  in net[17].bn2",
        "│  ↑ conv  ConvolutionBackward0  (2, 4, 4, 4)  in net[17].conv2",
        "│  ↑ relu  ReluBackward0  (2, 4, 4, 4)",
        "│  ↑ batch_norm  NativeBatchNormBackward0  (2, 4, 4, 4)  in net[17].bn1",
        "│  ↑ conv  ConvolutionBackward0  (2, 4, 4, 4)  in net[17].conv1  of #1",
        "↑ relu  ReluBackward0  (2, 4, 4, 4)  #1",
    ]
    assert len([line for line in told if "ConvolutionBackward0" in line]) == 35


def test_a_recurrence_shows_its_step_once() -> None:
    u, b, h = torch.ones(2, 2, requires_grad=True), torch.ones(2, requires_grad=True), torch.zeros(2)
    for _ in range(5_000):
        h = torch.tanh(u @ h + b)
    told = shown("y", None, u=u, b=b, y=h.sum())
    assert told[:11] == [
        "y  sum  SumBackward0  ()",
        "↑ tanh  TanhBackward0  (2,)",
        "↑ +  AddBackward0  (2,)  of b",
        "↑ @  MvBackward0  (2,)  of u",
        "↑ … the 3 operations above, 4,998 more times",
        "↑ tanh  TanhBackward0  (2,)",
        "↑ +  AddBackward0  (2,)  of b",
        "↑ @  MvBackward0  (2,)  of u",
        "leaves",
        "   b  (2,)",
        "   u  (2, 2)",
    ]


def test_branches_that_are_alike_stand_once_too() -> None:
    w, total = torch.tensor(0.5, requires_grad=True), torch.tensor(0.0)
    for _ in range(200):
        total = total + (w * 2).sin()
    told = shown("total", None, w=w, total=total)
    assert len(told) < 20
    assert "↑ … the operation above, 19" in "\n".join(told)


@pytest.mark.parametrize("width", [20, 40, 60, 120])
@pytest.mark.parametrize("kept", [False, True])
def test_no_line_is_longer_than_the_terminal(width: int, kept: bool) -> None:
    for names in (two_paths(), loss_of_two_layers(), residual_net(9)):
        label = "y" if "y" in names else "loss"
        told = shown(label, width, with_kept=kept, **names)
        assert max(map(columns, told)) <= width


def test_of_a_cut_graph_it_is_said_what_is_left_out() -> None:
    h = torch.ones(1, requires_grad=True)
    for _ in range(300):
        h = h.tanh()
    graph = read_graph(h, most=200)
    assert graph is not None
    told = [plain(line) for line in graph_lines("h", graph)]
    assert "101 nodes that are farther from the result are left out." in told
