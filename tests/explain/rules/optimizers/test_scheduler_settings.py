"""What a scheduler is made with."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

START = """
from torch.optim.lr_scheduler import *
net = nn.Linear(4, 2)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
"""


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("MultiStepLR(opt, milestones=30)", "milestones=[30]", ["MultiStepLR(opt, milestones=[30])"]),
        ("LambdaLR(opt, 0.95)", "here it is the number 0.95", ["LambdaLR(opt, lambda epoch: 0.95 ** epoch)"]),
        ("ReduceLROnPlateau(opt, factor=10)", "factor is 10.", ["ReduceLROnPlateau(opt, factor=0.1)"]),
        ("LinearLR(opt, start_factor=0.0)", "start_factor is 0.", ()),
        (
            "CosineAnnealingWarmRestarts(opt, T_0=10 / 2)",
            "T_0 is 5.0",
            ["CosineAnnealingWarmRestarts(opt, T_0=10 // 2)"],
        ),
        ("OneCycleLR(opt, max_lr=1, epochs=2, steps_per_epoch=100 / 32)", "steps_per_epoch=len(loader)", ()),
        ("OneCycleLR(opt, max_lr=1, epochs=2)", "steps_per_epoch is missing", ()),
        (
            "SequentialLR(opt, [StepLR(opt, 1), StepLR(opt, 2)], milestones=[5, 20])",
            "one milestone less, 1, and here are 2",
            ["SequentialLR(opt, [StepLR(opt, 1), StepLR(opt, 2)], milestones=[5])"],
        ),
        ("CosineAnnealingLR(opt)", "T_max is missing.", ()),
    ],
)
def test_what_a_scheduler_takes(line: str, said: str, fixes: list[str]) -> None:
    check(f"{START}\n{line}", said, fixes)
