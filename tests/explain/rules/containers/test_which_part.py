"""A loss that is given all that a network returns: which part is meant, where its names say so."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NAMED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.f, self.fc = nn.Linear(4, 64), nn.Linear(64, 3)
    def forward(self, x):
        h = torch.relu(self.f(x))
        logits = self.fc(h)
        return h, logits
net = Net()
loss = F.cross_entropy(net(torch.randn(5, 4)), torch.tensor([0, 1, 2, 0, 1]))
"""
HEADS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 3), nn.Linear(4, 3)
    def forward(self, x):
        return self.a(x), self.b(x)
net, crit = Net(), nn.CrossEntropyLoss()
loss = crit(net(torch.randn(5, 4)), torch.tensor([0, 1, 2, 0, 1]))
"""
CUSTOM = """
class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.e, self.d = nn.Linear(8, 4), nn.Linear(2, 8)
    def forward(self, x):
        mu, logvar = self.e(x).chunk(2, -1)
        recon = self.d(mu)
        return recon, mu, logvar
vae, x = VAE(), torch.rand(5, 8)
out = vae(x)
loss = F.mse_loss(out, x)
"""
ON_THE_WAY = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
    def forward(self, x):
        h = self.fc(x)
        return h, h.softmax(-1)
net = Net()
loss = F.cross_entropy(net(torch.randn(5, 4)), torch.tensor([0, 1, 2, 0, 1]))
"""


@pytest.mark.parametrize(
    ("code", "said", "fix"),
    [
        (NAMED, "[1] takes logits.", "[1], torch.tensor("),
        (CUSTOM, "out[0] takes recon.", "F.mse_loss(out[0], x)"),
    ],
)
def test_the_part_with_the_scores(code: str, said: str, fix: str) -> None:
    explanation = why(code)
    assert said in explanation.text, explanation.text
    assert [fix in each.code for each in explanation.fixes] == [True]


@pytest.mark.parametrize(("code", "parts"), [(HEADS, "self.a(x), self.b(x)"), (ON_THE_WAY, "h, h.softmax(-1)")])
def test_which_of_them_is_not_guessed(code: str, parts: str) -> None:
    check(code, f"The parts are {parts}: take the one that is meant.", [])


@pytest.mark.parametrize("function", ["torch.from_numpy", "torch.tensor"])
def test_the_one_array_of_a_tuple(function: str) -> None:
    """A tuple of an array and a dict, as environments return it."""
    code = f"import numpy as np\nstate = (np.zeros(4), {{}})\n{function}(state)"
    check(code, "state[0] is the array", [f"{function}(state[0])"])
    two = code.replace("{}", "np.zeros(4), {}")
    assert "is the array" not in why(two).text


def test_the_key_of_a_target_is_not_offered_to_a_layer() -> None:
    code = 'batch = {"ids": torch.tensor([1, 2]), "labels": torch.tensor([0, 1])}\nnn.Embedding(5, 2)(batch)'
    check(code, "the one under one of the keys", ['nn.Embedding(5, 2)(batch["ids"])'])


def test_names_of_files_are_no_names_of_classes() -> None:
    text = why('nn.Linear(3, 1)(("a/0.png", "a/1.JPG"))').text
    assert "They look like the names of files" in text, text
    assert "classes.index" not in text, text
    assert "classes.index" in why('nn.Linear(3, 1)(("cat", "b.png"))').text
