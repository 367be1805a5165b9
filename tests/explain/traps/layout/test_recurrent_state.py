"""The state of a bidirectional or stacked recurrent layer, brought to one row a sample by a view alone."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

NET = """
class Reader(nn.Module):
    def __init__(self, vocab=40, emb=8, hidden=6):
        super().__init__()
        self.hidden = hidden
        self.emb = nn.Embedding(vocab, emb)
        self.rnn = nn.{layer}(emb, hidden, {layers}bidirectional=True, batch_first=True)
        self.head = nn.Linear(2 * hidden, 3)
    def forward(self, words):
        x = self.emb(words)
        {unpacked} = self.rnn(x)
        {lines}
net = Reader()
words = torch.randint(0, 40, (4, 7))
one = net(words[:1])
scores = net(words)
"""


def net(lines: str, *, layer: str = "LSTM", unpacked: str = "out, (h, c)", layers: str = "") -> str:
    return NET.format(lines=lines, layer=layer, unpacked=unpacked, layers=layers)


ATTENTION = """hidden = h.view(-1, self.hidden * 2, 1)
        weights = torch.softmax(torch.bmm(out, hidden).squeeze(2), 1)
        return self.head(torch.bmm(out.transpose(1, 2), weights.unsqueeze(2)).squeeze(2))"""
LAST_LAYER = """h = h.view({layers}, 2, len(words), self.hidden)
        last = h[-1]
        return self.head(last.reshape(words.size(0), -1))"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (net(ATTENTION), "h.transpose(0, 1).reshape(-1, self.hidden * 2, 1)"),
        (net("return self.head(h.view(-1, 2 * self.hidden))"), "h.transpose(0, 1).reshape(-1, 2 * self.hidden)"),
        (
            net("return self.head(h.reshape(len(words), -1))", layer="GRU", unpacked="out, h"),
            "from (2, 4, 6) to (4, 12)",
        ),
        (net("return self.head(h[-2:].reshape(len(words), -1))", layers="2, "), "h[-2:].transpose(0, 1)"),
        (net(LAST_LAYER.format(layers=2), layers="2, "), "last.transpose(0, 1).reshape(words.size(0), -1)"),
        (net("return self.head(h.contiguous().view(-1, 12))", unpacked="_, (h, _)"), "That is line"),
        (net("return self.head(torch.reshape(h, (len(words), -1)))"), "h.transpose(0, 1).reshape(len(words), -1)"),
        (net("return self.head(h.reshape((-1, 12)))"), "h.transpose(0, 1).reshape((-1, 12))"),
        (
            net("state = h\n        return self.head(state.reshape(-1, 12))", layer="GRU", unpacked="_, h"),
            "state.transpose",
        ),
        (
            net("return self.head(pair[0].reshape(-1, 12))", unpacked="out, pair"),
            "pair[0].transpose(0, 1).reshape(-1, 12)",
        ),
    ],
)
def test_a_view_of_the_state(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert "it mixes dims that are not neighbours" in said
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        net("return self.head(torch.cat((h[0], h[1]), dim=1))"),
        net("return self.head(torch.cat([h[-2], h[-1]], 1))", layers="2, "),
        net("return self.head(h.transpose(0, 1).reshape(-1, 2 * self.hidden))"),
        net("return self.head(h.permute(1, 0, 2).contiguous().view(len(words), -1))"),
        net("h = h.transpose(0, 1)\n        return self.head(h.reshape(-1, 12))"),
        net("h = h.view(2, 2, len(words), 6)[-1]\n        return self.head(torch.cat((h[0], h[1]), 1))", layers="2, "),
        net("return self.head(out[:, -1].reshape(-1, 12))"),
        net("return h.view(1, 2, len(words), 6)"),
        net("return h.reshape(2, -1)"),
    ],
)
def test_a_state_whose_rows_are_the_samples(code: str) -> None:
    assert told_of_program(code) == []
