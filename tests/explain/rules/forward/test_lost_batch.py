"""A line before the layer that mixed up the rows, or a layer that got its dims in another order."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, why

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        {init}
    def forward(self, x):
        {forward}
net = Net(){after}
net(torch.rand({shape}))
"""


def net(init: str, forward: str, shape: str, after: str = "") -> str:
    lines = [each.replace("\n", "\n        ") for each in (init, forward)]
    return NET.format(init=lines[0], forward=lines[1], shape=shape, after=after)


@pytest.mark.parametrize("view", ["view(64, -1)", "reshape(-1, 4 * 13 * 13)"])
def test_a_view_with_a_number_for_the_batch(view):
    init = "self.conv, self.fc = nn.Conv2d(1, 4, 3), nn.Linear(4 * 26 * 26, 10)"
    code = net(init, f"x = self.conv(x)\nx = x.{view}\nreturn self.fc(x)", "32, 1, 28, 28")
    explanation = why(code)
    assert f"with a batch of 32, and x.{view} makes" in explanation.text
    assert ["x = x.flatten(1)" in fix.code for fix in explanation.fixes] == [True]
    assert runs_after(code) == 1


def test_squeeze_of_a_batch_of_one():
    init = "self.pool, self.bn = nn.AdaptiveAvgPool2d(1), nn.BatchNorm1d(3)"
    code = net(init, "x = self.pool(x).squeeze()\nreturn self.bn(x)", "1, 3, 8, 8", ".eval()")
    explanation = why(code)
    assert "self.pool(x).squeeze() takes out every dim of size 1, the batch dim of one example too" in explanation.text
    assert ["x = self.pool(x).flatten(1)" in fix.code for fix in explanation.fixes] == [True]
    assert runs_after(code) == 1


def test_channels_of_a_map_that_are_the_features():
    init = "self.conv, self.fc = nn.Conv2d(3, 32, 3), nn.Linear(32, 5)"
    explanation = why(net(init, "x = self.conv(x)\nreturn self.fc(x)", "2, 3, 16, 16"))
    assert "x.mean((2, 3)) leaves the channels alone" in explanation.text
    assert ["self.fc(x.mean((2, 3)))" in fix.code for fix in explanation.fixes] == [True]


def test_frames_of_a_video_before_its_channels():
    check(
        "conv, x = nn.Conv3d(3, 8, 3, padding=1), torch.rand(2, 16, 3, 8, 8)\nconv(x)", "", ["conv(x.transpose(1, 2))"]
    )


def test_an_index_of_the_output_for_one_sequence():
    init = "self.lstm = nn.LSTM(10, 16, batch_first=True)"
    said = why(net(init, "out, _ = self.lstm(x)\nreturn out[:, -1, :]", "32, 10")).text
    assert "self.lstm was given x, (32, 10): it reads two dims as one sequence" in said
    assert "x.unsqueeze(1) makes 32 sequences of one step" in said


@pytest.mark.parametrize("count", ["len(xs)", "xs.size(0)", "xs.shape[0]"])
def test_the_number_of_the_round(count):
    code = f"net, xs = nn.Linear(4, 2), torch.randn(3, 4)\nfor x in range({count}):\n    y = net(x)"
    check(code, "x counts the rounds", [f"for x in range({count}):\n    y = net(xs[x])"])


@pytest.mark.parametrize("line", ["h = h.squeeze(-1)", "h = h.mean(-1)"])
def test_channels_without_a_length(line: str) -> None:
    code = f"""
class Mixer(nn.Module):
    def __init__(self, c=48):
        super().__init__()
        self.trunk = nn.Sequential(nn.Conv1d(2, c, 5), nn.AdaptiveAvgPool1d(1))
        self.mix = nn.Conv1d(c, 16, kernel_size=1)
    def forward(self, x):
        h = self.trunk(x)
        {line}
        return self.mix(h)
y = Mixer()(torch.randn(4, 2, 120))
"""
    explanation = why(code)
    assert "they need a length of 1, the last dim: h.unsqueeze(-1)." in explanation.text
    assert ("`h.squeeze(-1)` takes the length away." in explanation.text) is ("squeeze" in line)
    assert "return self.mix(h.unsqueeze(-1))" in explanation.fixes[0].code
