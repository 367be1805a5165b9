"""The pictures that the lessons invite to: they draw what the text beside them says, and are no answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ptrepl.tutor.format.lesson import Pictures, Prose
from ptrepl.tutor.library.shelf import shelf
from ptrepl.tutor.shown_words import code_in
from tests.program.screen import program
from tests.program.test_command_line import ptrepl
from tests.shares import share_marks
from tests.tutor.trying import shipped

LINE = "%plot distance, price, line=w * distance + b"
LOOP = """\
w = torch.tensor(0.0, requires_grad=True)
b = torch.tensor(0.0, requires_grad=True)
for epoch in range(1000):
    loss = ((w * distance + b - price) ** 2 / 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.05 * w.grad
        b -= 0.05 * b.grad
    w.grad = b.grad = None
"""
TRAINING = """\
w, b, losses = torch.zeros(2, requires_grad=True), torch.zeros(1, requires_grad=True), []
for epoch in range(3):
    for X, y in data_iter(10, features, labels):
        loss = squared_loss(X @ w + b, y)
        loss.backward()
        losses.append(loss.item())
        sgd([w, b], 0.03)
    print(squared_loss(features @ w + b, labels).item())
"""
YARD = """\
yard, strip = torch.tensor(2.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
length, width = yard + strip, strip + 1
area = length * width
"""
POT = """\
coins = torch.tensor(3.0, requires_grad=True)
pot = coins
while pot < 20: pot = pot * 2
"""
RATE = """\
rate = torch.tensor(0.5, requires_grad=True, device=device)
losses = [(rate * day - 2) ** 2 for day in (1.0, 2.0, 3.0)]
loss = torch.tensor([each.item() for each in losses]).sum()
"""
SWINGS = """\
w = torch.tensor(0.0, requires_grad=True, device=device)
optimizer = torch.optim.SGD([w], lr=0.1)
path = []
for step in range(40):
    loss = (w - goal) ** 2
    loss.backward()
    optimizer.step()
    path.append(w.item())

"""
FUSE = """\
volts = levels.clone().requires_grad_()
power = volts * volts
heat = (power * power).sum()
"""
WET = """\
w = torch.tensor(0.5, requires_grad=True, device=device)
wet = torch.tensor(0.0, device=device)
for today in rain:
    wet = w * wet + today
    loss = (wet - 2) ** 2

"""
DEPTH = """\
depth = torch.tensor([0.0, 4.0], requires_grad=True, device=device)
torch.where(depth > 0, depth.sqrt(), 0.0).sum().backward()
"""
PICTURES = [
    # where the names are there, what is typed before, the command, what it says in a pipe
    ("creation/dice", "", "%plot torch.rand(1000), kind=hist",
     r"1,000 values of torch.rand\(1000\), from .* to (1|0.99\d)\."),
    ("creation/dice", "", "%plot torch.randn(1000), kind=hist", r"They are densest between (-0.5|0) and (0|0.5): "),
    # six hundred would end the lesson, and with it the pipe
    ("creation/dice", "dice = torch.randint(1, 7, (599,))\n", "%plot dice, kind=hist",
     "599 values of dice, from 1 to 6."),
    ("creation/people", "heights = torch.normal(170.0, 10.0, size=(1000,))\n", "%plot heights, kind=hist",
     r"1,000 values of heights, from 1[34]\d.* to (19|20|21)\d"),
    ("indexing/weekend", "", "%show visits[1:, :2]", r"(?s)\[0, 0\] 30 from visits\[1, 0\].* 0 from visits\[2, 1\]"),
    ("indexing/thermometer", "", "%show rain[rain > 4]", r"(?s)\[0\] 5 from rain\[0, 1\].*\[5\] 5 from rain\[2, 2\]"),
    ("indexing/most-rides", "busiest = visits.argmax(dim=1, keepdim=True)\n", "%show visits.gather(1, busiest)",
     r"(?s)12 from visits\[0, 0\].*31 from visits\[1, 3\].*8 from visits\[2, 3\]"),
    ("indexing/four-pieces", "", "%show torch.stack([morning, evening])",
     r"(?s)\[0, 1, 2\] 6 from morning\[1, 2\]\s+\[1, 0, 0\] 7 from evening\[0, 0\]"),
    ("shapes/red-green-blue", "", "%show picture.T", r"(?s)\[0, 1\] 4 from picture\[1, 0\]\s+\[1, 0\] 2 from"),
    ("shapes/red-green-blue", "", "%show picture.reshape(3, 2)", r"(?s)\[0, 1\] 2 from picture\[0, 1\]\s+\[1, 0\] 3 "),
    ("math/what-is-left", "", "%show visits.sum(dim=0)", r"(?s)\[0\] 40 from visits\[:, 0\].*\[3\] 55 from "),
    ("math/bills", "", '%show torch.einsum("ij->j", visits)', r"\[3\] 55 from visits\[:, 3\]"),
    ("broadcasting/from-the-right", "", "%show prices + deposit", r"7 from prices\[1, 2\] and deposit\[2\]"),
    ("broadcasting/in-three-dims", "", "%show column + row", r"3 from column\[2, 0\] and row\[0, 1\]"),
    ("linalg/price-lists", "sold, price = torch.arange(20).reshape(5, 4), torch.arange(4)\n", "%show sold @ price",
     r"\[0\] 14 from sold\[0, :\]"),
    ("data/fill-the-gaps", "", "%stats counts", r"4 elements  nan 2  inf 0"),
    ("graph/recorded", YARD, "%graph area",
     r"area  \*  MulBackward0 .* length \* width\n(?s:.*)strip  leaf  \(\)  · value 1\n(?s:.*) · as above"),
    ("graph/taxi", YARD + "bill = area * torch.tensor(20.0)\n", "%graph bill",
     r"4 operations, 2 leaves\nInputs that need no "),
    ("graph/paths", "", "%backward area", r"darea/dyard = 2·1 = 2(?s:.*)darea/dstrip = 3·1 \+ 2·1 = 5"),
    ("graph/ice-cream", "", "%graph income",
     r"income  \*  MulBackward0  \(\).*\n  price  leaf  \(\)  · value 3\n  sold  "),
    ("graph/as-it-runs", POT, "%graph pot",
     r"pot  \*  MulBackward0 .*\n  \*  MulBackward0 .*\n    \*  MulBackward0 .*\n      coins  leaf"),
    ("graph/four-beds", "", "%backward average", r"local derivative \[\[0.25, 0.25\], \[0.25, 0.25\]\]"),
    ("autograd/at-four", "x = torch.tensor(3.0, requires_grad=True)\ny = x * x\n", "%graph y",
     r"y  \*  MulBackward0  \(\).*\n  x  leaf  \(\)  · value 3\n  x  leaf  \(\)  · as above"),
    ("autograd/best-price", "", "%plot prices, prices * (100 - 10 * prices)",
     r"Its highest value is 250, at 5\."),
    ("autograd/retain-graph", "y.backward()\n", "%graph y", r"y  \*  MulBackward0  \(\)  · freed"),
    ("autograd/retain-graph", "", "%backward y", r"gradient in: 3 \+ 2 = 5"),
    ("regression/loss", "", "%plot distance, price, kind=scatter", r"4 points.* with distance \(correlation 1.00\)"),
    ("regression/loss", "", "%plot distance, price, line=predicted", "Points above it: 4, below it: 0; "),
    ("regression/step", "3\n", LINE, r"The line w \* distance \+ b goes from 3.75 to 12.8. Points above it: 4, below"),
    ("regression/step", "3\n", "%plot some_w, their_loss",
     r"their_loss rose from 52.5 to 72.5 while some_w went from 0 to 8. Its lowest value is 2.09, at 3.7"),
    ("regression/forgotten", "", "%plot swinging", "swinging rose from 28.8 to 34.7 over 59 steps. Its lowest"),
    ("regression/forgotten", "", "%plot falling", "falling fell from 28.8 to 0.246 over 59 steps"),
    ("regression/portion", "", "%plot features[:, 1], labels, kind=scatter",
     r"labels tends to fall as features\[:, 1\] rises \(correlation -0.8"),
    ("regression/loop", LOOP, LINE, r"The line w \* distance \+ b goes from 7 to 13. Points .* up or down, is 0.00\d"),
    ("regression/stopped-early", "w, b = 2.556, 1.817\n", LINE, "Points above it: 12, below it: 8; "),
    ("regression/train", TRAINING, "%plot losses", r"losses fell from \d+(\.\d)? to .*e-05 over 299 steps"),
    ("regression/train", "", "%watch loss", "loss –"),
    ("regression-nn/rows", "(5, 1)\n", "%model net", r"3 values in 2 parameters"),
    ("regression-nn/running-loss", "total = sum(loss_function(net(rows), goals) for _ in range(3))\n", "%graph total",
     r"(?s)total  \+ .*mse_loss .*mse_loss .*mse_loss .*"),
    ("logistic/chance", "", "%plot air, road, kind=scatter", r"200 points.* rise with air \(correlation 0.7"),
    ("logistic/chance", "", "%plot torch.linspace(-6, 6, 50), torch.sigmoid(torch.linspace(-6, 6, 50))",
     r"rose from 0.00247 to 0.998 while"),
    ("logistic/turn", "", "%plot air, road, line=edge()", r"The line edge\(\) goes from .* Points above it: "),
    ("logistic/three", "", "%plot apples[:, 0], apples[:, 1], kind=scatter", r"150 points.* No straight line fits"),
    ("modules/twin", "", "%model net flowers", r"net "),
    ("modules/same", "", "%plot torch.arange(-3.0, 4.0), nn.LeakyReLU(0.1)(torch.arange(-3.0, 4.0))",
     r"rose from -0.3 to 3 while"),
    ("optim/faster", "", "%plot {**paths, **rings}",
     r"(?s)SGD goes from \(10, 1\) .*Adagrad goes .* to \(0.991, .*Adam .* is -1.3 to 10,.*height 2 goes .*height 10 "),
    ("debugging/only-numbers", RATE, "%graph loss", "There is no graph behind loss"),
    ("debugging/only-numbers", RATE, "%graph losses[0]", r"losses\[0\]  \*\*  PowBackward0"),
    ("debugging-silent/swings", SWINGS, "%plot path", r"path (rose|fell) .* over 39 steps"),
    ("debugging-silent/data", FUSE, "%graph heat", r"heat  sum  SumBackward0 (?s:.*)volts"),
    ("debugging-silent/carried", WET, "%graph loss", r"loss  \*\*  PowBackward0(?s:.*)w  leaf"),
    ("debugging-silent/branch", DEPTH, "%stats depth.grad", r"2 elements  nan 1"),
    ("evaluation/which-degree", "", "%plot all_day, predicted", r"Its lowest value is -12.*highest value is 43"),
    ("evaluation/luck", "", '%plot {"training": train_loss, "validation": valid_loss}',
     r"(?s)training fell from 15.6 to 0.918 over 8 steps.*validation .* Its lowest value is 0.337, at 3"),
    ("evaluation/stop", "", "%plot losses",
     r"(?s)training fell .*validation fell .* Its lowest value is 4\.\d+, at 2\d"),
    ("capstone/features", "", "%plot degrees, bikes, kind=scatter", r"150 points.*bikes tends to rise with degrees"),
    ("optim/faster", "", '%plot {"mine": path, **rings}', r"mine goes from \(10, 1\) to .* in 60 steps"),
    ("sequences/padding", "", "%plot table.weight.grad", r"is 0, at \[0, 0\], the highest 1, at \[1, 0\]"),
    ("sequences/attention", "", "%plot weights", r"is 0.00907, at \[0, 1\], the highest 0.495, at \[0, 0\]"),
    ("sequences/attention", "", "%plot torch.softmax(scores, dim=-1)", r"is 0, at \[0, 1\], the highest 1, at"),
    ("sequences/heads", "", "%show rows.reshape(1, 2, 3, 2)", r"\[0, 0, 1, 0\] 2 from rows\[0, 0, 2\]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "before", "command", "said"),
    [pytest.param(*picture, marks=share_marks(at, 4)) for at, picture in enumerate(PICTURES)],
)
def test_a_picture_says_what_the_lesson_says_of_it(step: str, before: str, command: str, said: str) -> None:
    done = ptrepl("--lesson", step, stdin=f"{before}{command}\n")
    assert re.search(said, done.stdout + done.stderr), (done.stdout, done.stderr)


@pytest.mark.parametrize("lesson", [listed.id for listed in shelf()])
def test_each_picture_of_a_lesson_is_tried_above(lesson: str) -> None:
    blocks = [block for step in shipped(lesson).steps for block in step.blocks]
    texts = [block.text for block in blocks if isinstance(block, Prose)]
    shown = {line for text in texts for code, _ in code_in(text) for line in code.splitlines()}
    shown |= {command for block in blocks if isinstance(block, Pictures) for command in block.commands}
    drawn = {line for line in shown if re.match(r"%(plot|show|graph|backward|stats|model|watch) \S", line)}
    tried = {command for step, _, command, _ in PICTURES if step.startswith(f"{lesson}/")}
    assert drawn == tried


def test_a_picture_is_no_answer_to_a_question(tmp_path: Path) -> None:
    with program("--lesson", "autograd/retain-graph", rows=24, folder=tmp_path) as screen:
        screen.wait("answer>")
        screen.enter("%backward y")
        for number in range(1, 5):
            screen.wait(f"step {number} of 5")
            screen.wait("next step: Enter · stop: q")
            screen.type("\r")
        text = screen.wait("These are the numbers of y.backward().")
        assert "  2 paths come together here, and their gradients add up.\n  dy/dw = 3·1 + 2·1 = 5\n" in text
        screen.enter("10")
        text = screen.wait("Two passes, 5 and 5 again")
        assert "Not that" not in text
        assert "Right, as you said." in text


def test_a_picture_is_no_attempt_at_a_task(tmp_path: Path) -> None:
    with program("--lesson", "creation/dice", rows=30, folder=tmp_path) as screen:
        screen.wait(">>>")
        for number in range(1, 4):
            screen.enter("%plot torch.rand(1000), kind=hist")
            screen.wait("└┬", number)
        screen.enter("%solution")
        screen.wait("The solution is shown after two attempts.")
