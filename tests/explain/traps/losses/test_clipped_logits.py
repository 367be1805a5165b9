"""ReLU after the last layer of a network whose output a cross entropy gets."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

CLOTHES = """
class Clothes(nn.Module):
    def __init__(self):
        super().__init__()
        self.stack = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 3), nn.ReLU())
    def forward(self, x):
        return self.stack(x.flatten(1))
net = Clothes()
loss_fn = nn.CrossEntropyLoss()
opt = torch.optim.SGD(net.parameters(), lr=1e-2)
X, y = torch.rand(6, 1, 4, 4), torch.randint(0, 3, (6,))
for epoch in range(2):
    loss = loss_fn(net(X), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
"""
TRAINED_IN_FUNCTION = """
class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.out = nn.Linear(8, 3)
    def forward(self, x):
        x = F.relu(self.hidden(x))
        x = F.relu(self.out(x))
        return x
def train(model, batches, criterion):
    opt = torch.optim.Adam(model.parameters())
    for x, y in batches:
        opt.zero_grad()
        scores = model(x)
        loss = criterion(scores, y)
        loss.backward()
        opt.step()
train(Classifier(), [(torch.rand(5, 4), torch.randint(0, 3, (5,)))] * 2, nn.CrossEntropyLoss())
"""
LINE_BY_LINE = """
net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3), nn.ReLU(), nn.LogSoftmax(dim=1))
out = net(torch.rand(5, 4))
loss = F.nll_loss(out, torch.randint(0, 3, (5,)))
"""
BINARY = """
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1), nn.ReLU())
x, y = torch.rand(5, 4), torch.randint(0, 2, (5,)).float()
loss = F.binary_cross_entropy_with_logits(net(x).squeeze(1), y)
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (CLOTHES, "The scores go through self.stack[3] before the loss: none is below 0 then"),
        (TRAINED_IN_FUNCTION, "leave F.relu() out. That is line 8, in forward()."),
        (LINE_BY_LINE, "leave net[3] out."),
        (BINARY, "the probability, is never below 0.5. Leave net[3] out."),
    ],
)
def test_relu_before_the_loss(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


POOLED = """
class Squeeze(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
        self.classifier = nn.Sequential(nn.Conv2d(4, 3, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
    def forward(self, x):
        return self.classifier(self.features(x)).flatten(1)
net = Squeeze()
loss = nn.CrossEntropyLoss()(net(torch.rand(2, 1, 6, 6)), torch.tensor([0, 2]))
"""
FEATURES = """
body = nn.Sequential(nn.Linear(4, 8), nn.ReLU())
head = nn.Linear(8, 3)
features = body(torch.rand(5, 4))
loss = F.cross_entropy(head(features), torch.randint(0, 3, (5,)))
"""
DISTANCES = """
near = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
loss = F.cross_entropy(-near(torch.rand(5, 4)), torch.randint(0, 3, (5,)))
"""
NOT_OF_SCORES = """
net = nn.Sequential(nn.Linear(4, 1), nn.ReLU())
loss = F.mse_loss(net(torch.rand(5, 4)), torch.rand(5, 1))
hinge = F.relu(1 - net(torch.rand(5, 4))).mean()
soft = F.relu(torch.randn(5, 3))
target = soft / (soft.sum(1, keepdim=True) + 1)
other = F.cross_entropy(torch.randn(5, 3), target)
"""


@pytest.mark.parametrize("code", [POOLED, FEATURES, DISTANCES, NOT_OF_SCORES])
def test_relu_that_is_in_its_place(code: str) -> None:
    assert told_of_program(code) == []
