"""Two optimizers with the parameters of one network."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

GAN = """
G, D = nn.Linear(2, 3), nn.Linear(3, 1)
opt_g = torch.optim.Adam({first}.parameters(), lr=1e-3)
opt_d = torch.optim.Adam({second}.parameters(), lr=1e-3)
bce = nn.BCEWithLogitsLoss()
real, ones, zeros = torch.randn(8, 3), torch.ones(8, 1), torch.zeros(8, 1)
{then}
for _ in range(2):
    fake = G(torch.randn(8, 2))
    opt_d.zero_grad()
    (bce(D(real), ones) + bce(D(fake.detach()), zeros)).backward()
    opt_d.step()
    opt_g.zero_grad()
    g_loss = bce(D(fake), ones)
    g_loss.backward()
    opt_g.step()
"""


def gan(first: str, second: str, then: str = "") -> str:
    return GAN.format(first=first, second=second, then=then)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (gan("D", "D"), "opt_d and opt_g have the same parameters, and those of G, which get gradients, are in no"),
        (gan("D", "D"), "Make one of the two with G.parameters()."),
        (gan("D", "D").replace("opt_g", "gen_opt").replace("opt_d", "dis_opt"), "dis_opt and gen_opt have the same"),
    ],
)
def test_both_have_one_network(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        gan("G", "D"),
        gan("D", "D", "G.requires_grad_(False);"),
        gan("D", "D", "third = torch.optim.SGD(G.parameters(), lr=0.1)"),
        # first one optimizer, then another
        "net = nn.Linear(2, 1)\na, b = torch.optim.Adam(net.parameters()), torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "for opt in (a, b):\n    opt.zero_grad()\n    net(torch.ones(3, 2)).pow(2).mean().backward()\n    opt.step()",
    ],
)
def test_each_has_its_own(code: str) -> None:
    assert told_of_program(code) == []
