"""Layers without ``batch_first=True`` that are given batches with the samples in dim 0."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

ROWS = """
class RowNet(nn.Module):
    def __init__(self, rows=14, hidden=20):
        super().__init__()
        self.lstm = nn.LSTM(rows, hidden, 1{more})
        self.head = nn.Linear(hidden, 10)
    def forward(self, x):
        {lines}
net = RowNet()
pictures = torch.rand(5, 14, 14)
scores = net(pictures)
"""


def rows(*lines: str, more: str = "") -> str:
    return ROWS.format(lines="\n        ".join(lines), more=more)


ENCODER = """
class Encoder(nn.Module):
    def __init__(self, vocab=20, dim=16):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        layer = nn.TransformerEncoderLayer(dim, nhead=4, dim_feedforward=32, dropout=0.0{more})
        self.encoder = nn.TransformerEncoder(layer, num_layers=1, enable_nested_tensor=False)
        self.head = nn.Linear(dim, 2)
    def forward(self, words):
        {lines}
net = Encoder().eval()
pair = torch.randint(0, 20, (2, 12))
with torch.no_grad():
    together = net(pair)
"""


def encoder(*lines: str, more: str = "") -> str:
    return ENCODER.format(lines="\n        ".join(lines), more=more)


TYPED = """
rnn = nn.GRU(3, 5)
fc = nn.Linear(5, 2)
x = torch.randn(8, 6, 3)
out, h = rnn(x)
logits = fc({given})
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            rows("out, _ = self.lstm(x)", "return self.head(out[:, -1, :])"),
            "out[:, -1, :] is the last sample at each step, not the last step of each sample. If dim 0 of x is the "
            "batch, make self.lstm with batch_first=True.",
        ),
        (
            rows("out, (h, c) = self.lstm(x)", "out = out[:, -1]", "return self.head(out)"),
            "dim 0 is the time (5 steps)",
        ),
        (rows("x, _ = self.lstm(x)", "return self.head(x[:, -1])"), "x[:, -1] is the last sample at each step"),
        (rows("out = self.lstm(x)[0]", "return self.head(out.mean(dim=1))"), "puts the samples together"),
        (
            rows("x = x.permute(1, 0, 2)", "out, _ = self.lstm(x)", "return self.head(out[:, -1])"),
            "The time is dim 0 of out.",
        ),
        (
            encoder("return self.encoder(self.emb(words)).mean(dim=1)"),
            "of shape (2, 12, 16), dim 0 is the time (2 steps)",
        ),
        (encoder("x = self.emb(words)", "x = self.encoder(x)", "return self.head(torch.mean(x, 1))"), "self.encoder"),
        (TYPED.format(given="out[:, -1]"), "out[:, -1] is the last sample at each step"),
    ],
)
def test_dim_1_is_taken_for_the_time(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        rows("out, _ = self.lstm(x)", "return self.head(out[:, -1, :])", more=", batch_first=True"),
        rows("out, _ = self.lstm(x.transpose(0, 1))", "return self.head(out[-1])"),
        rows("out, _ = self.lstm(x.transpose(0, 1))", "out = out.transpose(0, 1)", "return self.head(out[:, -1])"),
        rows("_, (h, c) = self.lstm(x)", "return self.head(h[-1])"),
        rows("out, _ = self.lstm(x)", "return self.head(out).mean(0)"),
        rows("out, _ = self.lstm(x[0].unsqueeze(1))", "return self.head(out[:, -1])"),
        rows("out, _ = self.lstm(x[0])", "return self.head(out[-1])"),
        encoder("return self.encoder(self.emb(words)).mean(dim=1)", more=", batch_first=True"),
        encoder("return self.encoder(self.emb(words.T)).mean(dim=0)"),
        TYPED.format(given="out[-1]"),
        TYPED.format(given="h[-1]") + "last_sample = out[:, -1]\nof_batch = out.mean(1)\n",
    ],
)
def test_dim_1_is_meant(code: str) -> None:
    assert told_of_program(code) == []


BATCHES = """
from torch.utils.data import DataLoader, TensorDataset
{data}
loader = DataLoader(TensorDataset(X, Y), batch_size=8{shuffle})
class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(30, 16)
        self.rnn = {layer}
        self.out = nn.Linear(16, 4)
    def forward(self, words):
        {lines}
net = Tagger()
opt = torch.optim.Adam(net.parameters())
for words, tags in loader:
    opt.zero_grad()
    logits = net(words)
    loss = F.cross_entropy(logits.reshape(-1, 4), tags.reshape(-1))
    loss.backward()
    opt.step()
"""
TAGS = "X, Y = torch.randint(0, 30, (32, 6)), torch.randint(0, 4, (32, 6))"
FORWARD = ("x = self.emb(words)", "out, _ = self.rnn(x)", "return self.out(out)")


def batches(*lines: str, data: str = TAGS, shuffle: str = ", shuffle=True", layer: str = "nn.LSTM(16, 16)") -> str:
    return BATCHES.format(lines="\n        ".join(lines), data=data, shuffle=shuffle, layer=layer)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            batches(*FORWARD),
            "so it reads x, of shape (8, 6, 16), as 8 steps of 6 samples. Dim 0 has the 8 samples of a",
        ),
        (
            batches("return self.out(self.rnn(self.emb(words))[0])"),
            "of a batch of loader, which so run into each other",
        ),
        (
            batches(
                "x = self.emb(words) + 0.1", "return self.out(self.rnn(x))", layer="nn.TransformerEncoderLayer(16, 2)"
            ),
            "Make self.rnn with batch_first=True.",
        ),
        (
            batches(
                "x = self.emb(words)",
                "x, _ = self.rnn(x, x, x)",
                "return self.out(x)",
                layer="nn.MultiheadAttention(16, 2)",
            ),
            "as 8 steps of 6 samples",
        ),
    ],
)
def test_a_batch_is_read_as_steps(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        batches(*FORWARD, layer="nn.LSTM(16, 16, batch_first=True)"),
        batches("x = self.emb(words.T)", "out, _ = self.rnn(x)", "return self.out(out).transpose(0, 1)"),
        batches("x = self.emb(words).transpose(0, 1)", "out, _ = self.rnn(x)", "return self.out(out.transpose(0, 1))"),
        batches(
            "words = words.permute(1, 0)",
            "x = self.emb(words)",
            "out, _ = self.rnn(x)",
            "return self.out(out.transpose(0, 1))",
        ),
        # a long text in columns: each batch of the loader is the next 8 steps of 6 columns
        batches(*FORWARD, shuffle=""),
        batches("x = self.emb(words).flatten(0, 1)", "return self.out(self.rnn(x.unsqueeze(0))[0])"),
    ],
)
def test_a_batch_is_read_as_it_is(code: str) -> None:
    assert told_of_program(code) == []
