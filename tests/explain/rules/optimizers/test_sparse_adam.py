"""SparseAdam for a network whose gradients are dense."""

from __future__ import annotations

from tests.explain.failing import check


def test_dense_gradients() -> None:
    code = (
        "table = nn.Embedding(5, 2)\nopt = torch.optim.SparseAdam(table.parameters(), lr=0.1)\n"
        "table(torch.tensor([1])).sum().backward()\nopt.step()"
    )
    check(code, "SparseAdam updates the rows of an nn.Embedding that was made with sparse=True, and nothing else", [])
