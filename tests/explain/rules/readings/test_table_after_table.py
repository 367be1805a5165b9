"""Embeddings one after the other."""

from __future__ import annotations

from tests.explain.failing import check


def test_a_table_for_each_column_is_no_sequential() -> None:
    code = "net = nn.Sequential(nn.Embedding(5, 6), nn.Embedding(5, 6))\nnet(torch.tensor([[1, 2]]))"
    said = "net[0] gives vectors, and nn.Sequential hands those on to net[1], a table that takes indices."
    check(code, said, [])
