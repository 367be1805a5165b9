"""Tensors that a layer was given where another one was meant, and inputs that may be what is wrong."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, why

OTHER_ARGUMENT = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(16, 8)
        self.k = nn.Linear(32, 8)
    def forward(self, x, ctx):
        q = self.q(x)
        k = self.k(x)
        return q @ k.transpose(1, 2)
net = Net()
out = net(torch.randn(2, 5, 16), torch.randn(2, 7, 32))
"""
EXCHANGED = """
class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.img = nn.Linear(64, 8)
        self.txt = nn.Linear(20, 8)
    def forward(self, image, text):
        return (self.img(image) * self.txt(text)).sum(-1)
two = Two()
image, text = torch.randn(3, 64), torch.randn(3, 20)
score = two(text, image)
"""
BOTH = """
class Gen(nn.Module):
    def __init__(self, nz=10, n_classes=5):
        super().__init__()
        self.emb = nn.Embedding(n_classes, 6)
        self.fc = nn.Linear(16, 32)
    def forward(self, z, y):
        e = self.emb(y)
        return self.fc(z)
g = Gen()
out = g(torch.randn(4, 10), torch.tensor([0, 1, 2, 3]))
"""
MIRRORED = """
class AE(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Sequential(nn.Linear(100, 32), nn.ReLU(), nn.Linear(32, 8))
        self.dec = nn.Sequential(nn.Linear(32, 8), nn.ReLU(), nn.Linear(8, 100))
    def forward(self, x):
        return self.dec(self.enc(x))
ae = AE()
r = ae(torch.rand(4, 100))
"""
TABLE = """
N_FEATURES = 8
class Reg(nn.Module):
    def __init__(self, n_in):
        super().__init__()
        self.a = nn.Linear(n_in, 16)
        self.b = nn.Linear(16, 1)
    def forward(self, x):
        return self.b(torch.relu(self.a(x)))
reg = Reg(N_FEATURES)
table = torch.randn(30, 9)
pred = reg(table)
"""
BACKBONE = """
class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Linear(20, 64)
        self.fc = nn.Linear(64, 100)
    def forward(self, x):
        return self.fc(self.features(x))
class Birds(nn.Module):
    def __init__(self, backbone, n):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(64, n)
    def forward(self, x):
        return self.head(self.backbone(x))
net = Birds(Backbone(), 7)
out = net(torch.randn(5, 20))
"""
GREY = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(1, 8, 3)
        self.f = nn.Linear(8, 2)
    def forward(self, x):
        return self.f(self.c(x).mean((2, 3)))
net = Net()
images = torch.rand(4, 3, 28, 28)
out = net(images)
"""
ALPHA = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.c(x).mean((1, 2, 3))
net = Net()
images = torch.rand(2, 4, 16, 16)
out = net(images)
"""


@pytest.mark.parametrize(
    ("code", "said", "line"),
    [
        (OTHER_ARGUMENT, "and forward does not use it: it was probably meant here.", "k = self.k(ctx)"),
        (EXCHANGED, "the two came in the other order. Call it as two(image, text).", "two(image, text)"),
        (BOTH, "e, from `e = self.emb(y)`, is not used, and has the other 6", "self.fc(torch.cat([z, e], dim=1))"),
    ],
)
def test_another_tensor_was_meant(code: str, said: str, line: str) -> None:
    explanation = why(code)
    assert said in explanation.text, explanation.text
    assert [line in fix.code for fix in explanation.fixes] == [True]
    assert runs_after(code) == 1


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (MIRRORED, "its sizes stand in the other order, nn.Linear(8, 32)"),
        (TABLE, "If one column is not an input, such as the target, leave it out; if all are, `reg = Reg(9)`."),
        (BACKBONE, "write `self.backbone.fc = nn.Identity()` in __init__"),
        (ALPHA, "images[:, :3] makes images of 3 channels of them; or the network is made for theirs."),
    ],
)
def test_where_two_things_may_be_wrong_both_are_said(code: str, said: str) -> None:
    check(code, said, [])


def test_a_network_that_is_ready_keeps_its_layers() -> None:
    said = "images.mean(dim=1, keepdim=True) makes images of one channel of them; or the network is made for theirs."
    assert said in why(GREY).text
    assert len(why(GREY).fixes) == 1
    check(GREY.replace("net = Net()", "net = Net().eval()"), said, [])


def test_an_argument_that_is_not_used_is_joined_with_the_input():
    explanation = why("""
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(24, 4)
    def forward(self, x, ctx):
        h = torch.relu(x)
        return self.fc(h)
head = Head()
head(torch.randn(4, 8), torch.randn(4, 16))
""")
    said = "ctx, which forward was given, is not used, and has the other 16: self.fc(torch.cat([h, ctx], dim=1))."
    assert said in explanation.text
    assert "return self.fc(torch.cat([h, ctx], dim=1))" in explanation.fixes[0].code


def test_the_context_of_a_decoder_that_has_a_state():
    explanation = why("""
class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(20, 8)
        self.gru = nn.GRU(8 + 16, 16, batch_first=True)
    def forward(self, tok, h, ctx):
        e = self.emb(tok)
        return self.gru(e, h)
dec = Decoder()
dec(torch.randint(0, 20, (4, 1)), torch.zeros(1, 4, 16), torch.randn(4, 1, 16))
""")
    assert "self.gru(torch.cat([e, ctx], dim=2), h)" in explanation.text
    assert "return self.gru(torch.cat([e, ctx], dim=2), h)" in explanation.fixes[0].code
