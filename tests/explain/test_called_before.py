"""A call that fails beside one that went well: the argument that is another one now, and a fix of it."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

GENERATOR = """
class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(10, 4)
        self.layers = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 3))
    def forward(self, z, label):
        return self.layers(torch.cat([z, self.table(label)], dim=1))
net = Generator()
y = net(torch.rand(5, 8), torch.tensor([1, 2, 3, 4, 5]))
"""
ENCODER = """
class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(4, 8, 3)
    def forward(self, x):
        return self.conv(x).mean(-1)
net = Encoder()
signals = torch.rand(10, 4, 20)
y = net(signals)
"""
POOL = """
class Pool(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(10, 3)
    def forward(self, x):
        return self.fc(x.mean(dim=1))
net = Pool()
texts = torch.rand(4, 7, 10)
y = net(texts)
"""


def test_each_argument_lacks_the_batch_dim() -> None:
    said = "went well before, and each tensor in it had one dim more, for the batch."
    code = f"{GENERATOR}z = torch.rand(8)\nsample = net(z, torch.tensor(3))"
    check(code, said, ["net(z.unsqueeze(0), torch.tensor(3).unsqueeze(0))"])


def test_two_dims_changed_places() -> None:
    said = "net(signals) went well before: there x was (10, 4, 20), and here late is (10, 20, 4)."
    check(f"{ENCODER}late = torch.rand(10, 20, 4)\nz = net(late)", said, ["net(late.transpose(1, 2))"])


def test_one_example_whose_lack_shows_in_a_layer() -> None:
    said = "net(texts) went well before: there x was (4, 7, 10), and here texts[1] is (7, 10)."
    check(f"{POOL}z = net(texts[1])", said, ["net(texts[1].unsqueeze(0))"])


def test_what_no_repair_is_known_for() -> None:
    code = f"{POOL}other = torch.rand(4, 7, 11)\nz = net(other)"
    check(code, "there x was (4, 7, 10), and here other is (4, 7, 11).", [])


@pytest.mark.parametrize(
    "line",
    [
        "signals = torch.rand(3, 5)\nnet(torch.rand(10, 20, 4))",  # the name means something else now
        "net = Encoder()\nnet(torch.rand(10, 20, 4))",  # another network
        "net.conv = nn.Conv1d(4, 8, 3)\nnet(torch.rand(10, 20, 4))",  # one with another layer
    ],
)
def test_an_earlier_call_that_says_nothing_now(line: str) -> None:
    assert "went well before" not in why(f"{ENCODER}{line}").text


def test_another_batch_size_is_no_difference() -> None:
    code = """
def scored(x, w):
    return x.view(4, 6) @ w
y = scored(torch.rand(4, 6), torch.rand(6, 2))
scored(torch.rand(3, 6), torch.rand(6, 2))
"""
    assert "went well before" not in why(code).text


def test_another_dtype_is_another_cause() -> None:
    code = f"{POOL}z = net(torch.ones(4, 7, 10, 2, dtype=torch.int64))"
    assert "went well before" not in why(code).text


BAGS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.EmbeddingBag(50, 8)
        self.fc = nn.Linear(8, 2)
    def forward(self, ids):
        return self.fc(self.table(ids))
net = Net()
"""
CRITIC = """
class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(5, 1)
    def forward(self, state, action):
        return self.fc(torch.cat([state, action], dim=1))
net, state, action = Critic(), torch.rand(3), torch.rand(2)
"""
FORECAST = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 8, batch_first=True)
        self.fc = nn.Linear(8, 1)
    def forward(self, x):
        h = torch.zeros(1, x.size(0), 8)
        c = torch.zeros(1, x.size(0), 8)
        out, _ = self.lstm(x, (h, c))
        return self.fc(out[:, -1])
net, days = Net(), torch.rand(12, 5)
"""


def test_a_batch_of_one_is_made_at_the_call() -> None:
    """In forward, ``.unsqueeze(0)`` would break every real batch."""
    code = f"{BAGS}ids = torch.tensor([1, 5, 2])\ny = net(ids)"
    check(code, "net(ids.unsqueeze(0)) makes a batch of one.", ["net(ids.unsqueeze(0))"])


def test_several_inputs_are_one_example_each() -> None:
    said = "state and action are one example each, without a batch dim"
    check(f"{CRITIC}value = net(state, action)", said, ["net(state.unsqueeze(0), action.unsqueeze(0))"])


def test_a_state_made_for_the_size_of_what_is_no_batch() -> None:
    said = "The state is made for x.size(0), which is the batch where there is one."
    check(f"{FORECAST}y = net(days)", said, [])  # one sequence, or an example in each row: both are said
