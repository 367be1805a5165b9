"""A layer refuses its input because the learner's own transpose before it moved the dims: that is what to leave out."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

CLASS = """
class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv1d(20, 32, 3, padding=1), nn.ReLU())
        self.proj = nn.Linear(32, 16)
    def forward(self, x):
{lines}
        return self.proj(h)
enc = Encoder()
vec = enc(torch.randn(2, 20, 57))
"""


def test_the_line_that_transposed_is_left_out():
    code = CLASS.format(lines="        x = x.transpose(1, 2)\n        h = self.conv(x).mean(-1)")
    explanation = why(code)
    assert "`x = x.transpose(1, 2)` made that of (2, 20, 57), which is what self.conv[0] takes" in explanation.text
    [fix] = explanation.fixes
    assert "transpose" not in fix.code
    assert "h = self.conv(x).mean(-1)" in fix.code
    assert "permute" not in fix.code


def test_of_a_line_that_does_more_the_rest_stays():
    code = """
class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(50, 16)
        self.lstm = nn.LSTM(16, 24, batch_first=True)
    def forward(self, ids):
        e = self.emb(ids).permute(0, 2, 1).contiguous()
        out, _ = self.lstm(e)
        return out
tagger = Tagger()
scores = tagger(torch.randint(0, 50, (4, 9)))
"""
    [fix] = why(code).fixes
    assert "e = self.emb(ids).contiguous()" in fix.code


def test_what_another_line_needs_transposed_stays():
    code = CLASS.format(
        lines="        x = x.transpose(1, 2)\n        h = self.conv(x).mean(-1)\n        h = h + x.sum()"
    )
    assert "leave it out" not in why(code).text


@pytest.mark.parametrize("statement", ["", "batch = images.permute(0, 3, 1, 2)"])
def test_at_the_prompt_the_network_gets_what_was_there_before(statement):
    given = "batch" if statement else "images.permute(0, 3, 1, 2)"
    code = f"images = torch.rand(4, 3, 32, 32)\nnet = nn.Conv2d(3, 8, 3)\n{statement}\nout = net({given})"
    check(code, "which is what net takes: leave it out", ["net(images)"])


def test_a_name_that_holds_the_result_is_turned_back():
    code = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.conv(x).mean((2, 3))
net = Net()
images = torch.rand(4, 3, 32, 32)
images = images.permute(0, 3, 1, 2)
out = net(images)
"""
    check(code, "images = images.permute(0, 2, 3, 1) turns it back", ["net(images.permute(0, 2, 3, 1))"])


def test_in_a_loop_over_batches():
    code = """
loader = [(torch.randn(4, 6, 40), torch.tensor([0, 1, 2, 0]))]
net = nn.Sequential(nn.Conv1d(6, 8, 3), nn.AdaptiveMaxPool1d(1), nn.Flatten(), nn.Linear(8, 3))
for xb, yb in loader:
    xb = xb.permute(0, 2, 1)
    loss = F.cross_entropy(net(xb), yb)
"""
    check(code, "leave it out", ["for xb, yb in loader:\n    loss = F.cross_entropy(net(xb), yb)"])


def test_a_batch_norm():
    code = "bn = nn.BatchNorm1d(20)\nh = torch.randn(7, 20)\nout = bn(h.T)"
    check(code, "`h.T` made that of (7, 20)", ["bn(h)"])


def test_a_linear_layer_after_a_convolution_is_not_made_for_the_length():
    code = """
class TextCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(16, 32, 3, padding=1)
        self.fc = nn.Linear(32, 5)
    def forward(self, x):
        x = x.permute(0, 2, 1)
        x = torch.relu(self.conv(x))
        return self.fc(x)
net = TextCNN()
scores = net(torch.randn(4, 9, 16))
"""
    explanation = why(code)
    assert "with its 32 channels in dim 1" in explanation.text
    assert ["x.mean(2)" in fix.code or "x.transpose(1, 2)" in fix.code for fix in explanation.fixes] == [True, True]
    assert not any("nn.Linear(9" in fix.code for fix in explanation.fixes)


def test_a_recurrent_layer_after_a_convolution_takes_the_channels():
    code = """
class CRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(12, 32, 5, padding=2)
        self.lstm = nn.LSTM(32, 16, batch_first=True)
    def forward(self, x):
        h = F.relu(self.conv(x))
        out, _ = self.lstm(h)
        return out[:, -1]
crnn = CRNN()
crnn(torch.randn(4, 12, 50))
"""
    explanation = why(code)
    assert "h.transpose(1, 2) has them last" in explanation.text
    assert ["self.lstm(h.transpose(1, 2))" in fix.code for fix in explanation.fixes] == [True]


def test_a_norm_before_or_behind_the_turn() -> None:
    """Whether the later code wants it turned is not known: both are said, and neither as an order."""
    code = "norm, x = nn.LayerNorm(8), torch.rand(2, 5, 8)\ny = norm(x.transpose(1, 2))"
    check(code, "It gets that without it, and with it behind norm.", ["norm(x)", "norm(x).transpose(1, 2)"])
