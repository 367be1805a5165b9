"""Networks that give other rows than they were given, and masks with the colours of an image."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

TWO = """
class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.out = nn.Linear(5, 4), nn.Linear(6, 4), nn.Linear(4, 3)
    def forward(self, left, right):
        return self.out({joined})

net = Two()
left, labels = torch.ones(8, 5), torch.zeros(8).long()
scores = net(left, torch.ones(8, 6))
F.cross_entropy(scores, labels)
"""


@pytest.mark.parametrize(
    "joined", ["torch.cat([self.a(left), self.b(right)])", "torch.cat((self.a(left), self.b(right)), 0)"]
)
def test_rows_that_cat_puts_below_each_other(joined: str) -> None:
    found = check(TWO.format(joined=joined), "net was given left with 8 rows, and gave 16. In forward, torch.cat(")
    assert "dim=1)." in found.text


def test_views_in_a_list() -> None:
    code = """
    class Views(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Linear(4, 2)
        def forward(self, views):
            return torch.cat([self.net(each) for each in views], dim=0)
    model = Views()
    views = [torch.ones(5, 4) for _ in range(3)]
    logits = model(views)
    nn.CrossEntropyLoss()(logits, torch.zeros(5).long())
    """
    check(code, "model was given views with 5 rows, and gave 15. In forward, torch.cat(")


PACKED = """
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
class Mood(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.GRU(3, 4, batch_first=True), nn.Linear(4, {outputs})
    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True)
        out, _ = pad_packed_sequence(self.rnn(packed)[0])
        return self.fc(out.mean(1)){end}

x, lengths = torch.ones(2, 5, 3), [5, 4]
scores = {call}(x, lengths)
{loss}
"""


@pytest.mark.parametrize("call", ["Mood()", "(mood := Mood())"])
def test_a_sequence_that_is_unpacked_length_first(call: str) -> None:
    if call != "Mood()":
        call = "mood"
        made = PACKED.replace("scores =", "mood = Mood()\nscores =")
    else:
        made = PACKED
    loss = "F.cross_entropy(scores, torch.zeros(2).long())"
    code = made.format(outputs=2, end="", call=call, loss=loss)
    check(code, "Write pad_packed_sequence(self.rnn(packed)[0], batch_first=True).")


def test_the_same_with_yes_and_no() -> None:
    loss = "F.binary_cross_entropy_with_logits(scores, torch.ones(2))"
    code = PACKED.format(outputs=1, end=".squeeze(1)", call="Mood()", loss=loss)
    check(code, "it puts the length, 5, in dim 0. Write pad_packed_sequence(")


MASK = "mask = torch.zeros(2, 3, 4, 4)\nmask[{part}] = 1\npred = torch.zeros(2, 1, 4, 4)\n"


def test_a_grey_mask_with_three_colours() -> None:
    line = "nn.BCEWithLogitsLoss()(pred, mask{})"
    code = MASK.format(part=":, :, 1:") + line.format("")
    check(code, "mask[:, :1] keeps one of them.", [line.format("[:, :1]")])
    assert not why(MASK.format(part=":, 0") + line.format("")).fixes


def test_a_network_that_keeps_its_rows() -> None:
    """As many targets as classes: the scores are not to be transposed, they are those of other samples."""
    head = "net, x, y = nn.Linear(3, 2), torch.rand(10, 3), torch.randint(0, 2, (10,))\n"
    said = "8 predictions and 2 targets, and each prediction needs one target. net gives a row for each row of x[:8]."
    check(f"{head}pred = net(x[:8])\nloss = F.cross_entropy(pred, y[8:])", said, [])


def test_rows_below_each_other_that_a_layer_takes_as_they_are():
    cls = "class Both(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    cls += "        self.fc = nn.Linear(4, 3)\n"
    cls += "    def forward(self, a, b):\n        return self.fc(torch.cat([a, b]))\nboth = Both()\n"
    code = cls + "x, y = torch.rand(5, 4), torch.tensor([0, 1, 2, 0, 1])\nF.cross_entropy(both(x, x), y)"
    text = why(code).text
    assert "5 rows become 10, and each of them needs a target." in text
    assert "dim 1:" not in text
