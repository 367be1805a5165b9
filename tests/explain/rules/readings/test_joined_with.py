"""A layer made for two tensors side by side that got one of them."""

from __future__ import annotations

from tests.explain.failing import check, why

UNET = """
class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 4, 3, padding=1)
        self.up = nn.Conv2d({channels}, 3, 1)
    def forward(self, x):
        d = self.down(x)
        u = F.interpolate(F.max_pool2d(d, 2), scale_factor=2)
        return self.up({given})

unet = UNet()
"""
CALL = "unet(torch.rand(1, 3, 8, 8))"


def test_the_skip_of_a_unet():
    code = UNET.format(channels=8, given="u") + CALL
    offered = [UNET.format(channels=n, given=g).strip() for n, g in ((8, "torch.cat([u, d], dim=1)"), (4, "u"))]
    check(code, "d, (1, 4, 8, 8), has the other 4: if the two are to be joined, write", offered)


def test_nothing_is_joined_that_is_not_of_that_size():
    assert "joined" not in why(UNET.format(channels=9, given="u") + CALL).text


def test_two_branches_for_a_linear():
    cls = (
        "class Two(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.a, self.b = nn.Linear(4, 3), nn.Linear(4, 2)\n        self.fc = nn.Linear(5, 1)\n"
        "    def forward(self, x):\n        one = self.a(x)\n        two = self.b(x)\n"
        "        s = one.sum() + two.sum()\n        return self.fc(one) * s\ntwo = Two()\n"
    )
    told = why(cls + "two(torch.randn(6, 4))")
    assert "two, (6, 2), has the other 2: if the two are to be joined, write self.fc(torch.cat([one, two], dim=1))" in (
        told.text
    )
