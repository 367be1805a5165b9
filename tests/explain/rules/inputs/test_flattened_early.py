"""Images that forward flattens before a layer that takes them with their dims."""

from __future__ import annotations

from tests.explain.failing import check

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4 * 8 * 8, 5)
    def forward(self, x):
        {lines}
        return self.fc(x)
net = Net()
images = torch.rand(6, 1, 8, 8)
"""


def _net(*lines: str) -> str:
    return NET.format(lines="\n        ".join(lines))


def test_before_the_convolution() -> None:
    view, conv = "x = x.view(x.size(0), -1)", "x = torch.relu(self.conv(x))"
    said = (
        "`x = x.view(x.size(0), -1)` in Net.forward has put each example into one row before: x is (6, 64). It belongs "
    )
    said += "after `x = torch.relu(self.conv(x))`."
    fix = _net(conv, view).strip().removesuffix("images = torch.rand(6, 1, 8, 8)").replace("net =", "\nnet =").strip()
    check(_net(view, conv) + "y = net(images)", said, [fix])


def test_two_layers_further() -> None:
    flat, conv, norm = "x = x.flatten(1)", "x = self.conv(x)", "x = self.bn(x)"
    fix = _net(conv, norm, flat).strip().removesuffix("images = torch.rand(6, 1, 8, 8)").replace("net =", "\nnet =")
    check(_net(flat, conv, norm) + "y = net(images)", "It belongs after `x = self.bn(x)`.", [fix.strip()])
    fix = _net(conv, norm, flat).strip().removesuffix("images = torch.rand(6, 1, 8, 8)").replace("net =", "\nnet =")
    check(_net(conv, flat, norm) + "y = net(images)", "self.bn takes its input with all its dims", [fix.strip()])


def test_where_no_other_place_is_right() -> None:
    check(
        _net("x = x.flatten(1)", "y = self.fc(x)", "x = self.conv(x)") + "net(images.repeat(1, 4, 1, 1))", "before", []
    )
