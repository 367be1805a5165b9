"""squeeze() in a function or a forward that takes the batch dim of a batch of one as well."""

from __future__ import annotations

import textwrap

import pytest

from tests.explain.failing import check, why

SCENE = """
class Scene(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 9, batch_first=True)
        self.fc = nn.Linear(9, 6)
    def forward(self, x):
        _, h = self.gru(x)
        return self.fc(h.squeeze())

net = Scene()
"""
POOLED = """
def scores(layer, x):
    x = layer(x)
    return torch.squeeze(x)

conv = nn.Conv2d(3, 4, 5)
"""
MASKS = """
def target_of(masks):
    return masks.long().squeeze()

net = nn.Conv2d(1, 5, 3, padding=1)
image, masks = torch.rand(1, 1, 8, 8), torch.randint(0, 5, (1, 1, 8, 8)).float()
"""


@pytest.mark.parametrize(
    ("code", "said", "line"),
    [
        (SCENE + "net(torch.randn(1, 7, 5)).topk(3, dim=1)", "h.squeeze() in Scene.forward", "self.fc(h.squeeze(0))"),
        (
            SCENE + "for x in (torch.randn(4, 7, 5), torch.randn(1, 7, 5)):\n    best = net(x).argmax(1)\n",
            "x is (1, 7, 5), a batch of one.",
            "self.fc(h.squeeze(0))",
        ),
        (
            POOLED + "y = scores(conv, torch.rand(1, 3, 5, 5))\npred = y.argmax(dim=1)",
            "torch.squeeze(x) in scores drops",
            "return x.squeeze((2, 3))",
        ),
        (
            MASKS + "target = target_of(masks)\nloss = F.cross_entropy(net(image), target)",
            "masks.long().squeeze(1) keeps it.",
            "return masks.long().squeeze(1)",
        ),
        (
            SCENE
            + "for x, y in [(torch.randn(1, 7, 5), torch.tensor([2]))]:\n"
            + "    out = net(x)\n    loss = F.cross_entropy(out, y)\n    loss.backward()\n",
            "h.squeeze(0) keeps it.",
            "self.fc(h.squeeze(0))",
        ),
    ],
)
def test_the_function_that_lost_the_batch(code: str, said: str, line: str) -> None:
    explanation = why(code)
    assert said in explanation.text, explanation.text
    [fix] = explanation.fixes
    assert line in fix.code


def test_a_dim_that_was_right_in_the_rounds_before() -> None:
    explanation = why("""
        for x in (torch.randn(4, 3), torch.randn(3)):
            best = x.argmax(dim=1)
    """)
    assert explanation.fixes == ()


def test_a_target_without_a_batch() -> None:
    check(
        textwrap.dedent("""
            net, mask = nn.Conv2d(3, 2, 1), torch.randint(0, 2, (8, 8))
            out = net(torch.rand(1, 3, 8, 8))
            loss = F.cross_entropy(out, mask)
        """),
        "mask lacks the batch dim",
        ["F.cross_entropy(out, mask.unsqueeze(0))"],
    )
