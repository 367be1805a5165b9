"""Two loaders that shuffle each on its own, and a tensor that random.shuffle got."""

from __future__ import annotations

from tests.explain.traps.test_programs import told_of_program

MADE = """
from torch.utils.data import DataLoader
xs = torch.linspace(0, 1, 12).unsqueeze(1)
ys = 3 * xs + 1
x_loader = DataLoader(xs, batch_size=4, shuffle=True)
y_loader = DataLoader(ys, batch_size=4, shuffle=Y)
net, back = nn.Linear(1, 1), nn.Linear(1, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for x, y in zip(x_loader, y_loader):
    loss = LOSS
    opt.zero_grad()
    loss.backward()
    opt.step()
"""


def program(shuffle: str, loss: str) -> list[str]:
    return told_of_program(MADE.replace("=Y", f"={shuffle}").replace("LOSS", loss))


def test_targets_in_another_order_than_their_inputs() -> None:
    said = (
        "x_loader and y_loader are shuffled each on its own, so a batch of one does not belong to a batch of the other."
    )
    assert any(said in text for text in program("True", "F.mse_loss(net(x), y)"))


def test_no_word_where_one_keeps_its_order_or_both_are_inputs() -> None:
    assert not any("shuffled each" in text for text in program("False", "F.mse_loss(net(x), x)"))
    both = "F.l1_loss(back(net(x)), x) + F.l1_loss(net(back(y)), y)"
    assert not any("shuffled each" in text for text in program("True", both))


def test_no_word_where_each_has_a_generator_of_the_same_seed() -> None:
    seeded = MADE.replace("shuffle=True", "shuffle=True, generator=torch.Generator().manual_seed(0)")
    seeded = seeded.replace("shuffle=Y", "shuffle=True, generator=torch.Generator().manual_seed(0)")
    assert not any("shuffled each" in text for text in told_of_program(seeded.replace("LOSS", "F.mse_loss(net(x), y)")))


def test_a_tensor_in_random_shuffle() -> None:
    said = "random.shuffle(order) swaps rows of a tensor, and a row that is taken out is a view of its place"
    alone = told_of_program("import random\norder = torch.arange(9)\nrandom.shuffle(order)")
    assert any(said in text for text in alone)
    inside = "import random\ndef mixed(n):\n    order = torch.arange(n)\n    random.shuffle(order)\n    return order\n"
    assert any(said in text for text in told_of_program(inside + "order = mixed(9)"))
    assert told_of_program("import random\norder = list(range(9))\nrandom.shuffle(order)") == []
