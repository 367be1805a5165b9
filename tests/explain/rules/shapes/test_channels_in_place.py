"""A mean for each of three channels, subtracted in place from an image with one."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.parametrize(("call", "name"), [("img.sub_(mean)", "mean"), ("img.div_(stats[1])", "stats[1]")])
def test_three_values_for_one_channel(call: str, name: str) -> None:
    code = f"""
mean = torch.tensor((0.5, 0.5, 0.5)).view(-1, 1, 1)
stats = [mean, mean]
def normalized(img):
    return {call}

normalized(torch.rand(1, 8, 8))
"""
    check(code, f"{name} has a value for each of 3 channels, and img has one channel", [])
