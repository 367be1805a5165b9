"""Branches that are joined, images that come back smaller, a table with one place too few."""

from __future__ import annotations

import pytest

from tests.explain.failing import runs_after, why


@pytest.mark.parametrize("conv", ["nn.Conv2d(c, 8, 3)", "nn.Sequential(nn.Conv2d(c, 8, 3), nn.ReLU())"])
def test_the_branch_that_does_not_keep_the_size(conv):
    code = f"""
class Inception(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.b1 = nn.Conv2d(c, 8, 1)
        self.b3 = {conv}
        self.b5 = nn.Conv2d(c, 8, 5, padding=2)
    def forward(self, x):
        return torch.cat([self.b1(x), self.b3(x), self.b5(x)], dim=1)
inc = Inception(4)
inc(torch.rand(2, 4, 12, 12))
"""
    explanation = why(code)
    assert "(kernel_size=3, padding=0) takes 2 off the height and width" in explanation.text
    assert ["nn.Conv2d(c, 8, 3, padding=1)" in fix.code for fix in explanation.fixes] == [True]
    assert runs_after(code) == 1


TOKENS = """
class ViT(nn.Module):
    def __init__(self, d=16, n=9):
        super().__init__()
        self.cls = nn.Parameter(torch.zeros(1, 1, d))
        self.pos = nn.Parameter(torch.zeros(1, {size}, d))
    def forward(self, x):
        x = torch.cat([{first}, x], dim=1)
        return x + self.pos
vit = ViT()
vit(torch.rand(4, 9, 16))
"""


def test_a_token_for_each_example():
    code = TOKENS.format(size="n + 1", first="self.cls")
    explanation = why(code)
    assert "self.cls.expand(x.size(0), -1, -1) gives it to each example" in explanation.text
    assert runs_after(code) == 1


def test_a_place_for_the_token():
    code = TOKENS.format(size="n", first="self.cls.expand(4, -1, -1)")
    explanation = why(code)
    assert "In ViT.__init__, write self.pos = nn.Parameter(torch.zeros(1, n + 1, d))." in explanation.text
    assert runs_after(code) == 1


@pytest.mark.filterwarnings("ignore")  # torch warns of the sizes too
def test_an_autoencoder_that_comes_back_smaller():
    code = """
class AE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, 2, 1))
        self.dec = nn.Sequential(nn.ConvTranspose2d(8, 4, 3, 2, 1), nn.ConvTranspose2d(4, 1, 3, stride=2, padding=1))
    def forward(self, x):
        return self.dec(self.enc(x))
ae, x = AE(), torch.rand(4, 1, 28, 28)
F.l1_loss(ae(x), x)
"""
    explanation = why(code)
    assert "then the result is (4, 1, 28, 28)" in explanation.text
    assert [fix.code.count("output_padding=1") for fix in explanation.fixes] == [2]
