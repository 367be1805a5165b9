"""The lesson indexing: right answers that no author thought of pass, wrong ones are told what they did."""

from __future__ import annotations

import pytest

from tests.tutor.trying import each, tried, unanswered

RIGHT = {
    "weekend": [
        "weekend = sales[:, [5, 6]]",
        "weekend = torch.stack([row[5:] for row in sales])",
        "weekend = sales.split([5, 2], dim=1)[1].double()",
        "weekend = sales.index_select(1, torch.tensor([5, 6]))",
        "weekend = sales.narrow(1, 5, 2)",
        "weekend = sales[0:2, 5:7].clone()",
    ],
    "broken-gauge": [
        "for day in range(3):\n    rain[1, day] = -1\nrain[0, -1] = 4",
        "rain[1, :].fill_(-1)\nrain[0][2] = 4",
        "rain[0, 2] += 4\nrain[1] = torch.tensor([-1, -1, -1])",
        "row = rain[1]\nrow[:] = -1\nrain[..., 2][0] = 4",
        "rain[torch.tensor([False, True, False])] = -1\nrain[[0], [2]] = 4",
    ],
    "thermometer": [
        "good = readings[readings.abs() < 50]\nreadings[readings.abs() >= 50] = 0",
        "good = torch.masked_select(readings, (readings > -50) & (readings < 50))\n"
        "readings = torch.where((readings > -50) & (readings < 50), readings, 0.0)",
        "good = torch.tensor([each.item() for each in readings if -50 < each < 50])\n"
        "for place in range(6):\n    if not -50 < readings[place] < 50:\n        readings[place] = 0",
        "good = readings[[0, 2, 4]]\nreadings[[1, 3, 5]] = 0",
        "m = readings.gt(-50).logical_and(readings.lt(50))\ngood = readings[m].double()\nreadings *= m",
        "bad = (readings == -99) | (readings == 61)\ngood = readings[~bad]\nreadings.masked_fill_(bad, 0)",
    ],
    "quiz": [
        "points = scores[torch.arange(3), chosen]",
        "points = torch.tensor([row[place] for row, place in zip(scores, chosen)])",
        "points = scores.take_along_dim(chosen[:, None], dim=1).flatten()",
        "points = scores[:, chosen].diagonal()",
        "points = torch.stack([scores[0, 2], scores[1, 3], scores[2, 0]]).float()",
        "points = (F.one_hot(chosen, 4) * scores).sum(dim=1)",
    ],
    "wet-days": [
        "wet = week[week >= 5]\ndays = (week >= 5).nonzero()\ncounted = week.clone()\ncounted[week <= 4] = 0",
        "mask = week > 4\nwet = week[mask].float()\ndays = torch.argwhere(mask)\ncounted = week * mask",
        "wet = week[week.gt(4)]\ndays = torch.where(week > 4)[0][:, None]\ncounted = week.masked_fill(week <= 4, 0)",
        "wet = torch.tensor([each for each in week if each > 4])\n"
        "days = torch.tensor([[place] for place, each in enumerate(week) if each > 4])\n"
        "counted = torch.tensor([each if each > 4 else 0 for each in week])",
    ],
    "most-rides": [
        "most, peak = rides.max(dim=1, keepdim=True)\nends = rides[:, ::2]",
        "peak = rides.argmax(1).reshape(2, 1)\nmost = rides[[0, 1], peak[:, 0]][:, None]\n"
        "ends = torch.stack([rides[:, 0], rides[:, 2]], dim=1)",
        "peak = torch.tensor([[row.tolist().index(max(row))] for row in rides])\n"
        "most = torch.tensor([[max(row)] for row in rides.tolist()])\nends = rides[:, [0, -1]].double()",
        "peak = rides.sort(dim=1, descending=True).indices[:, :1]\nmost = rides.amax(dim=1, keepdim=True)\n"
        "ends = rides.take_along_dim(torch.tensor([[0, 2]]), dim=1)",
    ],
    "lost-change": [
        "visits[:, 3][[0, 2]] = 0",
        "visits[0, 3] = 0\nvisits[2, 3] = 0",
        "for museum in (0, 2):\n    visits[museum][-1] = 0",
        "visits[::2][:, 3] = 0",
        "visits[[0, 2], -1:] = 0",
        "last = visits[:, 3]\nlast[[0, 2]] = 0",
        "visits[torch.tensor([True, False, True]), 3] = 0",
        "visits = visits.double()\nvisits[[0, 2], 3] = 0",
    ],
    "houses": [
        "inputs = houses[:, [0, 1]]\nprices = houses[:, 2][:, None]\n"
        "table = torch.hstack([torch.ones_like(prices), inputs])",
        "prices = houses[..., -1:]\ninputs = houses[..., :-1].double()\n"
        "table = torch.cat((torch.ones(4, 1), inputs), 1)",
        "a, b, prices = houses.chunk(3, dim=1)\ninputs = torch.cat([a, b], dim=1)\n"
        "table = torch.cat([torch.full((4, 1), 1), a, b], dim=-1)",
        "inputs, prices = torch.split(houses, [2, 1], 1)\n"
        "table = torch.stack([torch.tensor([1.0, *row]) for row in inputs.tolist()])",
        "inputs = torch.zeros(4, 2)\nprices = torch.zeros(4, 1)\nfor row in range(4):\n"
        "    inputs[row] = houses[row, :2]\n    prices[row, 0] = houses[row, 2]\n"
        "table = F.pad(inputs, (1, 0), value=1.0)",
    ],
}

WRONG = {
    "weekend": [
        ("weekend = sales[-2:]", "about the rows"),
        ("weekend = sales[5:]", "nothing is left from row 5 on"),
        ("weekend = sales[:, 5]", "single day"),
        ("weekend = sales[:, -2:-1]", "Saturday alone"),
        ("weekend = sales[:, 4:6]", "Friday and Saturday"),
        ("weekend = sales[0, 5:]", "the weekend of one shop"),
        ("weekend = sales[:, 5:].T", "Days are rows here"),
    ],
    "broken-gauge": [
        ("rain[:, 1] = -1\nrain[0, 2] = 4", "That filled a column"),
        ("rain[:, 1] = -1", "filled a column"),
        ("rain[2] = -1\nrain[0, 2] = 4", "2 is the third town"),
        ("rain[1] = -1\nrain[2, 0] = 4", "The row is right"),
        ("rain[1] = -1", "still to come"),
        ("rain[1] = 0\nrain[0, 2] = 4", "has 0 at [1, 0]"),
        ("rain = rain[1]", "(3,)"),
    ],
    "thermometer": [
        ("good = readings[readings > -50]", "61 is still among them"),
        ("good = torch.tensor([12.5, 14.0, 13.5])\nreadings[readings.abs() > 50] = 0", "typed in as numbers"),
        ("good = (readings > -50) & (readings < 50)", "the mask itself"),
        ("good = readings[(readings > -50) | (readings < 50)]", "Both must hold"),
        ("good = readings[(readings > -50) and (readings < 50)]", "a single yes or no"),
        ("good = torch.where((readings > -50) & (readings < 50), readings, 0.0)", "zeros in the places of the others"),
        ("readings[readings.abs() > 50] = 0\ngood = readings[readings.abs() < 50]", "zeros among the good"),
        ("good = readings[readings.abs() < 50]\nreadings[readings < -50] = 0", "61 is above 50"),
    ],
    "quiz": [
        ("points = scores[:, chosen]", "a table of nine"),
        ("points = scores[chosen]", "there is no row 3"),
        ("points = scores[chosen, [0, 1, 2]]", "there is no row 3"),
        ("points = scores.gather(1, chosen[:, None])", "a table of one column"),
        ("points = scores.amax(dim=1)", "the most that each question"),
        ("points = [5, 3, 2]", "is a list"),
    ],
    "wet-days": [
        ("wet = week > 4", "the mask itself"),
        ("wet = torch.masked_select(week, week == 0)", "from the example"),
        ("wet = week[week > 4]\ndays = torch.nonzero(wet)", "Ask the mask"),
        ("wet = week[week > 4]\ndays = torch.nonzero(week > 4).squeeze()", "a row for each place"),
        ("wet = week[week > 4]\ndays = torch.nonzero(week > 4)\ncounted = torch.where(week > 4, 0, week)", "other way"),
        ("wet = torch.tensor([7, 12, 5])\ndays = torch.nonzero(week > 4)\ncounted = week * (week > 4)", "typed in"),
        (
            "wet = week[week > 4]\ndays = torch.nonzero(week > 4)\nweek[week <= 4] = 0\ncounted = week",
            "zeros into `week`",
        ),
    ],
    "most-rides": [
        ("peak = rides.argmax(dim=0, keepdim=True)", "once for each time of day"),
        ("peak = rides.argmax(dim=1)", "keepdim=True leaves them in a column"),
        ("peak = rides.argmax(dim=1)\nmost = rides.take_along_dim(peak, dim=1)", "as many dims in the places"),
        ("peak = rides.argmax(dim=1, keepdim=True)\nmost = rides[:, peak]", "all the places of `peak`"),
        ("most, peak = rides.max(dim=1, keepdim=True)\nends = rides[:, 0:2]", "morning and noon"),
        ("most, peak = rides.max(dim=1, keepdim=True)\nends = rides[0, 2]", "a single number"),
        ("peak = rides.argmax(dim=1, keepdim=True)\nmost = rides.take_along_dim(busiest, dim=1)", "places in `visits`"),
        ("most, peak = rides.max(dim=1, keepdim=True)\nends = torch.tensor([[12, 31], [25, 18]])", "typed in"),
    ],
    "lost-change": [
        ("visits[[0, 2]][:, 3] = 0", "Nothing has changed"),
        ("visits[0:2, 3] = 0", "rows 0 and 1"),
        ("visits[:, 3] = 0", "whole column"),
        ("visits[[0, 2]] = 0", "emptied both rows"),
        ("visits = visits[[0, 2]]", "(2, 4)"),
        ("visits[[0, 2], :3] = 0", "the first three days"),
    ],
    "houses": [
        ("inputs = houses[:, :2]\nprices = houses[:, 2]", "row of four"),
        ("inputs = houses[:2]\nprices = houses[:, 2:]\ntable = torch.cat([inputs, inputs])", "the first two rows"),
        ("inputs, prices = houses.split([2, 1])", "Say dim=1"),
        ("inputs, prices = houses.split(2, dim=1)\ntable = torch.cat([inputs, torch.ones(4, 1)], dim=1)", "ones first"),
        (
            "inputs, prices = houses.split(2, dim=1)\ntable = torch.cat([torch.zeros(4, 1), inputs], dim=1)",
            "These are zeros",
        ),
        ("inputs, prices = houses.split(2, dim=1)\ntable = torch.ones(4, 1) + inputs", "(4, 2)"),
        ("inputs, prices = houses.chunk(2, dim=0)\ntable = torch.cat([inputs, prices])", "(2, 3)"),
    ],
}


@pytest.mark.parametrize(("step", "source"), each(RIGHT))
def test_right_answers_of_other_kinds_pass(step: str, source: str) -> None:
    passed, told = tried("indexing", step, source)
    assert passed, told


@pytest.mark.parametrize(("step", "answer"), each(WRONG))
def test_wrong_answers_are_told_what_they_did(step: str, answer: tuple[str, str]) -> None:
    source, said = answer
    passed, told = tried("indexing", step, source)
    assert not passed
    assert said in told


def test_no_task_is_left_out() -> None:
    assert unanswered("indexing", RIGHT, 3) == unanswered("indexing", WRONG, 3) == set()
