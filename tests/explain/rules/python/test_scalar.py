"""One number, one yes or no, asked of a tensor that holds several."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown, why

HEAD = "import math\nx = torch.ones(2, 3); v = torch.ones(3); i = v.long(); n = torch.tensor(3.); words = ['a', 'b']\n"


def test_the_screen_of_item():
    assert shown(HEAD + "y = x[0].item()").split("\n") == [
        "RuntimeError: a Tensor with 3 elements cannot be converted to Scalar",
        "    y = x[0].item()",
        "        ^^^^^^^^^^^",
        "│ x[0] has shape (3,) and holds 3 numbers, where .item() needs exactly one.",
        "│ Which one is meant? [0] after it takes the first, mean() their mean, sum()",
        "│ their sum.",
        "│ try  y = x[0].tolist()   → a list",
    ]


def test_the_screen_of_an_f_string():
    assert shown(HEAD + 'print(f"loss {v:.2f}")').split("\n") == [
        "TypeError: unsupported format string passed to Tensor.__format__",
        '    print(f"loss {v:.2f}")',
        "          ^^^^^^^^^^^^^^^",
        "│ v has shape (3,) and holds 3 numbers: a format such as .2f needs one.",
        '│ try  print(f"loss {v.mean():.2f}")       try  print(f"loss {v.sum():.2f}")',
    ]


def test_the_screen_of_an_if():
    assert shown(HEAD + "if x.T[0] == v[:2]:\n    y = 1\n    y = 2").split("\n") == [
        "RuntimeError: Boolean value of Tensor with more than one value is ambiguous",
        "    if x.T[0] == v[:2]:",
        "       ^^^^^^^^^^^^^^^",
        "│ x.T[0] == v[:2] has shape (2,): that is 2 truth values, and 'if' needs exactly",
        "│ one.",
        "│ try  (x.T[0] == v[:2]).all()   → True if all elements are",
        "│ try  (x.T[0] == v[:2]).any()   → True if at least one element is",
        "│ try  torch.equal(x.T[0], v[:2])   → True if shapes and elements are equal",
    ]


def test_of_a_long_operand_the_middle_is_left_out():
    text = why(HEAD + "(x.relu() + x.sigmoid() - x.tanh() * x).mean(dim=0).item()").text
    assert text.startswith("(x.relu() + x.sigmoid() … x).mean(dim=0) has shape (3,) and holds 3 numbers, where .item()")


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("i.item()", ["i.tolist()"]),
        ("total = i.item()", ["i.sum().item()", "i.tolist()"]),  # a mean of whole numbers fails too
        ("a = 1; b = v.item() + 1", []),  # a list goes with no + 1
        ("loss = v; b = loss.item() + 1", ["loss.mean().item()", "loss.sum().item()"]),
        ("float(v)", ["v.tolist()"]),
        ("mse = float(v)", ["float(v.mean())", "float(v.sum())", "v.tolist()"]),
        ("float(i)", ["i.float()", "i.tolist()"]),
        ("int(v)", ["v.long()", "v.tolist()"]),
        ("(i == 1).item()", ["(i == 1).sum().item()", "(i == 1).tolist()"]),
        ("round(x)", ["x.round()"]),
        ("math.sqrt(x[0])", ["torch.sqrt(x[0])"]),
        ("math.fabs(v)", ["torch.abs(v)"]),
        ("round(x, 2)", ["x.round(decimals=2)"]),
        ("'%d' % i", []),
        ("'%d correct' % i", ["'%d correct' % i.sum()"]),
        ("'accuracy %.2f' % v", ["'accuracy %.2f' % v.mean()"]),
        ("for k in range(v):\n    pass", ["for k in range(len(v)):\n    pass"]),
        ("[float(row) for row in x]", []),
        ("def f(t):\n    return t.item()\n\nf(v)", []),
        ("def f(loss):\n    return loss.item()\n\nf(v)", ["def f(loss):\n    return loss.mean().item()"]),
        ("f'p = {v:.3f}'", []),
        ("torch.empty(0).item()", []),
        ("range(n)", []),
        ("words[i]", ["[words[each] for each in i]"]),
        ("'{:.1f}'.format(v)", []),
        ("f'{torch.ones(1):.2f}'", ["f'{torch.ones(1).squeeze():.2f}'"]),
    ],
)
def test_one_number(line, fixes):
    explanation = why(HEAD + line)
    assert explanation.family in ("one number", "number formatting", "several indices")
    assert [fix.code for fix in explanation.fixes][: len(fixes)] == fixes
    assert runs_after(HEAD + line) == len(explanation.fixes)


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("if v > 0:\n    pass", ["(v > 0).all()", "(v > 0).any()"]),
        ("if v:\n    pass", []),  # is there one, or what is in it?
        ("while v > 0:\n    v = v - 1", ["while (v > 0).all():\n    v = v - 1", "while (v > 0).any():\n    v = v - 1"]),
        ("assert v > 0", ["(v > 0).all()", "(v > 0).any()"]),
        ("'up' if v > 0 else 'down'", ["(v > 0).all()", "(v > 0).any()"]),
        ("1 if v > 0 else 2", ["torch.where(v > 0, 1, 2)"]),
        ("y = v if v > 0 else 0.1 * v", ["torch.where(v > 0, v, 0.1 * v)"]),
        ("if v > 2:\n    v = torch.tensor(2.)", ["v = torch.where(v > 2, torch.tensor(2.), v)"]),
        ("if v > 2:\n    c = 1\nelse:\n    c = 0", ["c = torch.where(v > 2, 1, 0)"]),
        ("if v > n:\n    n = n + 1\nelse:\n    k = 0", ["(v > n).all()", "(v > n).any()"]),
        ("not v", ["v == 0"]),
        ("not (v > 0)", ["~(v > 0)"]),
        ("m = v > 0 and v < 1", ["(v > 0) & (v < 1)"]),
        ("v > 0 or v < 1 or v == 3", ["(v > 0) | (v < 1) | (v == 3)"]),
        ("0 < v * 2 <= 1", ["(0 < v * 2) & (v * 2 <= 1)"]),
        ("torch.where(v > 0 and v < 1, v, v)", ["torch.where((v > 0) & (v < 1), v, v)"]),
        ("y = v[v > 0 and v < 1]", ["y = v[(v > 0) & (v < 1)]"]),
        ("v[v > 4 or v == 0] = 1.", ["v[(v > 4) | (v == 0)] = 1."]),
        ("v[not (v > 1)]", ["v[~(v > 1)]"]),
        ("v[0 < v < 1].mean()", ["v[(0 < v) & (v < 1)].mean()"]),
        ("i[i > 0 & i < 6]", ["i[(i > 0) & (i < 6)]"]),
        ("i > 0 & i < 6", ["(i > 0) & (i < 6)"]),
        ("m = i == 0 | i == 2", ["(i == 0) | (i == 2)"]),
        ("i > 0 & i < 6 & i != 2", ["(i > 0) & (i < 6) & (i != 2)"]),
        ("b = v > 0\nb == True & b == True", ["(b == True) & (b == True)"]),
        ("x[x[:, 0] > 4 or x[:, 1] == 0, 1]", ["x[(x[:, 0] > 4) | (x[:, 1] == 0), 1]"]),
        ("if v > 0 and v < 1:\n    pass", ["((v > 0) & (v < 1)).all()", "((v > 0) & (v < 1)).any()"]),
        ("bool(v)", ["v.all()", "v.any()"]),
        ("any(x > 0)", ["(x > 0).any()"]),
        ("all(x > 0)", ["(x > 0).all()"]),
        ("max(x)", ["x.max()"]),
        ("max(x, 0)", ["x.clamp(min=0)"]),
        ("min(1., v + 1)", ["(v + 1).clamp(max=1.)"]),
        ("max(x, x * 2)", ["torch.maximum(x, x * 2)"]),
        ("v in [x, v]", []),
        ("if v[:0]:\n    pass", []),
        ("f = lambda q: q > 0 and q < 2\nf(v)", ["f = lambda q: (q > 0) & (q < 2)"]),
        ("[row for row in [v] if row > 0]", []),  # row is no name that the prompt knows
    ],
)
def test_one_yes_or_no(line, fixes):
    explanation = why(HEAD + line)
    assert explanation.family == "truth value"
    assert [fix.code for fix in explanation.fixes] == fixes
    assert runs_after(HEAD + line) == len(fixes)


@pytest.mark.parametrize(
    "line", ["sorted(x)", "[v, v].index(v * 2)", "math.log(v, 10)", "if next(iter([v])):\n    pass"]
)
def test_silent_where_it_is_not_known_which_tensor_it_was(line):
    assert fails(HEAD + line).explanation is None


def test_a_number_of_each_image_is_no_mean_of_all() -> None:
    code = """
    def crop(boxes, counts):
        many = int(counts[:, 0].item())
        return boxes[0, :many]

    counts = torch.tensor([[3., 480.], [5., 1200.]])
    crop(torch.rand(2, 9, 4), counts)
    """
    check(code, "It has one number for each row of counts: take that of one row, or go through them in a loop.")


def test_the_class_of_each_row_is_no_sum() -> None:
    code = """
    class Namer(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 3)
            self.names = ["ant", "bee", "fly"]

        def forward(self, x):
            best = self.fc(x).argmax(dim=1)
            return f"class {best.item() + 1}"

    namer = Namer()
    said = namer(torch.rand(5, 4))
    """
    check(code, "It has one number for each row of self.fc(x)")


def test_the_numbers_of_a_prediction_are_not_averaged() -> None:
    code = """
    class Pricer(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3, 2)

        def forward(self, x):
            return self.fc(x)

    pricer = Pricer()
    def predict(sample):
        with torch.no_grad():
            return pricer(sample).item()

    price = predict(torch.rand(3))
    """
    check(code, "Which one is meant? [0] after it takes the first, mean() their mean, sum() their sum.")


def test_a_loss_that_is_not_reduced_is_averaged_as_for_backward() -> None:
    code = """
    crit = nn.CrossEntropyLoss(reduction="none")
    net = nn.Linear(8, 3)
    xs, ys, running = torch.rand(8, 8), torch.zeros(8).long(), 0.
    for i in range(0, 8, 4):
        out = crit(net(xs[i:i + 4]), ys[i:i + 4])
        running += out.item()
        out.mean().backward()
    """
    found = check(code, 'With reduction="none" a loss is not averaged', [why(code).fixes[0].code])
    assert "running += out.mean().item()" in found.fixes[0].code


def test_a_function_for_each_element_is_where() -> None:
    code = """
    class Leaky(nn.Module):
        def forward(self, x):
            if x > 0:
                return x
            return 0.1 * x

    act = Leaky()
    y = act(torch.randn(4, 3))
    """
    fix = (
        "class Leaky(nn.Module):\n    def forward(self, x):\n        return torch.where(x > 0, x, 0.1 * x)\n\n"
        "act = Leaky()"
    )
    check(code, "If each element is to get the value that fits it, that is torch.where", [fix])


def test_the_sum_of_several_indices_is_no_index() -> None:
    code = "samples = [torch.rand(3), torch.rand(3)]\norder = torch.randperm(2)\nsamples[order]"
    found = check(code, "order has shape (2,) and holds 2 numbers, where an index of a list is exactly one.")
    assert "sum()" not in found.text
