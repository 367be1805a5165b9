"""Images that a line flattens before a network of convolutions."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
    def forward(self, x):
        return F.relu(self.conv(x))

net = Net()
batches = [torch.rand(5, 1, 16, 16)]
for images in batches:
    {line}
    out = net(images)
"""


@pytest.mark.parametrize("line", ["images = images.view(-1, 16 * 16)", "images = images.reshape(5, -1)",
                                  "images = images.flatten(1)"])  # fmt: skip
def test_the_line_is_named(line: str) -> None:
    check(NET.format(line=line), f"`{line}` puts each image into one row. A convolution needs its dims", [])


def test_another_line_is_not() -> None:
    assert "leave that line out" not in why(NET.format(line="images = images.mean((1, 2))")).text
