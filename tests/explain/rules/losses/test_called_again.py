"""A loss that is called twice, for real and for fake: both calls are mended, or the second one is named."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

HEAD = """\
D = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())
bce = {loss}
real, noise = torch.rand(6, 4), torch.rand(6, 4)

"""
MADE = """\
def step(real, noise):
    n = real.size(0)
    yes = {ones}
    no = {zeros}
    loss_real = bce(D(real), yes)
    out = D(noise)
    loss_fake = bce(out, no)
    return loss_real + loss_fake
"""


@pytest.mark.parametrize("loss", ["nn.BCELoss()", "F.binary_cross_entropy", "nn.BCEWithLogitsLoss()"])
@pytest.mark.parametrize(
    ("ones", "zeros", "fixed"),
    [
        ("torch.ones(n)", "torch.zeros(n)", ("torch.ones(n, 1)", "torch.zeros(n, 1)")),
        ("torch.full((n,), 0.9)", "torch.zeros((n,))", ("torch.full((n, 1), 0.9)", "torch.zeros((n, 1))")),
    ],
)
def test_targets_without_the_last_dim_are_made_with_it(
    loss: str, ones: str, zeros: str, fixed: tuple[str, str]
) -> None:
    code = HEAD.format(loss=loss) + MADE.format(ones=ones, zeros=zeros) + "\nstep(real, noise)\n"
    mended = MADE.format(ones=fixed[0], zeros=fixed[1]).rstrip()
    check(code, f"Make the targets as {fixed[0]} and {fixed[1]}.", [mended])


def test_targets_from_elsewhere_leave_the_change_to_each_call() -> None:
    code = """\
def step(real, noise, yes, no):
    loss_real = bce(D(real), yes)
    loss_fake = bce(D(noise), no)
    return loss_real + loss_fake
"""
    mended = code.replace("D(real)", "D(real).squeeze(1)").replace("D(noise)", "D(noise).squeeze(1)").rstrip()
    call = "\nstep(real, noise, torch.ones(6), torch.zeros(6))"
    check(HEAD.format(loss="nn.BCELoss()") + code + call, "The same holds for bce(D(noise), no).", [mended])


def test_integers_of_full_are_made_floating_point_for_both() -> None:
    loop = """\
for data in [real, noise]:
    label = torch.full((6,), 1)
    loss_real = bce(D(data).view(-1), label)
    label.fill_(0)
    loss_fake = bce(D(noise).view(-1), label)"""
    mended = loop.replace("torch.full((6,), 1)", "torch.full((6,), 1, dtype=torch.float)")
    check(
        HEAD.format(loss="nn.BCELoss()") + loop, "Make the targets as torch.full((6,), 1, dtype=torch.float).", [mended]
    )


def test_a_second_call_that_cannot_be_followed_is_named() -> None:
    code = MADE.format(ones="torch.ones(n)", zeros="torch.zeros(n)").replace("out = D(noise)", "out = eval('D(noise)')")
    said = check(HEAD.format(loss="nn.BCELoss()") + code + "\nstep(real, noise)", "", []).text
    assert "bce(out, no) needs the same change." in said


def test_one_call_alone_is_mended_as_before() -> None:
    code = HEAD.format(loss="nn.BCELoss()") + "yes = torch.ones(6)\nbce(D(real), yes)"
    check(code, "so both need the same shape.", ["bce(D(real).squeeze(1), yes)", "bce(D(real), yes.unsqueeze(1))"])
