"""Layers that a class of the learner's makes: the class with the right size, and the call that failed runs then."""

from __future__ import annotations

import pytest

from tests.explain.failing import fails, runs_after, session, why


def network(layers: str, forward: str, arguments: str = "self") -> str:
    made = "".join(f"        {line}\n" for line in layers.split("\n"))
    then = "".join(f"        {line}\n" for line in forward.split("\n"))
    start = f"class Net(nn.Module):\n    def __init__({arguments}):\n        super().__init__()\n"
    return f"{start}{made}    def forward(self, x):\n{then}\n"


@pytest.mark.parametrize(
    ("code", "line", "said"),
    [
        (
            network("self.conv = nn.Conv2d(1, 32, 3, stride=4)\nself.fc = nn.Linear(1050, 10)",
                    "x = self.conv(x).flatten(1)\nreturn self.fc(x)"),
            "net(torch.rand(4, 1, 28, 28))", "In Net.__init__, write nn.Linear(1568, 10).",
        ),
        (
            network("self.conv = nn.Conv2d(1, 32, 3, stride=4)\nself.fc = nn.Linear(1050, 10)",
                    "x = self.conv(x)\nx = x.view(-1, 1050)\nreturn self.fc(x)"),
            "net(torch.rand(4, 1, 28, 28))", "x.flatten(1) keeps the batch dim and has 1568 features for each row",
        ),
        (
            network("self.conv = nn.Conv2d(1, 8, 3)\nself.fc = nn.Linear(123, 2)",
                    "x = self.conv(x).relu()\nreturn self.fc(x)"),
            "net(torch.rand(3, 1, 12, 12))", "write nn.Linear(800, 2).",
        ),
        (
            network("self.emb = nn.Embedding(100, 32)\nself.lstm = nn.LSTM(64, 16, batch_first=True)\n"
                    "self.fc = nn.Linear(16, 2)", "out, (h, c) = self.lstm(self.emb(x))\nreturn self.fc(h[-1])"),
            "net(torch.randint(0, 100, (3, 7)))", "write nn.LSTM(32, 16, batch_first=True).",
        ),
        (
            network("self.lstm = nn.LSTM(8, 16, batch_first=True, bidirectional=True)\nself.fc = nn.Linear(16, 2)",
                    "out, _ = self.lstm(x)\nreturn self.fc(out[:, -1])"),
            "net(torch.rand(3, 5, 8))", "self.lstm is bidirectional: it gives the features of both directions, 2 * 16.",
        ),
        (
            network("self.gru = nn.GRU(8, hid, bidirectional=True)\nself.fc = nn.Linear(hid, 2)",
                    "out, h = self.gru(x)\nreturn self.fc(out)", "self, hid=16"),
            "net(torch.rand(3, 5, 8))", "write nn.Linear(2 * hid, 2).",
        ),
        (
            network("self.c = nn.Conv2d(1, 8, 3)\nself.head = nn.Sequential(nn.Flatten(), nn.Linear(64, 4), nn.ReLU())",
                    "return self.head(self.c(x))"),
            "net(torch.rand(3, 1, 12, 12))", "write nn.Linear(800, 4).",
        ),
        (
            network("self.c = nn.Conv2d(3, 8, 3)\nself.bn = nn.BatchNorm2d(4)", "return self.bn(self.c(x))"),
            "net(torch.rand(3, 3, 12, 12))", "write nn.BatchNorm2d(8).",
        ),
        (
            network("self.a = nn.Conv2d(3, 8, 3)\nself.b = nn.Conv2d(16, 4, 3)", "x = self.a(x)\nreturn self.b(x)"),
            "net(torch.rand(3, 3, 12, 12))", "write nn.Conv2d(8, 4, 3).",
        ),
        (
            network("self.fc1 = nn.Linear(20, 50)\nself.fc2 = nn.Linear(in_features=20, out_features=1)",
                    "return self.fc2(F.relu(self.fc1(x)))"),
            "net(torch.rand(7, 20))", "write nn.Linear(in_features=50, out_features=1).",
        ),
        (
            network("self.pos = nn.Embedding(4, 8)", "return x + self.pos(torch.arange(x.shape[1]))"),
            "net(torch.rand(2, 6, 8))", "write nn.Embedding(6, 8).",
        ),
    ],
)  # fmt: skip
def test_the_size_in_init(code, line, said):
    code += "net = Net()\n"
    explanation = why(code + line)
    assert said in explanation.text, explanation.text
    [fix] = explanation.fixes
    live = session()
    fails(code + line, live)
    for outcome in live.run(fix.code + "\n" + line + "\n"):
        assert outcome.error is None, outcome.error.final


@pytest.mark.parametrize(
    ("code", "line"),
    [
        # a setting of the learner's, whose value is wanted elsewhere too
        (network("self.fc = nn.Linear(size, size)", "return self.fc(x)", "self, size=9"), "net(torch.rand(3, 20))"),
        # the layer is made in two places
        (
            network("self.fc = nn.Linear(9, 2)\nself.fc = nn.Linear(9, 3)", "return self.fc(x)"),
            "net(torch.rand(3, 20))",
        ),
        # the next line would not take what it gives
        (
            network("self.fc = nn.Linear(9, 4)", "h = self.fc(x)\nreturn h + torch.ones(5)"),
            "net(torch.rand(3, 20))",
        ),
    ],
)
def test_no_fix_where_it_is_not_sure(code, line):
    assert why(code + "net = Net()\n" + line).fixes == ()


CNN = network(
    "self.conv = nn.Conv2d(1, 16, 3, padding=1)\nself.fc = nn.Linear(16 * 14 * 14, 10)",
    "x = F.max_pool2d(self.conv(x), 2)\nx = self.fc(x.view(-1, 784))\nreturn x",
)


def test_rows_that_are_no_longer_those_of_the_batch():
    code = CNN + "net = Net()\nnet(torch.rand(8, 1, 28, 28))"
    explanation = why(code)
    assert "forward was called with a batch of 8, and x.view(-1, 784) makes 32 rows of it" in explanation.text
    assert ["self.fc(x.flatten(1))" in fix.code for fix in explanation.fixes] == [True]
    earlier = code.replace("x = self.fc(x.view(-1, 784))", "x = x.view(-1, 784)\n        x = self.fc(x)")
    # not nn.Linear(784, 10), which would run on 32 rows
    assert ["x = x.flatten(1)" in fix.code for fix in why(earlier).fixes] == [True]
    words = network("self.fc = nn.Linear(30, 2)", "return self.fc(x.view(-1, 20))") + "net = Net()\n"
    assert "In Net.__init__, write nn.Linear(20, 2)." in why(words + "net(torch.rand(8, 16, 20))").text


def test_an_input_of_another_dtype_is_converted_where_the_network_is_called():
    code = network("self.fc = nn.Linear(3, 2)", "return self.fc(x)") + "net = Net()\nnet(torch.arange(6).view(2, 3))"
    [fix] = why(code).fixes
    assert fix.code == "net(torch.arange(6).view(2, 3).float())"
    live = session()
    fails(code, live)
    for outcome in live.run(fix.code + "\n"):
        assert outcome.error is None


def test_a_class_that_is_long_is_told_in_words():
    many = "\n".join(f"self.l{at} = nn.Linear(3, 3)" for at in range(14))
    code = network(f"{many}\nself.fc = nn.Linear(9, 4)", "return self.fc(x)") + "net = Net()\nnet(torch.rand(3, 20))"
    explanation = why(code)
    assert explanation.fixes == ()
    assert "In Net.__init__, write nn.Linear(20, 4)." in explanation.text


@pytest.mark.parametrize(
    ("layers", "given", "write"),
    [
        ("nn.Linear(d, hidden), nn.BatchNorm1d(d)", "4, 8", "nn.BatchNorm1d(hidden)"),
        ("nn.Linear(d, 16), nn.BatchNorm1d(d)", "4, 8", "nn.BatchNorm1d(16)"),
        ("nn.Linear(d, d * 4), nn.LayerNorm(d)", "4, 8", "nn.LayerNorm(d * 4)"),
        ("nn.Linear(d, out_features=hidden), nn.ReLU(), nn.Linear(d, 3)", "4, 8", "nn.Linear(hidden, 3)"),
        ("nn.Conv1d(d, hidden, 3), nn.BatchNorm1d(d)", "4, 8, 9", "nn.BatchNorm1d(hidden)"),
    ],
)
def test_the_size_is_written_as_that_of_the_layer_before(layers, given, write):
    code = f"""\
class Net(nn.Module):
    def __init__(self, d, hidden):
        super().__init__()
        self.body = nn.Sequential({layers})
    def forward(self, x):
        return self.body(x)

net = Net(8, 16)
net(torch.rand({given}))"""
    explanation = why(code)
    assert f"write {write}." in explanation.text
    assert write in explanation.fixes[0].code
    assert runs_after(code) == 1


def test_a_size_that_happens_to_be_the_same_is_not_taken():
    code = """\
class Tagger(nn.Module):
    def __init__(self, emb, hid):
        super().__init__()
        self.emb = nn.Embedding(9, emb)
        self.lstm = nn.LSTM(emb, hid, bidirectional=True)
        self.fc = nn.Linear(hid, 5)
    def forward(self, ids):
        return self.fc(self.lstm(self.emb(ids))[0])

tagger = Tagger(8, 4)
tagger(torch.tensor([[1, 2]]))"""
    assert "write nn.Linear(2 * hid, 5)." in why(code).text
