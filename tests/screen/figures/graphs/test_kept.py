"""What an operation keeps for the backward pass, in words."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from ptrepl.engine.graphs.graph import read_graph
from ptrepl.engine.graphs.names import names_in
from ptrepl.engine.graphs.written import with_source
from ptrepl.screen.figures.graphs.kept import kept_pieces
from ptrepl.screen.line import plain


def kept(namespace: dict[str, Any], place: int = 0, sources: dict[str, str] | None = None) -> list[str]:
    """What the operation at ``place`` of the graph of ``y`` keeps."""
    graph = read_graph(namespace["y"], names_in(namespace, "__main__"), with_kept=True)
    assert graph is not None
    return [plain(piece) for piece in kept_pieces(with_source(graph, sources or {}), place)]


def test_operands_come_in_their_order_with_what_was_written_for_them() -> None:
    w, x = torch.ones(1, requires_grad=True), torch.ones(1)
    names = {"w": w, "x": x, "y": (x + w) * (w + 1)}
    assert kept(names) == [
        "keeps its first operand, the result of + (1,) float32, 4 bytes",
        "keeps its second operand, the result of + (1,) float32, 4 bytes",
    ]
    assert kept(names, sources={"y": "y = (x + w) * (w + 1)"}) == [
        "keeps its first operand, x + w (1,) float32, 4 bytes",
        "keeps its second operand, w + 1 (1,) float32, 4 bytes",
    ]


def test_a_layer_keeps_its_input_and_its_weight() -> None:
    net, x = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)), torch.ones(5, 2)
    names = {"net": net, "x": x, "y": net(x)}
    assert kept(names) == [
        "keeps its input, the result of relu (5, 3) float32, 60 bytes",
        "keeps its weight, net[2].weight.t() (3, 1) float32, 12 bytes",
    ]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda v: F.max_pool2d(v, 2), "keeps the places of the greatest values"),
        (lambda v: F.layer_norm(v, (4,)), "keeps the mean that it computed"),
        (lambda v: v.exp(), "keeps its result (1, 2, 4, 4) float32"),
        (lambda v: v**2, "keeps its operand, v (1, 2, 4, 4) float32"),
        (lambda v: F.nll_loss(v, torch.zeros(1, 4, 4).long()), "keeps the sum of the weights () float32"),
        (lambda v: torch.cdist(v, v * 2), "keeps its result"),
    ],
)
def test_what_an_operation_computed_is_called_by_what_it_is(made: Any, said: str) -> None:
    v = torch.randn(1, 2, 4, 4, requires_grad=True)
    found = kept({"v": v, "y": made(v)})
    assert any(each.startswith(said) for each in found), found
    assert not any("self" in each or "other" in each for each in found)


def test_what_is_freed_or_unknown_is_called_by_its_part() -> None:
    w = torch.ones(2, requires_grad=True)
    y = (w * 3 * w).sum()
    y.backward()
    assert kept({"y": y}, 1) == ["kept its first operand, freed now", "kept its second operand, freed now"]
    with torch.autograd.graph.saved_tensors_hooks(lambda tensor: tensor, lambda tensor: tensor):
        packed = w.tan()
    assert kept({"y": packed}) == ["keeps its result, packed by a hook"]


def test_a_function_of_python() -> None:
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, a: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(a)
            return a * a

        @staticmethod
        def backward(ctx: Any, *gradients: Any) -> Any:
            raise AssertionError

    w = torch.ones(1, requires_grad=True)
    assert kept({"w": w, "y": Square.apply(w)}) == ["keeps a tensor of save_for_backward, w (1,) float32, 4 bytes"]
