"""Square brackets behind a module: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails

HEAD = """\
table, tokens = nn.Embedding(16, 3), torch.tensor([1, 2])
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.line = nn.Linear(2, 3)
    def forward(self, x):
        return self.line(x)
net, x = Net(), torch.ones(4, 2)
"""


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("table[tokens]", "table is a module (Embedding)", ["table(tokens)"]),
        ("y = net[x].sum()", "in round brackets: net(x).", ["net(x)"]),
        ("net[torch.ones(9, 9)]", "in round brackets: net(torch.ones(9, 9)).", []),
        ("net[0]", "only containers such as nn.Sequential", ["net.line"]),
    ],
)
def test_what_stands_in_the_brackets_says_what_was_meant(line: str, said: str, fixes: list[str]) -> None:
    check(HEAD + line, said, fixes)


def test_a_number_behind_a_layer_without_layers_says_nothing() -> None:
    assert fails(HEAD + "table[0]").explanation is None
