"""What is said beside the mistake itself: what became right, what an error has left behind, where a step begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.tutor.progress.log import Progress
from tests.lessons.playing import Played, play
from tests.tutor.lessons import Player, lesson, notes
from tests.tutor.trying import player_of

HALF_A_ROUND = (
    "w = torch.tensor(1.0, requires_grad=True)\nfor step in range(2):\n    (w * w).backward()\n"
    "    with torch.no_grad:\n        w -= 0.1 * w.grad\n    w.grad = None"
)
ROUNDS = HALF_A_ROUND.partition("\n")[2].replace("no_grad:", "no_grad():")


def all_of(played: Played) -> str:
    return " ".join((*played.said, *played.advice))


@pytest.mark.parametrize(
    ("step", "inputs", "said"),
    [
        (
            "creation/old-program",
            ["board = torch.full((3, 2), 8.0)", "hours = torch.arange(0, 25, 3)"],
            "`hours` is right now. `board` has three rows of two here.",
        ),
        (
            "indexing/houses",
            [
                "inputs = houses[:, :2]",
                "table = torch.cat([torch.ones(4, 2), inputs], 1)",
                "_, prices = houses.split([2, 1], 1)",
            ],
            "`prices` is right now. These are four rows of ones and numbers",
        ),
    ],
)
def test_what_became_right_is_told_with_an_older_mistake(step: str, inputs: list[str], said: str) -> None:
    assert said in play(step, inputs).words


def test_a_loss_of_every_pair_is_not_called_right() -> None:
    wrong_marks = ["inputs, marks = table[:, :3], table[:, 3]", "net = nn.Linear(3, 1)"]
    assert "`loss` is right" not in all_of(
        play("debugging/which-side", [*wrong_marks, "loss = F.mse_loss(net(inputs), marks)"])
    )
    assert "`loss` is right" in all_of(
        play("debugging/which-side", [*wrong_marks, "loss = F.mse_loss(net(inputs)[:, 0], marks)"])
    )


EVERY_PAIR = "guess = 2 * rain\ngap = guess - level\nloss = (gap * gap).mean()"


FED_ONCE = """\
net = nn.Linear(2, 1)
found = net.parameters()
count = sum(each.numel() for each in found)
optimizer = torch.optim.SGD(found, lr=0.01)"""
NOT_A_TEXT = """\
with torch.autocast(device):
    guess = net(rooms)
    loss = nn.MSELoss()(guess, price)"""
ITS_TYPE = "with torch.autocast(device.type, dtype=torch.bfloat16):\n    guess = net(rooms)"


@pytest.mark.parametrize(
    ("step", "inputs"),
    [
        ("debugging/used-up", [FED_ONCE, "found = list(net.parameters())"]),  # the count is right as it is
        ("faster/mixed-step", [NOT_A_TEXT, ITS_TYPE]),  # no loss was ever computed
    ],
)
def test_a_name_that_needs_no_second_look_is_not_called_old(step: str, inputs: list[str]) -> None:
    assert "still holds" not in all_of(play(step, inputs))


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("yes", "`yes` was added to the last line of the code, and is no Python. Change the lines themselves."),
        (" what is wrong", "`what is wrong` was added to the last line of the code, and is no Python."),
        ("gap = gap + 1", "`gap = gap + 1` was added to the last line of the code. Give it a line of its own."),
        ("loss", "`loss` was added to the last line of the code. Give it a line of its own."),
    ],
)
def test_what_stands_behind_a_starter_is_told_apart_from_it(added: str, said: str) -> None:
    assert said in all_of(play("debugging-silent/every-pair", [EVERY_PAIR + added]))


@pytest.mark.parametrize("lines", [f"{EVERY_PAIR})", f"{EVERY_PAIR} * 2)", "gap = 2 * rain yes", "yes or no what"])
def test_a_slip_of_python_is_not_called_an_addition(lines: str) -> None:
    assert "was added to the last line" not in all_of(play("debugging-silent/every-pair", [lines]))


def test_what_a_failed_line_has_changed_is_told() -> None:
    played = play("autograd/downhill", [HALF_A_ROUND, ROUNDS])
    assert "Lines that ended in an error had changed `w` before: make it anew" in all_of(played)
    assert "ended in an error" not in all_of(play("autograd/downhill", [HALF_A_ROUND, f"w = torch.ones(())\n{ROUNDS}"]))
    played = play("indexing/lost-change", ["visits[[1, 3], 3] = 0", "visits[[0, 2], 3] = 0"])
    assert "%redo gives `visits` back as the step began." in played.advice
    assert "Lines that ended in an error had changed `visits` before. %redo gives it back." in played.advice


def test_a_variable_of_the_lesson_that_was_given_away_is_told_where_it_is_used() -> None:
    played = play(
        "autograd-more/second-derivative", ["x = 3", "first = torch.autograd.grad(x**3, x, create_graph=True)[0]"]
    )
    assert "%redo gives `x` back as the step began." in played.advice
    assert play("autograd-more/second-derivative", ["x = 3", "1 / 0"]).advice == ()


@pytest.mark.parametrize(
    ("step", "typed", "said"),
    [
        ("regression/loop", "w = torch.tensor(2.0, requires_grad=True)", "This step begins with `w` at 0.0."),
        ("regression/train", "w = torch.ones(2, requires_grad=True)", "This step begins with `w` at [0.0, 0.0]."),
        ("regression/five-parts", "b = torch.tensor(3.0, requires_grad=True)", "This step begins with `b` at 1.0."),
        ("autograd/downhill", "w = torch.tensor(2.0, requires_grad=True)", "This step begins with `w` at 1.0."),
    ],
)
def test_another_start_is_told(step: str, typed: str, said: str) -> None:
    assert play(step, [typed]).said == (said,)


def test_the_goal_is_no_word_on_what_a_loop_begins_with() -> None:
    played = play("regression/loop", [f"{name} = torch.tensor(2.0, requires_grad=True)" for name in "wb"])
    assert "this step wants" not in played.words
    begun = play("regression/loop", [f"{name} = torch.tensor(0.0, requires_grad=True)" for name in "wb"])
    assert set(begun.said) == {"Right so far: go on."}
    made = "{} = torch.tensor({}, requires_grad=True)"
    mended = play("regression/loop", [made.format("w", 2.0), made.format("w", 0.0), made.format("b", 0.0)])
    assert mended.said == ("This step begins with `w` at 0.0.", "Right so far: go on.", "Right so far: go on.")


def test_an_argument_by_itself_changes_nothing() -> None:
    played = play("autograd/your-own", ["x = torch.tensor(2.0)", "requires_grad=True"])
    assert "`requires_grad=True` by itself only makes a variable `requires_grad`." in played.words
    assert "by itself" not in play("autograd/your-own", ["device = 3"]).words  # a variable of the lesson's own


def test_a_typed_in_result_is_told_before_the_rest_is_there() -> None:
    played = play("indexing/thermometer", ["good = torch.tensor([12.5, 14.0, 13.5])"])
    assert played.said == ("`good` is right, but typed in as numbers. Let your code compute it.",)
    played = play(
        "indexing/thermometer", ["good = torch.tensor([12.5, 14.0, 13.5])", "good = readings[readings.abs() < 50]"]
    )
    assert played.said[-1] == "`good` is right; still to come: `readings`."


def test_a_question_that_was_answered_once_more_is_not_asked_again(tmp_path: Path) -> None:
    player = Player(lesson(), Progress(tmp_path))
    player.begin("guessing")
    player.type("[0, 2, 4]")
    player.command("redo")
    player.type("[0, 2, 4]")
    again = Player(lesson(), Progress(tmp_path))
    again.begin()
    assert again.run.label == "small 4/6"


def test_a_question_that_was_missed_once_more_stays_missed(tmp_path: Path) -> None:
    player = Player(lesson(), Progress(tmp_path))
    player.begin("guessing")
    for _ in range(2):
        for _ in range(2):
            player.type("[7, 8, 9]")
        player.command("redo")
    assert player.progress.lesson("small").steps["guessing"].status == "missed"


@pytest.mark.parametrize(
    ("step", "typed", "said"),
    [
        ("indexing/lost-change", "visits[[0, 2]][:, 3].zero_()", "Nothing has changed: `visits[[0, 2]]` made a copy"),
        (
            "indexing/lost-change",
            "visits[[0, 2], 3].fill_(0)",
            "An index with a list or a mask gives a copy, and fill_()",
        ),
        ("indexing/thermometer", "readings[readings < -50].zero_()", "gives a copy, and zero_() changed that"),
        ("indexing/thermometer", "readings[~(readings > 0)].zero_()", "gives a copy, and zero_() changed that"),
    ],
)
def test_a_method_that_changes_a_copy(step: str, typed: str, said: str) -> None:
    assert said in play(step, [typed]).words


def test_a_method_that_changes_a_part_in_place_is_taken() -> None:
    assert play("indexing/lost-change", ["visits[::2, 3].zero_()"]).accepted


def test_a_list_in_the_place_of_the_lessons_tensor() -> None:
    player = player_of("creation")
    player.begin("write-down")
    (told,) = notes(player.type("rain = [[2, 5, 0], [5, 8, 5]]"))
    assert told == "`rain` is a Python list now. The code above makes a tensor: torch.tensor(...) round the list."
    assert notes(player.type("mine = [1, 2]")) == []
    assert notes(player.type("rain = 3")) == []


def test_only_the_last_run_of_a_training_is_looked_at_for_what_it_printed() -> None:
    loops = TRAINING.format(print="    print(squared_loss(features @ w + b, labels))", size=100)
    at_the_end = TRAINING.format(print="print(squared_loss(features @ w + b, labels))", size=10)
    played = play("regression/train", [loops, at_the_end])
    assert not played.accepted
    assert "The loss is printed once, at the very end." in played.said[-1]


TRAINING = """\
w = torch.zeros(2, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for epoch in range(3):
    for X, y in data_iter({size}, features, labels):
        loss = squared_loss(X @ w + b, y)
        loss.backward()
        sgd([w, b], 0.03)
{print}"""


def test_a_pair_with_a_tensor_in_it_is_told_what_a_comma_does() -> None:
    assert "A comma makes a pair" in play("creation/one-price", ["price = torch.ones(2, 3) * 2,5"]).words


def test_a_mistake_that_was_told_is_not_repeated_for_another_name() -> None:
    told = "`live` is a copy, so it would not notice the next reading"
    played = play("creation/live-and-saved", ["live = torch.tensor(readings)", "saved = torch.tensor(readings)"])
    assert told in played.said[0]
    assert played.said[1] == "`saved` is dtype float64; this step wants float32."


def test_what_is_only_shared_with_need_not_be_made_right() -> None:
    played = play("creation/live-and-saved", ["saved = torch.tensor(readings, dtype=torch.float32)", "readings[0] = 5"])
    assert "`readings`" not in played.words


@pytest.mark.parametrize(
    ("step", "inputs", "said"),
    [
        (
            "broadcasting/accuracy",
            ["right = predicted == target\naccuracy = right.float().mean()", "right = predicted[:, 0] == target"],
            "`right` is right now, but `accuracy` still holds what was computed before: run that line again.",
        ),
        (
            "broadcasting/lighthouses",
            ["apart = lights - lights\ndistances = (apart**2).sum(dim=1).sqrt()", "apart = lights[:, None] - lights"],
            "`apart` is right now, but `distances` still holds what was computed before: run that line again.",
        ),
    ],
)
def test_what_was_computed_from_an_older_value_is_told_to_be_old(step: str, inputs: list[str], said: str) -> None:
    assert play(step, inputs).said[-1] == said


@pytest.mark.parametrize(
    "inputs",
    [
        ["right = predicted == target\naccuracy = right.float().mean()", "right = predicted[0] == target"],
        ["accuracy = torch.tensor(0.5)", "right = predicted[:, 0] == target"],
        ["right = predicted[:, 0] == target"],
    ],
)
def test_what_is_not_old_is_not_told_to_be(inputs: list[str]) -> None:
    assert "run that line again" not in play("broadcasting/accuracy", inputs).words


@pytest.mark.parametrize(
    ("step", "inputs"),
    [
        ("broadcasting/square-table", ["centred = scores - 1", "scores - scores.mean(dim=1, keepdim=True)"]),
        ("broadcasting/gauges", ["corrected = rain - 1", "rain - too_much[:, None]"]),
        ("math/bills", ["bills = amounts.sum(1)", "amounts @ prices"]),
    ],
)
def test_a_right_value_lacks_its_name_whatever_has_it_so_far(step: str, inputs: list[str]) -> None:
    assert "That is it. Give it the name" in play(step, inputs).said[-1]


def test_what_a_training_printed_counts_where_its_results_get_their_names_afterwards() -> None:
    train = TRAINING.format(print="    print(squared_loss(features @ w + b, labels))", size=10)
    held = train
    for old, new in (
        ("w = ", "held['w'] = "),
        ("b = ", "held['b'] = "),
        ("@ w", "@ held['w']"),
        ("+ b", "+ held['b']"),
    ):
        held = held.replace(old, new)
    held = held.replace("[w, b]", "held.values()")
    assert play("regression/train", ["held = {}", held, 'w, b = held["w"], held["b"]']).accepted
    assert not play("regression/train", ["held = {}", held, "w, b = true_w.clone(), torch.ones(1)"]).accepted


GOES_ON = "What you type is run as Python. Press Enter to go on."


@pytest.mark.parametrize("text", ["ok", "columns", "twenty four", "next please"])
def test_words_where_enter_goes_on(text: str) -> None:
    player = player_of("start")
    player.begin("press-enter")
    assert notes(player.type(text)) == ["What you type is run as Python. Press Enter to run the code that is shown."]
    player.enter()
    assert notes(player.type(text)) == [GOES_ON]
    assert notes(player.type("rain")) == []
    assert notes(player.type("x = 3")) == []
    assert notes(player.type("1 / 0")) == []


def test_a_value_alone_was_meant_for_a_blank() -> None:
    told = "That alone is a value without a name. Up brings your line back, and %redo the one with the blanks."
    wrong = "prices = torch.tensor([[2.5, 3], [3, 3.5]])"
    assert play("start/fill-in", [wrong, "4"]).said[-1] == told
    assert play("start/all-in-one", ["snow = torch.tensor([[2, 5, 0], 5])\ncount = 1", "[5, 8, 5]"]).advice == ()
    assert play("start/fill-in", ["4"]).said == ()
    assert play("start/fill-in", [wrong, "prices"]).said[-1] != told


def test_what_a_loop_goes_through_is_not_praised() -> None:
    loop = "for X, y in data_iter(10, features, labels):\n    kept.append(X)"
    assert not any("`X`" in said for said in play("regression/train", ["kept = []", loop]).said)
