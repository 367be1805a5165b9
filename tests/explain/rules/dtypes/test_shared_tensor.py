"""A change in place of a tensor that others have too is never offered as a rebinding of a name."""

import pytest

from tests.explain.failing import check, runs_after, why

BATCH = "a, b = nn.BatchNorm1d(2), nn.BatchNorm1d(2)\n"


@pytest.mark.parametrize(
    "code",
    [
        BATCH + "for name, t in a.state_dict().items():\n    t.add_(b.state_dict()[name] * 0.5)",
        BATCH + "for t, other in zip(a.buffers(), b.buffers()):\n    t += other * 0.5",
        BATCH
        + "def average(one, other):\n    for key, value in one.state_dict().items():\n"
        + "        value.add_(0.5 * (other.state_dict()[key] - value))\n\naverage(a, b)",
        BATCH + "for p in a.buffers():\n    p.mul_(torch.tensor([0.5])[0] * torch.ones(()))",
    ],
)
def test_a_counter_of_a_state_dict_is_skipped_or_the_update_converted(code):
    explanation = why(code)
    assert "num_batches_tracked" in explanation.text
    for fix in explanation.fixes:
        assert " = " not in fix.code.splitlines()[-1]
        assert ".dtype)" in fix.code or "is_floating_point()" in fix.code
    assert runs_after(code) == len(explanation.fixes)


@pytest.mark.parametrize(
    "code",
    [
        "def halve(t):\n    t.mul_(0.5)\n\nhalve(torch.arange(3))",
        "def shift(counts, by):\n    counts += by\n\nshift(torch.arange(3), torch.ones(3))",
        "ts = [torch.arange(2), torch.arange(3)]\nfor t in ts:\n    t.add_(0.5)",
        "ts = [torch.arange(2)]\nts[0].add_(torch.ones(2))",
    ],
)
def test_an_argument_or_an_element_is_not_bound_anew(code):
    assert all(" = t." not in fix.code and "counts = " not in fix.code for fix in why(code).fixes)


def test_an_argument_that_the_function_returns_may_be():
    check(
        "def scale(t):\n    t /= 2\n    return t\n\nscale(torch.arange(3))",
        "t is int64 and holds integers.",
        [
            "def scale(t):\n    t = t / 2\n    return t",
            "def scale(t):\n    t //= 2\n    return t",
        ],
    )
