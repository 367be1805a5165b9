"""Numbers and attributes of an optimizer."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

NET = "net = nn.Linear(4, 2)\nP = [*net.parameters()]"
SGD = f"{NET}\nopt = torch.optim.SGD(P, lr=0.1)"


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (f"{NET}\ntorch.optim.SGD(P, lr=-0.1)", "the learning rate is positive", ["torch.optim.SGD(P, lr=0.1)"]),
        (f"{NET}\ntorch.optim.Adam(P, weight_decay=-1)", "weight_decay is -1, and torch.optim.Adam takes no", ()),
        (
            f"{NET}\ntorch.optim.Adam(P, betas=0.8)",
            "Here it is one number, 0.8.",
            ["torch.optim.Adam(P, betas=(0.8, 0.999))"],
        ),
        (f"{NET}\ntorch.optim.Adam(P, betas=(0.9, 1.0))", "neither is 1", ()),
        (
            f"{NET}\ntorch.optim.SGD(P, lr=0.1, nesterov=True)",
            "momentum is 0 here",
            ["torch.optim.SGD(P, lr=0.1, nesterov=True, momentum=0.9)"],
        ),
        (
            f"{NET}\ntorch.optim.AdamW(P, momentum=0.8)",
            "momentum belongs to torch.optim.SGD",
            ["torch.optim.AdamW(P, betas=(0.8, 0.999))"],
        ),
        (f"{NET}\nrates = [0.1, 0.01]\ntorch.optim.SGD(P, lr=rates)", "lr=rates is a list", ()),
        (f"{NET}\ntorch.optim.Adam(P, weight_decay=(0, 1))", "weight_decay=(0, 1) is a tuple", ()),
        (f"{NET}\nopt = torch.optim.LBFGS(P)\nopt.step()", "then opt.step(closure)", ()),
        (f"{SGD}\nlr = opt.lr", "opt has no attribute lr", ['lr = opt.param_groups[0]["lr"]']),
        (f"{SGD}\nopt.zero_grads()", "It has zero_grad.", ["opt.zero_grad()"]),
        (f'{SGD}\nopt.param_groups["lr"] = 0.01', "is a list with a dict", ['opt.param_groups[0]["lr"] = 0.01']),
    ],
)
def test_what_an_optimizer_takes(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)


def test_two_betas_as_two_arguments_become_one_pair() -> None:
    check(
        "net = nn.Linear(2, 1)\ntorch.optim.Adam(net.parameters(), 1e-3, 0.9, 0.999)",
        "Here they are two arguments. As one: betas=(0.9, 0.999).",
        ["torch.optim.Adam(net.parameters(), 1e-3, (0.9, 0.999))"],
    )


def test_a_weight_decay_in_the_place_of_betas() -> None:
    """As the first of the betas it would run, and nearly leave the mean of the gradients out."""
    said = "By position, what comes after the learning rate is betas."
    check(f"{NET}\ntorch.optim.Adam(P, 1e-3, 1e-4)", said, ["torch.optim.Adam(P, 1e-3, weight_decay=1e-4)"])
    check(f"{NET}\ntorch.optim.Adam(P, 1e-3, 0.9)", "With it as the first", ["torch.optim.Adam(P, 1e-3, (0.9, 0.999))"])
