"""A class that a fix defines anew: its instances are made again, so that the same error does not come again."""

from __future__ import annotations

import pytest

from tests.explain.failing import fails, session, why

BATCH = """\
class Net(nn.Module):
    def __init__(self, size=4):
        super().__init__()
        self.conv = nn.Conv2d(1, size, 3, padding=1)
        self.fc = nn.Linear(4 * 8 * 8, 2)
    def forward(self, x):
        x = self.conv(x)
        x = x.view(16, 4 * 8 * 8)
        return self.fc(x)

"""
TYPO = "class Tiny(nn.Module):\n    def foward(self, x):\n        return x * 2\n\n"
SUPER = (
    "class Scale(nn.Module):\n    def __init__(self):\n        self.k = 2.\n"
    "    def forward(self, x):\n        return x\n\n"
)
SELF = "class Id(nn.Module):\n    def forward(x):\n        return x * 1\n\n"


@pytest.mark.parametrize(
    ("code", "line", "again"),
    [
        (BATCH + "net = Net()\n", "net(torch.rand(10, 1, 8, 8))", ["net = Net()"]),
        (BATCH + "net = Net(size=4)\n", "net(torch.rand(10, 1, 8, 8))", ["net = Net(size=4)"]),
        (BATCH + "net = Net().to(device)\n", "net(torch.rand(10, 1, 8, 8))", ["net = Net().to(device)"]),
        (
            BATCH + "net = Net()\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n",
            "net(torch.rand(10, 1, 8, 8))",
            ["net = Net()", "opt = torch.optim.SGD(net.parameters(), lr=0.1)"],
        ),
        (BATCH + "one, = [Net()]\n", "one(torch.rand(10, 1, 8, 8))", None),
        (BATCH + "def made():\n    return Net()\nnet = made()\n", "net(torch.rand(10, 1, 8, 8))", None),
        (TYPO + "t = Tiny()\n", "t(torch.ones(1, 3))", ["t = Tiny()"]),
        (SUPER + "s = Scale()\n", "s(torch.ones(2))", ["s = Scale()"]),
        (SELF + "same = Id()\n", "same(torch.ones(2))", ["same = Id()"]),
    ],
)
def test_the_same_call_runs_after_the_fix(code, line, again):
    explanation = why(code + line)
    [fix] = explanation.fixes
    if again is None:
        assert "Then make " in explanation.text
        assert explanation.text.endswith("again.")
        assert "\n\n" not in fix.code.rstrip()
        return
    assert fix.code.split("\n\n")[-1].split("\n") == again
    assert "again" not in explanation.text  # the fix does it, and nothing needs to be said of it
    live = session()
    fails(code + line, live)
    for outcome in live.run(fix.code + "\n" + line + "\n"):
        assert outcome.error is None, outcome.error.final


@pytest.mark.parametrize(
    ("code", "line"),
    [(BATCH, "Net()(torch.rand(10, 1, 8, 8))"), (TYPO, "Tiny()(torch.ones(1))"), (SUPER, "Scale()(torch.ones(1))")],
)
def test_nothing_is_made_again_where_the_line_makes_it(code, line):
    explanation = why(code + line)
    assert "keeps the class" not in explanation.text
    assert len(explanation.fixes) == 1


def test_a_network_that_holds_one_of_the_class():
    code = BATCH + "whole = nn.Sequential(Net())\n"
    explanation = why(code + "whole(torch.rand(10, 1, 8, 8))")
    assert "make whole again" in explanation.text


ROWS = """\
class Rows(Dataset):
    def __init__(self, n):
        self.x = [[float(i), 1.0] for i in range(n)]
    def __len__(self):
        return len(self.x)
    def __getitem__(self, i):
        return torch.tensor(self.x[i, 0])

"""
LINEAR = (
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(3, 2)\n"
    "    def forward(self, x):\n        return nn.ReLU(self.fc(x)).sum()\n\n"
)


@pytest.mark.parametrize(
    ("code", "line", "again"),
    [
        (
            ROWS,
            "for x in loader:\n    pass",
            ["rows = Rows(10)", "train, val = random_split(rows, [8, 2])", "loader = DataLoader(train, batch_size=4)"],
        ),
        (
            ROWS,
            "first = next(batches)",
            ["loader = DataLoader(Rows(10), batch_size=4)", "batches = iter(loader)"],
        ),
        (
            LINEAR,
            "net(torch.rand(2, 3))",
            [
                "net = Net()",
                "opt = torch.optim.SGD(net.parameters(), lr=0.1)",
                "sched = torch.optim.lr_scheduler.StepLR(opt, 2)",
            ],
        ),
        (LINEAR, "target(torch.rand(2, 3))", ["net = Net()", "target = copy.deepcopy(net)"]),
        (LINEAR, "for n in nets.values():\n    n(torch.rand(2, 3))", ['nets = {"a": Net(), "b": Net()}']),
        (LINEAR, "net(torch.rand(2, 3))", ["net = Net()"]),
    ],
)
def test_what_was_made_of_the_old_ones_is_made_again_too(code, line, again):
    head = "import copy\nfrom torch.utils.data import DataLoader, Dataset, random_split\n"
    program = head + code + "\n".join(again) + "\n"
    [fix] = why(program + line).fixes
    assert fix.code.split("\n\n")[-1].split("\n") == again
    live = session()
    fails(program + line, live)
    for outcome in live.run(fix.code + "\n" + line + "\n"):
        assert outcome.error is None, outcome.error.final
