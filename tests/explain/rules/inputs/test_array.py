"""NumPy arrays and images given to networks."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NET = """
import numpy as np
class Net(nn.Module):
    def __init__(self, channels=3):
        super().__init__()
        self.conv = nn.Conv2d(channels, 4, 3)
    def forward(self, x):
        return self.conv(x).mean((2, 3))
"""
BYTES = ".float() / 255"


@pytest.mark.parametrize(
    ("made", "order"),
    [
        ("np.zeros((20, 24, 3), np.uint8)", f".permute(2, 0, 1).unsqueeze(0){BYTES}"),
        ("np.zeros((3, 20, 24), np.uint8)", f".unsqueeze(0){BYTES}"),
        ("np.zeros((5, 20, 24, 3))", ".permute(0, 3, 1, 2).float()"),
        ("np.zeros((5, 3, 20, 24), np.float32)", ""),
    ],
)
def test_an_image_is_put_in_order_in_the_call(made: str, order: str) -> None:
    code = f"{NET}net = Net()\nimage = {made}\nout = net(image)"
    check(code, "image is a NumPy array", [f"net(torch.from_numpy(image){order})"])


def test_a_grey_image() -> None:
    code = f"{NET}net = Net(1)\nimage = np.zeros((20, 24), np.uint8)\nout = net(image)"
    check(code, "(20, 24) of uint8", [f"net(torch.from_numpy(image).unsqueeze(0).unsqueeze(0){BYTES})"])


def test_numbers_for_a_linear_layer_in_a_function() -> None:
    act = "def act(state):\n    return policy({state}).argmax().item()"
    made = "import numpy as np\npolicy = nn.Sequential(nn.Linear(4, 2))\nstate = np.zeros(4)\n"
    code = f"{made}{act.format(state='state')}\nact(state)"
    check(code, "(4,) of float64", [act.format(state="torch.from_numpy(state).float()")])


def test_an_image_whose_channels_are_not_found_gets_no_line() -> None:
    assert not why(f"{NET}net = Net(7)\nimage = np.zeros((20, 24, 3), np.uint8)\nout = net(image)").fixes


def test_an_image_of_pil() -> None:
    pytest.importorskip("PIL")
    code = f"{NET}from PIL import Image\nnet = Net()\nimage = Image.new('RGB', (20, 24))\nout = net(image)"
    line = f"net(torch.from_numpy(np.array(image)).permute(2, 0, 1).unsqueeze(0){BYTES})"
    check(code, "image is an image of PIL", [line])
