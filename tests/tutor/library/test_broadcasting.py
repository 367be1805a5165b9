"""The lesson broadcasting: right answers that no author thought of pass, wrong ones are told what they did."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import mse_loss

from tests.lessons.playing import play
from tests.tutor.trying import each, tried, unanswered

RIGHT = {
    "gauges": [
        "corrected = rain - too_much.unsqueeze(1)",
        "corrected = (rain.T - too_much).T",
        "corrected = torch.stack([row - less for row, less in zip(rain, too_much)])",
        "corrected = rain.double()\nfor gauge in range(3):\n    corrected[gauge] -= too_much[gauge]",
        "corrected = rain - too_much.view(-1, 1).expand(3, 4)",
        "corrected = rain - torch.tensor([[1], [0], [2]])",
    ],
    "times-table": [
        "table = torch.outer(numbers, numbers)",
        "table = numbers[:, None] @ numbers[None, :]",
        "table = torch.stack([numbers * number for number in numbers])",
        "table = torch.tensor([[row * column for column in range(1, 10)] for row in range(1, 10)]).float()",
        "table = numbers.expand(9, 9) * numbers.reshape(9, 1)",
        "table = numbers.expand(9, 9).cumsum(dim=0)",
    ],
    "square-table": [
        "centred = (scores.T - scores.mean(dim=1)).T",
        "centred = torch.stack([row - row.mean() for row in scores])",
        "centred = scores - scores.sum(1, keepdim=True) / 3",
        "centred = scores.double() - scores.double().mean(-1).unsqueeze(-1)",
        'centred = scores - torch.einsum("ij->i", scores).reshape(3, 1) / scores.shape[1]',
    ],
    "lighthouses": [
        "distances = torch.cdist(lights, lights)",
        "apart = lights[:, None] - lights[None]\ndistances = apart.norm(dim=-1)",
        "x, y = lights.T\ndistances = torch.hypot(x[:, None] - x, y[:, None] - y)",
        "distances = torch.zeros(4, 4)\nfor one in range(4):\n    for other in range(4):\n"
        "        distances[one, other] = (lights[one] - lights[other]).pow(2).sum().sqrt()",
        "apart = (lights[:, None] - lights).double()\ndistances = (apart * apart).sum(-1) ** 0.5",
    ],
    "accuracy": [
        "accuracy = (predicted.squeeze() == target).float().mean()",
        "right = predicted.T == target\naccuracy = right.float().mean()",
        "accuracy = (predicted == target).diagonal().float().mean()",
        "accuracy = sum(p == t for p, t in zip(predicted, target)).item() / 20",
        "accuracy = 1 - (predicted.flatten() - target).abs().double().mean()",
        "right = predicted.reshape(20) == target\naccuracy = right.sum() / right.numel()",
    ],
}

WRONG = {
    "gauges": [
        ("corrected = rain - too_much", "meets the four days"),
        ("corrected = rain - too_much[None, :]", "in front makes a row"),
        ("corrected = rain - too_much.t()", "no columns to transpose"),
        ("corrected = rain + too_much[:, None]", "Subtract it"),
        ("corrected = rain - too_much.sum()", "sum of all three"),
        ("corrected = rain.T - too_much", "as columns now"),
        ("rain -= too_much[:, None]", "Give it the name `corrected`"),
        (
            "corrected = torch.tensor([[3, 5, 0, 4], [5, 8, 5, 0], [2, 8, 6, 1]])",
            "typed in as numbers",
        ),
    ],
    "times-table": [
        ("table = numbers * numbers", "these are the squares"),
        ("table = numbers**2", "the diagonal of the table"),
        ("table = numbers[:, None] + numbers", "These are sums"),
        ("table = numbers[:, None] * numbers[:, None]", "Both are columns"),
        ("table = numbers.expand(9, 9)", "nine times over"),
        ("table = torch.arange(9)[:, None] * torch.arange(9)", "The 0 is among the numbers"),
        ("table = torch.arange(10)[:, None] * torch.arange(10)", "zeros"),
    ],
    "square-table": [
        ("centred = scores - scores.mean(dim=1)", "lie there as a row"),
        ("centred = scores - scores.mean(dim=0)", "the mean of each test"),
        ("centred = scores - scores.mean()", "all nine scores"),
        ("centred = scores - scores.mean(dim=1)[None, :]", "Behind the comma"),
        ("centred = scores - scores.mean(dim=1, keepdim=False)", "keepdim=False drops"),
        ("centred = scores.mean(dim=1, keepdim=True)", "taken off the scores"),
        ("centred = scores - torch.tensor([[2.0], [4.0], [6.0]])", "With other values in `scores`"),
        ("centred = scores - scores.median(dim=1, keepdim=True).values", "That is the median"),
        ("centred = scores - scores[:, 1:2]", "the second test"),
    ],
    "lighthouses": [
        ("distances = ((lights[:, None] - lights) ** 2).sum(dim=2)", "The root is still to come"),
        ("distances = ((lights[:, None] - lights) ** 2).sum(dim=1).sqrt()", "went over the lighthouses"),
        ("distances = ((lights[:, None] - lights) ** 2).sum(dim=0).sqrt()", "went over the lighthouses"),
        ("distances = ((lights[:, None] - lights) ** 2).sum().sqrt()", "all pairs together"),
        ("apart = lights[:, None] - lights\ndistances = apart.sum(dim=2)", "Nothing is squared yet"),
        ("distances = (lights[:, None] - lights).abs().sum(dim=2)", "along streets"),
        ("distances = ((lights - lights) ** 2).sum(dim=1).sqrt()", "taken from itself"),
        ("distances = ((lights - lights[0]) ** 2).sum(dim=1).sqrt()", "the first alone"),
        ("distances = (lights**2).sum(dim=1).sqrt()", "the point (0, 0)"),
    ],
    "accuracy": [
        ("right = predicted == target\naccuracy = right.float().mean()", "still there"),
        ("right = predicted == target\naccuracy = right.sum() / len(target)", "1000 %"),
        ("right = predicted == target[None, :]\naccuracy = right.float().mean()", "changes nothing at the right"),
        ("right = predicted[0] == target\naccuracy = right.float().mean()", "the first row"),
        ("right = predicted[:, 0] == target\naccuracy = right.sum()", "how many were right"),
        ("right = predicted[:, 0] != target\naccuracy = right.float().mean()", "got wrong"),
        ("right = predicted[:, 0] == target\naccuracy = right.float().mean() * 100", "per cent"),
        ("accuracy = 0.9", "typed in as a number"),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("broadcasting", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("broadcasting", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("broadcasting", RIGHT, 3) == unanswered("broadcasting", WRONG, 3) == set()


@pytest.mark.filterwarnings("ignore:Using a target size")
def test_what_the_text_says_of_torch_is_so() -> None:
    price = torch.tensor([3.0, 5.0, 6.0, 8.0])
    predicted = price[:, None]
    assert ((predicted - price) ** 2).mean() == mse_loss(predicted, price) == 6.5
    with pytest.raises(ValueError, match="target size"):
        torch.nn.BCELoss()(predicted / 10, price / 10)
    target = torch.tensor([0, 1] * 10)
    assert (target[:, None] == target).float().mean() == 0.5
    wide = torch.tensor([0, 1, 2]).expand(1000, 3)
    assert wide.stride() == (0, 1)
    with pytest.raises(RuntimeError, match="single memory location"):
        wide += 1
    the_same_for_all = price.mean().expand(4, 1)
    assert ((the_same_for_all - price) ** 2).mean() < ((predicted - price) ** 2).mean()


def test_in_the_square_table_the_mean_is_nothing_else() -> None:
    scores = torch.tensor([[1.0, 1.0, 4.0], [6.0, 3.0, 3.0], [8.0, 8.0, 2.0]])
    means = scores.mean(dim=1)
    assert means.tolist() == [2, 4, 6]
    assert not any(torch.equal(means, other) for other in (*scores.T, scores.median(dim=1).values, scores.mean(dim=0)))


@pytest.mark.parametrize("source", ["corrected = rain - too_much", "rain - too_much"])
def test_nobody_speaks_of_classes_where_it_rains(source: str) -> None:
    played = play("broadcasting/gauges", source)
    assert "class" not in " ".join(played.explained)


def test_what_is_offered_for_a_dim_at_the_wrong_place_is_no_tensor_minus_itself() -> None:
    (explained,) = play(
        "broadcasting/lighthouses", "distances = ((lights[:, :, None] - lights) ** 2).sum(dim=2).sqrt()"
    ).explained
    assert "try" not in explained


@pytest.mark.parametrize("answer", ["error", "an error", "RuntimeError"])
def test_an_error_is_an_answer(answer: str) -> None:
    assert play("broadcasting/too-small", answer).accepted
