"""Rows that a view makes of what a pooling left, and two outputs for one target."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, session

NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 20, 3, padding=1), nn.Linear(20, 6)
    def forward(self, x):
        x = self.conv(x)
        x = {pool}
        x = x.view(-1, 20)
        return self.fc(x)

net = Net()
images, labels = torch.rand(12, 3, 16, 16), torch.randint(0, 6, (12,))
loss = F.cross_entropy(net(images), labels)
"""


def test_a_pooling_that_leaves_more_than_one_place() -> None:
    text = check(NET.format(pool="F.avg_pool2d(x, 8)"), "makes 4 rows of each example", []).text
    assert "F.adaptive_avg_pool2d(x, 1) in its place leaves one" in text
    live = session()
    assert all(each.error is None for each in live.run(NET.format(pool="F.adaptive_avg_pool2d(x, 1)")))


@pytest.mark.parametrize(("labels", "indices"), [("[0., 1., 1.]", "y.long()"), ("[0, 1, 1]", "y")])
def test_two_outputs_for_one_target(labels: str, indices: str) -> None:
    code = (
        f"net = nn.Sequential(nn.Linear(4, 2), nn.Sigmoid())\ny = torch.tensor({labels})\nout = net(torch.rand(3, 4))\n"
    )
    check(f"{code}nn.BCELoss()(out, y)", f"write F.cross_entropy(out, {indices}).", [])
    check(f"{code}F.binary_cross_entropy(out, y)", "write F.binary_cross_entropy(out.squeeze(1), y)", [])
