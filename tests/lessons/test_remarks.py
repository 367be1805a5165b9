"""A remark is about what was typed last: not about an end that another mistake comes to as well."""

from __future__ import annotations

import pytest

from tests.lessons.playing import play

TRAINING = """w = torch.zeros(2, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for epoch in range(3):
    for X, y in data_iter(10, features, labels):
        loss = squared_loss({prediction}, y)
        loss.backward()
        sgd([w, b], {lr})
    print(squared_loss(features @ w + b, labels))"""
STOPPED = """w = torch.tensor({w}, requires_grad=True)
b = torch.tensor({b}, requires_grad=True)
for epoch in range({rounds}):
    loss = squared_loss(w * distance + b, price)
    loss.backward()
    sgd([w, b], {lr})
    if {rule}:
        break"""


def training(prediction: str = "X @ w + b", lr: str = "0.03") -> str:
    return TRAINING.format(prediction=prediction, lr=lr)


def stopped(
    rule: str = "epoch % 20 == 0 and loss < 1",
    *,
    w: str = "2.2844",
    b: str = "0.0",
    rounds: int = 1000,
    lr: str = "0.05",
) -> str:
    return STOPPED.format(rule=rule, w=w, b=b, rounds=rounds, lr=lr)


@pytest.mark.parametrize(
    ("step", "inputs", "untrue"),
    [
        ("regression/train", [training("features @ w + b")], "wrong way round"),
        ("regression/train", [training("X @ features + b")], "wrong way round"),
        ("regression/train", [training("X * w + b")], "wrong way round"),
        ("regression/train", [training(lr="0.01")], "nan"),
        ("regression/stopped-early", [stopped(), stopped("loss < 0.5", rounds=100)], "still a loss below 1"),
        ("regression/stopped-early", [stopped(), stopped("loss < 0", rounds=50)], "still a loss below 1"),
        ("regression/stopped-early", [stopped(), stopped("loss < 0", lr="0.1")], "still a loss below 1"),
        ("regression/stopped-early", [stopped(), stopped(w="2.071", b="4.803", rounds=0)], "still a loss below 1"),
        ("regression/stopped-early", [stopped("abs(loss - 2) < 0.1", lr="0.02")], "learning rate is too large"),
        ("regression/stopped-early", [stopped("epoch % 100 == 1 and loss < 2", lr="0.01")], "100 rounds"),
        ("indexing/broken-gauge", ["rain[2] = -1\nrain[0, 3] = 4", "rain[0, 2] = 4", "rain[1,:] = -1"], "slice from 1"),
        ("indexing/broken-gauge", ["rain[-1] = -1", "rain[0, 2] = 4", "rain[1, :] = -1"], "slice from 1"),
        ("indexing/broken-gauge", ["rain[0, 2] = 4\nrain[1, 1] = 7\nrain[1, 0] = -1"], "[1, :1]"),
        ("indexing/broken-gauge", ["rain[1] == -1", "rain[1] = -1"], "4 was compared"),
        ("indexing/broken-gauge", ["town = 0\nrain[town, 2] = 4"], "only gives that name"),
        ("indexing/lost-change", ["last = visits[2].clone()\nlast[3] = 0"], "[[0, 2]]"),
        (
            "indexing/thermometer",
            ["good = readings[(readings > -50) & (readings < 50)]\nreadings[readings > 100] = 0"],
            "at once",
        ),
        ("indexing/thermometer", ["good = readings[bool(readings > -50)]"], "means two comparisons"),
        ("indexing/quiz", ["points = scores[[0, 1, 2], chosen].max()"], "most that each question"),
        ("indexing/quiz", ["points = scores[0, :]"], "one column"),
        ("indexing/weekend", ["weekend = sales[[0, 1], [6, 7]]"], "has two rows, 0 and 1"),
        ("indexing/weekend", ["weekend = sales[0:2, :]"], "One slice is about the rows"),
        ("creation/price-list", ["prices = torch.tensor([[3, 4, 5], [6, 7, 8]]).to(device)"], ".float()"),
        ("creation/one-price", ["price = torch.full((2, 3), 2)"], "of 2.5"),
        ("creation/one-price", ["price = torch.full_like(stock.float(), 2)"], "comes too late"),
        ("creation/leap-years", ["years = torch.arange(2000, 2025, -4)"], "in this order"),
        (
            "creation/live-and-saved",
            ["live = torch.from_numpy(readings) * 1\nsaved = torch.tensor(readings)"],
            "always",
        ),
        (
            "autograd/downhill",
            ["w = torch.tensor(1.0)\nwith torch.no_grad():\n    w.sub_(0.1)\n(w * w).backward()"],
            "no_grad",
        ),
        (
            "autograd-more/second-derivative",
            ["y = torch.tensor(2.0, requires_grad=True) ** 3\nfirst = torch.autograd.grad(y, x)[0]"],
            "comes first",
        ),
        (
            "autograd/your-own",
            ["x = torch.tensor(2.0)\nx.requires_grad = True\ny = torch.tensor(10.0)\ny.backward()"],
            "before",
        ),
        (
            "regression/squared-loss",
            ["def squared_loss(predicted, price):\n    return (predicted - price).sum()"],
            "of the prompt",
        ),
        (
            "regression/sgd",
            ["def sgd(params, lr):\n    with torch.no_grad():\n        for w in params:\n            w -= lr * w.grad"],
            "themselves",
        ),
    ],
)
def test_nothing_is_said_of_what_was_not_typed(step: str, inputs: list[str], untrue: str) -> None:
    played = play(step, inputs)
    assert not played.accepted
    assert untrue not in (played.said[-1] if played.said else "")


@pytest.mark.parametrize(
    ("step", "inputs", "said"),
    [
        ("regression/train", [training("w @ X + b")], "wrong way round"),
        ("regression/train", [training("X * w + b")], "number by number"),
        ("regression/train", [training(lr="3")], "end in nan"),
        ("regression/stopped-early", [stopped(), stopped("1 > loss", lr="0.04")], "still a loss below 1"),
        ("regression/stopped-early", [stopped(), stopped("epoch % 20 == 0 and loss < 0.5")], "below 0.5"),
        ("indexing/broken-gauge", ["rain[1:] = -1\nrain[0, 2] = 4"], "slice from 1 on"),
        ("indexing/broken-gauge", ["rain[1] = -1", "rain[0, 2] == 4"], "=="),
        (
            "creation/price-list",
            ["prices = torch.tensor([[3, 4, 5], [6, 7, 8]])\nprices.float()"],
            "Give that the name",
        ),
    ],
)
def test_what_was_typed_is_known(step: str, inputs: list[str], said: str) -> None:
    assert said in play(step, inputs).said[-1]


ROUND = """w = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(1.0, requires_grad=True)
loss = ((w * distance + b - price) ** 2 / 2).mean()
loss.backward()
with torch.no_grad():
    {step}
w.grad = None
b.grad = None"""
ZEROS = "w = torch.tensor(0.0, requires_grad=True)\nb = torch.tensor(0.0, requires_grad=True)\n"
LOOP = """{head}    {loss}
    with torch.no_grad():
        {step}
    w.grad = None
    b.grad = None"""
BOTH = "w -= 0.1 * w.grad; b -= 0.1 * b.grad"
MEAN = "loss = ((w * distance + b - price) ** 2 / 2).mean(); loss.backward()"


def loop(step: str = BOTH, loss: str = MEAN, head: str = "for epoch in range(300):\n") -> str:
    return LOOP.format(head=head, loss=loss, step=step)


UPHILL = ROUND.format(step="w += 0.1 * w.grad; b -= 0.1 * b.grad")


@pytest.mark.parametrize(
    ("step", "inputs", "untrue"),
    [
        ("regression/five-parts", [UPHILL, "w = 3"], "w - ..."),
        ("regression/five-parts", [UPHILL, "w = torch.tensor(3.0)"], "w - ..."),
        ("regression/five-parts", [UPHILL, "w=4."], "no_grad"),
        (
            "regression/loop",
            [ZEROS + loop(head="for epoch in range(30):\n"), "w = torch.tensor(0.0, requires_grad=True)"],
            "Only",
        ),
        (
            "regression/loop",
            [ZEROS + loop(head="for epoch in range(30):\n"), "b = torch.tensor(0.0, requires_grad=True)"],
            "Only",
        ),
        ("regression/loop", [ZEROS + loop("w = 0.1 * w.grad; b = 0.1 * b.grad")], "w - ..."),
        ("regression/loop", [ZEROS + loop("w = 0.1 * w.grad; b -= 0.1 * b.grad")], "w - ..."),
    ],
)
def test_parts_that_were_not_typed_are_not_spoken_of(step: str, inputs: list[str], untrue: str) -> None:
    played = play(step, inputs)
    assert not played.accepted
    assert untrue not in (played.said[-1] if played.said else "")


@pytest.mark.parametrize(
    ("step", "inputs", "untrue"),
    [
        ("regression/stopped-early", [stopped(), "w = torch.tensor(2.2844, requires_grad=True)"], "rule"),
        ("regression/stopped-early", [stopped(), "b = torch.tensor(0.0, requires_grad=True)"], "rule"),
        ("regression/stopped-early", [stopped("loss < 0", lr="0.1"), "w = 2.071"], "learning rate"),
        ("regression/stopped-early", [stopped("loss < 0", lr="0.1"), "w = 2.071", "w -= 0.2"], "learning rate"),
        ("regression/loop", [ZEROS + loop("w -= 0.1 * w.grad"), "w = torch.tensor(1.0, requires_grad=True)"], "Only"),
    ],
)
def test_the_run_before_is_no_cause_of_what_was_made_anew(step: str, inputs: list[str], untrue: str) -> None:
    played = play(step, inputs)
    assert not played.accepted
    first = play(step, inputs[:1]).said
    assert untrue in first[-1]
    assert not any(untrue in each for each in played.said[len(first) :])


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ([ZEROS + loop("w -= 0.1 * w.grad")], "Only `w` makes its step."),
        ([ZEROS + loop("b -= 0.1 * b.grad")], "Only `b` makes its step."),
        ([ZEROS + loop("w = 0.1 * w.grad; b = 0.1 * b.grad")], "in the place of `w`"),
        ([ZEROS + loop("w = w - 0.1 * w.grad; b = b - 0.1 * b.grad")], "`w = w - ...` under torch.no_grad()"),
        (
            [ZEROS + loop(loss="loss = (w * distance + b - price) ** 2 / 2; loss.backward()")],
            "The loss holds four numbers",
        ),
        (
            [ZEROS + loop(loss="loss = (w * distance + b - price) ** 2 / 2; loss.sum().backward()")],
            "four times as large as the mean",
        ),
    ],
)
def test_what_the_loop_has_is_known(inputs: list[str], said: str) -> None:
    assert said in play("regression/loop", inputs).said[-1]


ENDLESS = "n = 0\n" + loop(BOTH, MEAN + "; n += 1\n    if n > 400: raise KeyboardInterrupt", "while True:\n")


@pytest.mark.parametrize("then", [[], ["w"], ["w, b"], ["x = 1"]])
def test_a_loop_that_was_stopped_is_no_answer(then: list[str]) -> None:
    played = play("regression/loop", [ZEROS + ENDLESS, *then])
    assert not played.accepted
    assert played.advice[0] == "It was stopped before it ended, and so it is not checked."
    assert play("regression/loop", [ZEROS + ENDLESS, *then, ZEROS + loop()]).accepted


@pytest.mark.parametrize(
    ("answer", "said"),
    [("20", "without its sign"), ("-20", "That is the gradient. A tenth"), ("-1", "Look at the sign")],
)
def test_a_sign_is_not_lost(answer: str, said: str) -> None:
    assert said in play("regression/step", answer).words


@pytest.mark.parametrize(
    ("step", "inputs"),
    [
        ("linalg/price-lists", ["takings == sold @ prices.T"]),
        ("linalg/price-lists", ["takings = sold @ prices", "takings == sold @ prices.T"]),
        ("start/play", ["mine == torch.ones(2, 3)"]),
        ("data/ragged", ["batch == pad(walks)"]),
    ],
)
def test_a_comparison_in_the_place_of_an_assignment(step: str, inputs: list[str]) -> None:
    name = inputs[-1].split()[0]
    said = f"== asks whether two values are equal. To give a value to the name `{name}`, write one =."
    assert play(step, inputs).said[-1] == said


@pytest.mark.parametrize("typed", ["week == 0", "week == torch.tensor(0)", "week.eq(0)"])
def test_what_the_step_only_reads_may_be_compared(typed: str) -> None:
    assert play("indexing/wet-days", [typed]).said == ()


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        ("[1, 2]", "is a list; this step wants a tensor. torch.tensor makes one of it."),
        ("'three'", "is a str; this step wants a tensor."),
        ("3", "is an int; this step wants a tensor."),
        ("2.5", "is a float; this step wants a tensor."),
        ("rows", "is a list; this step wants a tensor."),
        ("None", "gives None, and no value: look at the return of the function."),
    ],
)
def test_what_a_function_gives_in_the_place_of_a_table(gives: str, said: str) -> None:
    played = play("data/ragged", [f"def pad(rows):\n    return {gives}"])
    assert played.said[-1].startswith("`pad(")
    assert played.said[-1].endswith(said)


@pytest.mark.parametrize("gives", ["[1, 2]", "'three'"])
def test_what_a_function_gives_in_the_place_of_a_number(gives: str) -> None:
    played = play("autograd-more/falling-stone", [f"def speed(t):\n    return {gives}"])
    assert played.said[-1].endswith("this step wants a number.")


@pytest.mark.parametrize(
    ("step", "inputs", "name"),
    [
        ("start/fill-in", ["torch = 3", "prices = torch.tensor([[2.5, 4], [3, 3.5]])"], "torch"),
        ("linalg/two-bills", ["paid = paid.reshape(1, 2)", "price = torch.linalg.solve(bills.float(), paid)"], "paid"),
        ("data/ragged", ["walks = 3", "batch = next(iter(DataLoader(walks, batch_size=3)))"], "walks"),
        ("indexing/most-rides", ["rides = rides.tolist()", "peak = rides.argmax(dim=1, keepdim=True)"], "rides"),
    ],
)
def test_an_earlier_line_that_is_the_cause_of_an_error_is_named(step: str, inputs: list[str], name: str) -> None:
    advice = play(step, inputs).advice
    assert f"Since your line `{inputs[0]}`, `{name}` is not what the step began with." in advice
    assert f"%redo gives `{name}` back as the step began." in advice


def test_a_function_is_not_computed_anew_for_a_name_that_it_reads() -> None:
    forecast = "def forecast(path, days):\n    return make()(features_of(days))"
    made = "def make():\n    return nn.Linear(3, 1)"
    assert "compute it again" not in play("capstone/all", [forecast, made]).words
    assert "compute it again" not in play("capstone/all", [forecast, f"{made}\nnet = make()"]).words


LOAD = "def load(path):\n    made = network()\n    made.load_state_dict(torch.load(path))\n    return made.eval()"


def test_a_given_name_that_is_gone_is_named_where_a_function_comes_to_it() -> None:
    played = play("capstone/load", ["nn = 3", LOAD])
    assert played.words.startswith("`load(")
    assert "Since your line `nn = 3`, `nn` is not what the step began with." in played.advice
    unread = play("capstone/load", ["F = 3", LOAD.replace(".eval()", "")])
    assert not any("Since your line" in each for each in unread.advice)


def test_where_nothing_was_given_away_no_line_is_named() -> None:
    played = play("linalg/two-bills", ["x = paid * 2", "price = torch.linalg.solve(bills, paid)"])
    assert not any("Since your line" in each for each in played.advice)


def test_a_value_that_is_amiss_is_told_where_a_line_with_it_fails() -> None:
    played = play("indexing/most-rides", ["peak = rides", "most = rides.take_along_dim(peak + 3, dim=1)"])
    assert "`peak` is shape (2, 3); this step wants (2, 1)." in played.words


def test_a_value_of_which_nothing_is_known_gets_a_word_on_what_is_missing() -> None:
    inputs = ["x = torch.tensor(2, requires_grad=True)", "y = torch.tensor(48.0, requires_grad=True)"]
    assert play("autograd/your-own", inputs).said[-1] == "`y` is 48.0; this step wants 10.0."


CUT = [
    "order = torch.randperm(100)\ntrain, valid = order[:80], order[:20]",
    "train_km, train_price = km[train], price[train]\nvalid_km, valid_price = km[valid], price[valid]",
]


def test_what_was_computed_before_a_mend_is_not_called_right() -> None:
    played = play("data/keep-some-back", [*CUT, "train, valid = order[:80], order[80:]"])
    names = "`train_km`, `train_price`, `valid_km` and `valid_price`"
    assert played.said[-1] == f"{names} still hold what was computed before this line: compute them again."
    again = CUT[1].split("\n")
    played = play("data/keep-some-back", [*CUT, "train, valid = order[:80], order[80:]", again[0]])
    assert "Two draws" not in played.words
    assert "are right now" not in played.words
    assert play("data/keep-some-back", [*CUT, "train, valid = order[:80], order[80:]", *again]).accepted


def test_a_function_holds_nothing_that_was_computed_before() -> None:
    played = play(
        "logistic/chance", ["to_chance = lambda score: 1 / 1 + torch.exp(-score)", "score = torch.tensor(2.0)"]
    )
    assert "computed before" not in played.words


def test_words_on_an_overwritten_attempt_are_not_said_again() -> None:
    walks = ["path = walk(lambda p: torch.optim.SGD(p, lr=0.05))\nheight(path[-1])"]
    walks += ["path = walk(lambda p: torch.optim.RMSprop(p, lr=0.15))", "height(path[-1])"]
    said = play("optim/faster", walks).said
    assert said[0].startswith("Plain SGD does not get there")
    assert not said[-1].startswith("Plain SGD")
