"""One example without a batch dim, which convolutions take and what flattens their output does not."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

HEAD = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.fc = nn.Linear(4 * 8 * 8, 5)
    def forward(self, x):
        x = self.conv(x)
        x = FLAT
        return self.fc(x)

net = Net()
image = torch.rand(3, 8, 8)
"""


@pytest.mark.parametrize("flat", ["x.flatten(1)", "torch.flatten(x, 1)", "x.view(x.size(0), -1)", "nn.Flatten()(x)"])
def test_the_image_is_named_and_not_the_batch(flat: str) -> None:
    explanation = check(
        HEAD.replace("FLAT", flat) + "net(image)",
        "image is (3, 8, 8): one example, without a batch dim.",
        ["net(image.unsqueeze(0))"],
    )
    assert "a batch of 3" not in explanation.text


def test_a_signal_in_a_sequential() -> None:
    code = "cnn = nn.Sequential(nn.Conv1d(2, 4, 3, padding=1), nn.Flatten(), nn.Linear(24, 3))\ns = torch.rand(2, 6)\n"
    check(code + "cnn(s)", "s is (2, 6): one example", ["cnn(s.unsqueeze(0))"])


def test_in_a_function_there_are_words_alone() -> None:
    code = HEAD.replace("FLAT", "x.flatten(1)") + "def predict(picture):\n    return net(picture).argmax(1)\n\n"
    check(code + "predict(image)", "picture.unsqueeze(0) makes a batch of one.", [])


def test_a_batch_is_not_taken_for_one_image() -> None:
    code = HEAD.replace("FLAT", "x.view(-1, 64)") + "net(torch.rand(6, 3, 8, 8))"
    explanation = why(code)
    assert "one example" not in explanation.text
    assert "forward was called with a batch of 6" in explanation.text
