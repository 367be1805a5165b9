"""A fix for a line in a loop or a function is the whole loop or definition: one line at the prompt cures nothing."""

import pytest

from tests.explain.failing import fails, runs_after, session, why

DOUBLES = (
    "features = torch.rand(20, 2, dtype=torch.float64)\nprices = torch.rand(20, dtype=torch.float64)\n"
    "class Reg(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.lin = nn.Linear(2, 1)\n"
    "    def forward(self, z):\n        return self.lin(z).squeeze(1)\n\nreg = Reg()\n"
)


def cured(code: str) -> None:
    """Each fix that is offered runs to its end, all rounds of it."""
    explanation = why(code)
    assert explanation.fixes
    for fix in explanation.fixes:
        live = session()
        fails(code, live)
        for outcome in live.run(fix.code + "\n"):
            assert outcome.error is None, f"{fix.code}\n{outcome.error.final}"


@pytest.mark.parametrize(
    "loop",
    [
        "for z, target in zip(features.split(5), prices.split(5)):\n    loss = F.mse_loss(reg(z), target)\n"
        "    loss.backward()",
        "data = torch.utils.data.TensorDataset(features, prices)\n"
        "for z, target in torch.utils.data.DataLoader(data, batch_size=5):\n    out = reg(z)\n"
        "    loss = ((out - target) ** 2).mean()\n    loss.backward()",
        "for at in range(0, 20, 5):\n    z = features[at : at + 5]\n    y = prices[at : at + 5]\n"
        "    loss = F.l1_loss(reg(z), y)\n    loss.backward()",
        "for epoch in range(2):\n    for z in features.split(5):\n        out = reg(z)",
    ],
)
def test_a_batch_of_another_dtype_is_converted_in_the_loop(loop):
    explanation = why(DOUBLES + loop)
    assert all(fix.code.startswith("for ") and ".float()" in fix.code for fix in explanation.fixes)
    cured(DOUBLES + loop)


@pytest.mark.parametrize(
    "code",
    [
        "net = nn.Linear(3, 1)\nfor i in range(3):\n    x = torch.ones(4, 3)\n    y = net(x) @ torch.ones(4, 2)",
        "for k in range(3):\n    a = torch.ones(2, 3)\n    b = a @ torch.ones(2, 3)",
        "lens = torch.tensor([3, 4])\nfor n in lens:\n    m = lens.mean()",
        "def mean(t):\n    return t.mean()\n\nfor t in torch.arange(6).split(2):\n    m = mean(t)",
        "t = torch.arange(3)\ndef mean(t):\n    return t.mean()\n\nmean(t)",
    ],
)
def test_a_line_in_a_loop_or_a_function_is_typed_with_all_of_it(code):
    for fix in why(code).fixes:
        assert fix.code.startswith(("for ", "def ")), fix.code
        assert fix.gives == "", "neither a loop nor a definition has a shape"
    cured(code)


def test_at_the_prompt_a_line_alone_is_enough():
    [fix] = why("a = torch.ones(2, 3)\nb = torch.ones(5, 3)\na @ b").fixes
    assert fix.code == "a @ b.T"


@pytest.mark.filterwarnings("ignore:The .grad attribute")
@pytest.mark.parametrize(
    ("code", "leaf"),
    [
        (
            "w = torch.zeros(1, requires_grad=True)\nfor i in range(20):\n    cost = ((w * 2 - 4) ** 2).mean()\n"
            "    cost.backward()\n    w = w - 0.05 * w.grad",
            "w",
        ),
        (
            "m = torch.zeros(1, requires_grad=True)\nc = torch.zeros(1, requires_grad=True)\nx = torch.arange(4.0)\n"
            "for i in range(5):\n    loss = ((m * x + c - 2) ** 2).mean()\n    loss.backward()\n"
            "    m = m - 0.01 * m.grad\n    c = c - 0.01 * c.grad",
            "m",
        ),
        (
            "a = torch.ones(3, requires_grad=True)\nfor i in range(4):\n    (a ** 2).sum().backward()\n"
            "    a = a - a.grad * 0.1",
            "a",
        ),
    ],
)
def test_a_loop_that_updates_by_hand_updates_in_place_and_clears(code, leaf):
    explanation = why(code)
    assert f"{leaf}.grad = None" in explanation.text
    [fix] = explanation.fixes
    assert f"with torch.no_grad():\n        {leaf} -= " in fix.code
    assert f"\n    {leaf}.grad = None" in fix.code
    live = session()
    fails(code, live)
    assert all(outcome.error is None for outcome in live.run(fix.code + "\n"))
    assert live.namespace[leaf].is_leaf
    assert live.namespace[leaf].grad is None


@pytest.mark.filterwarnings("ignore:The .grad attribute")
def test_a_loop_that_clears_already_is_not_told_to():
    code = (
        "w = torch.zeros(1, requires_grad=True)\nfor i in range(3):\n    w.grad = None\n"
        "    ((w - 1) ** 2).sum().backward()\n    w = w - 0.1 * w.grad"
    )
    explanation = why(code)
    assert "Write w.grad = None" not in explanation.text
    assert runs_after(code) == 1


COUNTED = """
net = nn.Linear(4, 3)
data = [(torch.rand(5, 4), torch.zeros(5).long()) for _ in range(3)]
correct, history = 0, {"n": [], "loss": []}
total = 0
preds = []
"""


@pytest.mark.parametrize(
    ("loop", "begun"),
    [
        ("    total += len(y)\n    m = (net(x).argmax(1) == y).mean()", "total = 0"),
        ("    preds.append(net(x))\n    m = (net(x).argmax(1) == y).mean()", "preds = []"),
        ("    m = (net(x).argmax(1) == y).mean()\n    total += len(y)", ""),  # it has not counted yet
        ("    m = (net(x).argmax(1) == y).mean()\n    preds.append(m)", ""),
        ("    total = 0\n    total += len(y)\n    m = (net(x).argmax(1) == y).mean()", ""),  # the loop begins it itself
    ],
)
def test_what_the_loop_has_counted_is_begun_anew(loop, begun):
    whole = "for x, y in data:\n" + loop
    [fix] = why(COUNTED + whole).fixes
    mended = whole.replace("y).mean()", "y).float().mean()")
    assert fix.code == (f"{begun}\n{mended}" if begun else mended)
    cured(COUNTED + whole)


def test_a_dict_of_lists_that_was_begun_to_be_filled_is_told_of():
    loop = 'for x, y in data:\n    history["n"].append(1)\n    m = (net(x).argmax(1) == y).mean()'
    assert "Begin history anew before the loop runs again" in why(COUNTED + loop).text
    alone = 'history = {"n": [], "loss": []}\n'
    [fix] = why(COUNTED + alone + loop).fixes
    assert fix.code.startswith(alone + "for x, y in data:")


def test_a_while_loop_counts_from_its_beginning():
    code = "w = torch.ones(2, requires_grad=True)\nstep = 0\n"
    loop = "while step < 3:\n    step += 1\n    (w ** 2).sum().backward()\n    w -= 0.1 * w.grad"
    explanation = why(code + loop)
    assert explanation.fixes[0].code.startswith("step = 0\nwhile step < 3:")
    assert "anew" not in explanation.text


def test_a_loop_whose_test_fails_has_maybe_counted_nothing_yet():
    begun = "now, hours = torch.tensor([15.0, 17.0]), 0\n"
    counted = why(f"{begun}while now < 20:\n    now = now + 1\n    hours += 1")
    assert "added to" not in counted.text
    assert counted.fixes
    failed = why(f"{begun}while hours < 3:\n    hours += 1\n    if now < 20:\n        now = now + 1")
    assert "Begin hours anew" in failed.text
