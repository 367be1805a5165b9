"""A GradScaler that is to step an optimizer without gradients."""

from __future__ import annotations

from tests.explain.failing import check, fails

CODE = """
    one, other = nn.Linear(2, 1), nn.Linear(2, 1)
    opts = {"one": torch.optim.SGD(one.parameters(), 0.1), "other": torch.optim.SGD(other.parameters(), 0.1)}
    opt = opts["other"]
    scaler = torch.amp.GradScaler("cpu")
    scaler.scale(one(torch.ones(4, 2)).mean()).backward()
"""


def test_its_parameters_had_no_part_in_the_loss() -> None:
    said = "No parameter of opt has a gradient: they had no part in the loss that backward() went back from"
    check(CODE + "    scaler.step(opt)", said)


def test_where_one_has_a_gradient_nothing_is_said() -> None:
    code = CODE + "    other.bias.grad = torch.ones(1)\n    scaler.step(opt)\n    scaler.step(opt)"
    assert fails(code).explanation is None
