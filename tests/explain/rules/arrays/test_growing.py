"""Methods of lists on a tensor, in-place names, tensors without dims."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "morning = torch.ones(3)\nevening = torch.ones(3)\nmorning.append(evening)",
            "A tensor keeps its size, so it has no .append(). torch.cat makes a new tensor of "
            "several; a Python list can collect them first.",
            ["morning = torch.cat([morning, evening])"],
        ),
        (
            "x = torch.ones(3, requires_grad=True)\nx.sum().backward()\nx.grad.zero()",
            "A tensor has no .zero(). There is .zero_(): the _ says that it changes the tensor in place.",
            ["x.grad.zero_()"],
        ),
        (
            "x = torch.ones(3)\nlen(torch.tensor(5))",
            "torch.tensor(5) has no dims: it is one number, and has no length. numel() counts it: 1.",
            [],
        ),
        (
            "for i in torch.tensor(3):\n    print(i)",
            "torch.tensor(3) has no dims: it is one number, and there is nothing to go through. To "
            "count up to it: range(torch.tensor(3)).",
            [],
        ),
        (
            "x = torch.ones(2)\nx.append(torch.tensor(5.))",
            "A tensor keeps its size, so it has no .append(). torch.cat makes a new tensor of "
            "several; a Python list can collect them first.",
            ["x = torch.cat([x, torch.tensor(5.).unsqueeze(0)])"],
        ),
        (
            "x = torch.ones(3)\nx.fill(2.)",
            "A tensor has no .fill(). There is .fill_(): the _ says that it changes the tensor in place.",
            ["x.fill_(2.)"],
        ),
    ],
)
def test_what_is_said_and_offered(code, said, fixes):
    check(code, said, fixes)


def test_squeeze_before_a_loop() -> None:
    code = "p = torch.tensor([0.1, 0.9])\nfor i in torch.nonzero(p > 0.5).squeeze():\n    print(p[i])"
    fix = "for i in torch.nonzero(p > 0.5).squeeze(-1):\n    print(p[i])"
    check(code, "squeeze() removes every dim of size 1, so the last one too", [fix])


def test_what_a_generator_goes_through() -> None:
    check("h = torch.tensor(2.5)\ntuple(v + 1 for v in h)", "h has no dims: it is one number, and there is nothing", [])


def test_code_for_an_old_version_that_asks_for_variable() -> None:
    code = """
    from torch.autograd import Variable

    def repackage(h):
        if type(h) == Variable:
            return Variable(h.data)
        return tuple(repackage(v) for v in h)

    repackage((torch.zeros(2), torch.zeros(2)))
    """
    check(code, "type(h) is never Variable: since PyTorch 0.4 what Variable makes is a torch.Tensor.", [])
