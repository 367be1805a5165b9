"""Layers of a class whose size comes from what the class was made with: arguments, a config, channels times a map."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NET = """
class Net(nn.Module):
    def __init__(self, n_in, hidden, n_out=2):
        super().__init__()
        self.fc1 = nn.Linear(n_in, hidden)
        self.fc2 = nn.Linear(hidden, n_out)
    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))

"""


@pytest.mark.parametrize(
    ("made", "fix"),
    [
        ("net = Net(8, 16)", "net = Net(10, 16)"),
        ("net = Net(hidden=16, n_in=8)", "net = Net(hidden=16, n_in=10)"),
        ("width = 8\nnet = Net(width, 16, 3)", "net = Net(10, 16, 3)"),
    ],
)
def test_an_argument(made: str, fix: str) -> None:
    check(NET + f"{made}\nnet(torch.ones(4, 10))", "n_in is 8, and self.fc1 gets it as in_features", [fix])


def test_the_optimizer_is_made_again() -> None:
    made = "net = Net({}, 16)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)"
    check(NET + f"{made.format(8)}\nnet(torch.ones(4, 10))", "", [made.format(10)])


def test_an_argument_with_two_uses_is_left_alone() -> None:
    code = NET.replace("nn.Linear(hidden, n_out)", "nn.Linear(hidden, n_in)")
    assert not why(code + "net = Net(8, 16)\nnet(torch.ones(4, 10))").fixes


CONFIGURED = """
class Tagger(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.emb = nn.Embedding(9, 6)
        self.rnn = nn.GRU({width}, {hidden}, batch_first=True)
    def forward(self, ids):
        return self.rnn(self.emb(ids))[0]

{made}
tagger = Tagger(config)
tagger(torch.tensor([[1, 2]]))
"""


def test_an_entry_of_a_config() -> None:
    made = 'config = {"width": 8, "hidden": 4}'
    code = CONFIGURED.format(width='cfg["width"]', hidden='cfg["hidden"]', made=made)
    check(code, 'config["width"] is 8', ['config["width"] = 6\ntagger = Tagger(config)'])


def test_an_attribute_of_a_config() -> None:
    made = "from argparse import Namespace\nconfig = Namespace(width=8, hidden=4)"
    code = CONFIGURED.format(width="cfg.width", hidden="cfg.hidden", made=made)
    check(code, "config.width is 8", ["config.width = 6\ntagger = Tagger(config)"])


def test_an_entry_with_two_uses_is_left_alone() -> None:
    made = 'config = {"width": 8}'
    assert not why(CONFIGURED.format(width='cfg["width"]', hidden='cfg["width"]', made=made)).fixes


IMAGES = """
class Images(nn.Module):
    def __init__(self, c, n):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(1, {channels}, 3, padding=1), nn.MaxPool2d(2))
        self.head = nn.Sequential(nn.Flatten(), nn.Linear({size}, n))
    def forward(self, x):
        return self.head(self.conv(x))

images = Images(4, 2)"""


@pytest.mark.parametrize("channels", ["c", "c * 2", "2 * c"])
def test_channels_times_the_map(channels: str) -> None:
    code = IMAGES.format(channels=channels, size=channels) + "\nimages(torch.ones(2, 1, 6, 6))"
    fix = IMAGES.format(channels=channels, size=f"{channels} * 3 * 3").strip()
    check(code, f"write nn.Linear({channels} * 3 * 3, n).", [fix])


def test_batch_norm_among_layers_of_sequences() -> None:
    code = "net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU())\nx = torch.ones(2, 5, 3)\nnet(x)"
    check(code, "Dim 2 of the input has 4.", ["net(x.flatten(0, 1)).unflatten(0, x.shape[:2])"])


DEEP = """
class Deep(nn.Module):
    def __init__(self, n_in, {hidden}, n_out):
        super().__init__()
        self.fc1 = nn.Linear(n_in, {one})
        self.fc2 = nn.Linear({one}, {two})
        self.fc3 = nn.Linear({wrong}, n_out)
    def forward(self, x):
        return self.fc3(self.fc2(self.fc1(x)))

net = Deep(4, {given}, 2)"""


@pytest.mark.parametrize(
    ("hidden", "one", "two", "given"),
    [("sizes", "sizes[0]", "sizes[1]", "[8, 6]"), ("first, second", "first", "second", "8, 6")],
)
def test_the_size_of_the_layer_before(hidden: str, one: str, two: str, given: str) -> None:
    code = DEEP.format(hidden=hidden, one=one, two=two, wrong=one, given=given)
    fix = DEEP.format(hidden=hidden, one=one, two=two, wrong=two, given=given).strip()
    check(f"{code}\nnet(torch.ones(3, 4))", f"write nn.Linear({two}, n_out)", [fix])


def test_outputs_of_later_layers_are_no_input() -> None:
    found = why(NET + "net = Net(8, 16, 10)\nnet(torch.ones(4, 10))")
    assert [each.code for each in found.fixes] == ["net = Net(10, 16, 10)"]


def test_a_default_that_is_given() -> None:
    code = NET.replace("n_in, hidden,", "hidden, n_in=8,")
    check(code + "net = Net(16)\nnet(torch.ones(4, 10))", "n_in is 8", ["net = Net(16, n_in=10)"])


def test_a_network_that_took_other_data_before_is_not_changed() -> None:
    check(NET + "net = Net(8, 16)\nnet(torch.ones(4, 8))\nnet(torch.ones(9, 4))", "there x was (4, 8)", [])
    code = NET + "net = Net(8, 16)\nnet(torch.ones(4, 8))\nx = torch.ones(8, 4)\nnet(x)"
    check(code, "net(torch.ones(4, 8)) went well before: there x was (4, 8), and here x is (8, 4).", ["net(x.T)"])


REPLACED = """
class Pretrained(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 8)
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(8, 100))
    def forward(self, x):
        return self.head(self.body(x))

net = Pretrained()
"""


@pytest.mark.parametrize(
    "replaced",
    [
        "net.head = nn.Linear({}, 2)",
        "net.head[1] = nn.Linear({}, 2)",
        "net.head = nn.Sequential(nn.Dropout(), nn.Linear(in_features={}, out_features=2))",
    ],
)
def test_a_head_that_was_replaced_with_another_size(replaced: str) -> None:
    found = check(f"{REPLACED}{replaced.format(16)}\nnet(torch.ones(3, 4))", "", [replaced.format(8)])
    assert "__init__" not in found.text


def test_a_head_of_a_size_that_is_computed() -> None:
    assert not why(f"{REPLACED}n = 16\nnet.head = nn.Linear(n, 2)\nnet(torch.ones(3, 4))").fixes
