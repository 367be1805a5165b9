"""A method that makes the state of a recurrent layer for another number of layers or directions."""

from __future__ import annotations

from tests.explain.failing import check

NET = """\
class Tagger(nn.Module):
    def __init__(self, hidden=5):
        super().__init__()
        self.hidden = hidden
        self.rnn = {layer}
    def init_hidden(self, batch):
        return {state}
    def forward(self, x):
        state = self.init_hidden(len(x))
        out, state = self.rnn(x, state)
        return out

Tagger()(torch.rand(3, 7, 4))
"""


def test_a_state_for_two_directions() -> None:
    state = "(torch.zeros(2, batch, self.hidden), torch.zeros(2, batch, self.hidden))"
    code = NET.format(layer="nn.LSTM(4, hidden, batch_first=True)", state=state)
    text = check(code, "Tagger.init_hidden makes it: write torch.zeros(1, batch, self.hidden) there.", []).text
    assert "If self.rnn is meant to have two directions, make it with bidirectional=True instead." in text


def test_a_state_for_one_layer() -> None:
    code = NET.format(layer="nn.GRU(4, hidden, 3, batch_first=True)", state="torch.zeros(1, batch, self.hidden)")
    text = check(code, "Tagger.init_hidden makes it: write torch.zeros(3, batch, self.hidden) there.", []).text
    assert "bidirectional=True instead" not in text


def test_a_number_of_layers_that_is_not_written_out() -> None:
    code = NET.format(
        layer="nn.GRU(4, hidden, batch_first=True)", state="torch.zeros(self.hidden - 3, batch, self.hidden)"
    )
    assert "makes it: write" not in check(code, "", []).text
