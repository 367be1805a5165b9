"""What to write instead, where a graph was cut, a result was overwritten, or a weight was stepped too early."""

import pytest

from tests.explain.failing import check, runs_after, why

HEAD = "net = nn.Linear(3, 2)\nx, labels = torch.ones(4, 3), torch.tensor([0, 1, 1, 0])\n"


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        (
            "with torch.no_grad():\n    out = net(x)\n    loss = out.mean()\nloss.backward()",
            ["out = net(x)\nloss = out.mean()\nloss.backward()"],
        ),
        (
            "with torch.inference_mode(False), torch.no_grad():\n    loss = net(x).sum()\nloss.backward()",
            ["loss = net(x).sum()\nloss.backward()"],
        ),
        (
            "with torch.no_grad():\n    h = net(x).relu()\n    loss = (h * 2).sum()\nloss.backward()",
            ["h = net(x).relu()\nloss = (h * 2).sum()\nloss.backward()"],
        ),
    ],
)
def test_the_lines_are_taken_out_of_no_grad(code, fixes):
    check(HEAD + code, "because grad mode was off", fixes)


def test_lines_that_read_what_they_bind_are_not_run_again():
    code = HEAD + "w = torch.ones(2, requires_grad=True)\n"
    code += "with torch.no_grad():\n    w = w * 2\n    l = w.sum()\nl.backward()"
    assert all("w = w * 2" not in fix.code for fix in why(code).fixes)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "def fit():\n    best = net(x).argmax(dim=1).float()\n    loss = F.mse_loss(best, labels.float())\n"
            "    loss.backward()\nfit()",
            "the loss is F.cross_entropy(net(x), labels)",
        ),
        (
            "def fit(model, given, wanted):\n    p = torch.softmax(model(given), dim=1)\n"
            "    guess = torch.argmax(p, 1)\n    loss = F.l1_loss(guess.float(), wanted)\n    loss.backward()\n"
            "fit(net, x, labels.float())",
            "the loss is F.cross_entropy(model(given), wanted.long())",
        ),
        ("k = net(x).argmax().float()\nk.backward()", "gives whole numbers, indices or counts"),
        (
            "y = net(x)\nvalues = y.detach().numpy() * 2\nback = torch.from_numpy(values)\nback.sum().backward()",
            "Stay in torch: y * 2 computes the same and keeps the graph.",
        ),
        (
            "class Enc(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.a = nn.Linear(3, 2)\n"
            "    def forward(self, x):\n        h = self.a(x).detach()\n        return h.tanh()\n\n"
            "enc = Enc()\nl = enc(x).sum()\nl.backward()",
            "Write `h = self.a(x)` there.",
        ),
        (
            "def squash(t):\n    u = t.data * 2\n    return u.exp()\n\nl = squash(net(x)).sum()\nl.backward()",
            "Write `u = t * 2` there.",
        ),
    ],
)
def test_the_line_that_keeps_the_graph(code, said):
    assert said in why(HEAD + code).text


@pytest.mark.filterwarnings("ignore:Converting a tensor")
@pytest.mark.parametrize(
    "code",
    [
        "outs = [net(row).sum() for row in x]\nl = torch.tensor(outs)\nl.sum().backward()",
        "ws = [torch.ones(1, requires_grad=True) * k for k in range(3)]\nz = torch.tensor(ws)\nz.mean().backward()",
    ],
)
def test_a_list_of_tensors_is_stacked(code):
    explanation = why(HEAD + code)
    assert "torch.stack(" in explanation.text
    assert runs_after(HEAD + code) == len(explanation.fixes)


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        (
            "out = F.mse_loss(w, torch.zeros(3))\nout.backward(torch.tensor([2.0, 3.0, 4.0]))",
            ['out = F.mse_loss(w, torch.zeros(3), reduction="none")\nout.backward(torch.tensor([2.0, 3.0, 4.0]))'],
        ),
        (
            "out = (w ** 2).sum()\nout.backward(torch.tensor([1.0, 0.0, 2.0]))",
            ["out = w ** 2\nout.backward(torch.tensor([1.0, 0.0, 2.0]))"],
        ),
        (
            'out = F.l1_loss(w, torch.zeros(3), reduction="sum")\nout.backward(gradient=torch.tensor([2.0, 3.0, 4.0]))',
            [
                'out = F.l1_loss(w, torch.zeros(3), reduction="none")\n'
                "out.backward(gradient=torch.tensor([2.0, 3.0, 4.0]))"
            ],
        ),
        ("out = w * 2\nout.backward(torch.tensor([1.0, 2.0]))", []),
        ("out = w * 2\nout.backward(torch.ones(2))", ["out.backward(torch.ones_like(out))"]),
    ],
)
def test_the_weights_of_a_gradient_are_kept(code, fixes):
    check("w = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)\n" + code, "one weight for each element", fixes)


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        ("w.grad += torch.ones(3)", ["w.grad = torch.ones(3)"]),
        ("g = torch.zeros(3)\nw.grad += g * 2", ["w.grad = g * 2"]),
    ],
)
def test_a_first_gradient_is_set(code, fixes):
    check("w = torch.ones(3, requires_grad=True)\n" + code, "sets the first one", fixes)


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        (
            "s = w.sigmoid()\ns[1] = 2\ns.sum().backward()",
            ["s = w.sigmoid()\ns = s.clone()\ns[1] = 2\ns.sum().backward()"],
        ),
        (
            "e = w.exp()\ne[0] = 0\ne.sum().backward()",
            ["e = w.exp()\ne = e.clone()\ne[0] = 0\ne.sum().backward()"],
        ),
    ],
)
def test_a_result_is_copied_before_a_part_is_written(code, fixes):
    check("w = torch.ones(3, requires_grad=True)\n" + code, ".clone()` before", fixes)


GAN = (
    "G = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 2))\n"
    "D = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))\n"
    "og, od = torch.optim.SGD(G.parameters(), 0.1), torch.optim.SGD(D.parameters(), 0.1)\n"
)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "for i in range(2):\n    fake = G(torch.ones(4, 2))\n    p = D(fake)\n"
            "    ld = p.mean()\n    lg = -p.mean()\n"
            "    ld.backward(retain_graph=True)\n    od.step()\n    lg.backward()",
            "Compute p and lg again after `od.step()`.",
        ),
        (
            "def go():\n    fake = G(torch.ones(4, 2))\n    ld = D(fake).mean()\n    lg = -D(fake).mean()\n"
            "    ld.backward(retain_graph=True)\n    od.step()\n    lg.backward()\n    og.step()\ngo()",
            "Compute lg again after `od.step()`.",
        ),
        (
            "H = nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 1))\n"
            "og = torch.optim.SGD(H.parameters(), 0.1)\nfake = H(torch.ones(4, 2))\n"
            "a = fake.mean()\nb = (fake ** 2).mean()\na.backward(retain_graph=True)\n"
            "og.step()\nb.backward()",
            "Compute fake and b again after `og.step()`.",
        ),
    ],
)
def test_all_is_computed_again_from_the_first_that_used_the_weights(code, said):
    text = why(GAN + code).text
    assert said in text
    if "lg" in code:  # its gradients are not to be added to those of D
        assert "before it" not in text


@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad")
@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        ("loss = net(x).mean().item()\nloss.backward()", ["loss = net(x).mean()\nloss.backward()"]),
        ("loss = float(net(x).sum())\nloss.backward()", ["loss = net(x).sum()\nloss.backward()"]),
    ],
)
def test_the_item_is_left_off(code, fixes):
    check(HEAD + code, "Leave it off", fixes)


ADVERSARIES = """
G, D = nn.Linear(2, 3), nn.Linear(3, 1)
opt_d = torch.optim.SGD({trained}, lr=0.1)
def step():
    fake = G(torch.ones(4, 2))
    loss_d = D({fake}).mean()
    loss_d.backward()
    opt_d.step()
    loss_g = -D(fake).mean()
    loss_g.backward()

"""


def test_the_generator_is_left_out_of_the_step_of_the_discriminator() -> None:
    code = ADVERSARIES.format(trained="D.parameters()", fake="fake") + "step()"
    fix = ADVERSARIES.format(trained="D.parameters()", fake="fake.detach()").partition("0.1)\n")[2].strip()
    check(code, "compute loss_d from fake.detach()", [fix])


def test_a_step_that_trains_both_is_not_cut_off() -> None:
    code = ADVERSARIES.format(trained="[*D.parameters(), *G.parameters()]", fake="fake") + "step()"
    assert not [each for each in why(code).fixes if "detach" in each.code]
