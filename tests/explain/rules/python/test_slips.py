"""Slips of one letter, one dot or one name: what to type instead."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

X = "x = torch.ones(2, requires_grad=True)\n(x * x).sum().backward()\n"
DATA = "import torch.utils.data as D\n\nx, y = torch.ones(4, 2), torch.ones(4)\n"
LAYERS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        NAME = nn.Linear(2, 1)

    def forward(self, x):
        return NAME(x)

Net()(torch.ones(3, 2))
"""
LSTM = "cell = nn.LSTMCell(3, 5)\nx, h = torch.ones(2, 3), torch.ones(2, 5)\n"


@pytest.mark.parametrize(
    ("code", "fix"),
    [("x.grad_zero_()", "x.grad.zero_"), ("x.grad_clone()", "x.grad.clone"), ("x.data_zero_()", "x.data.zero_")],
)
def test_an_underscore_for_a_dot(code, fix):
    check(X + code, f"write a dot, {fix}.", [f"{fix}()"])


@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ("data_tensor=x, target_tensor=y", "D.TensorDataset(x, y)"),
        ("x, target_tensor=y", "D.TensorDataset(x, y)"),
        ("data=x", "D.TensorDataset(x)"),
    ],
)
def test_tensors_that_are_given_by_name(given, fix):
    check(f"{DATA}D.TensorDataset({given})", "takes what it is given without names", [fix])


@pytest.mark.parametrize(("name", "attribute"), [("self_layer", "self.layer"), ("fc", "self.fc")])
def test_a_layer_that_is_a_local_variable(name, attribute):
    said = f"{name} is a local variable of __init__, and gone when that ends. {attribute}, with a dot, is kept"
    check(LAYERS.replace("NAME", name), said, [])


@pytest.mark.parametrize(
    ("body", "said"),
    [("super(Net, self)._init_()", "in the call of super() too, and make net again"), ("pass", "Write __init__ there")],
)
def test_an_init_with_one_underscore(body, said):
    made = f"class Net(nn.Module):\n    def _init_(self):\n        {body}\n\nnet = Net()\n"
    check(made + "torch.optim.SGD(net.parameters(), lr=0.1)", said, [])


@pytest.mark.parametrize("line", ["a, b = cell(x, h)", "cell(x, h)"])
def test_a_cell_with_one_state(line):
    check(LSTM + line, "cell is an LSTMCell, which keeps two states", ["cell(x, (h, torch.zeros_like(h)))"])


@pytest.mark.parametrize("key", ["0", "'train'"])
def test_numpy_of_a_list_of_losses(key):
    head = "import collections\nimport numpy as np\n\nw = torch.ones(1, requires_grad=True)\n"
    head += f"losses = collections.defaultdict(list)\nlosses[{key}].append(w.sum())\n"
    fix = f"np.log10([each.item() for each in losses[{key}]])"
    check(f"{head}np.log10(losses[{key}])", "is a list of tensors that require grad", [fix])


@pytest.mark.parametrize("rows", ["[[1, 2], [3]]", "[[1.5], [2, 3, 4]]"])
def test_an_array_of_lists(rows):
    head = f"import numpy as np\na = np.empty(2, dtype=object)\na[:] = {rows}\n"
    text = check(head + "torch.from_numpy(a)", "([torch.tensor(row) for row in a], batch_first=True)", []).text
    assert "astype" not in text


@pytest.mark.parametrize("weight", ["torch.ones(3).double()", "torch.tensor([1.0, 2, 3], dtype=torch.float64)"])
def test_class_weights_of_another_dtype(weight):
    head = f"w = {weight}\nloss = nn.CrossEntropyLoss(weight=w)\nx, y = torch.randn(2, 3), torch.tensor([0, 1])\n"
    check(head + "loss(x, y)", "nn.CrossEntropyLoss(weight=w.float())", [])


@pytest.mark.parametrize(("change", "anew"), [("g += x", "g = g + x"), ("g *= 2", "g = g * 2")])
def test_a_result_that_a_function_changes_in_place(change, anew):
    code = f"def gate(x):\n    g = torch.sigmoid(x)\n    {change}\n    return g\n\n"
    code += "x = torch.ones(2, requires_grad=True)\ny = gate(x).sum()\ny.backward()"
    check(code, f"`{change}` in gate changes such a result in place. `{anew}` makes a new tensor instead.", [])


@pytest.mark.parametrize(
    ("line", "fix"), [("x + pe", "x + pe.transpose(0, 1)"), ("torch.add(pe, x)", "torch.add(pe.transpose(0, 1), x)")]
)
def test_positions_with_the_length_first(line, fix):
    check(f"x, pe = torch.ones(4, 7, 6), torch.ones(7, 1, 6)\n{line}", "has the length in dim 0", [fix])


def test_a_mask_for_an_input_with_the_batch_first():
    code = "attn, x = nn.MultiheadAttention(8, 2), torch.ones(4, 6, 8)\nattn(x, x, x, attn_mask=torch.zeros(6, 6))"
    check(code, "make it with nn.MultiheadAttention(…, batch_first=True).", [])


@pytest.mark.parametrize("use", ["torch.relu(h) + 1", "h.view(-1)", "h + 1", "F.conv2d(h, torch.ones(1, 1, 1, 1))"])
def test_a_comma_in_a_function(use: str) -> None:
    function = "def f(x):\n    h = x * 2{}\n    return " + use
    check(
        f"{function.format(',')}\n\nf(torch.ones(1, 1, 2, 2))",
        "the comma at the end of `h = x * 2,`",
        [function.format("")],
    )


@pytest.mark.parametrize(("place", "name"), [("%.3f", "losses"), ("%d", "(losses,)")])
def test_a_list_in_the_place_of_a_number(place, name):
    check(f'losses = [0.5, 0.25]\n"loss {place}" % {name}', f"{place} takes one number, and losses is a list.")


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        ("rows = [[1,2],[3,4]]\nrows @ [10, 1]", ["torch.tensor(rows) @ torch.tensor([10, 1])"]),
        ("a = [1, 2]\nb = [3, 4]\na @ b", ["torch.tensor(a) @ torch.tensor(b)"]),
        ("[[1., 2.]] @ [[3.], [4.]]", ["torch.tensor([[1., 2.]]) @ torch.tensor([[3.], [4.]])"]),
        ("[[1., 2.]] @ [[3.]]", []),
    ],
)
def test_a_product_of_lists(code, fixes):
    explanation = why(code)
    assert explanation.text == "@ multiplies tensors, not Python lists: torch.tensor makes one of each list."
    assert [fix.code for fix in explanation.fixes] == fixes


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("for epoch in 3:\n    x = 1", "for epoch in range(3):\n    x = 1"),
        ("epochs = 2\nfor _ in epochs:\n    x = torch.ones(2)", "for _ in range(epochs):\n    x = torch.ones(2)"),
    ],
)
def test_a_loop_over_a_number(code, fix):
    check(code, "counts that often, from 0.", [fix])
