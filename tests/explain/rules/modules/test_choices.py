"""A setting that takes one of a few words."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

NET = "net = nn.Linear(4, 2)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)"
LR = "torch.optim.lr_scheduler"


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            'nn.Conv2d(3, 8, 3, padding="SAME")',
            'padding is "SAME", and it takes "same" or "valid". Write nn.Conv2d(3, 8, 3, padding="same").',
            ['nn.Conv2d(3, 8, 3, padding="same")'],
        ),
        (
            'nn.Conv1d(3, 8, 3, padding_mode="reflection")',
            'it takes "zeros", "reflect", "replicate" or "circular"',
            ['nn.Conv1d(3, 8, 3, padding_mode="reflect")'],
        ),
        (
            f'{NET}\n{LR}.ReduceLROnPlateau(opt, mode="minimum")',
            'it takes "min" or "max"',
            [f'{LR}.ReduceLROnPlateau(opt, mode="min")'],
        ),
        (
            'nn.RNN(4, 8, nonlinearity="gelu")',
            'nonlinearity is "gelu", and it takes "tanh" or "relu".',
            ['nn.RNN(4, 8, nonlinearity="relu")'],
        ),
        (
            'criterion = nn.MSELoss(reduction="average")\ncriterion(torch.rand(3), torch.rand(3))',
            'Make it with criterion = nn.MSELoss(reduction="mean").',
            (),
        ),
        (
            'nn.init.kaiming_uniform_(torch.empty(3, 3), mode="fan-in")',
            'it takes "fan_in" or "fan_out"',
            ['nn.init.kaiming_uniform_(torch.empty(3, 3), mode="fan_in")'],
        ),
    ],
)
def test_the_words_that_it_takes(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)
