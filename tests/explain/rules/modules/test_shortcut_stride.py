"""Residual blocks whose shortcut lacks the stride of the other side."""

from __future__ import annotations

import pytest

from tests.explain.failing import runs_after, why

BLOCK = """
class Block(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, stride=stride, padding=1)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        self.down = nn.Conv2d(cin, cout, {given})
    def forward(self, x):
        out = self.conv2(torch.relu(self.conv1(x)))
        return {sum}
block = Block(8, 16, stride=2)
y = block(torch.randn(1, 8, 20, 20))
"""


@pytest.mark.parametrize("given", ["1", "kernel_size=1", "1, bias=False"])
@pytest.mark.parametrize("sum", ["out + self.down(x)", "self.down(x) + out"])
def test_the_shortcut_gets_the_stride(given: str, sum: str) -> None:
    code = BLOCK.replace("{given}", given).replace("{sum}", sum)
    explanation = why(code)
    assert f"In Block.__init__, write nn.Conv2d(cin, cout, {given}, stride=stride)." in explanation.text
    assert f"self.down = nn.Conv2d(cin, cout, {given}, stride=stride)" in explanation.fixes[0].code
    assert runs_after(code) == 1


def test_a_shortcut_with_a_stride_of_its_own_is_left_alone() -> None:
    code = BLOCK.replace("{given}", "1, stride=4").replace("{sum}", "out + self.down(x)")
    assert "has none" not in why(code).text
