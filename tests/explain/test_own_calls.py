"""A call of the learner's own network or function in the failing expression: known, and nothing runs twice."""

from __future__ import annotations

import linecache

import pytest

from tests.explain.failing import check, fails, session, why

NET = """
class Net(nn.Module):
    def __init__(self, n_out=3):
        super().__init__()
        self.fc1 = nn.Linear(4, 8)
        self.fc2 = nn.Linear(8, n_out)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        return self.fc2(x)

net = Net()
xb = torch.randn(8, 4)
"""
CNN = """
class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.drop = nn.Dropout(0.25)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(self.drop(x), 1)
        return F.log_softmax(self.fc2(F.relu(self.fc1(x))), dim=1)

model = CNN()
images = torch.randn(64, 1, 28, 28)
"""
RESNET = """
class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1)
        self.bn = nn.BatchNorm2d(c)

    def forward(self, x):
        return F.relu(x + self.bn(self.conv(x)))

class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU())
        self.blocks = nn.ModuleList([Block(16) for _ in range(2)])
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(self.pool(x).flatten(1))

net = ResNet()
"""
ATTENTION = """
class Attention(nn.Module):
    def __init__(self, dim, heads=2):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.heads = heads

    def forward(self, x, mask=None):
        B, T, C = x.shape
        q = self.q(x).view(B, T, self.heads, C // self.heads).transpose(1, 2)
        k = self.k(x).view(B, T, self.heads, C // self.heads).transpose(1, 2)
        v = self.v(x).view(B, T, self.heads, C // self.heads).transpose(1, 2)
        att = (q @ k.transpose(-2, -1)) / (C // self.heads) ** 0.5
        if mask is not None:
            att = att.masked_fill(mask == 0, float("-inf"))
        return (F.softmax(att, dim=-1) @ v).transpose(1, 2).contiguous().view(B, T, C)
"""
GPT = """
class GPT(nn.Module):
    def __init__(self, vocab=11, dim=8, block=6):
        super().__init__()
        self.tok = nn.Embedding(vocab, dim)
        self.pos = nn.Embedding(block, dim)
        self.ln = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, vocab)

    def forward(self, idx, targets=None):
        B, T = idx.shape
        x = self.tok(idx) + self.pos(torch.arange(T, device=idx.device))
        logits = self.head(self.ln(x))
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.view(B * T, -1), targets.view(-1))

gpt = GPT()
idx = torch.randint(0, 11, (2, 6))
"""
RECURRENT = """
class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(20, 8)
        self.lstm = nn.LSTM(8, 16, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(32, 3)
        self.last = None

    def forward(self, words):
        out, (h, c) = self.lstm(self.emb(words))
        self.last = out
        outs = []
        for state in (h[-2], h[-1]):
            outs.append(state)
        return self.fc(torch.cat(outs, dim=1))

tagger = Tagger()
words = torch.randint(0, 20, (4, 7))
"""
METHOD = """
class Trainer:
    def __init__(self, net, loss_fn):
        self.net = net
        self.loss_fn = loss_fn

    def step(self, x, y):
        return self.loss_fn(self.net(x).squeeze(), y)

trainer = Trainer(net, nn.CrossEntropyLoss())
"""
PROGRAMS = [
    # the frame of the loss holds both arguments
    (
        NET + "yb = torch.randint(0, 3, (8, 1))\ncriterion = nn.CrossEntropyLoss()\nloss = criterion(net(xb), yb)",
        "net(xb) is (8, 3) and yb is (8, 1)",
        ["criterion(net(xb), yb.squeeze(1))"],
    ),
    (
        NET + "yb = torch.randint(0, 3, (8, 1))\nF.cross_entropy(input=net(xb), target=yb)",
        "net(xb) is (8, 3) and yb is (8, 1)",
        ["F.cross_entropy(input=net(xb), target=yb.squeeze(1))"],
    ),
    (
        NET + "net = Net(1)\nbce = nn.BCEWithLogitsLoss()\nfor epoch in range(2):\n"
        "    for yb in torch.ones(2, 8):\n        loss = bce(net(xb), yb)",
        "net(xb) is (8, 1) and yb is (8,)",
        [
            "for epoch in range(2):\n    for yb in torch.ones(2, 8):\n        loss = bce(net(xb).squeeze(1), yb)",
            "for epoch in range(2):\n    for yb in torch.ones(2, 8):\n        loss = bce(net(xb), yb.unsqueeze(1))",
        ],
    ),
    (
        NET + "G, D = Net(4), Net(1)\nones = torch.ones(8)\nF.binary_cross_entropy_with_logits(D(G(xb)), ones)",
        "D(G(xb)) is (8, 1) and ones is (8,)",
        [
            "F.binary_cross_entropy_with_logits(D(G(xb)).squeeze(1), ones)",
            "F.binary_cross_entropy_with_logits(D(G(xb)), ones.unsqueeze(1))",
        ],
    ),
    (
        NET + "yb = torch.tensor([0., 1., 2., 0., 1., 2., 0., 1.])\nnn.CrossEntropyLoss()(net(xb), yb)",
        "yb is float32",
        ["nn.CrossEntropyLoss()(net(xb), yb.long())"],
    ),
    (
        NET + "yb = torch.tensor([0, 1, 3, 0, 1, 2, 0, 1])\nF.cross_entropy(net(xb), yb)",
        "net(xb) is (8, 3): those are 3 classes, with indices 0 to 2, and yb asks for class 3",
        [],
    ),
    (
        NET + METHOD + "trainer.step(xb, torch.zeros(8, 1).long())",
        "self.net(x).squeeze() is (8, 3) and y is (8, 1)",
        None,
    ),
    (CNN + "F.nll_loss(model(images), torch.zeros(64, 1).long())", "model(images) is (64, 10)", None),
    (GPT + "F.cross_entropy(gpt(idx)[0], idx)", "gpt(idx)[0] is (2, 6, 11) and idx is (2, 6)", None),
    (
        "model = lambda x: x @ w + b\nx, w, b = torch.ones(8, 4), torch.ones(4, 2), torch.zeros(2)\n"
        "y = torch.ones(8)\n(model(x) - y).abs().mean()",
        "model(x) is (8, 2) and y is (8,)",
        ["model(x) - y.unsqueeze(1)"],
    ),
    # no frame holds them: the text of forward is followed
    (NET + "skip = torch.randn(8, 4)\ny = net(xb) + skip", "net(xb) is (8, 3) and skip is (8, 4)", []),
    (
        NET + "skip = torch.randn(3, 8)\ny = net(xb) + skip",
        "net(xb) is (8, 3) and skip is (3, 8)",
        ["net(xb) + skip.T", "net(xb).T + skip"],
    ),
    (
        NET + "def train(model, xs, ys):\n    for i in range(3):\n        loss = ((model(xs) - ys) ** 2).mean()\n"
        "train(net, xb, torch.randn(6, 3))",
        "model(xs) is (8, 3) and ys is (6, 3)",
        [],
    ),
    (NET + "W = torch.randn(2, 3)\nz = net(xb) @ W", "net(xb) is (8, 3) and W is (2, 3)", ["net(xb) @ W.T"]),
    (NET + "W = torch.randn(2, 3)\ntorch.mm(net(xb), W)", "net(xb) is (8, 3)", ["torch.mm(net(xb), W.T)"]),
    (NET + "preds = []\npreds.append(net(xb).numpy())", "net(xb) requires grad", ["net(xb).detach().numpy()"]),
    (NET + "net(xb).view(5, 5)", "net(xb) is (8, 3) and has 24 elements", []),
    (NET + "z = (net(xb)\n     .relu()\n     .view(7))", "net(xb).relu() is (8, 3)", None),
    (NET + "net(xb)[:, 3]", "net(xb) is (8, 3): the indices of dim 1 go from 0 to 2", ["net(xb)[:, -1]"]),
    (NET + "torch.cat([net(xb), torch.ones(6, 2)], dim=1)", "net(xb) is (8, 3)", []),
    (NET + "net(xb).item()", "net(xb) has shape (8, 3)", None),
    (NET + "net(xb).backward()", "net(xb) is (8, 3), 24 elements", None),
    (NET + "net(xb).mean(dim=2)", "net(xb) is (8, 3)", None),
    (NET + "if net(xb) > 0:\n    pass", "net(xb) > 0 has shape (8, 3)", None),
    (
        NET + "model = nn.Sequential(Net(5), nn.ReLU(), nn.Linear(5, 2))\nmodel(xb) - torch.ones(8, 3)",
        "model(xb) is (8, 2)",
        [],
    ),
    (NET + "(net.forward(xb) == torch.zeros(6, 3)).float()", "net.forward(xb) is (8, 3)", []),
    (CNN + "model(images) + torch.zeros(64, 9)", "model(images) is (64, 10)", []),
    (RESNET + "net(torch.rand(32, 3, 32, 32)).softmax(1) - torch.ones(30, 10)", "is (32, 10) and", []),
    (
        ATTENTION + "attention, x = Attention(8), torch.randn(2, 5, 8)\nattention(x) + torch.randn(6, 8)",
        "attention(x) is (2, 5, 8)",
        [],
    ),
    (GPT + "gpt(idx).sum()", "gpt(idx) is a tuple of 2 elements", ["gpt(idx)[0].sum()"]),
    (RECURRENT + "tagger(words) + torch.ones(4, 2)", "tagger(words) is (4, 3)", []),
    (
        "def predict(x, *, scale=1.0, **more):\n    n = 0\n    while n < 2:\n        x = x * scale\n        n += 1\n"
        "    for a, b in zip([x], [w]):\n        x = a @ b\n    return x\n"
        "x, w = torch.ones(8, 4), torch.ones(4, 2)\n((predict(x, scale=2.0) - torch.ones(8)) ** 2).mean()",
        "predict(x, scale=2.0) is (8, 2)",
        None,
    ),
    (
        NET + "@torch.no_grad()\ndef predict(x):\n    return net(x)\npredict(xb) - torch.ones(8, 4)",
        "predict(xb) is (8, 3)",
        [],
    ),
    (
        NET + "def make(scale):\n    def apply(x):\n        return net(x).T * scale\n    return apply\n"
        "apply = make(2)\napply(xb) - torch.ones(8, 8)",
        "apply(xb) is (3, 8)",
        [],
    ),
]


@pytest.mark.parametrize(("code", "said", "fixes"), PROGRAMS)
def test_the_learners_own_call_is_no_blind_spot(code, said, fixes):
    if fixes is None:
        assert said in why(code).text
    else:
        check(code, said, fixes)


STRANGE = """
import random
counted = []

def strangely(y):
    y.unsqueeze_(0)

class Strange(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 3), nn.Linear(4, 5)
        self.hidden = torch.zeros(2, 3)

    def forward(self, x):
        {body}

net = Strange()
x = torch.ones(2, 4)
"""


@pytest.mark.parametrize(
    "body",
    [
        "return self.a(x) if random.random() < 2 else self.b(x)",
        "return self.a(x) if x.sum() > 0 else self.b(x)",
        "return self.a(x) if x.sum().item() > 0 else self.b(x)",
        "n = int(x.sum())\n        out = self.b(x)\n        for _ in range(n): out = self.a(x)\n        return out",
        "counted.append(1)\n        return self.a(x)",
        "self.hidden = self.hidden + self.a(x)\n        return self.hidden",
        "yield self.a(x)\n\nStrange.__call__ = lambda self, x: next(self.forward(x))",
        "try:\n            return self.a(x)\n        except ValueError:\n            return self.b(x)",
        "global seen\n        seen = x\n        return self.a(x)",
        "y = self.a(x)\n        z = y.unsqueeze_(0)\n        return y.reshape(2, 3)",
        "y = self.a(x)\n        strangely(y)\n        return y[0]",
        "y = self.a(x)\n        other = strangely(y)\n        return y[0]",
        "y = self.b(x)\n        y.data = y.data[:, :3]\n        return y",
        "y = self.b(x)\n        print = [].append\n        print(y)\n        return self.a(x)",
        "outs = [self.b(x), self.a(x)]\n        last = outs.pop()\n        return last",
    ],
)
def test_where_a_result_cannot_be_read_off_torch_has_its_size(body):
    code = STRANGE.format(body=body) + "net(x) + torch.ones(2, 4)"
    explanation = why(code)
    assert "net(x) has size 3 where torch.ones(2, 4) has size 4" in explanation.text
    assert [operand for operand, _ in explanation.operands] == ["torch.ones(2, 4)"]


@pytest.mark.parametrize("hook", ["net.register_forward_hook(lambda *a: None)", "net.forward = lambda x: net.a(x)"])
def test_a_network_that_runs_other_code_is_not_read_off(hook):
    code = STRANGE.format(body="return self.a(x)") + hook + "\nnet(x) + torch.ones(2, 4)"
    assert "net(x) has size 3 where" in why(code).text


def test_nothing_of_the_learner_s_runs_a_second_time():
    live = session()
    fails(
        """
ran = []

def note(what):
    ran.append(what)
    return True

class Watched:
    @property
    def scale(self):
        ran.append("property")
        return 1.0

    def __mul__(self, other):
        ran.append("operator")
        return other

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
        self.watched = Watched()

    def forward(self, x):
        assert note("forward")
        print("in forward", note("print"))
        scale = self.watched.scale
        unused = self.watched * x
        return self.fc(x)

net = Net()
net(torch.ones(2, 4)) + torch.ones(2, 5)
""",
        live,
    )
    assert live.namespace["ran"] == ["forward", "print", "property", "operator"]
    explanation = fails("net(torch.ones(2, 4)) + torch.ones(2, 5)", live).explanation
    assert explanation is not None
    assert explanation.text.startswith("net(torch.ones(2, 4)) is (2, 3)")
    assert len(live.namespace["ran"]) == 8


def test_the_learner_s_tensors_are_only_read():
    live = session()
    outcome = fails(
        """
state = torch.zeros(3)
held = [torch.ones(2, 3), torch.ones(2, 3)]

class Net(nn.Module):
    def forward(self, x):
        for each in held:
            x = x + each
        a, b = held
        a.add_(1)
        return x * b + state

net = Net()
net(torch.ones(2, 3)) @ torch.ones(2, 3)
""",
        live,
    )
    assert outcome.explanation is not None
    assert outcome.explanation.text.startswith("net(torch.ones(2, 3)) is (2, 3)")
    assert live.namespace["held"][0].sum() == 12  # the learner's own call added once


def test_a_result_of_random_numbers_is_no_value_to_rely_on():
    explanation = why("y = torch.ones(3)\nF.binary_cross_entropy(torch.rand(3) * 9 + 2, y)")
    assert explanation.fixes == ()


@pytest.mark.parametrize(
    "code",
    [
        "def f(x):\n    raise RuntimeError('The size of tensor a (3) must match the size of tensor b (4) at "
        "non-singleton dimension 1')\nf(torch.ones(3))",
        NET + "1 / 0",
    ],
)
def test_what_is_something_else_stays_unexplained(code):
    assert fails(code).explanation is None


def test_a_text_that_is_not_what_runs_is_not_followed(tmp_path, monkeypatch):
    """A file that was edited since it was imported."""
    monkeypatch.syspath_prepend(tmp_path)
    text = "def widen(x):\n    return x.repeat(1, 2)\n"
    (tmp_path / "widening.py").write_text(text)
    live = session()
    known = fails("from widening import widen\nx = torch.ones(2, 3)\nwiden(x) + torch.ones(2, 4)", live).explanation
    assert known is not None
    assert known.text.startswith("widen(x) is (2, 6)")
    (tmp_path / "widening.py").write_text(text.replace("2)", "20)"))
    linecache.checkcache()
    unknown = fails("widen(x) + torch.ones(2, 4)", live).explanation
    assert unknown is not None
    assert "widen(x) has size 6 where torch.ones(2, 4) has size 4" in unknown.text
