"""A layer that was made with the input in place of its settings."""

from __future__ import annotations

import pytest

from ptrepl.engine.outcome import Status
from ptrepl.shell.teaching import teach
from tests.explain.failing import session
from tests.explain.traps.test_traps import told

X = "x = torch.randn(4, 3)\n"


@pytest.mark.parametrize(
    ("code", "instead"),
    [
        ("nn.Softmax(x)", "nn.Softmax(dim=-1)(x)."),
        ("y = nn.ReLU(x)", "nn.ReLU()(x)."),
        ("y = torch.nn.LeakyReLU(x @ x.T)", "torch.nn.LeakyReLU()(x @ x.T)."),
        ("flat = nn.Flatten(x)", "nn.Flatten()(x)."),
        ("y = nn.MaxPool2d(x)", "nn.MaxPool2d(…)(x)."),
        ("def f(x):\n    return nn.GELU(x)\ny = f(x)", "nn.GELU()(x). That is line 3, in f()."),
    ],
)
def test_what_took_the_input_in_silence_is_told(code: str, instead: str) -> None:
    (said,) = told(X + code)
    assert "makes a layer, with x" in said
    assert said.endswith(instead)


@pytest.mark.parametrize("code", ["nn.ReLU(x)", "nn.SiLU(x)", "nn.ReLU6(x * 2)"])
def test_it_is_told_where_the_layer_cannot_even_be_shown(code: str) -> None:
    live = session()
    teach(live, lambda: True, lambda name: "")
    outcome = [*live.run(X + code + "\n")][-1]
    assert outcome.status is Status.RAISED
    (said,) = outcome.traps
    assert code.replace("(", "()(", 1) in said


@pytest.mark.parametrize(
    "code",
    [
        "y = nn.ReLU()(x)",
        "act = nn.ReLU()\ny = act(x)",
        "y = nn.LeakyReLU(0.2)(x)",
        "slope = torch.tensor(0.2)\ny = nn.LeakyReLU(slope)(x)",
        "slope = torch.tensor(0.2)\nact = nn.LeakyReLU(slope)",
        "weights = torch.ones(3)\nloss = nn.CrossEntropyLoss(weights)",
    ],
)
def test_layers_with_settings_are_left_in_peace(code: str) -> None:
    assert told(X + code) == ()
