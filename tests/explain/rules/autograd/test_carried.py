"""What carries a graph from round to round, and which step() of an optimizer changed a weight that is still needed."""

from __future__ import annotations

import re

import pytest

from tests.explain.failing import fails, session, why

CELL = """
class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.i2h, self.i2o = nn.Linear(7, 4), nn.Linear(4, 2)

    def forward(self, x, hidden):
        hidden = torch.tanh(self.i2h(torch.cat([x, hidden], 1)))
        return self.i2o(hidden), hidden

net = Cell()
"""
KEEPING = """
class Keeping(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(1, 4, batch_first=True)
        self.hidden = torch.zeros(1, 2, 4)

    def forward(self, x):
        out, self.hidden = self.rnn(x, self.hidden)
        return out[:, -1]

model = Keeping()
"""
DEEP = "net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))\n"
CARRIED = [
    (
        "rnn = nn.RNN(1, 8, batch_first=True)\nhead = nn.Linear(8, 1)\nh = torch.zeros(1, 2, 8)\n"
        "for t in range(3):\n    out, h = rnn(torch.ones(2, 5, 1), h)\n    loss = head(out[:, -1]).pow(2).mean()\n"
        "    loss.backward()",
        "`h = h.detach()` after `loss.backward()`",
    ),
    (
        "lstm = nn.LSTM(1, 8)\nhidden = None\nfor x in torch.ones(3, 5, 2, 1):\n    out, hidden = lstm(x, hidden)\n"
        "    loss = out.pow(2).mean()\n    loss.backward()",
        "`hidden = tuple(t.detach() for t in hidden)` after",
    ),
    (
        "lstm = nn.LSTM(1, 8)\nh, c = torch.zeros(1, 2, 8), torch.zeros(1, 2, 8)\nfor x in torch.ones(3, 5, 2, 1):\n"
        "    out, (h, c) = lstm(x, (h, c))\n    loss = out.pow(2).mean()\n    loss.backward()",
        "`h, c = h.detach(), c.detach()` after",
    ),
    (
        CELL + "def train(net, xs, ys):\n    state = torch.zeros(1, 4)\n    for x, y in zip(xs, ys):\n"
        "        logits, state = net(x, state)\n        loss = F.cross_entropy(logits, y)\n        loss.backward()\n"
        "train(net, torch.ones(3, 1, 3), torch.zeros(3, 1).long())",
        "`state = state.detach()` after",
    ),
    (
        "gru = nn.GRU(2, 4)\ndef step(x, state):\n    out, state = gru(x, state)\n    loss = out.pow(2).mean()\n"
        "    loss.backward()\n    return state\ns = step(torch.ones(3, 1, 2), None)\ns = step(torch.ones(3, 1, 2), s)",
        "came into this call with state",
    ),
    (
        "gru = nn.GRU(2, 4)\nh = torch.zeros(1, 1, 4)\nout, h = gru(torch.ones(3, 1, 2), h)\nloss = out.sum()\n"
        "loss.backward()\nout, h = gru(torch.ones(3, 1, 2), h)\nloss = out.sum()\nloss.backward()",
        "`h = h.detach()` after",
    ),
    (
        "cell = nn.RNNCell(2, 4)\nprev = torch.zeros(1, 4)\nfor i in range(3):\n"
        "    new = cell(torch.ones(1, 2), prev)\n    loss = new.sum()\n    loss.backward()\n    prev = new",
        "`prev = prev.detach()` after `prev = new`",
    ),
    (
        KEEPING
        + "for epoch in range(2):\n    y = model(torch.ones(2, 5, 1))\n    loss = y.mean()\n    loss.backward()",
        "`model.hidden = model.hidden.detach()` after",
    ),
    (
        DEEP + "total = 0\nfor i in range(3):\n    loss = net(torch.ones(4, 2)).pow(2).mean()\n    total += loss\n"
        "    total.backward()",
        "total still has in it what was added to it before",
    ),
    (
        DEEP + "total = 0\nfor i in range(3):\n    total = total + net(torch.ones(4, 2)).pow(2).mean()\n"
        "    total.backward()",
        "add its item(), a plain number, to total",
    ),
]


@pytest.mark.parametrize(("code", "said"), CARRIED)
def test_what_carries_the_graph_is_named_and_how_to_cut_it(code, said):
    assert said in why(code).text


@pytest.mark.parametrize(("code", "said"), [each for each in CARRIED if "` after" in each[1]])
def test_the_advice_helps(code, said):
    found = re.search("Write `(.*?)` after `(.*?)`", why(code).text)
    assert found is not None
    cut, place = found.groups()
    lines = []
    for line in code.splitlines():
        lines.append(line)
        if line.strip() == place:
            lines.append(line[: len(line) - len(line.lstrip())] + cut)
    for outcome in session().run("\n".join(lines) + "\n"):
        assert outcome.error is None, outcome.error


@pytest.mark.parametrize(
    ("code", "said"),
    [
        # a sum that is only printed is no cause; what was computed before the loop is
        (
            DEEP
            + "signal = net(torch.ones(4, 2))\ntotal = 0\nfor i in range(2):\n    loss = (signal * i).tanh().mean()\n"
            "    total = total + loss\n    loss.backward()",
            "loss was computed from signal",
        ),
        # the second backward() of one round, before anything was carried
        (
            "gru = nn.GRU(2, 4)\nh = torch.zeros(1, 1, 4)\nfor i in range(3):\n"
            "    out, h = gru(torch.ones(3, 1, 2), h)\n"
            "    loss = out.sum()\n    loss.backward()\n    loss.backward()",
            "The graph of loss was already used by an earlier backward()",
        ),
        # the state is cut already, the cause is another
        (
            "gru, prep = nn.GRU(2, 4), nn.Sequential(nn.Linear(2, 2), nn.Tanh())\nx = prep(torch.ones(3, 1, 2))\n"
            "h = torch.zeros(1, 1, 4)\nfor i in range(2):\n    h = h.detach()\n    out, h = gru(x, h)\n"
            "    loss = out.sum()\n    loss.backward()",
            "loss was computed from x",
        ),
    ],
)
def test_what_is_not_to_blame_is_not_blamed(code, said):
    text = why(code).text
    assert said in text
    assert "carried" not in text


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            DEEP + "def two(net, x):\n    out = net(x)\n    a = out.pow(2).mean()\n    b = out.abs().mean()\n"
            "    a.backward()\n    b.backward()\ntwo(net, torch.ones(4, 2))",
            "(a + b).backward(), or write a.backward(retain_graph=True)",
        ),
        (
            "G, D = nn.Linear(4, 2), nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))\n"
            "opt = torch.optim.SGD(D.parameters(), lr=0.1)\nfor i in range(2):\n    fake = G(torch.ones(6, 4))\n"
            "    loss_d = D(fake).mean()\n    loss_d.backward()\n    opt.step()\n    loss_g = -D(fake).mean()\n"
            "    loss_g.backward()",
            "If loss_d needs no gradient for fake, compute loss_d from fake.detach()",
        ),
    ],
)
def test_two_results_of_one_graph(code, said):
    assert said in why(code).text


GAN = (
    "G, D = nn.Linear(4, 2), nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))\n"
    "opt_g, opt_d = torch.optim.Adam(G.parameters()), torch.optim.Adam(D.parameters())\n"
)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            GAN + "for i in range(2):\n    score = D(G(torch.ones(6, 4)))\n"
            "    loss_d, loss_g = score.mean(), -score.mean()\n"
            "    loss_d.backward(retain_graph=True)\n    opt_d.step()\n    loss_g.backward()\n    opt_g.step()",
            "`opt_d.step()` has changed D[2].weight in place since then. Compute score and loss_g again after "
            "`opt_d.step()`.",
        ),
        (
            GAN + "def train(G, D, og, od, z):\n    score = D(G(z))\n    a, b = score.mean(), -score.mean()\n"
            "    a.backward(retain_graph=True)\n    od.step()\n    b.backward()\n"
            "train(G, D, opt_g, opt_d, torch.ones(6, 4))",
            "`od.step()` has changed D[2].weight in place since then",
        ),
        (
            "class Trainer:\n    def __init__(self):\n"
            "        self.net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))\n"
            "        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.1)\n    def run(self, x):\n"
            "        y = self.net(x)\n        l1, l2 = y.mean(), y.pow(2).mean()\n"
            "        l1.backward(retain_graph=True)\n        self.opt.step()\n"
            "        l2.backward()\nTrainer().run(torch.ones(2, 3))",
            "`self.opt.step()` has changed self.net[2].weight in place since then",
        ),
        (
            "rnn = nn.RNN(1, 8, batch_first=True)\nopt = torch.optim.Adam(rnn.parameters())\nstate = None\n"
            "for step in range(3):\n    out, state = rnn(torch.ones(1, 10, 1), state)\n    loss = out.pow(2).mean()\n"
            "    opt.zero_grad()\n    loss.backward(retain_graph=True)\n    opt.step()",
            "Write `state = state.detach()` after `loss.backward(retain_graph=True)`",
        ),
    ],
)
def test_the_step_that_changed_a_weight(code, said):
    assert said in why(code).text


def test_a_state_that_a_part_of_a_network_keeps():
    code = (
        "class Encoder(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.rnn, self.state = nn.GRU(3, 4), None\n    def forward(self, x):\n"
        "        out, self.state = self.rnn(x, self.state)\n        return out\n\n"
        "net = nn.Sequential(nn.Linear(3, 3), Encoder())\nfor i in range(2):\n"
        "    loss = net(torch.ones(5, 1, 3)).mean()\n    loss.backward()"
    )
    assert "`net[1].state = net[1].state.detach()` after `loss.backward()`" in why(code).text


def test_what_was_computed_before_the_loop_is_to_be_computed_again_after_each_step():
    code = (
        DEEP + "opt = torch.optim.SGD(net.parameters(), lr=.1)\nout = net(torch.ones(4, 2))\nfor i in range(3):\n"
        "    loss = (out - i).pow(2).mean()\n    loss.backward(retain_graph=True)\n    opt.step()"
    )
    assert "`opt.step()` has changed net[2].weight in place since then. Compute out and loss again" in why(code).text


def test_of_two_optimizers_that_hold_a_weight_none_is_named():
    code = (
        "net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))\n"
        "one, two = torch.optim.SGD(net.parameters(), lr=0.1), torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "for i in range(2):\n    y = net(torch.ones(2, 3))\n    a, b = y.mean(), y.pow(2).mean()\n"
        "    a.backward(retain_graph=True)\n    one.step()\n    two.step()\n    b.backward()"
    )
    assert ".step()` has changed" not in why(code).text


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "net = nn.Linear(3, 1)\nwith torch.no_grad():\n    out = net(torch.ones(2, 3))\n    loss = out.mean()\n"
            "loss.backward()",
            "Nothing was recorded when `loss = out.mean()` ran",
        ),
        (
            "net = nn.Linear(3, 1)\n@torch.no_grad()\ndef predict(x):\n    return net(x)\n"
            "out = predict(torch.ones(2, 3))\nloss = out.mean()\nloss.backward()",
            "Nothing was recorded when `out = predict(torch.ones(2, 3))` ran",
        ),
        (
            "net = nn.Linear(3, 1)\ndef predict(x):\n    with torch.no_grad():\n        return net(x)\n"
            "loss = predict(torch.ones(2, 3)).mean()\nloss.backward()",
            "runs code with no_grad in it",
        ),
        (
            "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.fc = nn.Linear(3, 2)\n    def forward(self, x):\n"
            "        return self.fc(x).argmax(1).float()\n\nnet = Net()\npred = net(torch.ones(4, 3))\n"
            "loss = F.mse_loss(pred, torch.zeros(4))\nloss.backward()",
            "runs `return self.fc(x).argmax(1).float()`, and argmax() cuts off the graph of loss",
        ),
        (
            "class Enc(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.a = nn.Linear(3, 2)\n    def forward(self, x):\n"
            "        h = self.a(x).detach()\n        return h.relu()\n\nenc = Enc()\n"
            "loss = enc(torch.ones(4, 3)).sum()\nloss.backward()",
            "runs `h = self.a(x).detach()`, and detach() cuts off the graph of loss",
        ),
    ],
)
def test_what_kept_autograd_from_recording_inside_a_block_or_a_function(code, said):
    assert said in why(code).text


FROZEN = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)

    def forward(self, x):
        return self.fc(x)

net = Net()
net.requires_grad_(False)
"""


def test_a_frozen_network_of_the_learners_own():
    code = FROZEN + "loss = net(torch.ones(1, 3)).sum()\nloss.backward()"
    assert why(code).text.startswith("loss was computed from net, which does not require grad")
    code = FROZEN + "for i in range(2):\n    pred = net(torch.ones(1, 3))\n    loss = pred.mean()\n    loss.backward()"
    assert why(code).text.startswith("loss was computed from net, which does not require grad")


def test_a_block_without_gradients_is_no_cause_where_nothing_in_it_requires_grad():
    outcome = fails("x = torch.ones(3)\nwith torch.no_grad():\n    y = x * 2\ny.sum().backward()")
    assert outcome.explanation is not None
    assert "x, which does not require grad" in outcome.explanation.text


@pytest.mark.parametrize(
    "code",
    [
        "x = torch.ones(2, requires_grad=True)\ny = x * 2\ny = y * y\ny.sum().backward()\ny.sum().backward()",
        "net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))\nx = torch.ones(3, 2)\nx = net[0](x)\nx = net[1](x)\n"
        "loss = x.sum()\nloss.backward()\nloss2 = (x**2).sum()\nloss2.backward()",
        "c = nn.RNNCell(2, 2)\nh = torch.zeros(1, 2)\nfor i in range(3):\n    h = c(torch.ones(1, 2), h)\n\n"
        "h.sum().backward()\nh.sum().backward()",
    ],
)
def test_nothing_is_carried_where_no_backward_pass_came_between(code):
    text = why(code).text
    assert "already used that part of the graph" in text, text
    assert "detach()" not in text


def test_the_state_at_the_prompt_still_holds_the_graph() -> None:
    code = """
cell = nn.GRUCell(3, 4)
h = torch.zeros(2, 4)
for step in range(3):
    h = cell(torch.randn(2, 3), h)
    loss = h.sum()
    loss.backward()
"""
    assert "Type it once now as well: h still holds the graph that was freed." in why(code).text


KEPT = """
q = nn.Linear(4, 2)
opt = torch.optim.SGD(q.parameters(), lr=0.1)
value = q(torch.ones(1, 4))
for t in range(3):
    next_value = q(torch.ones(1, 4))
    loss = (value.max() - 0.9 * next_value.max()) ** 2
    opt.zero_grad()
    loss.backward()
    %s
    value = next_value
"""


def test_what_the_round_does_not_compute_from_itself_may_be_computed_again() -> None:
    """A predicted value is what trains the network: detached, it would train nothing."""
    text = why(KEPT % "pass").text
    assert "If no gradient should flow through value, write `value = value.detach()`" in text, text
    assert "else compute value again in each round, before loss" in text, text
    kept = (KEPT % "opt.step()").replace("backward()", "backward(retain_graph=True)")
    text = why(kept.replace("nn.Linear(4, 2)", "nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))")).text
    assert "else compute value again in each round, before loss" in text, text


def test_a_name_inside_a_comprehension_carries_nothing() -> None:
    code = """
policy = nn.Linear(4, 2)
memory = []
for t in range(3):
    q = policy(torch.ones(4)).max()
    memory.append(q)
for epoch in range(2):
    loss = sum((q - 1) ** 2 for q in memory)
    loss.backward()
"""
    text = why(code).text
    assert "carried into this one" not in text, text
    assert "q = q.detach()" not in text, text


def test_a_tensor_that_a_network_computed_once_is_named() -> None:
    code = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb, self.fc = nn.Embedding(10, 4), nn.Linear(4, 2)
        self.table = self.emb(torch.arange(5)).tanh()
    def forward(self, x):
        return self.fc(self.table[x])

net = Net()
for i in range(2):
    loss = net(torch.tensor([0, 1])).mean()
    loss.backward()
"""
    text = why(code).text
    assert "loss was computed from net.table" in text, text
    assert "Compute it again in each forward pass" in text, text
