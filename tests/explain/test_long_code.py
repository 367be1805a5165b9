"""A mended class or function that is too long to be shown as a whole: the line to change is said."""

from __future__ import annotations

import pytest

from tests.explain.failing import why

FILLING = "\n".join(f"        self.act_{number} = nn.ReLU()" for number in range(20))
NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
{filling}
    def forward(self, x, y):
        {line}
net = Net()
net(torch.rand(2, 48, 1, 1), torch.rand(2, 8))
"""


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ("return torch.cat([x, y], 1)", "return torch.cat([x.flatten(1), y], 1)"),
        ("z = torch.cat([\n            x, y], -1)", "z = torch.cat([x.flatten(1), y], -1)"),
        ("y = y.T.view(-1) * 2", "y = y.T.reshape(-1) * 2"),
    ],
)
def test_the_line_is_said(line, mended):
    explanation = why(NET.format(filling=FILLING, line=line))
    assert explanation.text.endswith(f"Write the line as `{mended}`.")
    assert not explanation.fixes


def test_a_short_one_is_offered_as_a_whole():
    explanation = why(NET.format(filling="        pass", line="return torch.cat([x, y], 1)"))
    assert "Write the line" not in explanation.text
    assert explanation.fixes
