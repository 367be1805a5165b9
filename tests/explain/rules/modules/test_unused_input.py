"""A tensor that was made for the layer, beside the one that the layer was given."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        (
            "net = nn.Linear(12, 2)\nx = torch.zeros(4, 1, 3, 4)\nflat = x.reshape(4, -1)\nout = net(x)",
            "net(flat)",
        ),
        (
            "net = nn.Linear(12, 2)\nfor x in [torch.zeros(4, 1, 3, 4)]:\n    flat = x.flatten(1)\n    out = net(x)",
            "for x in [torch.zeros(4, 1, 3, 4)]:\n    flat = x.flatten(1)\n    out = net(flat)",
        ),
        (
            "net = nn.Linear(8, 2)\ndef scores(rows):\n    wide = torch.cat([rows, rows], 1)\n    return net(rows)\n"
            "s = scores(torch.zeros(4, 4))",
            "def scores(rows):\n    wide = torch.cat([rows, rows], 1)\n    return net(wide)",
        ),
    ],
)
def test_the_name_that_is_not_used(code: str, fix: str) -> None:
    check(code, "and it is not used: it was probably meant here.", [fix])


@pytest.mark.parametrize(
    "code",
    [
        "net = nn.Linear(12, 2)\nx = torch.zeros(4, 1, 3, 4)\nflat = torch.zeros(4, 12)\nout = net(x)",
        "net = nn.Linear(12, 2)\nfor x in [torch.zeros(4, 1, 3, 4)]:\n    f = x.flatten(1)\n    print(f)\n    net(x)",
        "net = nn.Linear(12, 2)\nx = torch.zeros(4, 1, 3, 5)\nflat = x.reshape(4, -1)\nout = net(x)",
    ],
)
def test_another_tensor(code: str) -> None:
    assert "probably meant" not in why(code).text
