"""Names of other libraries, objects of one's own, positions and plain slips around tensors."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

DATA = "from torch.utils.data import *\n"
NET = "net = nn.Linear(2, 1)\n"


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("x = torch.ones(2)\ntorch.expand_dims(x, 0)", "There is torch.unsqueeze", ["torch.unsqueeze(x, 0)"]),
        ("x = torch.ones(2)\ntorch.cast(x, torch.int64)", ".to converts", ["x.to(torch.int64)"]),
        ("x = torch.ones(2)\ntorch.reduce_sum(x)", "There is torch.sum", ["torch.sum(x)"]),
        ("torch.cuda_is_available()", "torch.cuda.is_available", []),
        ("torch.percentile(torch.ones(2), 90)", "fractions, from 0 to 1", []),
        ("x = torch.ones(2, 3)\nx.len()", "counts its rows", ["len(x)"]),
        ("x = torch.ones(2, 3)\nx.zeros_()", "It has zero_", ["x.zero_()"]),
        ("x = torch.ones(2)\nF.swish(x)", "There is F.silu", ["F.silu(x)"]),
        (NET + "torch.ones(2).to(net.device)", "each of its parameters has one", ["next(net.parameters()).device"]),
    ],
)
def test_names_of_other_libraries(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)


def test_an_attribute_of_an_object_of_ones_own() -> None:
    code = """
class Trainer:
    def __init__(self):
        self.opt, self.model = 1, 2
t = Trainer()
"""
    check(code + "t.optimizer", "It has opt.", ["t.opt"])
    check(code + "t.loader", "It has opt, model.")


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("batch = (torch.ones(2), 1)\nbatch['image']", "its parts have positions", []),
        ("batch = torch.ones(2, 3)\nbatch['image']", "'image' is the key of a dict", []),
        (
            "x = torch.ones(10)\nn = 10 * 0.8\na, b = x[:n], x[n:]",
            "n is 8.0, a float",
            ["a, b = x[:int(n)], x[int(n):]"],
        ),
        ("x = [1, 2, 3]\nx[:0.5]", "0.5 is a fraction", ["x[:int(0.5 * len(x))]"]),
        ("d = {0: 'a', 1: 'b'}\ni = torch.tensor(1)\nd[i]", "i.item() is the number", ["d[i.item()]"]),
        ("d = {0: 'a'}\ni = torch.tensor(1.)\nd[i]", "a dict looks a tensor up by which object it is", []),
    ],
)
def test_positions(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("cfg = {'n': '3'}\nfor i in range(cfg['n']): pass", "is a string", ["for i in range(int(cfg['n'])): pass"]),
        ("n = 10 / 4\nfor i in range(n): pass", "math.ceil(n) is 3", []),
        ("act = 'relu'\nact(1)", "is the string 'relu'", []),
        ("b = {'x': 1}\nb('x')", "square brackets", ["b['x']"]),
        ("a = [1.0]\na - [0.5]", "no elementwise arithmetic", ["torch.tensor(a) - torch.tensor([0.5])"]),
        (
            "loss = torch.ones(1).sum(),\nloss.sqrt()",
            "the comma at the end",
            ["loss = torch.ones(1).sum()\nloss.sqrt()"],
        ),
        ("best = []\nmin(best)", "best is empty", []),
        ("losses = []\nlosses.append(1, 2)", "adds one element", ["losses.append((1, 2))"]),
        (NET + DATA + "l = DataLoader(TensorDataset(torch.ones(2, 2)))\nnet(l)", "l is a DataLoader", []),
        ("loss = torch.tensor(0.5)\n'loss ' + loss", "joins a string with strings", ['f"loss {loss.item()}"']),
        ("'%d %d' % 3", "has 2 places", []),
        (NET + "net.parameters()[0]", "makes a list", ["list(net.parameters())[0]"]),
        (NET + "net.state_dict['weight']", "is the method itself", ["net.state_dict()['weight']"]),
        ("x = torch.ones(2)\ntorch.long(x)", "is a dtype, not a function", ["x.long()"]),
        ("total = 0.5\ntotal.item()", "leave .item() off", ["total"]),
    ],
)
def test_plain_slips(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)


def test_a_sum_that_nothing_started() -> None:
    code = "def count(rows):\n    for row in rows:\n        n += 1\n    return n\n"
    fix = "def count(rows):\n    n = 0\n    for row in rows:\n        n += 1\n    return n"
    check(code + "count([1])", "It starts with n = 0, before the loop", [fix])


def test_a_loop_that_ran_no_round() -> None:
    code = "def last(rows):\n    for row in rows:\n        found = row\n    return found\n"
    check(code + "last([])", "only inside the loop `for row in rows:`")


def test_a_hidden_function() -> None:
    code = "def loss(a):\n    return a\ndef step(x):\n    loss = loss(x)\n    return loss\n"
    check(code + "step(1)", "Pass the outer loss in")


def test_a_function_that_lost_its_name() -> None:
    code = "def score(x):\n    return x.mean()\nx = torch.ones(2)\nscore = score(x)\n"
    check(code + "score(x)", "what was called by it is gone")


def test_a_device_that_was_not_asked_for() -> None:
    line = 'd = "cuda" if torch.cuda.is_available else "cpu"\n'
    if not __import__("torch").cuda.is_available():
        fix = line.replace("available else", "available() else") + "x = torch.ones(2, device=d)"
        check(line + "x = torch.ones(2, device=d)", "it was not called", [fix])


def test_a_value_of_the_dict_as_its_key() -> None:
    code = "before = nn.Linear(2, 3).state_dict()\n"
    line = "half = {{k: before[k] / 2 for k in {}}}"
    said = "k is a value of before: .values() goes over the values. for k in before goes over the keys."
    check(code + line.format("before.values()"), said, [line.format("before")])
