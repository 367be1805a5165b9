"""A residual sum: which convolution does not keep the size, and the padding with which it does."""

from __future__ import annotations

import pytest

from tests.explain.failing import fails, session, why

BLOCK = """
class Block(nn.Module):
    def __init__(self, ch{parameters}):
        super().__init__()
        {first}
        {second}
    def forward(self, x):
        residual = x
        out = F.relu(self.conv_a(x))
        out = self.conv_b(out)
        out += residual
        return F.relu(out)
block = Block(8)
y = block(torch.randn(2, 8, {size}))
"""


@pytest.mark.parametrize(
    ("second", "size", "written"),
    [
        ("nn.Conv2d(ch, ch, 2)", "16, 16", "nn.Conv2d(ch, ch, 3, padding=1)"),
        ("nn.Conv2d(ch, ch, kernel_size=5, padding=1)", "16, 16", "nn.Conv2d(ch, ch, kernel_size=5, padding=2)"),
        ("nn.Conv2d(ch, ch, 3, 1, 0, bias=False)", "16, 16", "nn.Conv2d(ch, ch, 3, 1, 1, bias=False)"),
        ("nn.Conv2d(ch, ch, 3, padding=1, dilation=2)", "9, 9", "nn.Conv2d(ch, ch, 3, padding=2, dilation=2)"),
    ],
)
def test_the_padding_that_keeps_the_size(second, size, written):
    first = "self.conv_a = nn.Conv2d(ch, ch, 3, padding=1)"
    code = BLOCK.format(parameters="", first=first, second=f"self.conv_b = {second}", size=size)
    explanation = why(code)
    assert "self.conv_b (" in explanation.text
    assert "self.conv_a" not in explanation.text
    assert f"in Block.__init__, write {written}." in explanation.text
    assert [written in fix.code for fix in explanation.fixes] == [True]


def test_both_layers_where_both_take_something_off():
    made = [f"self.conv_{name} = nn.Conv1d(ch, ch, k)" for name in "ab"]
    explanation = why(BLOCK.format(parameters=", k=3", first=made[0], second=made[1], size="30"))
    assert "self.conv_a and self.conv_b (kernel_size=3, padding=0) together take 4 off the length" in explanation.text
    assert explanation.fixes[0].code.count("nn.Conv1d(ch, ch, k, padding=k // 2)") == 2


def test_a_causal_convolution_may_be_meant():
    made = ["self.conv_a = nn.Conv1d(ch, ch, 1)", "self.conv_b = nn.Conv1d(ch, ch, 3, padding=4, dilation=2)"]
    explanation = why(BLOCK.format(parameters="", first=made[0], second=made[1], size="50"))
    assert "(kernel_size=3, padding=4, dilation=2) adds 4 to the length" in explanation.text
    assert "self.conv_b(out)[..., :-4]" in explanation.text
    assert ["padding=2" in fix.code for fix in explanation.fixes] == [True, False]


@pytest.mark.parametrize("second", ["nn.Sequential(nn.Conv2d(ch, ch, 3), nn.MaxPool2d(2))", "Own(ch)"])
def test_silent_where_another_layer_may_have_done_it(second):
    own = "class Own(nn.Conv2d):\n    def __init__(self, ch):\n        super().__init__(ch, ch, 3)\n"
    first = "self.conv_a = nn.Conv2d(ch, ch, 3, padding=1)"
    code = own + BLOCK.format(parameters="", first=first, second=f"self.conv_b = {second}", size="16, 16")
    assert "must stay as it is here" not in why(code).text


def test_where_forward_transposes_there_and_back():
    code = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(16)
        self.conv = nn.Conv1d(16, 16, 3)
    def forward(self, x):
        h = self.norm(x).transpose(1, 2)
        h = self.conv(h).transpose(1, 2)
        return x + h
block = Block()
block(torch.randn(2, 9, 16))
"""
    assert "self.conv (kernel_size=3, padding=0) takes 2 off the length" in why(code).text


ROUNDS = """
class {name}(nn.Module):
    def __init__(self, ch=4):
        super().__init__()
        self.filters = nn.ModuleList([nn.Conv1d(ch, ch, 3, dilation=2 ** i) for i in range(3)])
    def forward(self, x):
        total = 0
        for i in range(len(self.filters)):
            x = torch.relu(self.filters[i](x))
            total = total + x
        return total

net = {name}()
net(torch.rand(2, 4, 40))
"""


def test_a_list_of_convolutions_whose_outputs_are_summed_up():
    explanation = why(ROUNDS.format(name="Skips"))
    assert "self.filters[i] has no padding and takes 4 places off" in explanation.text
    [fix] = explanation.fixes
    assert 'nn.Conv1d(ch, ch, 3, dilation=2 ** i, padding="same")' in fix.code
    live = session()
    fails(ROUNDS.format(name="Skips"), live)
    for outcome in live.run(fix.code + "\nnet(torch.rand(2, 4, 40))\n"):
        assert outcome.error is None


def test_a_causal_one_means_to_be_shorter():
    assert why(ROUNDS.format(name="WaveNet")).fixes == ()
