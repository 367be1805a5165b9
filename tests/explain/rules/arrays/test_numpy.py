"""From NumPy and pandas to tensors and back, and what torch.tensor makes a tensor of."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown, why

HEAD = """
import numpy as np
x = torch.ones(2, 3); w = torch.ones(2, 3, requires_grad=True); a = np.ones((2, 3)); net = nn.Linear(3, 2)
rows = [torch.ones(3), torch.zeros(3)]; words = ["1", "2.5"]; mixed = np.array([1, 2.5], dtype=object)
"""


def test_the_screen_of_numpy_and_gradients():
    assert shown(HEAD + "y = (w * 2).numpy()").split("\n") == [
        "RuntimeError: Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
        "    y = (w * 2).numpy()",
        "        ^^^^^^^^^^^^^^^",
        "│ w * 2 requires grad: autograd records what is computed from it, and cannot",
        "│ record what NumPy computes. .detach() gives the same numbers without the",
        "│ graph.",
        "│ try  y = (w * 2).detach().numpy()   → an array",
    ]


def test_the_screen_of_an_array_beside_a_tensor():
    assert shown(HEAD + "y = a @ x.T").split("\n") == [
        "TypeError: unsupported operand type(s) for @: 'numpy.ndarray' and 'Tensor'",
        "    y = a @ x.T",
        "        ~~^~~~~",
        "│ a is a NumPy array and x.T is a tensor: the two do not mix here.",
        "│ torch.from_numpy(a) makes a tensor of the array.",
        "│ try  y = torch.from_numpy(a).float() @ x.T   → shape (2, 2)",
    ]


def test_the_screen_of_tensors_in_a_list():
    assert shown(HEAD + "batch = torch.tensor(rows)").split("\n") == [
        "ValueError: only one element tensors can be converted to Python scalars",
        "    batch = torch.tensor(rows)",
        "            ^^^^^^^^^^^^^^^^^^",
        "│ rows holds tensors, the first of shape (3,); torch.tensor takes numbers.",
        "│ torch.stack joins tensors of one shape along a new first dim, torch.cat along",
        "│ the first dim that they have.",
        "│ try  batch = torch.stack(rows)   → shape (2, 3)",
    ]


def test_the_screen_of_rows_of_different_lengths():
    assert shown(HEAD + "torch.tensor([[1, 2, 3], [4, 5]])").split("\n") == [
        "ValueError: expected sequence of length 3 at dim 1 (got 2)",
        "    torch.tensor([[1, 2, 3], [4, 5]])",
        "    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "│ Row 0 has length 3 and row 1 has length 2. All rows of a tensor have the same",
        "│ length.",
    ]


def test_the_screen_of_a_function_of_numpy():
    assert shown(HEAD + "m = np.mean(x, axis=0)").split("\n") == [
        "TypeError: mean() got an unexpected keyword argument 'axis'",
        "    m = np.mean(x, axis=0)",
        "        ^^^^^^^^^^^^^^^^^^",
        "│ x is a tensor, and np.mean calls its method .mean() with NumPy's argument",
        "│ names, such as axis; PyTorch's name is dim.",
        "│ try  m = x.mean(dim=0)   → shape (3,)",
    ]


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("w.numpy()", ["w.detach().numpy()"]),
        ("w[0].sum().numpy()", ["w[0].sum().detach().numpy()"]),
        ("np.asarray(w)", ["w.detach().numpy()"]),
        ("np.array([w, w])", ["np.array([w.detach(), w.detach()])"]),
        ("np.concatenate([x, w])", ["np.concatenate([x, w.detach()])"]),
        ("np.sqrt(w)", ["torch.sqrt(w)"]),
        ("np.add(x, w)", ["torch.add(x, w)"]),
        ("w + a", ["w + torch.from_numpy(a)"]),
        ("w * (a * 2)", ["w * torch.from_numpy(a * 2)"]),
        ("[row.numpy() for row in w]", ["[row.detach().numpy() for row in w]"]),
        ("def f(t):\n    return t.numpy()\n\nf(w)", ["def f(t):\n    return t.detach().numpy()"]),
        ("x.bfloat16().numpy()", ["x.bfloat16().float().numpy()"]),
    ],
)
def test_from_a_tensor_to_numpy(line, fixes):
    check(HEAD + line, fixes=fixes)


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("a + x", ["torch.from_numpy(a) + x", "torch.from_numpy(a).float() + x"]),
        ("(a * 2) - x", ["torch.from_numpy(a * 2) - x", "torch.from_numpy(a * 2).float() - x"]),
        ("x > a", ["x > torch.from_numpy(a)", "x > torch.from_numpy(a).float()"]),
        ("x + [1, 2, 3]", ["x + torch.tensor([1, 2, 3])"]),
        ("[1, 2, 3] + x", ["torch.tensor([1, 2, 3]) + x"]),
        ("x * [1, 2, 3]", ["x * torch.tensor([1, 2, 3])"]),
        ("x[0] = a[0]", ["x[0] = torch.from_numpy(a[0])"]),
        ("torch.matmul(x, a.T)", ["torch.matmul(x, torch.from_numpy(a.T).float())"]),
        ("torch.exp(a)", ["torch.exp(torch.from_numpy(a))", "torch.exp(torch.from_numpy(a).float())"]),
        ("torch.sqrt(2.)", ["torch.sqrt(torch.tensor(2.))"]),
        ("torch.mean([1., 2.])", ["torch.mean(torch.tensor([1., 2.]))"]),
        ("net(a)", ["net(torch.from_numpy(a).float())"]),
        ("net([1, 2, 3])", ["net(torch.tensor([1, 2, 3]).float())"]),
        ("torch.cat([x, a])", ["torch.cat([x, torch.from_numpy(a)])", "torch.cat([x, torch.from_numpy(a).float()])"]),
        ("torch.where(a > 0, x, x)", ["torch.where(torch.from_numpy(a > 0), x, x)"]),
        ("F.mse_loss(x, a)", ["F.mse_loss(x, torch.from_numpy(a))", "F.mse_loss(x, torch.from_numpy(a).float())"]),
        ("F.mse_loss(x[0], [1., 2., 3.])", ["F.mse_loss(x[0], torch.tensor([1., 2., 3.]))"]),
        ("F.cross_entropy(x, [0, 2])", ["F.cross_entropy(x, torch.tensor([0, 2]))"]),
        ("torch.from_numpy([1, 2])", ["torch.tensor([1, 2])"]),
        ("torch.from_numpy(x)", ["x"]),
        ("torch.from_numpy(a[::-1])", ["torch.from_numpy(a[::-1].copy())"]),
        ("b = a[:, ::-1]; torch.tensor(b)", ["torch.tensor(b.copy())"]),
        ("torch.tensor(mixed)", ['torch.tensor(mixed.astype("float32"))']),
        ("torch.tensor(np.array(['a']))", []),
        ("torch.tensor(np.array([1, 'a'], dtype=object))", []),
        ("torch.stack(a)", []),
    ],
)
def test_from_numpy_and_python_to_tensors(line, fixes):
    check(HEAD + line, fixes=fixes)


@pytest.mark.parametrize(
    ("line", "says", "fixes"),
    [
        (
            "torch.tensor([[[1], [2]], [[3], []]])",
            "The row at [1][0] has length 1 and the row at [1][1] has length 0",
            [],
        ),
        ("torch.tensor([1, [2, 3]])", "Some entries of the list are lists, and 1 beside them", []),
        (
            "torch.tensor([x, x])",
            "[x, x] holds tensors, the first of shape (2, 3)",
            ["torch.stack([x, x])"],
        ),
        ("torch.tensor([x, x[0]])", "torch.stack joins tensors of one shape", []),
        (
            "torch.tensor([r for r in x])",
            "the first of shape (3,)",
            ["torch.stack([r for r in x])"],
        ),
        ("torch.tensor(words)", "'1' is a string", ["torch.tensor([float(text) for text in words])"]),
        ("torch.tensor(['1', 'b'])", "'1' is a string", []),
        ("torch.tensor('abc')", "'abc' is a string", []),
        ("torch.tensor([1, None])", "None is not a number", []),
        ("torch.tensor({'a': 1})", "A dict has keys", []),
        ("torch.tensor(n for n in [1, 2])", "gives its values one by one", []),
        (
            "torch.tensor(2.0, True)",
            "by name only, such as requires_grad=True",
            ["torch.tensor(2.0, requires_grad=True)"],
        ),
        (
            "torch.tensor([1, 2], [3, 4])",
            "torch.tensor takes one positional argument",
            ["torch.tensor([[1, 2], [3, 4]])"],
        ),
        (
            "torch.tensor([1], torch.float32)",
            "torch.float32 has to be given as dtype=torch.float32",
            ["torch.tensor([1], dtype=torch.float32)"],
        ),
    ],
)
def test_what_a_tensor_can_be_made_of(line, says, fixes):
    check(HEAD + line, says, fixes)


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("np.mean(x)", "x.mean()"),
        ("np.sum(w, 0)", "w.sum(0)"),
        ("np.sum(x, axis=1, keepdims=True)", "x.sum(dim=1, keepdim=True)"),
        ("np.std(x)", "x.std(correction=0)"),
        ("np.max(x * 2)", "(x * 2).max()"),
        ("np.max(x, axis=1)", "x.amax(dim=1)"),
    ],
)
def test_functions_of_numpy_become_methods_with_the_same_result(line, fix):
    assert [each.code for each in why(HEAD + line).fixes] == [fix]
    assert runs_after(HEAD + line) == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "torch.tensor(df)",
            "df is a pandas DataFrame, a table whose columns have names. df.to_numpy() gives its numbers",
        ),
        ("torch.tensor(df.iloc[0])", "df.iloc[0] is a pandas Series, whose entries have labels"),
        ("torch.from_numpy(df)", "df is a pandas DataFrame, and from_numpy takes a NumPy array"),
        ("nn.Linear(2, 1)(df)", "df is a pandas DataFrame, a table whose columns have names"),
        ("torch.tensor(df.assign(c=['x', 'y']).to_numpy())", "That comes from rows of different lengths"),
    ],
)
def test_tables_of_pandas(line, says):
    pytest.importorskip("pandas")
    assert says in why("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'b': [.5, 1.]})\n" + line).text


@pytest.mark.parametrize("line", ["next(iter([a])) * x", "5(a)", "torch.tensor(next(iter([rows])))"])
def test_silent_where_it_cannot_be_told(line):
    assert fails(HEAD + line).explanation is None


def test_an_array_that_is_not_to_blame_is_not_mentioned():
    assert why(HEAD + "x.shape(a)").text == "x.shape is an attribute, not a method: write it without parentheses."


@pytest.mark.parametrize(
    ("made", "fix"),
    [
        (
            '["cat", "dog", "cat"]',
            "classes, indices = np.unique(names, return_inverse=True)\ny = torch.tensor(indices)",
        ),
        ('["1", "2.5"]', 'torch.tensor(names.astype("float32"))'),
    ],
)
def test_an_array_of_strings(made: str, fix: str) -> None:
    check(f"import numpy as np\nnames = np.array({made})\ny = torch.tensor(names)", "names holds strings", [fix])


@pytest.mark.parametrize(
    ("body", "fixed"),
    [
        ("return np.mean(np.square(out - y))", "return torch.mean(torch.square(out - y))"),
        (
            "return np.sqrt(np.mean((np.log1p(out) - np.log1p(y)) ** 2))",
            "return torch.sqrt(torch.mean((torch.log1p(out) - torch.log1p(y)) ** 2))",
        ),
        ("return torch.from_numpy(np.exp(out))", "return torch.exp(out)"),
        ("return torch.tensor(np.power(out - y, 2)).mean()", "return torch.pow(out - y, 2).mean()"),
        ("return np.abs(out - y).max()", "return torch.abs(out - y).max()"),
    ],
)
def test_a_loss_with_functions_of_numpy_gets_those_of_torch(body, fixed):
    code = f"""
import numpy as np
def my_loss(out, y):
    {body}

lin = nn.Linear(2, 1)
x, y = torch.rand(8, 2), torch.rand(8, 1)
loss = my_loss(lin(x).exp(), y)
"""
    check(code, "The functions of torch are recorded.", [f"def my_loss(out, y):\n    {fixed}"])


def test_what_torch_computes_otherwise_is_not_offered_for_training():
    code = """
import numpy as np
class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x):
        z = self.fc(x)
        return z @ torch.from_numpy(np.cov(z))

net = Scaled()
net(torch.rand(3, 4))
"""
    check(code, "so nothing before this line could be trained", [])


RAGGED = """
from torch.nn.utils.rnn import pad_sequence
seqs, rows, holes = [[1, 2, 3], [4, 5]], [[1., 2.], [3., 4.], [5.], [6., 7.]], [[1., 2.], [3., None]]
"""


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        (
            "x = torch.LongTensor(seqs)",
            "If they are sequences, pad_sequence fills the shorter ones up with zeros.",
            ["pad_sequence([torch.tensor(row) for row in seqs], batch_first=True)"],
        ),
        (
            "x = torch.FloatTensor(seqs)",
            "If they are sequences",
            ["pad_sequence([torch.tensor(row, dtype=torch.float32) for row in seqs], batch_first=True)"],
        ),
        (
            "x = torch.tensor(seqs, dtype=torch.int32)",
            "If they are sequences",
            ["pad_sequence([torch.tensor(row, dtype=torch.int32) for row in seqs], batch_first=True)"],
        ),
        (
            "def batch_of(parts):\n    return torch.tensor(parts)\n\nbatch_of(seqs)",
            "If they are sequences",
            ["def batch_of(parts):\n    return pad_sequence([torch.tensor(row) for row in parts], batch_first=True)"],
        ),
        ("x = torch.tensor(rows)", "Only row 2 has another length than 2.", []),
        ("x = torch.tensor(holes)", "holes[1][1] is None, and a tensor holds only numbers.", []),
    ],
)
def test_lists_with_gaps(line, said, fixes):
    check(RAGGED + line, said, fixes)
