"""Windows over a series: how far the loop may go."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

SLICES = """
def windows(series, size):
    xs = []
    for i in range({stop}):
        xs.append(series[i:i + size])
    return torch.stack(xs)
windows(torch.arange(20.), 4)
"""


@pytest.mark.parametrize("stop", ["len(series)", "series.size(0)", "0, series.shape[0]"])
def test_slices_that_become_shorter(stop):
    last = stop.removeprefix("0, ")
    explanation = why(SLICES.format(stop=stop))
    assert "series[i:i + size] ends where series does, so the last windows are shorter." in explanation.text
    assert "pad_sequence" not in explanation.text
    [fix] = explanation.fixes
    assert f"{last} - size + 1):" in fix.code


def test_an_index_beyond_the_end():
    code = "def steps(x):\n    d = []\n    for i in range(len(x)):\n        d.append(x[i + 1] - x[i])\n    return d\n"
    fix = code.replace("range(len(x))", "range(len(x) - 1)").rstrip("\n")
    check(code + "steps(torch.arange(5.))", "range(len(x) - 1) stops in time", [fix])


@pytest.mark.parametrize("index", ["i * 2", "i + 1"])
def test_another_loop_is_not_blamed(index):
    count = "range(10)" if index == "i + 1" else "range(len(x))"
    code = f"def f(x):\n    return [x[{index}] for i in {count}]\nf(torch.arange(5.))"
    assert "stops in time" not in why(code).text


def test_sequences_of_other_lengths_are_padded_as_ever():
    assert "pad_sequence" in why("xs = [torch.ones(3), torch.ones(5)]\ntorch.stack(xs)").text


def test_windows_of_a_list_at_the_prompt():
    code = "series = torch.arange(9.)\nn = 4\nxs = [series[i : i + n] for i in range(len(series))]\ntorch.stack(xs)"
    check(code, "range(len(series) - n + 1) stops with the last whole one.")
