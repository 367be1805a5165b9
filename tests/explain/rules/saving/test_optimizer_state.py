"""The state of an optimizer: for other parameters, or something else in its place."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

MADE = "net = nn.Linear(2, 1)\nopt = torch.optim.Adam(net.parameters())\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_other_parameters_are_counted() -> None:
    more = "more = nn.Sequential(nn.Linear(2, 1), nn.Linear(1, 1))\nopt2 = torch.optim.Adam(more.parameters())\n"
    check(MADE + more + "opt2.load_state_dict(opt.state_dict())", "an optimizer of 2 parameters, and opt2 has 4")


def test_other_groups_are_counted() -> None:
    two = 'opt2 = torch.optim.Adam([{"params": [net.weight]}, {"params": [net.bias]}])\n'
    check(MADE + two + "opt2.load_state_dict(opt.state_dict())", "with 1 parameter group, and opt2 has 2")


def test_the_state_dict_of_the_network_is_named() -> None:
    check(MADE + "opt.load_state_dict(net.state_dict())", "net.state_dict() is the state dict of a network")


def test_a_checkpoint_is_opened_by_its_key() -> None:
    code = MADE + 'point = {"net": net.state_dict(), "adam": opt.state_dict()}\nopt.load_state_dict(point)'
    check(code, 'is the one under "adam"', ['opt.load_state_dict(point["adam"])'])


def test_the_name_of_a_file_is_read_first() -> None:
    code = MADE + 'torch.save({"opt": opt.state_dict()}, "o.pt")\nopt.load_state_dict("o.pt")'
    check(code, '"o.pt" is the name of a file', ['opt.load_state_dict(torch.load("o.pt")["opt"])'])
    check(MADE + "opt.load_state_dict(None)", "None is of type NoneType")


_SAVED = """
class Net(nn.Module):
    def __init__(self, affine):
        super().__init__()
        self.body = nn.Linear(4, 8)
        self.norm = nn.BatchNorm1d(8, affine=affine)

old = Net(affine=True)
point = {"net": old.state_dict(), "opt": torch.optim.Adam(old.parameters()).state_dict()}
net = Net(affine=False)
opt = torch.optim.Adam(net.parameters())
opt.load_state_dict(point["opt"])
"""


def test_the_parameters_that_were_trained_then_are_named() -> None:
    text = check(_SAVED).text
    assert 'point["net"] has "norm.weight", "norm.bias", which net lacks. net.norm was made with affine=False.' in text
    assert "As it was saved: net = Net(affine=True). To train others, leave this line out: opt begins anew." in text


def test_the_parameters_that_are_new_are_named() -> None:
    more = "class More(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    more += "        self.weight, self.bias = nn.Parameter(torch.rand(1, 2)), nn.Parameter(torch.rand(1))\n"
    more += "        self.aux = nn.Linear(2, 1)\n"
    code = f'{MADE}{more}point = {{"net": net.state_dict(), "opt": opt.state_dict()}}\nnew = More()\n'
    code += 'opt2 = torch.optim.Adam(new.parameters())\nopt2.load_state_dict(point["opt"])'
    check(code, 'new has "aux.weight", "aux.bias", which point["net"] lacks.')


def test_an_optimizer_of_a_part_of_the_same_network() -> None:
    code = MADE + "opt2 = torch.optim.Adam([net.weight])\nopt2.load_state_dict(opt.state_dict())"
    check(
        code,
        "To go on with that training, it gets net.parameters(), as then.",
    )
