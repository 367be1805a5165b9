"""A pooling of a fixed size before the last layer, and a last layer of another name."""

from __future__ import annotations

import pytest

from tests.explain.failing import why

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1)
        self.pool = nn.AvgPool2d({kernel})
        self.fc = nn.Linear({size}, 2)
    def forward(self, x):
        x = self.pool(F.relu(self.conv(x)))
        return self.fc(torch.flatten(x, 1))

net = Net()
"""


def test_the_pooling_that_leaves_one_place() -> None:
    explanation = why(NET.format(kernel=8, size=16) + "net(torch.rand(2, 3, 16, 16))")
    assert "self.pool (nn.AvgPool2d(8)) leaves 2 x 2 places of each" in explanation.text
    [fix] = explanation.fixes
    assert "self.pool = nn.AdaptiveAvgPool2d(1)" in fix.code


def test_a_layer_of_more_numbers_than_channels_is_made_for_the_size() -> None:
    explanation = why(NET.format(kernel=2, size="16 * 4 * 4") + "net(torch.rand(2, 3, 16, 16))")
    assert "Adaptive" not in explanation.text
    assert "nn.Linear(16 * 8 * 8, 2)" in explanation.text


def test_the_function_form() -> None:
    code = NET.format(kernel=8, size=16).replace("self.pool(F.relu(self.conv(x)))", "F.avg_pool2d(self.conv(x), 8)")
    [fix] = why(code + "net(torch.rand(2, 3, 16, 16))").fixes
    assert "F.adaptive_avg_pool2d(self.conv(x), 1)" in fix.code


@pytest.mark.parametrize("name", ["fc", "head"])
def test_a_last_layer_of_another_name(name: str) -> None:
    explanation = why(f"""
class Alex(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Conv2d(3, 4, 3)
        self.classifier = nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(4, 10))

model = Alex()
model.{name} = nn.Linear(model.{name}.in_features, 3)
""")
    assert "its last layer is model.classifier[-1], nn.Linear(4, 10)" in explanation.text
    [fix] = explanation.fixes
    assert fix.code == "model.classifier[-1] = nn.Linear(model.classifier[-1].in_features, 3)"
