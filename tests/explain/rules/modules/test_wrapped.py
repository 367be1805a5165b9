""".module of a network that nothing wraps, layers of one that is wrapped, and names that only look alike."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

HEAD = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 2)
    def forward(self, x):
        return self.fc(x)
    def freeze(self):
        return self.requires_grad_(False)

net = Net()
wrapped = nn.DataParallel(net)
"""


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("s = net.module.state_dict()", "net is the network itself (Net): leave .module off.", ["net.state_dict()"]),
        ("for p in net.module.parameters():\n    p.requires_grad_(False)\n", "leave .module off.",
         ["for p in net.parameters():\n    p.requires_grad_(False)"]),
        ("wrapped.fc.in_features", "The network in it has: wrapped.module.fc.", ["wrapped.module.fc.in_features"]),
        ("wrapped.freeze()", "wrapped is wrapped in DataParallel", ["wrapped.module.freeze()"]),
    ],
)  # fmt: skip
def test_the_network_is_where_it_is(line: str, said: str, fixes: list[str]) -> None:
    check(HEAD + line, said, fixes)


@pytest.mark.parametrize(
    "line", ["net.buffer.state_dict()", "net.childrens[0]", "net.module_.weight", "net.fcs.shape_x"]
)
def test_a_method_is_not_meant_where_none_is_called(line: str) -> None:
    explanation = why(HEAD + line)
    assert "It has" not in explanation.text
    assert not explanation.fixes


def test_a_function_that_worked_is_left_alone() -> None:
    code = "def keep(model):\n    return model.module.state_dict()\n\nok = keep(wrapped)\nkeep(net)"
    check(HEAD + code, "leave .module off.", [])
