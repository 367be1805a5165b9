"""An optimizer without parameters, a scheduler without an optimizer: which one was meant, where only one can be."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

_NET = "net = nn.Linear(4, 2)\ncriterion = nn.MSELoss()\n"


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("opt = torch.optim.Adam()", "torch.optim.Adam(net.parameters())"),
        ("opt = torch.optim.SGD(lr=0.1)", "torch.optim.SGD(net.parameters(), lr=0.1)"),
        (
            "critic = nn.Linear(2, 1)\nopt = torch.optim.Adam(net.parameters())\nother = torch.optim.Adam(lr=1e-4)",
            "torch.optim.Adam(critic.parameters(), lr=1e-4)",
        ),
        (
            "opt = torch.optim.SGD(net.parameters())\ns = torch.optim.lr_scheduler.StepLR(step_size=5)",
            "torch.optim.lr_scheduler.StepLR(opt, step_size=5)",
        ),
    ],
)
def test_the_one_that_there_is(code: str, fix: str) -> None:
    last = code.split("\n")[-1]
    check(_NET + code, f"Write {fix}.", [f"{last.split(' = ')[0]} = {fix}"])


def test_in_a_class() -> None:
    trainer = """
class Trainer:
    def __init__(self, model):
        self.model = model
        self.opt = torch.optim.SGD({}lr=0.1)
""".strip()
    code = f"{_NET}{trainer.format('')}\nTrainer(net)"
    check(
        code, "Write torch.optim.SGD(self.model.parameters(), lr=0.1).", [trainer.format("self.model.parameters(), ")]
    )


def test_several_networks_get_no_line() -> None:
    check(f"{_NET}other = nn.Linear(2, 1)\nopt = torch.optim.Adam()", "params is missing.")
