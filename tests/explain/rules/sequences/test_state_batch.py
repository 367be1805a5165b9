"""A state made for the length in the place of the batch, and a layer that reads the length first."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, why

NET = """
class Mood(nn.Module):
    def __init__(self, hid=10):
        super().__init__()
        self.hid = hid
        self.emb = nn.Embedding(50, 12)
        self.rnn = nn.{layer}(12, hid{first})
    def forward(self, x):
        e = self.emb(x)
{lines}
        return out[:, -1]
net = Mood()
net(torch.randint(0, 50, (6, 15)))
"""
PAIR = "h = torch.zeros(1, {0}, self.hid)\nc = torch.zeros(1, {0}, self.hid)\nout, _ = self.rnn(e, (h, c))"


def net(lines: str, layer: str = "LSTM", first: str = ", batch_first=True") -> str:
    return NET.format(layer=layer, first=first, lines="\n".join(f"        {line}" for line in lines.split("\n")))


@pytest.mark.parametrize(
    ("lines", "layer", "said", "mended"),
    [
        ("n = e.size(1)\n" + PAIR.format("n"), "LSTM", "`n = e.size(1)` is 15 here", "n = e.size(0)"),
        (PAIR.format("x.shape[1]"), "LSTM", "x.shape[1] is 15 here", "c = torch.zeros(1, x.size(0), self.hid)"),
        (
            "length, n = x.size()\n" + PAIR.format("n"),
            "LSTM",
            "n of `length, n = x.size()` is 15 here",
            "h = torch.zeros(1, x.size(0), self.hid)",
        ),
        (
            "n = e.size(1)\n" + PAIR.format("n") + "\nout = out.reshape(-1, n, self.hid)",
            "LSTM",
            "The batch is e.size(0), 6",
            "h = torch.zeros(1, e.size(0), self.hid)",
        ),
        (
            "h = torch.zeros(1, e.size(1), self.hid)\nout, h = self.rnn(e, h)",
            "GRU",
            "e.size(1) is 15 here",
            "h = torch.zeros(1, e.size(0), self.hid)",
        ),
    ],
)
def test_the_size_is_taken_from_the_batch(lines, layer, said, mended):
    code = net(lines, layer)
    explanation = why(code)
    assert said in explanation.text
    assert [mended in fix.code for fix in explanation.fixes] == [True]
    assert runs_after(code) == 1


def test_a_state_for_the_batch_tells_that_the_layer_should_read_it_first():
    explanation = why(net(PAIR.format("x.size(0)"), first=""))
    assert "In Mood.__init__, write nn.LSTM(12, hid, batch_first=True)." in explanation.text
    assert len(explanation.fixes) == 1


def test_not_where_the_code_goes_on_with_the_last_step_in_dim_0():
    code = net(PAIR.format("x.size(0)"), first="").replace("out[:, -1]", "out[-1]")
    assert "batch_first=True)." not in why(code).text


def test_one_step_of_each_example():
    code = "gru = nn.GRU(12, 20{0})\ne, h = torch.rand(4, 12), torch.rand(1, 4, 20)\nout, h = gru(e, h)"
    for first, dim in (("", 0), (", batch_first=True", 1)):
        explanation = why(code.format(first))
        assert f"they are one step of each, e.unsqueeze({dim})." in explanation.text
        assert [fix.code for fix in explanation.fixes] == [f"gru(e.unsqueeze({dim}), h)"]


def test_rows_are_steps_or_examples() -> None:
    code = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(4, 16, batch_first=True)
        self.fc = nn.Linear(16, 1)
    def forward(self, x):
        h0 = torch.zeros(1, x.size(0), 16)
        out, _ = self.rnn(x, h0)
        return self.fc(out[:, -1])
rows, net = torch.randn(32, 4), Net()
y = net(rows)
"""
    check(code, "if each row is an example with one step, net(rows.unsqueeze(1)) makes 32 sequences.", [])


def test_a_state_that_is_carried_into_a_smaller_last_batch() -> None:
    code = """
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(4, 6, batch_first=True)
        def forward(self, x, h):
            return self.lstm(x, h)
    model = Model()
    h = (torch.zeros(1, 4, 6), torch.zeros(1, 4, 6))
    from torch.utils.data import DataLoader, TensorDataset
    loader = DataLoader(TensorDataset(torch.randn(10, 3, 4)), batch_size=4)
    for (x,) in loader:
        out, h = model(x, h)
        h = tuple(each.detach() for each in h)
    """
    assert "This is the last batch of loader: 10 samples in batches of 4 leave 2." in why(code).text
