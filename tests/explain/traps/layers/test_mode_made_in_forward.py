"""Dropout and batch norm that forward makes: eval mode does not reach them."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

BIRDS = """
class Birds(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, 8)
        self.fc = nn.Linear(8, 5)
    def forward(self, x):
        x = torch.relu(self.body(x))
        x = {code}
        return self.fc(x)
net = Birds()
net = net.eval()
with torch.no_grad():
    answer = net({x})
"""
BY_NAME = """
class Tagger(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.p = p
        self.embed = nn.Embedding(10, 4)
        self.out = nn.Linear(4, 3)
    def forward(self, tokens):
        drop = nn.Dropout(self.p)
        return self.out(drop(self.embed(tokens)))
model = Tagger(0.3)
opt = torch.optim.Adam(model.parameters())
for epoch in range(2):
    opt.zero_grad()
    loss = F.cross_entropy(model(torch.randint(0, 10, (4,))), torch.randint(0, 3, (4,)))
    loss.backward()
    opt.step()
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (BIRDS.format(code="nn.Dropout(p=0.5)(x)", x="torch.rand(2, 6)"), "self.dropout = nn.Dropout(p=0.5)"),
        (BIRDS.format(code="nn.BatchNorm1d(8)(x)", x="torch.rand(2, 6)"), "no running mean and variance yet"),
        (BY_NAME, "by self.drop = nn.Dropout(self.p), and call self.drop here. That is line 8, in forward()."),
    ],
)
def test_a_layer_that_eval_does_not_reach(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        "nn.Dropout(0.5).train(self.training)(x)",
        "nn.Dropout(0.5)(x) if self.training else x",
        "nn.Dropout(0.0)(x)",
        "nn.BatchNorm1d(8, track_running_stats=False)(x)",
        "F.dropout(x, 0.5, training=self.training)",
        "nn.ReLU()(x)",
        "nn.Dropout(0.5)(x)  # MC dropout: stochastic in evaluation too",
    ],
)
def test_a_layer_of_no_mode_or_whose_mode_is_set(code: str) -> None:
    assert told_of_program(BIRDS.format(code=code, x="torch.rand(2, 6)")) == []
