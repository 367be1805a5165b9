"""Groups of parameters for an optimizer."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

NET = "net = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))"
SGD = "torch.optim.SGD"


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        (
            f"opt = {SGD}(net[0].parameters() + net[1].parameters(), lr=0.1)",
            "such generators cannot be added",
            [f"opt = {SGD}(list(net[0].parameters()) + list(net[1].parameters()), lr=0.1)"],
        ),
        (
            f'{SGD}([{{"params": net.parameters()}}, {{"params": net[1].parameters(), "lr": 1}}], lr=0.1)',
            "net.parameters() has those of net[1] too",
            [f'{SGD}([{{"params": net[0].parameters()}}, {{"params": net[1].parameters(), "lr": 1}}], lr=0.1)'],
        ),
        (
            f'{SGD}([{{"param": net.parameters()}}], lr=0.1)',
            'under the key "params"',
            [f'{SGD}([{{"params": net.parameters()}}], lr=0.1)'],
        ),
        (f"{SGD}(net.state_dict(), lr=0.1)", "not what state_dict gives", [f"{SGD}(net.parameters(), lr=0.1)"]),
    ],
)
def test_groups(line: str, said: str, fixes: list[str]) -> None:
    check(f"{NET}\n{line}", said, fixes)
