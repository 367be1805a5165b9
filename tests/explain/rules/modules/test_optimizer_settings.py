"""What an optimizer was given: lists of results, unpacked rows, strings."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "w = torch.ones(2, requires_grad=True)\nopt = torch.optim.SGD(w * 2, lr=1)",
            "w * 2 computes a new tensor. An optimizer updates leaves: give it the tensor itself.",
            [],
        ),
        (
            "factors = [torch.ones(2, requires_grad=True).to(torch.float64) for _ in range(3)]\n"
            "opt = torch.optim.Adam(factors, lr=0.01)",
            "Make each of them with requires_grad_() as the last step, so that nothing is computed from it.",
            [],
        ),
        (
            "import itertools\n"
            "net = nn.Linear(1, 1)\n"
            "W = torch.zeros(1, 1, requires_grad=True)\n"
            "opt = torch.optim.Adam(itertools.chain(*net.parameters(), W))",
            "chain goes through what each of its arguments holds, and a tensor holds its rows:",
            ["opt = torch.optim.Adam([*net.parameters(), W])"],
        ),
        (
            'net = nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters(), lr="0.1")',
            "lr is '0.1', a string: numbers have no quotes.",
            ["opt = torch.optim.SGD(net.parameters(), lr=0.1)"],
        ),
        (
            'net = nn.Linear(1, 1)\nopt = torch.optim.Adam(net.parameters(), lr="fast")',
            "lr is 'fast', a string, and it has to be a number.",
            [],
        ),
    ],
)
def test_what_is_said_and_offered(code, said, fixes):
    check(code, said, fixes)
