"""The two sizes of a layer in each other's place, tensors joined along the batch, heads in the place of the length."""

from __future__ import annotations

from tests.explain.failing import check, why

NAMED = """
class Net(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.a = nn.Linear(n_in, n_hidden)
        self.b = nn.Linear({sizes})
    def forward(self, x):
        return self.b(torch.relu(self.a(x)))

net = Net(4, 16, 3)
"""
WRITTEN = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 12)
        self.b = nn.Linear({sizes})
        self.c = nn.Linear({last}, 2)
    def forward(self, x):
        x = torch.relu(self.a(x))
        x = torch.relu(self.b(x))
        return self.c(x)

net = Net()
"""
UP = """
class Up(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.ConvTranspose2d(8, 4, 2, stride=2)
        self.conv = nn.Conv2d(8, 4, 3, padding=1)
    def forward(self, x, skip):
        return self.conv(torch.cat([self.up(x), skip]{dim}))

net = Up()
"""
HEADS = """
def attention(x):
    q = x.view(2, 6, 4, 5){turned}
    k = x.view(2, 6, 4, 5).transpose(1, 2)
    return {q} @ k.transpose(-2, -1)
"""


def test_names_are_swapped_back() -> None:
    code = f"{NAMED.format(sizes='n_out, n_hidden')}y = net(torch.rand(2, 4))"
    said = "In Net.__init__, write nn.Linear(n_hidden, n_out)."
    check(code, said, [NAMED.format(sizes="n_hidden, n_out").strip()])


def test_numbers_are_swapped_back_where_the_next_layer_takes_that() -> None:
    code = f"{WRITTEN.format(sizes='7, 12', last=7)}y = net(torch.rand(2, 4))"
    check(code, "In Net.__init__, write nn.Linear(12, 7).", [WRITTEN.format(sizes="12, 7", last=7).strip()])


def test_numbers_stay_in_their_order_where_the_next_layer_takes_that() -> None:
    code = f"{WRITTEN.format(sizes='7, 12', last=12)}y = net(torch.rand(2, 4))"
    check(code, "In Net.__init__, write nn.Linear(12, 12).", [WRITTEN.format(sizes="12, 12", last=12).strip()])


def test_channels_are_joined_along_dim_1() -> None:
    call = "y = net(torch.rand(2, 8, 4, 4), torch.rand(2, 4, 8, 8))"
    said = "Along dim 0 torch.cat makes a larger batch; along dim 1 the channels lie side by side."
    check(UP.format(dim=", 0") + call, said, [UP.format(dim=", 1").strip()])
    check(UP.format(dim="") + call, said, [UP.format(dim=", dim=1").strip()])


def test_features_are_joined_along_dim_1() -> None:
    code = "layer, a, b = nn.Linear(5, 2), torch.rand(4, 2), torch.rand(4, 3)\n"
    assert [fix.code for fix in why(code + "y = layer(torch.cat([a, a]))").fixes] != ["layer(torch.cat([a, a], dim=1))"]
    code = "layer, a = nn.Linear(4, 2), torch.rand(3, 2)\ny = layer(torch.cat([a, a]))"
    check(code, "layer expects a last dim of 4", ["layer(torch.cat([a, a], dim=1))"])


def test_one_side_has_the_heads_behind_the_length() -> None:
    fix = HEADS.format(turned="", q="q.transpose(1, 2)").strip()
    code = f"{HEADS.format(turned='', q='q')}y = attention(torch.rand(2, 6, 20))"
    check(code, "the batch dims are (2, 6) and (2, 4)", [fix])
