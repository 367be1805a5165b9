"""The learner's class for its instance, and inputs that are missing."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "class Net(nn.Module):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.fc = nn.Linear(3, 1)\n"
            "    def forward(self, x):\n"
            "        return self.fc(x)\n"
            "model = Net\n"
            "model(torch.ones(1, 3))",
            "model is the class Net itself, not a network: Net() makes an instance, and the instance takes the input.",
            ["model = Net()\nmodel(torch.ones(1, 3))"],
        ),
        (
            "class Net(nn.Module):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.fc = nn.Linear(3, 1)\n"
            "    def forward(self, x):\n"
            "        return self.fc(x)\n"
            "Net(torch.ones(1, 3))",
            "Net is the class: Net() makes an instance, a network, and the instance takes the input.",
            ["Net()(torch.ones(1, 3))"],
        ),
        (
            "class UNet(nn.Module):\n"
            "    def __init__(self, num_classes):\n"
            "        super().__init__()\n"
            "        self.out = nn.Conv2d(3, num_classes, 1)\n"
            "    def forward(self, x):\n"
            "        return self.out(x)\n"
            "img = torch.zeros(1, 3, 8, 8)\n"
            "UNet(img)",
            "Make the network first, as in net = UNet(num_classes), then call net with the input.",
            [],
        ),
        (
            "class Stereo(nn.Module):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.c = nn.Conv2d(3, 4, 1)\n"
            "    def forward(self, left, right):\n"
            "        return self.c(left) - self.c(right)\n"
            "eye = Stereo()\n"
            "eye(torch.zeros(1, 3, 4, 4))",
            "Calling eye calls its forward, which takes left, right. right was not given: eye(left, right).",
            [],
        ),
        (
            "class Net(nn.Module):\n"
            "    def __init__(self, hidden):\n"
            "        super().__init__()\n"
            "        self.fc = nn.Linear(3, hidden)\n"
            "    def forward(self, x):\n"
            "        return self.fc(x)\n"
            "x = torch.ones(1, 3)\n"
            "Net(x)",
            "Make the network first, as in net = Net(hidden), then call net with the input.",
            [],
        ),
    ],
)
def test_what_is_said_and_offered(code, said, fixes):
    check(code, said, fixes)
