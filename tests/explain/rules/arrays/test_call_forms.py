"""Calls in NumPy's form: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "stock = torch.ones(2, 3)\nprice = torch.full_like(stock)",
            "torch.full_like takes a tensor and the value",
            [],
        ),
        ("torch.full((2, 3))", "torch.full takes a shape and the value", []),
        (
            "torch.Tensor([3, 4], [6, 7])",
            "torch.Tensor takes all its data as one list, and got 2 arguments.",
            ["torch.tensor([[3, 4], [6, 7]], dtype=torch.float32)"],
        ),
        ("torch.LongTensor([3], [6, 7])", "takes all its data as one list, and got 2 arguments.", []),
        ("torch.Tensor[3]", "torch.Tensor is a class, which has nothing to index.", []),
        (
            "stock = torch.ones(2, 3)\nprice = torch.full_like(2.5, stock)",
            "torch.full_like takes the tensor first and the value second.",
            ["torch.full_like(stock, 2.5)"],
        ),
        (
            "stock = torch.ones(2,3)\ntorch.full(stock.shape)",
            "The value is missing: torch.full takes a shape and the value that fills it.",
            [],
        ),
        (
            'torch.tensor([1, 2], dtype="float32")',
            '"float32" is no dtype of PyTorch: its dtypes are written torch.float32, torch.int64 and '
            "so on. This one is torch.float32.",
            ["torch.tensor([1, 2], dtype=torch.float32)"],
        ),
        (
            "torch.tensor([1, 2], dtype=np.float32)",
            "np.float32 is no dtype of PyTorch: its dtypes are written torch.float32, torch.int64 "
            "and so on. This one is torch.float32.",
            ["torch.tensor([1, 2], dtype=torch.float32)"],
        ),
        (
            'torch.zeros(2, 3, dtype="float")',
            '"float" is no dtype of PyTorch: its dtypes are written torch.float32, torch.int64 and '
            "so on. This one is torch.float32.",
            ["torch.zeros(2, 3, dtype=torch.float32)"],
        ),
        (
            "import numpy as np\nreadings = np.ones(3)\ntorch.from_numpy(readings, dtype=torch.float32)",
            "from_numpy takes nothing but the array, whose memory the tensor shares. .to(…) converts "
            "the tensor after that.",
            ["torch.from_numpy(readings).to(torch.float32)"],
        ),
        ('x = torch.ones(3)\nx[0] = "4"', '"4" is a string. A part of a tensor takes a number', ["x[0] = 4"]),
        (
            "torch.arange(2000, 4, 2025)",
            "torch.arange goes from 2000 to 4, and a step of 2025 leads the other way.",
            [],
        ),
        ("torch.arange(5, 1)", "torch.arange goes from 5 to 1, and a step of 1 leads the other way.", []),
        ("torch.randint(7, 1, (3,))", "7 is not below 1.", ["torch.randint(1, 7, (3,))"]),
        ("torch.randint(4, 4, (3,))", "4 is not below 4.", []),
        (
            "rain = torch.ones(2, 3).long()\nrain[1] = [-1, -1, -1]",
            "[-1, -1, -1] is a list. A part of a tensor takes a number or a tensor: torch.tensor "
            "makes one of the list.",
            ["rain[1] = torch.tensor([-1, -1, -1])"],
        ),
        (
            "[[3, 4, 5] [6, 7, 8]]",
            "A comma is missing between [3, 4, 5] and [6, 7, 8].",
            ["[[3, 4, 5], [6, 7, 8]]"],
        ),
        (
            "torch.arange[2000, 2025, 4]",
            "torch.arange is a function: its arguments go into parentheses, torch.arange(…).",
            ["torch.arange(2000, 2025, 4)"],
        ),
        (
            "torch.arange([2000, 2025, 4])",
            "torch.arange takes its numbers one by one, not as a list: torch.arange(2000, 2025, 4).",
            ["torch.arange(2000, 2025, 4)"],
        ),
        (
            "torch.randint(1, 7, 600)",
            "torch.randint takes the shape as a tuple, also where it is one number: (600,).",
            ["torch.randint(1, 7, (600,))"],
        ),
        (
            "torch.linspace(0, 24)",
            "torch.linspace also takes how many numbers to make: torch.linspace(start, end, steps).",
            [],
        ),
        (
            "torch.rand(1, 7, (600,))",
            "torch.rand takes nothing but a shape, as numbers or as one tuple. To draw integers "
            "between two bounds, write torch.randint(low, high, shape).",
            ["torch.randint(1, 7, (600,))"],
        ),
        (
            "torch.Tensor(2.0)",
            "torch.Tensor with a capital T is the type of all tensors. torch.tensor with a small t "
            "makes a tensor of data.",
            ["torch.tensor(2.0)"],
        ),
        (
            "imgs = torch.rand(2, 8, 8, 3)\nchw = imgs.transpose(0, 3, 1, 2)",
            "transpose swaps two dims. permute takes all dims in their new order.",
            ["imgs.permute(0, 3, 1, 2)"],
        ),
        (
            "x = torch.rand(2, 3)\nx.transpose()",
            "transpose needs the two dims to swap. Of a matrix, .T is the transpose.",
            ["x.T"],
        ),
        (
            "x = torch.rand(2, 3)\ntorch.where(x > 0, 1)",
            "With the condition alone it gives the places where that is True.",
            [],
        ),
        (
            "q = torch.tensor([6., 5., 7.])\nonehot = torch.zeros(3, 10)\nonehot.scatter_(1, q.unsqueeze(1), 1.0)",
            "q.unsqueeze(1) is float32, and it is used as an index: indices must be integers.",
            ["onehot.scatter_(1, q.unsqueeze(1).long(), 1.0)"],
        ),
        (
            "x = torch.rand(3, 4)\nidx = torch.tensor([0., 1.])\nx.index_select(0, idx)",
            "idx is float32, and it is used as an index: indices must be integers.",
            ["x.index_select(0, idx.long())"],
        ),
        (
            "x = torch.rand(3, 4)\nidx = torch.tensor([[0.], [1.], [2.]])\nx.gather(1, idx)",
            "idx is float32, and it is used as an index: indices must be integers.",
            ["x.gather(1, idx.long())"],
        ),
        (
            "nn.Linear(3.0, 2)",
            "3.0 is a float: the sizes of a tensor or a layer are integers.",
            ["nn.Linear(3, 2)"],
        ),
        (
            "n = 8\nnn.Linear(n / 2, 2)",
            "n / 2 is 4.0, a float: the sizes of a tensor or a layer are integers. In Python / "
            "always gives a float; // divides integers.",
            ["nn.Linear(n // 2, 2)"],
        ),
        (
            "torch.randint(6, 600)",
            "torch.randint takes the shape as a tuple, also where it is one number: (600,).",
            ["torch.randint(6, (600,))"],
        ),
        (
            "torch.arange([3, 1, 2, 5, 4])",
            "torch.arange computes its numbers from a start, an end and a step. torch.tensor makes a "
            "tensor of numbers that you write.",
            ["torch.tensor([3, 1, 2, 5, 4])"],
        ),
    ],
)
def test_what_is_said_and_offered(code, said, fixes):
    check(code, said, fixes)
