"""A layer in the place of what it gives: ``F.relu(self.fc1)``, ``x = self.act``."""

from __future__ import annotations

import pytest

from tests.explain.failing import runs_after, why

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 10, 3, padding=1)
        self.act = nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(640, 10)
    def forward(self, x):
{lines}
net = Net()
net(torch.rand(4, 3, 16, 16))
"""


def net(lines: str) -> str:
    return NET.format(lines="\n".join(f"        {line}" for line in lines.split("\n")))


@pytest.mark.parametrize(
    ("lines", "said", "mended"),
    [
        ("x = F.relu(self.conv)\nreturn self.pool(x)", "Call it: self.conv(x).", "x = F.relu(self.conv(x))"),
        ("y = self.pool(self.conv)\nreturn y", "self.conv is the layer itself (Conv2d)", "y = self.pool(self.conv(x))"),
        (
            "x = self.pool(self.conv(x)).flatten(1)\nreturn F.log_softmax(self.fc, dim=1)",
            "self.fc(x)",
            "return F.log_softmax(self.fc(x), dim=1)",
        ),
        ("a = self.conv(x)\nreturn torch.cat([a, self.conv], 1)", "self.conv(x)", "torch.cat([a, self.conv(x)], 1)"),
        ("x = F.relu(self.conv)(x)\nreturn x", "the inner brackets: F.relu(self.conv(x))", "x = F.relu(self.conv(x))"),
        ("return self.act(self.conv)(x)", "the inner brackets", "return self.act(self.conv(x))"),
        ("x = self.act\nreturn self.conv(x)", "`x = self.act` gives x the layer itself (ReLU)", "x = self.act(x)"),
        ("x = nn.Tanh(x)\nreturn self.conv(x)", "nn.Tanh()(x)", "x = nn.Tanh()(x)"),
    ],
)
def test_what_to_call(lines, said, mended):
    explanation = why(net(lines))
    assert said in explanation.text
    assert [mended in fix.code for fix in explanation.fixes] == [True]
    assert runs_after(net(lines)) == 1


def test_no_call_is_said_where_the_rest_refuses_its_result():
    explanation = why(net("x = self.pool(self.conv(x))\nx = self.act.flatten(2)\nreturn self.fc(x)"))
    assert explanation.text == "self.act is the layer itself (ReLU), and what it gives is wanted here."
    assert not explanation.fixes
