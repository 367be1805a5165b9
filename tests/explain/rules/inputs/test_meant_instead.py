"""A layer of the right size, and another layer or another tensor in the place of the one that was meant."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, why

SKIPPED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 64)
        self.fc2 = nn.Linear(64, 32)
        self.fc3 = nn.Linear(32, 3)
    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = self.fc3(x)
        return x
net = Net()
out = net(torch.randn(4, 10))
"""
HEADS = """
class ActorCritic(nn.Module):
    def __init__(self, obs, n_actions):
        super().__init__()
        self.base = nn.Linear(obs, 128)
        self.actor = nn.Linear(128, n_actions)
        self.critic = nn.Linear(128, 1)
    def forward(self, x):
        x = F.relu(self.base(x))
        x = self.actor(x)
        probs = F.softmax(x, dim=-1)
        value = self.critic(x)
        return probs, value
agent = ActorCritic(4, 2)
probs, value = agent(torch.randn(8, 4))
"""
MAPS = """
class Det(nn.Module):
    def __init__(self, n_classes=5):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1)
        self.cls = nn.Conv2d(16, n_classes, 1)
        self.box = nn.Conv2d(16, 4, 1)
    def forward(self, x):
        x = F.relu(self.conv(x))
        x = self.cls(x)
        scores = x.sigmoid()
        boxes = self.box(x)
        return scores, boxes
det = Det()
scores, boxes = det(torch.rand(2, 3, 32, 32))
"""
LISTED = """
class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1 = nn.Linear(8, 16)
        self.aux = nn.Linear(16, 2)
        self.l2 = nn.Linear(16, 2)
    def forward(self, x):
        outs = []
        x = torch.relu(self.l1(x))
        x = self.aux(x)
        outs.append(x)
        x = self.l2(x)
        outs.append(x)
        return outs
deep = Deep()
outs = deep(torch.randn(5, 8))
"""
OTHER_TENSOR = """
class AE(nn.Module):
    def __init__(self, d=20, h=12, z=3):
        super().__init__()
        self.enc1 = nn.Linear(d, h)
        self.enc2 = nn.Linear(h, z)
        self.dec1 = nn.Linear(z, h)
        self.dec2 = nn.Linear(h, d)
    def forward(self, x):
        h = torch.relu(self.enc1(x))
        z = self.enc2(h)
        y = torch.relu(self.dec1(h))
        return self.dec2(y), z
ae = AE()
recon, z = ae(torch.rand(7, 20))
"""
OTHER_LAYER = """
class AE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(20, 8)
        self.mid = nn.Linear(8, 3)
        self.dec = nn.Linear(3, 8)
        self.out = nn.Linear(8, 20)
    def forward(self, x):
        x = torch.relu(self.enc(x))
        x = self.mid(x)
        x = torch.relu(self.mid(x))
        return self.out(x)
ae = AE()
r = ae(torch.rand(7, 20))
"""
SWAPPED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(10, 32)
        self.b = nn.Linear(32, 16)
        self.c = nn.Linear(16, 4)
    def forward(self, x):
        x = torch.relu(self.a(x))
        x = torch.relu(self.c(x))
        return self.b(x)
net = Net()
y = net(torch.randn(5, 10))
"""
CHAIN = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(10, 64)
        self.fc2 = nn.Linear(64, 32)
        self.fc3 = nn.Linear(64, 3)
    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)
net = Net()
out = net(torch.randn(4, 10))
"""
AT_THE_PROMPT = """
trunk = nn.Linear(12, 40)
policy = nn.Linear(40, 3)
baseline = nn.Linear(40, 1)
obs = torch.randn(6, 12)
h = torch.tanh(trunk(obs))
h = policy(h)
logp = h.log_softmax(-1)
v = baseline(h)
"""
FUNCTION = """
trunk = nn.Linear(12, 40)
policy = nn.Linear(40, 3)
baseline = nn.Linear(40, 1)
def run(obs):
    h = torch.tanh(trunk(obs))
    h = policy(h)
    logp = h.log_softmax(-1)
    v = baseline(h)
    return logp, v
logp, v = run(torch.randn(6, 12))
"""
PROJECTED = """
class Tagger(nn.Module):
    def __init__(self, n_words=50, d=16, h=24, n_tags=5):
        super().__init__()
        self.emb = nn.Embedding(n_words, d)
        self.lstm = nn.LSTM(d, h, batch_first=True)
        self.proj = nn.Linear(h, d)
        self.out = nn.Linear(d, n_tags)
    def forward(self, ids):
        e = self.emb(ids)
        h, _ = self.lstm(e)
        return self.out(h)
t = Tagger()
y = t(torch.randint(0, 50, (3, 7)))
"""


@pytest.mark.parametrize(
    ("code", "said", "line"),
    [
        (
            SKIPPED,
            "self.fc2, which takes 64 and gives 32, is made in __init__ and not called",
            "self.fc3(torch.relu(self.fc2(x)))",
        ),
        (PROJECTED, "it belongs between, self.out(self.proj(h)).", "return self.out(self.proj(h))"),
        (OTHER_LAYER, "it was probably meant here, self.dec(x).", "x = torch.relu(self.dec(x))"),
        (SWAPPED, "in the other order each gets what it takes.", "x = torch.relu(self.b(x))\n        return self.c(x)"),
        (OTHER_TENSOR, "z, from `z = self.enc2(h)`, has 3: it was probably meant here, self.dec1(z).", "self.dec1(z)"),
    ],
)
def test_another_one_was_meant(code: str, said: str, line: str) -> None:
    explanation = why(code)
    assert said in explanation.text, explanation.text
    assert [line in fix.code for fix in explanation.fixes] == [True]
    assert runs_after(code) == 1


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        (HEADS, ["actor = self.actor(x)", "probs = F.softmax(actor, dim=-1)", "value = self.critic(x)"]),
        (MAPS, ["cls = self.cls(x)", "scores = cls.sigmoid()", "boxes = self.box(x)"]),
        (LISTED, ["aux = self.aux(x)", "outs.append(aux)", "x = self.l2(x)"]),
        (FUNCTION, ["h_policy = policy(h)", "logp = h_policy.log_softmax(-1)", "v = baseline(h)"]),
    ],
)
def test_the_result_of_the_first_head_took_the_name_of_its_input(code: str, lines: list[str]) -> None:
    explanation = why(code)
    assert "Give that result a name of its own" in explanation.text
    assert [all(line in fix.code for line in lines) for fix in explanation.fixes] == [True]
    assert runs_after(code) == 1


def test_at_the_prompt_it_has_to_be_computed_again() -> None:
    check(AT_THE_PROMPT, "own: `h_policy = policy(h)`. Compute h again first.", [])


def test_in_a_chain_the_size_is_wrong() -> None:
    assert "In Net.__init__, write nn.Linear(32, 3)." in why(CHAIN).text


def test_one_result_of_two_layers_gets_no_line() -> None:
    code = CHAIN.replace("        return self.fc3(x)", "        kept = x\n        return self.fc3(x) + kept.mean()")
    assert "Give that result a name of its own" in why(code).text
    assert not why(code).fixes


IN_A_LOOP = """
class Tasks(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, 12)
        self.heads = nn.ModuleList([nn.Linear(12, 2), nn.Linear(12, 5)])
    def forward(self, x):
        x = torch.relu(self.body(x))
        outs = []
        for head in self.heads:
            x = head(x)
            outs.append(x)
        return outs
tasks = Tasks()
outs = tasks(torch.randn(4, 6))
"""


def test_heads_in_a_loop() -> None:
    explanation = why(IN_A_LOOP)
    assert "Each of self.heads takes 12" in explanation.text
    assert "            out = head(x)\n            outs.append(out)\n" in explanation.fixes[0].code
    assert runs_after(IN_A_LOOP) == 1


def test_what_was_computed_just_before_comes_before_a_layer_that_nothing_calls():
    code = (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.l1, self.l2, self.skip = nn.Linear(3, 6), nn.Linear(6, 6), nn.Linear(3, 6)\n"
        "    def forward(self, x):\n        h = torch.relu(self.l1(x))\n        h = torch.relu(self.l2({}))\n"
        "        return h\n\nnet = Net()"
    )
    said = "h, from `h = torch.relu(self.l1(x))`, has 6: it was probably meant here"
    check(code.format("x") + "\nnet(torch.rand(2, 3))", said, [code.format("h")])


def test_two_heads_of_which_the_first_overwrites_the_input():
    code = (
        "class VAE(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.mu, self.lv = nn.Linear(10, 4), nn.Linear(10, 4)\n"
        "    def forward(self, x):\n        {0} = self.mu(x)\n        lv = self.lv(x)\n"
        "        return {0}, lv\n\nvae = VAE()"
    )
    said = "since then it is the result of self.mu. Give that result a name of its own: `mu = self.mu(x)`."
    check(code.format("x") + "\nvae(torch.rand(2, 10))", said, [code.format("mu")])


def test_what_was_computed_by_way_of_other_names():
    code = (
        "class VAE(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.enc, self.dec = nn.Linear(20, 8), nn.Linear(4, 20)\n"
        "    def forward(self, x):\n        h = self.enc(x)\n        mu, logvar = h.chunk(2, dim=1)\n"
        "        z = mu + logvar.exp()\n        return self.dec({})\n\nvae = VAE()"
    )
    said = "z, from `z = mu + logvar.exp()`, has 4: it was probably meant here, self.dec(z)."
    check(code.format("h") + "\nvae(torch.rand(2, 20))", said, [code.format("z")])
