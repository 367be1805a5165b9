"""More memory than the machine or its GPU has."""

from __future__ import annotations

import pytest

from ptrepl.explain.explain import explain
from tests.explain.failing import runs_after, shown, why

LARGE = "p = torch.empty(10**7, 1); t = torch.empty(10**7)\n"
"""10^7 predictions and targets; nothing is written to their memory, so that it takes no room."""


def test_the_screen():
    assert shown(LARGE + "loss = (p - t).pow(2).mean()").split("\n")[1:] == [
        "    loss = (p - t).pow(2).mean()",
        "            ~~^~~",
        "│ p is (10000000, 1) and t is (10000000,): they broadcast to every pair of",
        "│ elements, (10000000, 10000000). This asked for 400 TB of memory at once, more",
        "│ than the machine can give.",
        "│ try  loss = (p.squeeze(1) - t).pow(2).mean()",
    ]
    assert runs_after(LARGE + "p - t") == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("torch.zeros(10**14)", "This asked for 400 TB of memory at once"),
        ("torch.zeros(10**13, dtype=torch.int8)", "This asked for 10 TB of memory at once"),
        ("p.expand(10**7, 10**7).clone()", "p.expand(10**7, 10**7) has shape (10000000, 10000000)."),
        ("p @ p.T", "This asked for 400 TB of memory at once"),
        ("nn.Linear(10**7, 10**7)", "This asked for 400 TB of memory at once"),
    ],
)
def test_how_much_was_asked_for(line, says):
    assert says in why(LARGE + line).text


def test_what_a_gpu_says():
    error = type("OutOfMemoryError", (RuntimeError,), {"__module__": "torch"})(
        "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 79.11 GiB of which 5.50 GiB is "
        "free. Including non-PyTorch memory, this process has 73.60 GiB memory in use."
    )
    explanation = explain(error, {})
    assert explanation is not None
    assert explanation.text.startswith(
        "This asked for 20.00 GiB more, and of the 79.11 GiB of the GPU 5.50 GiB are free."
    )
