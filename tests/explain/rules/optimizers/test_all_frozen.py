"""An optimizer, or a backward pass, of a network whose parameters were all frozen: what froze them is named."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, session, why

NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Linear(4, 8)
        self.classifier = nn.Linear(8, 9)
    def forward(self, x):
        return self.classifier(self.features(x))

"""
BUILD = """\
def build(n):
    net = Net()
    net.classifier = nn.Linear(8, n)
    {freeze}
    return net

model = build(5)
"""
LOOP = "for p in net.parameters():\n        p.requires_grad = False"
LINE = "opt = torch.optim.Adam(filter(lambda p: p.requires_grad, model.parameters()), lr=1e-3)"


@pytest.mark.parametrize("freeze", [LOOP, LOOP.replace("p.requires_grad = False", "p.requires_grad_(False)"),
                                    "net.requires_grad_(False)"])  # fmt: skip
def test_a_new_layer_that_the_function_freezes_as_well(freeze: str) -> None:
    explanation = check(
        NET + BUILD.format(freeze=freeze) + LINE,
        "in build() comes after the line that sets classifier, so it freezes the new layer too",
        [f"model.classifier.requires_grad_()\n{LINE}"],
    )
    assert "model.requires_grad_()" not in explanation.text


def test_only_the_new_layer_is_trained_then() -> None:
    code = NET + BUILD.format(freeze=LOOP) + LINE
    live = session()
    explanation = fails(code, live).explanation
    assert explanation is not None
    assert all(each.error is None for each in live.run(explanation.fixes[0].code + "\n"))
    shapes = [tuple(each.shape) for each in live.namespace["opt"].param_groups[0]["params"]]
    assert shapes == [(5, 8), (5,)]


def test_without_a_new_layer_the_last_one_is_only_a_guess() -> None:
    code = NET + "model = Net()\nfor p in model.parameters(): p.requires_grad = False\n" + LINE
    text = check(code, "If that is the last layer: model.classifier.requires_grad_().", []).text
    assert "`for p in model.parameters(): p.requires_grad = False` sets requires_grad to False." in text


def test_two_statements_that_may_have_done_it_are_not_named() -> None:
    code = NET + "other, model = Net(), Net()\nother.requires_grad_(False);\nmodel.requires_grad_(False);\n" + LINE
    assert "sets requires_grad" not in why(code).text


def test_a_backward_pass_names_the_loops_that_freeze() -> None:
    code = NET.replace(
        "    def forward",
        "        self.freeze()\n    def freeze(self):\n"
        "        for v in self.features.parameters():\n            v.requires_grad = False\n"
        "        for v in self.classifier.parameters():\n            v.requires_grad = False\n    def forward",
    ).replace("return self.classifier(self.features(x))", "return {'loss': self.classifier(self.features(x)).sum()}")
    code += "model = Net()\nout = model(torch.rand(3, 4))\nout['loss'].backward()"
    text = check(
        code, "and `for v in self.classifier.parameters(): …` in Net.freeze set requires_grad to False.", []
    ).text
    assert "If that is model.classifier, model.classifier.requires_grad_()" in text


def test_a_backward_pass_of_a_network_frozen_at_the_prompt() -> None:
    code = NET + "model = Net()\nmodel.requires_grad_(False);\nloss = model(torch.rand(3, 4)).sum()\nloss.backward()"
    text = check(code, "`model.requires_grad_(False)` sets requires_grad to False.", []).text
    assert "If that is model.classifier, model.classifier.requires_grad_()" in text
