"""Checks that want a computation: functions on other arguments, lines on other data, numbers that are printed."""

from __future__ import annotations

import pytest

from tests.lessons.playing import play
from tests.tutor.lessons import FRONT, Player, feedback, lesson


def task(check: str, solution: str, setup: str = "") -> Player:
    """A player at a task with that check."""
    text = FRONT + "## Do\n<!-- step: doing task -->\nDo it.\n"
    text += f"```python setup\n{setup}\n```\n" if setup else ""
    text += "<details><summary>Hint</summary>No.</details>\n\n"
    text += f"```python check\n{check}\n```\n```python solution\n{solution}\n```\n"
    player = Player(lesson(text))
    player.begin()
    return player


def passes(player: Player, *inputs: str) -> bool:
    for each in inputs:
        player.type(each)
    return player.run.mode == "continue"


def said(player: Player, *inputs: str) -> str:
    return " ".join(text for each in inputs for _, text in feedback(player.type(each)))


SGD = """\
def leaf(values, slopes):
    made = torch.tensor(values, requires_grad=True)
    made.grad = torch.tensor(slopes)
    return made

def right(params, lr):
    for param in params:
        with torch.no_grad():
            param -= lr * param.grad
        param.grad = None

function("sgd", right, [([leaf([1.0, 2.0], [3.0, -4.0]), leaf(5.0, 0.5)], 0.3)], in_place=True, hides=("w", "b"))
"""
STEP = "def sgd(params, lr):\n    with torch.no_grad():\n        for param in params:\n            "


@pytest.mark.parametrize(
    "body",
    [
        "param -= lr * param.grad\n            param.grad = None",
        "param.sub_(lr * param.grad)\n            param.grad.zero_()",
        "param.copy_(param - lr * param.grad); param.grad *= 0",
    ],
)
def test_a_function_that_works_in_place(body: str) -> None:
    assert passes(task(SGD, STEP + body, "w = b = torch.ones(1)"), STEP + body)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            "param -= 0.1 * param.grad\n            param.grad = None",
            "tensor 1 is [0.7, 2.4]; this step wants [0.1, 3.2]",
        ),
        ("param -= lr * param.grad", "the gradient of tensor 1 is still there"),
        ("w.sub_(lr * param.grad); param.grad = None", "`sgd` uses `w`, which stands outside of it"),
        (
            "param = param - lr * param.grad",
            "tensor 1 is still what it was before; this step wants it changed in place",
        ),
        (
            "param -= lr * param.grad\n            param.grad = None\n            break",
            "tensor 2 is still what it was before",
        ),
    ],
)
def test_a_function_that_does_not_do_it_for_all_it_is_given(body: str, why: str) -> None:
    player = task(SGD, "pass", "w = b = torch.ones(1)")
    assert why in said(player, STEP + body)
    assert player.session.namespace["w"].tolist() == [1.0]  # what was hidden is there again, untouched


LOSS = """\
one = torch.tensor([[1.0], [3.0]], requires_grad=True)
function("loss", lambda p, a: ((p.reshape(-1) - a) ** 2).mean(), [(one, torch.tensor([0.0, 1.0]))], gradient=True)
"""


def test_a_loss_carries_its_gradient() -> None:
    right = "def loss(p, a):\n    return ((p.reshape(a.shape) - a) ** 2).sum() / len(a)"
    assert passes(task(LOSS, right), right)
    cut = "def loss(p, a):\n    return ((p.reshape(-1) - a) ** 2).mean()"
    assert "cut off from the graph" in said(task(LOSS, right), cut + ".item()")
    assert "cut off from the graph" in said(task(LOSS, right), cut + ".detach()")
    half = "def loss(p, a):\n    p = p.reshape(-1)\n    return ((p - a) * (p.detach() - a)).mean()"
    assert "The gradient of `loss" in said(task(LOSS, right), half)
    other = "def loss(p, a):\n    return ((p.reshape(-1) - a) ** 2).mean().detach().requires_grad_()"
    assert "does not reach its arguments" in said(task(LOSS, right), other)


PAIRS = """\
def rows_of(rides):
    return [number for i in range(len(rides)) for number in rides[i]]

function("Rides", lambda km, fee: list(zip(km, fee)), [([2.0, 4.0], [7.0, 9.0])], hides=("km",), through=rows_of)
"""
CLASS = """\
class Rides:
    def __init__(self, km, fee):
        self.km, self.fee = km, fee
    def __len__(self):
        return {length}
    def __getitem__(self, i):
        return {row}"""


@pytest.mark.parametrize(
    ("length", "row", "why"),
    [
        ("2", "(self.km[i], self.fee[i])", ""),
        ("len(self.km)", "(km[i], self.fee[i])", "`Rides` uses `km`, which stands outside of it"),
        ("len(self.km)", "(self.km[i], self.fee[0])", "`rows_of(Rides([2.0, 4.0], [7.0, 9.0]))`[3] is 7.0"),
        ("3", "(self.km[i], self.fee[i])", "raises IndexError"),
    ],
)
def test_objects_of_a_class_by_what_comes_out_of_them(length: str, row: str, why: str) -> None:
    right = CLASS.format(length="len(self.km)", row="(self.km[i], self.fee[i])")
    player = task(PAIRS, right, "km = [2.0, 4.0]")
    told = said(player, CLASS.format(length=length, row=row))
    assert (player.run.mode == "continue") is (not why)
    assert why in told


HIDDEN = """\
def mean_error(forecast):
    return (forecast - torch.tensor([2.0, 4.0])).abs().mean()

days = [{"heat": "1"}, {"heat": "2"}]
function("forecast", None, [(days,)], hides=("w",), through=mean_error, below=0.5)
"""
FORECAST = 'def forecast(days):\n    return torch.tensor([{} * float(day["heat"]) for day in days])'


@pytest.mark.parametrize(
    ("factor", "why"),
    [
        ("2", ""),
        ("2.2", ""),
        ("3", "`mean_error(forecast(a list of 2))` is 1.5; this step wants it below 0.5"),
        ("float('nan')", "is nan; this step wants it below 0.5"),
        ("w", "`forecast` uses `w`, which stands outside of it"),
        ("[]", "raises TypeError"),
    ],
)
def test_what_a_function_gives_is_near_enough_on_hidden_data(factor: str, why: str) -> None:
    player = task(HIDDEN, FORECAST.format("2"), "w = 2.0")
    told = said(player, FORECAST.format(factor))
    assert (player.run.mode == "continue") is (not why)
    assert why in told, told


POINTS = 'tensor("points", [5, 3])\ncomputed("points")\nagain({"scores": [[1, 2], [3, 4]]}, {"points": [2, 4]})'
SCORES = "scores = torch.tensor([[1, 5], [2, 3]])"


@pytest.mark.parametrize(
    "typed",
    [
        ["points = scores[:, 1]"],
        ["points = torch.stack([row[1] for row in scores])"],
        ["last = scores[:, -1]", "points = last"],
        ["def column(n):\n    return scores[:, n]", "points = column(1)"],
        ["points = []", "for row in scores:\n    points.append(row[1])", "points = torch.tensor(points)"],
        ["points = nope", "points = scores.T[1]"],
        ["points = scores[5]", "points = scores.T[1].clone()"],
        ["for n in range(3):\n    points = scores[n, 1]", "points = scores.T[1].clone()"],
    ],
)
def test_lines_that_compute(typed: list[str]) -> None:
    assert passes(task(POINTS, "points = scores[:, 1]", SCORES), *typed)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("points = torch.tensor([5, 3])", "typed in as numbers"),
        ("five = 5\npoints = torch.tensor([five, 3]).to(torch.int64)", "typed in as numbers"),
        ("points = torch.ones(2, dtype=torch.int64) * torch.tensor([5, 3])", "With other values in `scores`, `points`"),
        ("points = torch.stack([scores[0, 1], scores[1, 1] * 0 + 3])", "With other values in `scores`, `points`"),
    ],
)
def test_numbers_that_were_typed_in(typed: str, why: str) -> None:
    player = task(POINTS, "points = scores[:, 1]", SCORES)
    assert why in said(player, typed)
    assert player.session.namespace["scores"].tolist() == [[1, 5], [2, 3]]


def test_lines_that_change_their_data_leave_the_learners_alone() -> None:
    check = 'tensor("rain", [9, 2])\nagain({"rain": [4, 5]}, {"rain": [9, 5]})'
    player = task(check, "rain[0] = 9", "rain = torch.tensor([1, 2])")
    assert passes(player, "rain[0] = 9")
    assert player.session.namespace["rain"].tolist() == [9, 2]
    assert not passes(task(check, "rain[0] = 9", "rain = torch.tensor([1, 2])"), "rain += torch.tensor([8, 0])")


def test_a_gradient_on_other_data() -> None:
    check = 'grad("w", 6.0)\nagain({"x": 5.0}, {"w.grad": 10.0})'
    setup = "x, w = torch.tensor(3.0), torch.tensor(1.0, requires_grad=True)"
    assert passes(task(check, "pass", setup), "y = 2 * w * x", "y.backward()")
    assert "With other values in `x`, `w.grad` is 6.0" in said(task(check, "pass", setup), "y = 6 * w", "y.backward()")


def test_what_cannot_be_run_again_is_taken_as_it_is() -> None:
    check = 'tensor("y", [2.0])\nagain({"x": [3.0]}, {"y": [6.0]})'
    player = task(check, "y = x * 2", "x = torch.tensor([1.0])")
    assert passes(
        player, "class Twice:\n    def of(self, x):\n        return x * 2\ntwice = Twice()", "y = twice.of(x)"
    )
    assert passes(task(check, "y = x * 2", "x = torch.tensor([1.0])"), "x = torch.tensor([1.0])\ny = x * 2")
    assert passes(task(check, "y = x * 2", "x = torch.tensor([1.0])"), "assert x[0] == 1\ny = x * 2\nassert y[0] == 2")


def test_lines_that_take_too_long_on_other_data_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptrepl.tutor.check.rerun.RERUN_SECONDS", 0.05)
    check = 'again({"x": [3.0]}, {"y": [6.0]})\ntensor("y", [2.0])'
    setup = "x = torch.tensor([1.0])"
    assert passes(task(check, "y = x * 2", setup), "while x[0] == 3:\n    pass\ny = x * 2")
    assert not passes(task(check, "y = x * 2", setup), "while x[0] == 3:\n    pass\ny = x * 3")


def test_an_object_that_the_lines_make_is_made_anew() -> None:
    check = 'tensor("y", [2.0])\nagain({"x": [3.0]}, {"y": [6.0]})'
    twice = "class Twice:\n    def of(self, x):\n        return %s\ntwice = Twice()\ny = twice.of(x)"
    setup = "x = torch.tensor([1.0])"
    assert passes(task(check, "y = x * 2", setup), twice % "x * 2")
    assert "With other values in `x`" in said(task(check, "y = x * 2", setup), twice % "x * 0 + 2")


GRAD = 'grad("x", 13.0)\ncomputed("x.grad")'


def test_a_gradient_that_was_typed_in() -> None:
    makes = "x = torch.tensor(2.0, requires_grad=True)"
    assert "`x.grad` is right, but typed in" in said(task(GRAD, "pass"), makes, "x.grad = torch.tensor(13.0)")
    assert passes(task(GRAD, "pass"), makes, "(x**3 + x).backward()")
    assert passes(task(GRAD, "pass"), makes, "x.grad, = torch.autograd.grad(x**3 + x, x)")


PRINTS = 'tensor("w", [1.0])\nprints(least=3, falling=True, last=0.0625)'


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("w = torch.ones(1)\nfor n in range(4):\n    print('epoch', n, 'loss', 0.5 ** (n + 1))", ""),
        ("w = torch.ones(1)\nfor n in range(4):\n    print(f'{0.5 ** (n + 1):.2f} after {n}')", ""),
        ("w = torch.ones(1)\nfor n in range(4):\n    print(torch.tensor(0.5 ** (n + 1)))", ""),
        ("w = torch.ones(1)\nfor n in range(4):\n    'a value'\n    print(0.5 ** (n + 1))", ""),
        ("w = torch.ones(1)", "No number was printed"),
        ("w = torch.ones(1)\nprint(0.0625)", "1 line with a number was printed; this step wants 3 or more."),
        ("w = torch.ones(1)\nfor n in range(4):\n    print(1.0)", "holds 1.0; this step wants 0.0625 there"),
        ("w = torch.ones(1)\nfor n in range(4):\n    print(0.0625)", "do not fall"),
        ("w = torch.ones(1)\nfor n in range(4):\n    print(n, 0.5 ** n)\nprint(0.0625)", "cannot be held against one"),
    ],
)
def test_what_was_printed(typed: str, why: str) -> None:
    player = task(PRINTS, "pass")
    told = said(player, typed)
    assert (player.run.mode == "continue") is (not why)
    assert why in told


@pytest.mark.parametrize(
    ("typed", "accepted"),
    [
        (["x.grad = torch.tensor([0.0, 2.0, 4.0, 6.0])", "x.grad.zero_()", "y = (x * x).sum()", "y.backward()"], True),
        (["x.grad = torch.zeros(4)", "y = (x * x).sum()", "y.backward()"], True),
        (["x.grad = torch.tensor([0.0, 0.0, 0.0, 0.0])\n(x * x).sum().backward()"], True),
        (["x.grad = torch.tensor([0.0, 2.0, 4.0, 6.0])"], False),
        (["x.grad[:] = torch.tensor([0.0, 2.0, 4.0, 6.0])"], False),
        (["x.grad.copy_(torch.tensor([0.0, 2.0, 4.0, 6.0]))"], False),
        (["x.grad.data = torch.tensor([0.0, 2.0, 4.0, 6.0])"], False),
    ],
)
def test_a_gradient_is_computed_where_a_backward_pass_wrote_it_last(typed: list[str], accepted: bool) -> None:
    played = play("autograd/clear", typed)
    assert played.accepted is accepted
    assert accepted or "typed in as numbers" in played.words


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("autograd/downhill", "w = torch.tensor(0.64, requires_grad=True)"),
        (
            "regression/sgd",
            "w = torch.tensor([0., 1.], requires_grad=True)\nb = torch.tensor(1.5, requires_grad=True)\n"
            "def sgd(params, lr):\n    with torch.no_grad():\n        for param in params:\n"
            "            param -= lr * param.grad\n            param.grad = None",
        ),
        ("autograd/your-own", "x = torch.tensor(2.0, requires_grad=True)\ny = x**3 + x\nx.grad = torch.tensor(13.0)"),
        ("autograd-more/second-derivative", "second = 6 * x"),
        ("autograd-more/second-derivative", "second = torch.tensor(18.0)"),
        ("indexing/weekend", "weekend = torch.tensor([[20, 15], [12, 0]])"),
        ("indexing/broken-gauge", "rain = torch.tensor([[2, 5, 4], [-1, -1, -1], [2, 8, 5]])"),
    ],
)
def test_what_was_to_be_computed_is_not_taken_where_it_was_typed_in(step: str, typed: str) -> None:
    played = play(step, typed)
    assert not played.accepted
    assert "typed in as" in played.words or "autograd has not computed it" in played.words


@pytest.mark.parametrize(
    ("step", "typed", "said"),
    [
        ("indexing/houses", "prices = houses[:, 2]", "in shape (4,)"),
        ("indexing/houses", "prices = houses[-1]", "`prices` is shape (3,)"),
        ("indexing/thermometer", "readings = 0", "`readings` is an int"),
        ("indexing/thermometer", "readings[readings > 50] = 0", "`readings` is [12.5, -99.0"),
        ("creation/dice", "torch.randint(1, 7, (600,))", "Give it the name `dice`"),
        ("creation/dice", "throws = torch.randint(1, 7, (600,))", "`throws` holds the right value"),
    ],
)
def test_a_wrong_first_line_is_answered_though_another_name_is_missing(step: str, typed: str, said: str) -> None:
    assert said in play(step, typed).words


def test_a_right_first_line_is_not_called_wrong() -> None:
    assert "wants" not in play("indexing/houses", "prices = houses[:, 2:]").words


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("autograd/clear", ["x.grad = 2 * x"]),
        ("autograd/clear", ["x.grad = (2*x).detach()"]),
        ("autograd/clear", ["x.grad = None", "g = x.detach() * 2", "x.grad = g"]),
        ("autograd/clear", ["x.grad.copy_(2 * x.detach())"]),
        ("autograd/clear", ["(x * x).sum().backward()", "x.grad = (2*x).detach()"]),
        ("autograd/your-own", ["x = torch.tensor(2.0, requires_grad=True)", "y = x**3 + x", "x.grad = (3 * x**2 + 1)"]),
        ("autograd/downhill", ["w = torch.tensor(1.0, requires_grad=True)\nwith torch.no_grad():\n    w *= 0.64"]),
        (
            "autograd/downhill",
            [
                "w = torch.tensor(1.0, requires_grad=True)\nfor step in range(2):\n    with torch.no_grad():\n"
                "        w -= 0.1 * 2 * w"
            ],
        ),
        ("autograd-more/second-derivative", ["second = 6*x"]),
        ("autograd-more/second-derivative", ["h = torch.autograd.grad(x*x*x,x)[0]; second = 6*x"]),
    ],
)
def test_a_formula_in_place_of_a_backward_pass_is_not_taken(step: str, typed: list[str]) -> None:
    played = play(step, typed)
    assert not played.accepted


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("autograd/clear", ["x.grad = torch.autograd.grad((x * x).sum(), x)[0]"]),
        ("autograd/clear", ["(g,) = torch.autograd.grad((x * x).sum(), x)", "x.grad = g"]),
        ("autograd/clear", ["x.grad = torch.zeros(4)", "(x * x).sum().backward()"]),
        ("autograd/clear", ["old = x.grad.clone()", "(x * x).sum().backward()", "x.grad = x.grad - old"]),
        ("autograd/clear", ["(x * x).sum().backward()", "x.grad -= torch.tensor([0., 4., 8., 12.])"]),
        ("autograd/clear", ["x.grad = 2 * x", "x.grad = None", "(x * x).sum().backward()"]),
        ("autograd/clear", ["def run():\n    x.grad = None\n    (x * x).sum().backward()\nrun()"]),
        ("autograd/clear", ["from torch.autograd import grad as d", "x.grad = d((x * x).sum(), x)[0]"]),
        ("autograd-more/second-derivative", ["second = torch.func.grad(torch.func.grad(lambda t: t**3))(x.detach())"]),
        ("autograd-more/second-derivative", ["second = torch.autograd.functional.hessian(lambda t: t**3, x)"]),
        ("autograd-more/second-derivative", ["from torch.autograd import grad", "a = grad(x**3, x, create_graph=True)",
                                        "second = grad(a[0], x)[0]"]),
        ("autograd-more/second-derivative", ["first = torch.autograd.grad(x**3, x, create_graph=True)[0]",
                                        "first.backward()", "second = x.grad"]),
        ("autograd-more/second-derivative", ["(x**3).backward(create_graph=True)", "g = x.grad", "x.grad = None",
                                        "g.backward()", "second = x.grad.item()"]),
        (
            "autograd/downhill",
            [
                "w = torch.tensor(1.0, requires_grad=True)\nfor step in range(2):\n"
                "    g = torch.autograd.grad(w * w, w)[0]\n    with torch.no_grad():\n        w -= 0.1 * g"
            ],
        ),
        (
            "autograd/downhill",
            [
                "w = torch.tensor(1.0, requires_grad=True)\nopt = torch.optim.SGD([w], lr=0.1)\n"
                "for step in range(2):\n    opt.zero_grad()\n    loss = w * w\n    loss.backward()\n    opt.step()"
            ],
        ),
    ],
)  # fmt: skip
def test_every_way_through_autograd_is_taken(step: str, typed: list[str]) -> None:
    played = play(step, typed)
    assert played.accepted, played.words


ROWS = "rows = torch.randn(60, 2)\ngoals = rows @ torch.tensor([1.0, 2.0])"
BATCHES = (
    'trained("w", near=[1.0, 2.0], within=0.2)\nminibatches("w", of={"rows": rows, "goals": goals + torch.randn(60)})'
)
EPOCHS = """\
w = torch.zeros(2, requires_grad=True)
for epoch in range(40):
    {loop}
        ((X @ w - y) ** 2).mean().backward()
        w.data -= 0.1 * w.grad
        w.grad = None"""


@pytest.mark.parametrize(
    "loop",
    [
        "for X, y in zip(rows.split(6), goals.split(6)):",
        "for start in range(0, 60, 10):\n        X, y = rows[start:start + 10], goals[start:start + 10]",
        "for chosen in torch.randperm(60).split(10):\n        X, y = rows[chosen], goals[chosen]",
    ],
)
def test_steps_with_a_few_rows_each(loop: str) -> None:
    assert passes(task(BATCHES, "pass", ROWS), EPOCHS.format(loop=loop))


@pytest.mark.parametrize(
    "loop",
    [
        "for X, y in [(rows, goals)]:",
        "for part in rows.split(6):\n        X, y = rows, goals",
        "for chosen in torch.randperm(60).split(60):\n        X, y = rows[chosen], goals[chosen]",
    ],
)
def test_steps_with_all_rows_at_once_are_no_minibatches(loop: str) -> None:
    player = task(BATCHES, "pass", ROWS)
    assert "`w` would be the same with the rows in another order" in said(player, EPOCHS.format(loop=loop))


def test_where_the_rows_cannot_be_changed_nothing_is_asked() -> None:
    whole = EPOCHS.format(loop="for X, y in [(rows, goals)]:")
    assert passes(task(BATCHES, "pass", ROWS), f"{ROWS}\n{whole}")  # the learner's own rows
    with_iterator = whole.replace("[(rows, goals)]", "[(rows, goals, handle)[:2]]")
    assert passes(task(BATCHES, "pass", f"{ROWS}\nhandle = iter([])"), with_iterator)


@pytest.mark.parametrize(
    ("step", "inputs"),
    [
        (
            "indexing/thermometer",
            ["readings = torch.tensor([12.5, 0, 14, 0, 13.5, 0])", "good = readings[readings > 0]"],
        ),
        ("indexing/quiz", ["points = torch.tensor([5, 3, 2])"]),
        ("indexing/lost-change", ["visits = torch.tensor([[12, 7, 9, 0], [30, 25, 28, 31], [5, 0, 6, 0]])"]),
        (
            "indexing/houses",
            [
                "inputs, prices = houses[:, :2], torch.tensor([[250.0], [310.0], [205.0], [280.0]])",
                "table = torch.cat([torch.ones(4, 1), inputs], 1)",
            ],
        ),
    ],
)
def test_results_that_were_typed_in_are_no_answer(step: str, inputs: list[str]) -> None:
    played = play(step, inputs)
    assert not played.accepted
    assert "typed in as numbers" in played.words


NET_OF_ROWS = """\
minibatches("net", of={"rows": rows, "goals": goals})
again({"goals": rows @ torch.tensor([[2.0]]) + 1.0}, {"net.0.weight": [[2.0]], "net.0.bias": [1.0]}, atol=0.1)
"""
HOUSES = "torch.manual_seed(1)\nrows = torch.randn(40, 1)\ngoals = rows + torch.randn(40, 1)"
TRAINED = """\
net = nn.Sequential(nn.Linear(1, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(20):
    for some, wanted in zip(rows.split({size}), goals.split({size})):
        loss = ((net(some) - wanted) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
"""


def test_a_network_is_trained_with_a_few_of_the_rows_and_on_other_data() -> None:
    few, all_rows = TRAINED.format(size=8), TRAINED.format(size=40)
    assert passes(task(NET_OF_ROWS, few, HOUSES), few)
    assert "This step wants minibatches." in said(task(NET_OF_ROWS, few, HOUSES), all_rows)
    halted = few + "with torch.no_grad():\n    net[0].bias.fill_(5.0)\n"
    told = said(task(NET_OF_ROWS, few, HOUSES), halted)
    assert "With other values in `goals`, `net[0].bias` is [5.0]; this step wants [1.0]." in told


def test_a_loss_is_computed_with_a_network_of_any_floating_dtype() -> None:
    check = 'trained("net", loss=lambda net: net(torch.ones(2, 1)).sum(), below=9.0)'
    made = "net = nn.Linear(1, 1, dtype=torch.float64)"
    assert passes(task(check, made), made)


ELSEWHERE = (
    'trained("w", loss=lambda w: ((rows @ w.reshape(2) - goals) ** 2).mean(), below=0.1, '
    'on={"goals": rows @ torch.tensor([3.0, -4.0])})'.replace("- goals", "- rows @ torch.tensor([3.0, -4.0])")
)
ALL_ROWS = """\
w = torch.zeros(2, requires_grad=True)
for epoch in range(100):
    ((rows @ w - goals) ** 2).mean().backward()
    w.data -= 0.1 * w.grad
    {zero}"""


def test_training_comes_there_on_other_data_too() -> None:
    assert passes(task(ELSEWHERE, "pass", ROWS), ALL_ROWS.format(zero="w.grad = None"))
    for lines in (ALL_ROWS.format(zero="pass"), "w = torch.tensor([1.0, 2.0]) + 0 * goals[:2]"):
        assert "Run again with other values in `goals`" in said(task(ELSEWHERE, "pass", ROWS), lines)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("sold.grad", ""),
        ("sold.grad.item()", ""),
        ("torch.autograd.grad((price - 1) * (kept := sold.detach().requires_grad_()), kept)[0]", ""),
        ("price - 1", "autograd has not computed it"),
        ("2.0", "typed in as a number"),
    ],
)
def test_the_last_value_of_the_prompt_was_computed_as_its_line_did(shown: str, said: str) -> None:
    played = play("graph/kept", ["sold.retain_grad()", "income.backward()", shown, "one_more = _"])
    assert played.accepted is (said == "")
    assert said in played.words


@pytest.mark.parametrize("speed", ["speed = lambda t: 20 - 10 * t", "def speed(t):\n    return 20 - 10 * t"])
@pytest.mark.parametrize(
    "acceleration",
    [
        "acceleration = lambda t: torch.func.grad(speed)(t)",
        "def acceleration(t):\n    return torch.func.grad(speed)(t)",
        "acceleration = torch.func.grad(speed)",
    ],
)
def test_a_function_beside_that_goes_through_autograd_hides_no_formula(speed: str, acceleration: str) -> None:
    played = play("autograd-more/falling-stone", [speed, acceleration])
    assert not played.accepted
    assert "formula" in played.words


@pytest.mark.parametrize("writes", ["each -= lr * each.grad", "each.sub_(lr * each.grad)", "each.mul_(2)"])
def test_a_function_that_writes_into_a_leaf_while_it_is_followed_is_told_what_to_do(writes: str) -> None:
    typed = f"def sgd(params, lr):\n    for each in params:\n        {writes}\n        each.grad = None"
    assert said(task(SGD, STEP + "pass", "w = b = torch.ones(1)"), typed).endswith(
        "in an in-place operation. Put the line that changes it under with torch.no_grad():"
    )
