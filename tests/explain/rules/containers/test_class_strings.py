"""Names of classes that a Dataset gives as strings."""

from __future__ import annotations

from tests.explain.failing import check

MADE = """
from torch.utils.data import Dataset, DataLoader
{before}
class Pets(Dataset):
    def __init__(self):
        self.x, self.y = torch.rand(4, 3), ["cat", "dog", "cat", "dog"]
        {classes}
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return self.x[i], self.y[i]
net, loader = nn.Linear(3, 2), DataLoader(Pets(), batch_size=2)
for x, y in loader:
    loss = F.cross_entropy(net(x), y)
"""


def test_by_a_list_of_the_dataset() -> None:
    code = MADE.format(before="", classes='self.names = ["cat", "dog"]')
    explanation = why_of(code, "self.names.index(self.y[i]) in its place gives the index of the class.")
    assert "return self.x[i], self.names.index(self.y[i])" in explanation


def test_by_a_dict_of_the_prompt() -> None:
    code = MADE.format(before='IDS = {"cat": 0, "dog": 1}', classes="pass")
    assert "return self.x[i], IDS[self.y[i]]" in why_of(code, "IDS[self.y[i]] in its place")


def test_where_nothing_has_the_classes() -> None:
    code = MADE.format(before="", classes="pass")
    check(code, "In __init__, write self.classes = sorted(set(self.y)), and there self.classes.index(self.y[i])", [])


def why_of(code: str, said: str) -> str:
    """The one fix."""
    from tests.explain.failing import why

    explanation = why(code)
    assert said in explanation.text, explanation.text
    [fix] = explanation.fixes
    return fix.code
