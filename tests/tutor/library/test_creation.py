"""The lesson creation: right answers that no author thought of pass, wrong ones are told what they did."""

from __future__ import annotations

import pytest

from tests.tutor.trying import each, tried, unanswered

RIGHT = {
    "price-list": [
        "prices = torch.arange(3.0, 9.0).reshape(2, 3)",
        "prices = torch.tensor([[3, 4, 5], [6, 7, 8]]).float()",
        "prices = torch.zeros(2, 3)\nfor row in range(2):\n    for column in range(3):\n"
        "        prices[row, column] = 3 + 3 * row + column",
        "import numpy as np\nprices = torch.from_numpy(np.array([[3, 4, 5], [6, 7, 8]], dtype=np.float32))",
        "rows = [3, 4, 5], [6, 7, 8]\nprices = torch.tensor(rows, dtype=torch.float)",
    ],
    "one-price": [
        "price = torch.ones(2, 3) * 2.5",
        "price = torch.zeros_like(stock).double().fill_(2.5)",
        "price = torch.tensor([[2.5] * 3 for row in stock])",
        "price = stock * 0 + 2.5",
        "price = torch.empty(stock.shape)\nprice[:] = 2.5",
        "price = torch.tensor(2.5).expand(2, 3)",
    ],
    "leap-years": [
        "years = torch.tensor([2000, 2004, 2008, 2012, 2016, 2020, 2024])",
        "years = torch.arange(7) * 4 + 2000",
        "years = torch.tensor([year for year in range(2000, 2025) if year % 4 == 0], dtype=torch.float64)",
        "years = torch.tensor(range(2000, 2028, 4))",
        "every = torch.arange(2000, 2025)\nyears = every[every % 4 == 0]",
    ],
    "old-program": [
        "hours = torch.arange(9) * 3\nboard = torch.ones(2, 3) * 8",
        "board = torch.full((2, 3), 8).float()\nhours = torch.linspace(0, 24, steps=9, dtype=torch.float64)",
        "hours = torch.tensor([3 * place for place in range(9)])\nboard = torch.tensor([[8.0] * 3] * 2)",
        "hours = torch.linspace(start=0, end=24, steps=9)\nboard = torch.zeros(2, 3)\nboard += 8",
    ],
    "live-and-saved": [
        "live = torch.from_dlpack(readings)\nsaved = torch.from_numpy(readings).float()",
        "live = torch.asarray(readings)\nsaved = torch.FloatTensor(readings)",
        "live = torch.as_tensor(readings)\nsaved = live.clone().to(torch.float32)",
        "saved = torch.tensor([float(each) for each in readings])\nlive = torch.from_numpy(readings)",
        "saved = torch.from_numpy(readings.astype('float32'))\nlive = torch.from_numpy(readings)",
    ],
    "dice": [
        "dice = (torch.rand(600) * 6).floor() + 1",
        "dice = torch.randint(low=1, high=7, size=(600,), dtype=torch.float64)",
        "dice = torch.tensor([torch.randint(1, 7, ()).item() for throw in range(600)])",
        "import random\ndice = torch.tensor([random.randint(1, 6) for throw in range(600)])",
        "dice = torch.multinomial(torch.ones(6), 600, replacement=True) + 1",
        "dice = torch.empty(600).random_(1, 7)",
    ],
    "grains": [
        "grains = torch.logspace(0, 7, steps=8, base=2.0)\nitself = torch.eye(4, 4).bool()",
        "grains = torch.exp2(torch.arange(8.0))\nitself = torch.diag(torch.ones(4))",
        "grains = torch.tensor([2**field for field in range(8)], dtype=torch.float64)\n"
        "itself = torch.zeros(4, 4)\nfor team in range(4):\n    itself[team, team] = 1",
        "itself = torch.arange(4)[:, None] == torch.arange(4)\ngrains = torch.tensor([1, 2, 4, 8, 16, 32, 64, 128])",
    ],
    "people": [
        "heights = torch.normal(torch.full((1000,), 170.0), 10.0)\nglasses = torch.bernoulli(torch.ones(1000) * 0.3)",
        "heights = 170 + 10 * torch.randn(1000, dtype=torch.float64)\nglasses = (torch.rand(1000) < 0.3).int()",
        "import random\nheights = torch.tensor([random.gauss(170, 10) for each in range(1000)])\n"
        "glasses = torch.tensor([1 if random.random() < 0.3 else 0 for each in range(1000)])",
        "heights = torch.empty(1000).normal_(170, 10)\nglasses = torch.empty(1000).bernoulli_(0.3)",
        "heights = torch.normal(170.0, 10.0, (1000,)).round().int()\n"
        "glasses = (torch.randint(0, 10, (1000,)) < 3).long()",
    ],
}

WRONG = {
    "price-list": [
        ("prices = torch.tensor([[3, 4, 5], [6, 7, 8]])", "int64"),
        ("prices = torch.tensor([[3.0, 4, 5], [6, 7, 9]])", "[6.0, 7.0, 9.0]"),
        ("prices = torch.tensor([3.0, 4, 5, 6, 7, 8])", "one row of six"),
        ("prices = torch.tensor([[3.0, 6], [4, 7], [5, 8]])", "three rows of two"),
        ("prices = torch.tensor([[3, 4, 5], [6, 7, 8]]).double()", "float64"),
        ("prices = [[3.0, 4, 5], [6, 7, 8]]", "is a list"),
    ],
    "one-price": [
        ("price = torch.full_like(stock, 2.5)", "of 2.5 only the 2 was left"),
        ("price = torch.full((6,), 2.5)", "six in one row"),
        ("price = torch.ones_like(stock)", "[1, 1, 1]"),
        ("price = 2.5", "Python's number 2.5"),
        ("price = torch.full((3, 2), 2.5)", "three rows of two"),
    ],
    "leap-years": [
        ("years = torch.arange(2000, 2024, 4)", "2024 is missing"),
        ("years = torch.arange(2000, 2025, 5)", "(5,)"),
        ("years = torch.linspace(2000, 2024, 4)", "not the step"),
        ("years = torch.arange(2000, 2029, 4)", "2028 is among them"),
        ("years = list(range(2000, 2025, 4))", "is a list"),
        ("years = torch.arange(2001, 2026, 4)", "[2001, 2005, 2009, 2013, 2017, 2021, 2025]"),
    ],
    "old-program": [
        ("hours = torch.linspace(0, 24, 8)\nboard = torch.full((2, 3), 8.0)", "you need nine"),
        ("hours = torch.linspace(0, 24, 100)\nboard = torch.full((2, 3), 8.0)", "A hundred numbers"),
        ("hours = torch.linspace(0, 24, 9)\nboard = torch.full((2, 3), 8)", "integers"),
        ("hours = torch.arange(0, 24, 3)\nboard = torch.full((2, 3), 8.0)", "24 is missing"),
        ("hours = torch.linspace(0, 24, 9)\nboard = torch.full((3, 2), 8.0)", "three rows of two"),
    ],
    "live-and-saved": [
        ("live = torch.tensor(readings)\nsaved = torch.tensor(readings)", "`live` is a copy"),
        ("live = torch.from_numpy(readings).clone()", "copy() and clone() copy"),
        ("live = readings\nsaved = torch.tensor(readings, dtype=torch.float32)", "is a NumPy array"),
        ("live = torch.from_numpy(readings)\nsaved = live", "overwrites"),
        ("live = torch.from_numpy(readings)\nsaved = readings.copy()", "another array of NumPy's"),
        ("live = torch.from_numpy(readings)\nsaved = live.clone()", "float64"),
        ("live = torch.from_numpy(readings)\nsaved = live.int()", "[18, 19, 21]"),
    ],
    "dice": [
        ("dice = torch.randint(1, 6, (600,))", "A 6 never comes"),
        ("dice = torch.randint(0, 7, (600,))", "begins at its first number"),
        ("dice = torch.rand(600) * 6 + 1", "rand draws fractions"),
        ("dice = torch.randint(1, 7, (6, 100))", "(6, 100)"),
        ("dice = torch.randint(1, 7, ()).item()", "is an int"),
        ("dice = torch.randint(1, 8, (600,))", "The largest value of `dice` is 7;"),
        ("dice = torch.linspace(1, 6, 600)", "holds 1.00"),
        ("dice = torch.linspace(1, 6, 600).round()", "is sorted"),
        ("dice = torch.randint(1, 7, (600,)).sort(descending=True).values", "is sorted"),
        ("dice = torch.arange(600) % 6 + 1", "repeats itself after 6 numbers"),
        ("dice = torch.randint(0, 2, (600,)) * 5 + 1", "never holds 2"),
        ("dice = torch.randint(1, 4, (600,)) + torch.randint(0, 4, (600,))", "each equally likely"),
        ("dice = torch.normal(3.5, 1.0, size=(600,)).round().clamp(1, 6)", "each equally likely"),
        ("dice = torch.randint(0, 8, (600,)).clamp(1, 6)", "each equally likely"),
        ("dice = torch.tensor([1, 2, 3, 4, 5, 6] * 100)[torch.randperm(600)]", "exactly 100 times"),
    ],
    "grains": [
        ("grains = torch.logspace(1, 128, 8, base=2)", "where this begins"),
        ("grains = torch.logspace(0, 8, 8, base=2)", "the eighth power is 2⁷"),
        ("grains = torch.logspace(0, 7, 8)", "powers of ten"),
        ("grains = torch.arange(1, 129, 2)", "two apart"),
        ("grains = torch.logspace(0, 7, 8, base=2)\nitself = torch.full((4, 4), 1)", "All sixteen are 1"),
        ("grains = torch.logspace(0, 7, 8, base=2)\nitself = torch.ones(4, 4) - torch.eye(4)", "other way round"),
    ],
    "people": [
        ("heights = torch.normal(10.0, 170.0, size=(1000,))", "The mean comes first"),
        ("heights = torch.normal(170, 10, size=(1000))", "A shape of one dim has brackets and a comma"),
        ("heights = torch.normal(170.0, 30.0, (1000,))", "this step wants about 10"),
        ("heights = torch.normal(170.0, 10.0, size=(1, 1000))", "(1, 1000) is a table of one row"),
        ("heights = torch.rand(1000) * 35 + 152", "rand draws evenly"),
        ("heights = torch.linspace(152.7, 187.3, 1000)", "nothing is drawn"),
        ("heights = torch.normal(170.0, 10.0, (1000,))\nglasses = torch.bernoulli(torch.tensor([0.3]))", "one toss"),
        ("heights = torch.normal(170.0, 10.0, (1000,))\nglasses = torch.rand(1000) > 0.3", "the other way round"),
        ("heights = torch.normal(170.0, 10.0, (1000,))\nglasses = torch.bernoulli(torch.rand(1000))", "0.5 on average"),
        (
            "heights = torch.normal(170.0, 10.0, (1000,))\nglasses = torch.zeros(1000)\nglasses[:300] = 1",
            "the first 300: nothing is drawn",
        ),
        (
            "heights = torch.normal(170.0, 10.0, (1000,))\n"
            "glasses = (torch.rand(1000) < 0.1).float() + (torch.rand(1000) < 0.2)",
            "The largest value",
        ),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("creation", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("creation", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("creation", RIGHT, 3) == unanswered("creation", WRONG, 3) == set()
