"""An optimizer that is called."""

from __future__ import annotations

from tests.explain.failing import check

MADE = "net = nn.Linear(2, 1)\nopt = torch.optim.AdamW(net.parameters())\n"


def test_like_its_class() -> None:
    code = "class Wrapped:\n    def __init__(self, params, base):\n        self.base = base(params, lr=0.1)\n"
    check(
        MADE + code + "Wrapped(net.parameters(), opt)",
        "base (AdamW) was made before, and this line calls it as its class would be called. What makes one "
        "here needs the class itself, torch.optim.AdamW, without brackets.",
    )


def test_for_its_step() -> None:
    check(MADE + "opt()", "opt (AdamW) is no function: its step() takes a step.", ["opt.step()"])
    code = MADE + "scheduler = torch.optim.lr_scheduler.StepLR(opt, 10)\nopt.step()\nscheduler()"
    check(code, "scheduler (StepLR) is no function: its step() takes a step.", ["scheduler.step()"])
    check(code[:-1] + "1)", "scheduler (StepLR) is no function: its step() takes a step.", [])
    check(MADE + "opt(torch.ones(2))", "opt (AdamW) is no function: its step() takes a step.", [])
