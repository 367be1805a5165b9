"""Networks given images of another size than before, and what comes back to another size."""

from __future__ import annotations

from tests.explain.failing import check

POOLED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.Linear(4 * 4 * 4, 2)
    def forward(self, x):
        x = self.conv(x)
        return self.fc({flat})

net = Net()
"""


def test_images_of_another_size_than_before() -> None:
    code = POOLED.format(flat="x.flatten(1)") + "net(torch.rand(2, 3, 8, 8))\ny = net(torch.rand(2, 3, 16, 16))"
    pooled = POOLED.format(flat="F.adaptive_avg_pool2d(x, 4).flatten(1)").strip()
    resized = "net(F.interpolate(torch.rand(2, 3, 16, 16), size=(8, 8)))"
    check(code, "This image leaves 8 x 8 places of 4 channels, and the ones before left 4 x 4", [resized, pooled])


def test_a_network_that_took_other_numbers_before_is_not_changed() -> None:
    code = "net = nn.Linear(4, 2)\na = net(torch.rand(3, 4))\nb = net(torch.rand(3, 5))"
    check(code, "What it was given before had the right size: this input has another one.", [])


def test_a_decoder_that_comes_back_to_another_size() -> None:
    made = """
class AE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Conv2d(1, 4, 3, stride=2, padding=1)
        self.dec = nn.ConvTranspose2d(4, 1, 3, stride=2, padding=1, output_padding=1)
    def forward(self, x):
        return {dec}

ae = AE()
"""
    code = made.format(dec="self.dec(self.enc(x))") + "x = torch.rand(2, 1, 8, 9)\nloss = (ae(x) - x).abs().mean()"
    fix = made.format(dec="self.dec(self.enc(x), output_size=x.shape[2:])").strip()
    check(code, "has a multiple of 2, and 9 is none", [fix])
    pooled = "ae = nn.Sequential(nn.MaxPool1d(4), nn.Upsample(scale_factor=4))\nx = torch.rand(2, 1, 10)\n"
    check(f"{pooled}loss = (ae(x) - x).abs().mean()", "Pad it first: x = F.pad(x, (0, 2))", [])


def test_a_second_last_layer() -> None:
    code = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.head = nn.Linear(9, 32), nn.Linear(32, 5)
        def forward(self, x):
            return self.head(self.body(x))
    net, top = Net(), nn.Linear(32, 2)
    y = top(net(torch.rand(3, 9)))
    """
    check(code, "If top is to take its place, leave self.head out of Net.forward", [])
