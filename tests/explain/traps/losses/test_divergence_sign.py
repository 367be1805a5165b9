"""KL divergences without their minus."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

VAE = """
enc, dec = nn.Linear(8, 4), nn.Linear(2, 8)
opt = torch.optim.Adam([*enc.parameters(), *dec.parameters()], lr=1e-3)
x, beta = torch.rand(16, 8), 0.5
def loss_of(recon, x, mu, logvar):
    bce = F.binary_cross_entropy(recon, x, reduction='sum')
    {lines}
for _ in range(2):
    mu, logvar = enc(x).chunk(2, dim=1)
    z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
    loss = loss_of(torch.sigmoid(dec(z)), x, mu, logvar)
    opt.zero_grad()
    loss.backward()
    opt.step()
"""


def vae(*lines: str) -> str:
    return VAE.format(lines="\n    ".join(lines))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            vae("kld = 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())", "return bce + kld"),
            "1 + logvar - mu.pow(2) - logvar.exp() is never above 0, and the loss has it with a plus",
        ),
        (vae("return bce + 0.5 * (1 + logvar - mu ** 2 - torch.exp(logvar)).sum(1).mean()"), "-0.5 * (1 + logvar"),
        (
            vae("kld = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), dim=1)", "return bce - kld.mean()"),
            "with a plus",
        ),
        (
            vae("kld = -0.5 * (mu.pow(2) + logvar.exp() - logvar - 1).mean()", "return bce / len(x) + beta * kld"),
            "a plus",
        ),
    ],
)
def test_a_divergence_without_its_minus(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        vae("kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())", "return bce + kld"),
        vae("kld = 0.5 * (mu.pow(2) + logvar.exp() - logvar - 1).sum()", "return bce + beta * kld"),
        vae("kld = 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())", "return bce - kld"),
        vae("kld = 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())", "return bce + (-beta) * kld"),
        vae("elbo = -bce + 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())", "return -elbo"),
        vae("return bce + 0.5 * torch.sum(1 + logvar - mu.pow(2))"),
    ],
)
def test_a_divergence_with_its_minus(code: str) -> None:
    assert told_of_program(code) == []
