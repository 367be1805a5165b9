"""The puzzles: any right answer passes, loops too; a wrong one hears the input, what came out and what was wanted."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
import torch

from ptrepl.tutor.format.lesson import Prose, Role
from tests.tutor.lessons import given
from tests.tutor.trying import each, shipped, tried, unanswered

RIGHT = {
    "puzzles": {
        "floors": [
            "floors = lambda n: abs(torch.arange(n) - torch.arange(n).unsqueeze(1))",
            "def floors(n):\n    made = torch.zeros(n, n)\n    for i in range(n):\n        for j in range(n):\n"
            "            made[i, j] = max(i, j) - min(i, j)\n    return made",
            "def floors(n):\n    x = torch.arange(float(n))[:, None]\n    return torch.cdist(x, x)",
        ],
        "board": [
            "def board(rows, columns):\n"
            "    return torch.tensor([[float((i + j) % 2) for j in range(columns)] for i in range(rows)])",
            "def board(rows, columns):\n    i, j = torch.meshgrid(torch.arange(rows), torch.arange(columns), "
            "indexing='ij')\n    return (i - j).abs().remainder(2)",
            "def board(rows, columns):\n    return (torch.arange(rows)[:, None] + torch.arange(columns)) % 2 == 1",
        ],
        "frame": [
            "def frame(rows, columns):\n    i, j = torch.arange(rows)[:, None], torch.arange(columns)\n"
            "    return (i == 0) | (i == rows - 1) | (j == 0) | (j == columns - 1)",
            "def frame(rows, columns):\n    return torch.tensor([[int(i in (0, rows - 1) or j in (0, columns - 1)) "
            "for j in range(columns)] for i in range(rows)])",
            "def frame(rows, columns):\n    made = torch.zeros(rows, columns)\n    made[0] = made[-1] = 1\n"
            "    made[:, 0] = made[:, -1] = 1\n    return made",
        ],
        "there-and-back": [
            "def there_and_back(stops):\n    return torch.cat((stops, stops.flip(0)[1:]))",
            "def there_and_back(stops):\n    there = stops.tolist()\n    return torch.tensor(there + there[-2::-1])"
            " if len(stops) > 1 else stops",
            "def there_and_back(stops):\n    n = len(stops) - 1\n    return stops[n - torch.arange(-n, n + 1).abs()]",
        ],
        "ranks": [
            "def ranks(points):\n    return len(points) - torch.searchsorted(points.sort()[0], points, right=True) + 1",
            "def ranks(points):\n    found = []\n    for one in points:\n        found.append(1)\n"
            "        for other in points:\n            if other > one:\n                found[-1] += 1\n"
            "    return torch.tensor(found)",
            "def ranks(points):\n    return points.unsqueeze(1).lt(points).sum(dim=1).add(1)",
        ],
        "nearest-stop": [
            "def nearest_stop(houses, stops):\n    return torch.cdist(houses[:, None], stops[:, None]).argmin(dim=1)",
            "def nearest_stop(houses, stops):\n    return ((stops[:, None] - houses) ** 2).min(0).indices",
            "def nearest_stop(houses, stops):\n    where = stops.tolist()\n"
            "    return torch.tensor([min(range(len(where)), key=lambda s: abs(where[s] - h)) "
            "for h in houses.tolist()])",
        ],
        "picked": [
            "def picked(table, places):\n    return torch.stack([row[place] for row, place in zip(table, places)])",
            "def picked(table, places):\n    return torch.take_along_dim(table, places[:, None], 1).squeeze(1)",
            "def picked(table, places):\n    return table[:, places].diag()",
        ],
        "counts": [
            "def counts(draws, n):\n    return torch.tensor([int((draws == each).sum()) for each in range(n)])",
            "def counts(draws, n):\n    return F.one_hot(draws, n).sum(0)",
            "def counts(draws, n):\n    return torch.zeros(n).index_add_(0, draws, torch.ones(len(draws)))",
        ],
        "shares": [
            "def shares(table):\n    total = table.sum(1, keepdim=True)\n"
            "    return table / torch.where(total == 0, 1, total)",
            "def shares(table):\n    rows = [row / row.sum() if row.sum() > 0 else row for row in table]\n"
            "    return torch.stack(rows)",
            "def shares(table):\n    return torch.nan_to_num(F.normalize(table, p=1, dim=1))",
        ],
        "enlarged": [
            "def enlarged(picture, k):\n    h, w = picture.shape\n"
            "    return picture[:, None, :, None].expand(h, k, w, k).reshape(h * k, w * k)",
            "def enlarged(picture, k):\n    return F.interpolate(picture[None, None], scale_factor=k)[0, 0]",
            "def enlarged(picture, k):\n    rows = [[each for each in row for _ in range(k)] for row in "
            "picture.tolist() for _ in range(k)]\n    return torch.tensor(rows)",
        ],
    },
    "puzzles-more": {
        "pooled": [
            "def pooled(picture):\n    h, w = picture.shape\n"
            "    return picture.reshape(h // 2, 2, w // 2, 2).mean(dim=3).mean(dim=1)",
            "def pooled(picture):\n    return picture.unfold(0, 2, 2).unfold(1, 2, 2).mean((2, 3))",
            "def pooled(picture):\n    h, w = picture.shape\n    return torch.tensor([[picture[i:i + 2, j:j + 2]"
            ".mean() for j in range(0, w, 2)] for i in range(0, h, 2)])",
        ],
        "turned": [
            "def turned(guests):\n    n = len(guests)\n    i = torch.arange(n)\n"
            "    return guests[(i[None] - i[:, None]) % n]",
            "def turned(guests):\n    rows, now = [], guests\n    for _ in guests:\n        rows.append(now)\n"
            "        now = torch.cat([now[-1:], now[:-1]])\n    return torch.stack(rows)",
            "def turned(guests):\n    n = len(guests)\n    return guests.repeat(2).unfold(0, n, 1)[1:].flip(0)",
        ],
        "last-rain": [
            "def last_rain(rain):\n    days = torch.arange(1, rain.shape[1] + 1)\n"
            "    return ((rain > 0) * days).max(dim=1).values - 1",
            "def last_rain(rain):\n    wet = rain.flip(1) > 0\n    last = rain.shape[1] - 1 - wet.int().argmax(1)\n"
            "    return torch.where(wet.any(1), last, -1)",
            "def last_rain(rain):\n    found = torch.full((len(rain),), -1)\n    for i, j in (rain > 0).nonzero():\n"
            "        found[i] = j\n    return found",
        ],
        "moving-mean": [
            "def moving_mean(values, k):\n    return F.avg_pool1d(values[None], k, stride=1)[0]",
            "def moving_mean(values, k):\n    total = F.pad(values, (1, 0)).cumsum(0)\n"
            "    return (total[k:] - total[:-k]) / k",
            "def moving_mean(values, k):\n    n = len(values) - k + 1\n"
            "    return sum(values[i : i + n] for i in range(k)) / k",
        ],
        "peaks": [
            "def peaks(heights):\n    x = heights.tolist()\n    return torch.tensor([(i == 0 or x[i] > x[i - 1]) and "
            "(i == len(x) - 1 or x[i] > x[i + 1]) for i in range(len(x))])",
            "def peaks(heights):\n    edge = torch.tensor([-torch.inf])\n    x = torch.cat([edge, heights, edge])\n"
            "    return (x[1:-1] > x[:-2]) * (x[1:-1] > x[2:])",
            "def peaks(heights):\n    x = F.pad(heights, (1, 1), value=float('-inf'))\n    w = x.unfold(0, 3, 1)\n"
            "    return w[:, 1] > torch.maximum(w[:, 0], w[:, 2])",
        ],
        "group-means": [
            "def group_means(marks, classes, n):\n    return torch.zeros(n).scatter_reduce(0, classes, marks, 'mean', "
            "include_self=False)",
            "def group_means(marks, classes, n):\n    total = torch.zeros(n).index_add_(0, classes, marks)\n"
            "    return total / classes.bincount(minlength=n)",
            "def group_means(marks, classes, n):\n    mask = classes == torch.arange(n)[:, None]\n"
            "    return (mask * marks).sum(1) / mask.sum(1)",
        ],
        "product": [
            "def product(a, b):\n    found = torch.zeros(len(a) + len(b) - 1)\n    for i in range(len(a)):\n"
            "        for j in range(len(b)):\n            found[i + j] = found[i + j] + a[i] * b[j]\n    return found",
            "def product(a, b):\n    n = len(a) + len(b) - 1\n"
            "    return torch.fft.irfft(torch.fft.rfft(a, 2 * n) * torch.fft.rfft(b, 2 * n))[:n].round()",
            "def product(a, b):\n    return torch.tensor(np.polymul(a.tolist(), b.tolist()))",
        ],
        "binary": [
            "def binary(numbers, k):\n    return (numbers.unsqueeze(1) & 2 ** torch.arange(k).flip(0)) > 0",
            "def binary(numbers, k):\n    digits = []\n    for _ in range(k):\n        digits.append(numbers % 2)\n"
            "        numbers = numbers // 2\n    return torch.stack(digits[::-1], 1)",
            "def binary(numbers, k):\n    return torch.stack([(numbers >> i) % 2 for i in range(k - 1, -1, -1)], 1)",
        ],
        "slopes": [
            "def slopes(f, x):\n    return torch.vmap(torch.func.grad(f))(x)",
            "def slopes(f, x):\n    x.requires_grad = True\n    f(x).backward(torch.ones_like(x))\n    return x.grad",
            "def slopes(f, x):\n    found = []\n    for each in x:\n        here = each.detach().requires_grad_()\n"
            "        f(here).backward()\n        found.append(here.grad)\n    return torch.stack(found)",
        ],
        "descended": [
            "def descended(f, x, lr, steps):\n    x = x.clone().requires_grad_()\n"
            "    sgd = torch.optim.SGD([x], lr=lr)\n    for _ in range(steps):\n"
            "        sgd.zero_grad()\n        f(x).backward()\n        sgd.step()\n    return x.detach()",
            "def descended(f, x, lr, steps):\n    if steps == 0:\n        return x\n"
            "    return descended(f, x - lr * torch.func.grad(f)(x), lr, steps - 1)",
            "def descended(f, x, lr, steps):\n    for _ in range(steps):\n"
            "        x = x.detach().requires_grad_()\n        f(x).backward()\n        x = x - lr * x.grad\n"
            "    return x",
        ],
    },
}  # fmt: skip

WRONG = {
    "puzzles": {
        "floors": [
            ("def floors(n):\n    return torch.arange(n) - torch.arange(n)[:, None]", "Downwards the numbers"),
            ("def floors(n):\n    return (torch.arange(n) - torch.arange(n)).abs()", "each floor meets itself"),
            ("def floors(n):\n    return torch.eye(n)", "`floors(3)` has 1.0 at [0, 0], where this step wants 0"),
        ],
        "board": [
            ("def board(rows, columns):\n    return torch.arange(rows * columns).view(rows, columns) % 2",
             "each row begins anew"),
            ("def board(rows, columns):\n    return torch.arange(rows)[:, None] + torch.arange(columns)", "grows"),
            ("def board(rows, columns):\n    return torch.arange(rows)[:, None] * torch.arange(columns) % 2",
             "A product is odd"),
        ],
        "frame": [
            ("def frame(rows, columns):\n    x = torch.ones(rows, columns)\n    x[1:, 1:] = 0\n    return x",
             "takes the edge with it"),
            ("def frame(rows, columns):\n    x = torch.zeros(rows, columns)\n    x[1:-1, 1:-1] = 1\n    return x",
             "That is the inside"),
            ("def frame(rows, columns):\n    return torch.ones(rows, columns)", "`frame(3, 4)` has 1"),
        ],
        "there-and-back": [
            ("def there_and_back(stops):\n    return torch.cat([stops, stops.flip(0)])", "comes twice"),
            ("def there_and_back(stops):\n    return torch.cat([stops, stops[::-1]])", "takes no step below 0"),
            ("def there_and_back(stops):\n    return stops",
             "`there_and_back(torch.tensor([4, 7, 9]))` is shape (3,); this step wants (5,)"),
        ],
        "ranks": [
            ("def ranks(points):\n    return points.argsort(descending=True) + 1", "argsort puts them in an order"),
            ("def ranks(points):\n    return (points > points[:, None]).sum(1)", "begin with 0"),
            ("def ranks(points):\n    return (points >= points[:, None]).sum(1)", ">= counts equals"),
        ],
        "nearest-stop": [
            ("def nearest_stop(houses, stops):\n    return (houses[:, None] - stops).argmin(1)", "Without abs()"),
            ("def nearest_stop(houses, stops):\n    return (houses - stops).abs().argmin(0)", "place by place"),
            ("def nearest_stop(houses, stops):\n    return (houses[None] - stops).abs().argmin(1)",
             "houses[None] is (1, 3) and stops is (2,)"),
        ],
        "picked": [
            ("def picked(table, places):\n    return table[:, places]", "in every row"),
            ("def picked(table, places):\n    return table[places]", "One index picks rows"),
            ("def picked(table, places):\n    return table.gather(1, places[:, None])", "That is a column"),
        ],
        "counts": [
            ("def counts(draws, n):\n    return draws.bincount()", "makes room for the others"),
            ("def counts(draws, n):\n    x = torch.zeros(n)\n    x[draws] += 1\n    return x", "adds once only"),
            ("def counts(draws, n):\n    return torch.unique(draws, return_counts=True)[1]", "unique leaves out"),
        ],
        "shares": [
            ("def shares(table):\n    return table / table.sum(1, keepdim=True)", "0 / 0 is nan"),
            ("def shares(table):\n    return (table / table.sum(0, keepdim=True)).nan_to_num()", "families are added"),
            ("def shares(table):\n    return (table / table.sum(1)).nan_to_num()", "meet the columns"),
        ],
        "enlarged": [
            ("def enlarged(picture, k):\n    return picture.repeat(k, k)", "lays whole pictures"),
            ("def enlarged(picture, k):\n    return picture.repeat_interleave(k, 0)", "the columns are not."),
            ("def enlarged(picture, k):\n    return torch.kron(torch.ones(k, k), picture)", "changed places"),
        ],
    },
    "puzzles-more": {
        "pooled": [
            ("def pooled(picture):\n    h, w = picture.shape\n    return picture.view(h // 2, w // 2, 4).mean(2)",
             "fills row by row"),
            ("def pooled(picture):\n    return picture[::2, ::2]", "drops three"),
            ("def pooled(picture):\n    return F.avg_pool2d(picture[None], 2)", "in front is there still"),
        ],
        "turned": [
            ("def turned(guests):\n    return torch.stack([guests.roll(-step) for step in range(len(guests))])",
             "moves to the left"),
            ("def turned(guests):\n    return [guests.roll(step) for step in range(len(guests))]", "a list of rows"),
            ("def turned(guests):\n    return guests.repeat(len(guests), 1)",
             "`turned(torch.tensor([1, 2, 3]))` has 1 at [1, 0], where this step wants 3"),
        ],
        "last-rain": [
            ("def last_rain(rain):\n    return rain.argmax(1)", "the wettest day"),
            ("def last_rain(rain):\n    return (rain > 0).int().argmax(1)", "the first day with rain"),
            ("def last_rain(rain):\n    return (rain > 0).sum(1) - 1", "counts the days"),
        ],
        "moving-mean": [
            ("def moving_mean(values, k):\n    return values.unfold(0, k, k).mean(1)", "do not overlap"),
            ("def moving_mean(values, k):\n    return values.unfold(0, k, 1).sum(1)", "Those are sums"),
            ("def moving_mean(values, k):\n    return values.unfold(0, k, 1).mean(0)", "the windows disappear"),
        ],
        "peaks": [
            ("def peaks(heights):\n    return (heights > heights.roll(1)) & (heights > heights.roll(-1))", "roll goes"),
            ("def peaks(heights):\n    x = F.pad(heights, (1, 1))\n    return (heights > x[:-2]) & (heights > x[2:])",
             "stand zeros"),
            ("def peaks(heights):\n    return heights[1:] > heights[:-1]",
             "`peaks(torch.tensor([1.0, 5.0, 2.0, 2.0, 7.0]))` is shape (4,)"),
        ],
        "group-means": [
            ("def group_means(marks, classes, n):\n    return marks @ F.one_hot(classes, n).float()", "Those are sums"),
            ("def group_means(marks, classes, n):\n    x = F.one_hot(classes, n)\n    return marks @ x / x.sum(0)",
             "both sides alike"),
            ("def group_means(marks, classes, n):\n    return marks[classes]", "An index picks marks"),
        ],
        "product": [
            ("def product(a, b):\n    return a * b", "Each number of a meets"),
            ("def product(a, b):\n    return torch.outer(a, b)", "every product, in a table"),
            ("def product(a, b):\n    return F.conv1d(a[None], b[None, None], padding=len(b) - 1)[0]",
             "without turning it round"),
        ],
        "binary": [
            ("def binary(numbers, k):\n    return numbers[:, None] // 2 ** torch.arange(k) % 2", "the lowest place"),
            ("def binary(numbers, k):\n    return numbers // 2 ** torch.arange(k - 1, -1, -1) % 2", "place by place"),
            ("def binary(numbers, k):\n    return numbers[:, None] / 2 ** torch.arange(k - 1, -1, -1) % 2",
             "/ makes fractions"),
        ],
        "slopes": [
            ("def slopes(f, x):\n    return torch.autograd.grad(f(x).sum(), x)[0]", "Nothing is recorded"),
            ("def slopes(f, x):\n    x.requires_grad_()\n    return torch.autograd.grad(f(x), x)[0]", "at one number"),
            ("def slopes(f, x):\n    x.requires_grad_()\n    return f(x).sum().backward()", "gives nothing back"),
        ],
        "descended": [
            ("def descended(f, x, lr, steps):\n    for _ in range(steps):\n        x = x + lr * torch.func.grad(f)(x)\n"
             "    return x", "goes uphill"),
            ("def descended(f, x, lr, steps):\n    for _ in range(steps):\n        x = x - lr * torch.func.grad(f)(x)\n"
             "        return x", "return in the loop"),
            ("def descended(f, x, lr, steps):\n    return x - lr * torch.func.grad(f)(x)", "a single step"),
        ],
    },
}  # fmt: skip


def _of_both(answers: dict[str, dict[str, list[object]]]) -> list[object]:
    steps = {f"{lesson}/{step}": several for lesson, rows in answers.items() for step, several in rows.items()}
    return each(steps)


@pytest.mark.parametrize(("step", "source"), _of_both(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried(*step.split("/"), source)
    assert passed, told
    assert "shortest so far" in told or "as short as" in told or "Your answer has the length" in told


@pytest.mark.parametrize(("step", "answer"), _of_both(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried(*step.split("/"), source)
    assert not passed
    assert said in told


@pytest.mark.parametrize("lesson", ["puzzles", "puzzles-more"])
def test_ten_puzzles_each_and_none_is_left_out(lesson: str) -> None:
    steps = shipped(lesson).steps
    assert len(steps) == 10
    assert {step.kind for step in steps} == {"task"}
    assert all(dedent(code.source).count("def ") == 1 for step in steps for code in step.codes("solution"))
    assert unanswered(lesson, RIGHT[lesson], 3) == unanswered(lesson, WRONG[lesson], 3) == set()


EXAMPLES = {
    "floors": "floors(3)",
    "board": "board(2, 3)",
    "frame": "frame(3, 4)",
    "there-and-back": "there_and_back(tensor([4, 7, 9]))",
    "ranks": "ranks(tensor([30, 50, 20, 50]))",
    "nearest-stop": "nearest_stop(tensor([1, 6, 9]), tensor([0, 8]))",
    "picked": "picked(tensor([[5, 8], [6, 9], [4, 7]]), tensor([1, 0, 1]))",
    "counts": "counts(tensor([2, 0, 2]), 4)",
    "shares": "shares(tensor([[1, 3], [0, 0]]))",
    "enlarged": "enlarged(tensor([[1, 2]]), 2)",
    "pooled": "pooled(tensor([[1.0, 3, 0, 0], [5, 7, 0, 8]]))",
    "turned": "turned(tensor([1, 2, 3]))",
    "last-rain": "last_rain(tensor([[0, 4, 1, 0], [0, 0, 0, 0]]))",
    "moving-mean": "moving_mean(tensor([1.0, 3, 8, 1]), 2)",
    "peaks": "peaks(tensor([1.0, 5, 2, 2, 7]))",
    "group-means": "group_means(tensor([2.0, 5, 4]), tensor([1, 0, 1]), 2)",
    "product": "product(tensor([1, 2]), tensor([3, 0, 1]))",
    "binary": "binary(tensor([5, 2]), 3)",
    "slopes": "slopes(cube, tensor([1.0, 2.0]))",
    "descended": "descended(bowl, tensor([2.0, 1.0]), 0.1, 1)",
}


def _as_written(numbers: Any) -> str:
    if isinstance(numbers, list):
        return f"[{', '.join(map(_as_written, numbers))}]"
    return str(numbers) if isinstance(numbers, bool) else f"{numbers:g}"


@pytest.mark.parametrize("lesson", ["puzzles", "puzzles-more"])
def test_the_example_of_each_text_is_what_the_first_solution_gives(lesson: str) -> None:
    for step in shipped(lesson).steps:
        names: dict[str, Any] = {**given(), "tensor": torch.tensor}
        for code in (*step.codes(Role.SETUP), step.codes(Role.SOLUTION)[0]):
            exec(code.source, names)
        written = _as_written(eval(EXAMPLES[step.id], names).tolist())
        assert written in " ".join(" ".join(block.text for block in step.blocks if isinstance(block, Prose)).split())
