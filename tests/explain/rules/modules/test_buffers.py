"""Buffers, the padding index of an embedding, EmbeddingBag, and gradients that are clipped."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

CLASS = "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("self.mean = 1\n        self.register_buffer('mean', torch.zeros(3))", "self.mean was assigned before"),
        ("self.register_buffer('mean', [0., 1.])", "self.register_buffer('mean', torch.tensor([0., 1.]))"),
        ("self.register_parameter('w', torch.zeros(2))", "self.register_parameter('w', nn.Parameter(torch.zeros(2)))"),
        ("self.emb = nn.Embedding(10, 4, padding_idx=10)", "have the indices 0 to 9: 10 is not among them."),
    ],
)
def test_what_is_made_in_init(line: str, said: str) -> None:
    assert said in why(f"{CLASS}        {line}\n\nN()").text


def test_bags() -> None:
    bag = "bag = nn.EmbeddingBag(10, 4)\nx = torch.tensor([1, 2, 3])\n"
    check(f"{bag}bag(x)", "x is (3,). bag takes a batch of bags", ["bag(x.unsqueeze(0))"])
    check(f"{bag}bag(x, torch.tensor([1, 2]))", "the first begins at 0")
    check(f"{bag}bag(x.view(1, 3), torch.tensor([0]))", "each row is a bag already")


@pytest.mark.parametrize("function", ["clip_grad_norm_"])
def test_a_network_has_no_gradients_of_its_own(function: str) -> None:
    net = "net = nn.Linear(2, 1)\n"
    fix = f"nn.utils.{function}(net.parameters(), 1.0)"
    check(f"{net}nn.utils.{function}(net, 1.0)", "net.parameters() gives them", [fix])
