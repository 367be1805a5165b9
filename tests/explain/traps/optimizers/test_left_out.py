"""Layers that get gradients and are in no group of the optimizer."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

NET = """
class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.bert = nn.Linear(12, 12)
        self.fc = nn.Linear(12, 5)
    def forward(self, x):
        return self.fc(torch.tanh(self.bert(x)))
model = Tagger()
x, y = torch.randn(30, 12), torch.randint(0, 5, (30,))
"""
LOOP = """
for _ in range(3):
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
"""
GROUPS = """
groups = []
group = {{"lr": 1e-3, "params": []}}
for name, p in model.named_parameters():
    if "bert" in name:
        group["params"].append(p)
groups.append(group)
group = {{"lr": 5e-2, "params": []}}
for name, p in model.named_parameters():
    if name.startswith("fc"):
        group["params"].append(p)
{then}
optimizer = torch.optim.AdamW(groups)
"""
LISTS = """
decay, no_decay = [], []
for name, p in model.named_parameters():
    if name.endswith("bias"):
        no_decay.append(p)
    else:
        decay.append(p)
optimizer = torch.optim.AdamW([{{"params": decay, "weight_decay": 0.01}}{more}], lr=1e-3)
"""
IN_A_FUNCTION = """
def make_optimizer(net, lr):
    slow, fast = [], []
    for name, p in net.named_parameters():
        if name.startswith("bert"):
            slow.append(p)
        else:
            fast.append(p)
    groups = [{{"params": fast, "lr": lr}}{more}]
    return torch.optim.Adam(groups)
optimizer = make_optimizer(model, 1e-3)
"""
LISTED_GROUPS = """
def make_optimizer(net):
    head = [p for name, p in net.named_parameters() if name.startswith("fc")]
    body = list(net.bert.parameters())
    return torch.optim.SGD([{{"params": body, "lr": 1e-3}}{more}], lr=1e-2)
optimizer = make_optimizer(model)
"""
TRAINER = """
class Trainer:
    def __init__(self, net):
        self.net = net
        self.opt = torch.optim.SGD({made}, lr=0.1)
    def fit(self, x, y):
        for _ in range(3):
            self.opt.zero_grad()
            loss = F.cross_entropy(self.net(x), y)
            loss.backward()
            self.opt.step()
trainer = Trainer(model)
{then}
trainer.fit(x, y)
"""
ADDED = """
body = nn.Sequential(nn.Linear(12, 8), nn.ReLU())
optimizer = torch.optim.SGD(body.parameters(), lr=0.1)
body.add_module("head", nn.Linear(8, 5));
model = body
{then}
"""
UNFROZEN = """
for p in model.bert.parameters():
    p.requires_grad = False
optimizer = torch.optim.SGD({made}, lr=0.1)
for p in model.bert.parameters():
    p.requires_grad = True
{then}
"""
LISTED = "[p for p in model.parameters() if p.requires_grad]"
FILTERED = "filter(lambda p: p.requires_grad, model.parameters())"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            NET + GROUPS.format(then="") + LOOP,
            "The parameters of model.fc get gradients, and optimizer has them in no group: its step() leaves them as "
            "they are. group is filled for the last time and then not used: `groups.append(group)` is missing",
        ),
        (NET + LISTS.format(more="") + LOOP, "no_decay is never used: make it a group of optimizer."),
        (NET + IN_A_FUNCTION.format(more="") + LOOP, "The parameters of model.bert get gradients"),
        (NET + IN_A_FUNCTION.format(more="") + LOOP, "slow is never used"),
        (NET + LISTED_GROUPS.format(more="") + LOOP, "The parameters of model.fc get gradients"),
        (NET + LISTED_GROUPS.format(more="") + LOOP, "head is never used: make it a group of optimizer."),
        (NET + ADDED.format(then="") + LOOP, "optimizer was made before they were part of the network."),
        (
            NET + TRAINER.format(made="net.parameters()", then="model.fc = nn.Sequential(model.fc, nn.Linear(5, 5))"),
            "The parameters of model.fc[1] get gradients, and self.opt has them in no group",
        ),
        (NET + UNFROZEN.format(made=FILTERED, then="") + LOOP, "optimizer was made while they did not require grad"),
        (
            NET + UNFROZEN.format(made=LISTED, then="") + LOOP,
            "The parameters of model.bert get gradients",
        ),
    ],
)
def test_layers_are_in_no_group(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        NET + GROUPS.format(then="groups.append(group)") + LOOP,
        NET + LISTS.format(more=', {"params": no_decay, "weight_decay": 0.0}') + LOOP,
        NET + IN_A_FUNCTION.format(more=', {"params": slow, "lr": lr / 10}') + LOOP,
        NET + LISTED_GROUPS.format(more=', {"params": head}') + LOOP,
        # the head alone is trained, as in transfer learning
        NET + "optimizer = torch.optim.SGD(model.fc.parameters(), lr=0.1)" + LOOP,
        NET
        + "optimizer = torch.optim.SGD([{'params': model.fc.parameters()}, {'params': model.bert.weight}], lr=0.1)"
        + LOOP,
        NET + "model.bert.requires_grad_(False)\noptimizer = torch.optim.SGD(model.fc.parameters(), lr=0.1)" + LOOP,
        NET + ADDED.format(then="optimizer.add_param_group({'params': body.head.parameters()})") + LOOP,
        NET + ADDED.format(then="optimizer = torch.optim.SGD(body.parameters(), lr=0.1)") + LOOP,
        NET + ADDED.format(then="body.head.requires_grad_(False);") + LOOP,
        NET + UNFROZEN.format(made="model.parameters()", then="") + LOOP,
        NET
        + UNFROZEN.format(made=FILTERED, then="optimizer.add_param_group({'params': model.bert.parameters()})")
        + LOOP,
        NET + UNFROZEN.format(made=FILTERED, then="model.bert.requires_grad_(False);") + LOOP,
        NET + TRAINER.format(made="net.parameters()", then=""),
        NET + TRAINER.format(made="net.fc.parameters()", then=""),
    ],
)
def test_layers_are_in_a_group_or_left_out_on_purpose(code: str) -> None:
    assert told_of_program(code) == []
