"""A state dict whose layers are asked for as if it were the network."""

from __future__ import annotations

from tests.explain.failing import check

NET = """
class Net(nn.Module):
    def __init__(self{size}):
        super().__init__()
        self.fc = nn.Linear(8, 3)
        self.body = nn.Linear(4, 8)
model = Net().state_dict()
"""
SAYS = "The keys are those of Net: with weights for what was loaded, model = Net(), then"


def test_a_layer_of_a_state_dict() -> None:
    code = NET.format(size="") + "n = model.fc.in_features"
    lines = "weights = model\nmodel = Net()\nmodel.load_state_dict(weights)\nn = model.fc.in_features"
    check(code, SAYS, [lines])


def test_a_class_that_takes_sizes() -> None:
    check(NET.format(size=", size=8") + "model(torch.rand(2, 4))", "the sizes that it was saved with", [])


def test_a_dict_without_such_a_key() -> None:
    code = NET.format(size="") + "model.head"
    from tests.explain.failing import fails

    said = fails(code).explanation
    assert said is None or "state dict" not in said.text
