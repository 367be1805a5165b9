"""``model(x)[0]`` of a network that gives one tensor."""

from __future__ import annotations

from tests.explain.failing import check, why

NET = "model = nn.Sequential(nn.Linear(6, 3))\nx = torch.rand(8, 6)\n"
SAYS = "model gives one tensor, (8, 3), and model(x)[0] is its first row"


def test_in_the_branch_of_an_if() -> None:
    code = NET + "if True:\n    out = model(x)[0]\nelse:\n    out = model(x)\nlast = out[:, -1:]"
    check(code, SAYS, ["out = model(x)\nlast = out[:, -1:]"])


def test_in_a_loop() -> None:
    loop = "for step in range(2):\n    out = model(x){first}\n    probs = F.softmax(out, dim=1)"
    check(NET + loop.format(first="[0]"), SAYS, [loop.format(first="")])


def test_a_network_that_gives_two_results() -> None:
    code = "gru = nn.GRU(6, 3)\nout = gru(torch.rand(8, 6))[0]\nlast = out[:, -1, :]"
    assert "first row" not in why(code).text


def test_further_indices_are_only_said_to_be_too_many() -> None:
    assert "Each index is for one dim, and there are 2." in why("y = torch.rand(8, 3)\ny[:, 0, 1]").text
