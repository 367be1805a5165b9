"""A loss that is a sum of plain numbers."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

HEAD = """
net = nn.Linear(4, 2)
x, y = torch.randn(5, 4), torch.tensor([0, 1, 1, 0, 1])
outs = [net(x), net(x + 1)]
a, b = F.cross_entropy(outs[0], y), net.weight.abs().sum()
hits = (outs[0].argmax(1) == y).sum()
"""


@pytest.mark.parametrize(
    ("made", "tensor"),
    [
        (
            "loss = sum(F.cross_entropy(out, y).item() for out in outs)",
            "loss = sum(F.cross_entropy(out, y) for out in outs)",
        ),
        ("loss = a.item() + 0.1 * b.item()", "loss = a + 0.1 * b"),
    ],
)
def test_the_parts_were_made_numbers(made: str, tensor: str) -> None:
    said = f"Without it the sum is a tensor: {tensor}."
    check(f"{HEAD}{made}\nloss.backward()", said, [f"{tensor}\nloss.backward()"])


def test_a_count_has_no_graph_either_way() -> None:
    assert "Without it the sum" not in why(f"{HEAD}loss = 1 - hits.item() / 5\nloss.backward()").text
