"""A number as the input of a network."""

from __future__ import annotations

from tests.explain.failing import check


def test_a_row_of_one_number_where_the_network_takes_rows() -> None:
    code = "net = nn.Sequential(nn.Linear(1, 4), nn.ReLU(), nn.Linear(4, 2))\nstate = 3\nnet(state)"
    said = "state is a Python number, and net takes tensors of floating point numbers, with a row for each example."
    check(code, said, ["net(torch.tensor([[state]], dtype=torch.float32))"])


def test_an_index_stays_one() -> None:
    check("table = nn.Embedding(5, 2)\ntable(2)", "torch.tensor(2) makes a tensor of it.", ["table(torch.tensor(2))"])
