"""Layers made for other sizes: which layer it is, what reached it, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, shown, why

NET = "net = nn.Sequential(nn.Linear(8, 20), nn.ReLU(), nn.Linear(30, 1))\n"


def test_the_screen_names_the_layer_and_what_reaches_it():
    code = NET + "x = torch.ones(32, 8)\nloss = net(x).mean()"
    assert (
        shown(code)
        == """\
RuntimeError: mat1 and mat2 shapes cannot be multiplied (32x20 and 30x1)
    loss = net(x).mean()
           ^^^^^^
│ net[2] expects a last dim of 30 (in_features=30). The output of net[1] is (32,
│ 20). The last dim of the input is 20.
│ try  net = nn.Sequential(nn.Linear(8, 20), nn.ReLU(), nn.Linear(20, 1))
│     → net(x) has shape (32, 1)"""
    )
    assert runs_after(code) == 1


@pytest.mark.parametrize(
    ("made", "given", "text", "fixes"),
    [
        ("nn.Linear(10, 5)", "32, 8", "net expects a last dim of 10 (in_features=10). x is (32, 8).",
         ["net = nn.Linear(8, 5)"]),
        ("nn.Linear(in_features=10, out_features=5)", "8", "The last dim of the input is 8",
         ["net = nn.Linear(in_features=8, out_features=5)"]),
        ("nn.Linear(10, 5, bias=False)", "10, 8", "The last dim of the input is 8",
         ["net = nn.Linear(8, 5, bias=False)"]),
        ("nn.Linear(1, 1)", "100", "a last dim of 1 (in_features=1)", ["net(x.unsqueeze(1))"]),
        ("nn.Linear(1, 5)", "", "a single number, a tensor without dims", ["net(x.unsqueeze(0))"]),
        ("nn.Sequential(nn.Linear(784, 5))", "32, 1, 28, 28", "net[0] expects a last dim of 784",
         ["net(x.flatten(1))"]),
        ("nn.Linear(784, 5)", "28, 28", "net expects a last dim of 784", ["net(x.flatten())"]),
        ("nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Linear(5408, 10))", "4, 1, 28, 28",
         "The output of net[1] is (4, 8, 26, 26).",
         ["net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(5408, 10))"]),
        ("nn.Sequential(nn.Conv2d(1, 8, 3), nn.Linear(100, 10))", "4, 1, 28, 28", "The last dim of the input is 26",
         ["net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.Flatten(), nn.Linear(5408, 10))"]),
        ("nn.Sequential(nn.Sequential(nn.Linear(4, 3)), nn.Sequential(nn.Linear(4, 3)))", "2, 4",
         "net[1][0] expects a last dim of 4",
         ["net = nn.Sequential(nn.Sequential(nn.Linear(4, 3)), nn.Sequential(nn.Linear(3, 3)))"]),
        ("nn.LSTM(10, 5, 3)", "32, 8, 7", "net expects a last dim of 10 (input_size=10)", ["net = nn.LSTM(7, 5, 3)"]),
        ("nn.BatchNorm1d(10)", "32, 8",
         "net expects 10 features in dim 1 (num_features=10). x is (32, 8). Dim 1 of the input is 8.",
         ["net = nn.BatchNorm1d(8)"]),
        ("nn.GRU(8, 2)", "8", "net expects an input with 2 or 3 dims. x is (8,). The input has one dim.",
         ["net(x.unsqueeze(0))"]),
        ("nn.BatchNorm1d(8)", "8", "net expects an input with 2 or 3 dims", []),
        ("nn.BatchNorm2d(3)", "3, 4", "net expects an input with 4 dims. x is (3, 4). The input has 2 dims.", []),
        ("nn.LayerNorm(10)", "32, 8", "net expects a last dim of 10. x is (32, 8).", []),
        ("nn.LayerNorm((3, 10))", "32, 8", "an input that ends in the dims (3, 10). x is (32, 8).", []),
        ("nn.Sequential(*[nn.Linear(10, 5)])", "32, 8", "net[0] expects a last dim of 10", []),
    ],
)  # fmt: skip
def test_fixes_are_those_that_run(made, given, text, fixes):
    code = f"net = {made}\nx = torch.zeros({given or '()'})\nnet(x)"
    check(code, text, fixes)


OWN = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 4)
        self.more = nn.Sequential(nn.Linear(4, 4), nn.Linear(5, 1))

    def forward(self, x):
        hidden = self.fc(x)
        return self.more(hidden)

net = Net()
"""


def test_a_module_of_the_learners_own():
    code = OWN + "net(torch.ones(3, 1, 28, 28))"
    explanation = why(code)
    assert "self.fc expects a last dim of 784 (in_features=784). x is (3, 1, 28, 28)." in explanation.text
    assert "hidden = self.fc(x.flatten(1))" in explanation.fixes[0].code
    explanation = why(OWN + "net(torch.ones(3, 784))")
    assert "self.more[1] expects a last dim of 5 (in_features=5). The output of self.more[0] is (3, 4)." in (
        explanation.text
    )
    assert "In Net.__init__, write nn.Linear(4, 1)." in explanation.text
    [fix] = explanation.fixes
    assert "nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 1))" in fix.code
    assert fix.code.endswith("\n\nnet = Net()")


def test_a_network_that_was_changed_since_is_not_written_anew():
    code = NET + "net[2] = nn.Linear(40, 1)\nnet(torch.ones(32, 8))"
    assert "net[2] expects a last dim of 40" in why(code).text
    assert [fix.code for fix in why(code).fixes] == ["net[2] = nn.Linear(20, 1)"]


def test_the_function_says_that_it_transposes_the_weight():
    code = "x = torch.ones(32, 8)\nw = torch.ones(8, 10)\nF.linear(x, w)"
    assert "F.linear needs the last dim of the input (8) to equal the last dim of the weight (10)" in why(code).text
    assert [fix.code for fix in why(code).fixes] == ["F.linear(x, w.T)"]
    assert runs_after(code) == 1


def test_a_layer_inside_a_larger_one_of_torchs_is_named_by_its_path():
    said = why("net = nn.TransformerEncoderLayer(10, 2)\nnet(torch.ones(3, 4, 7))")
    assert said.text.startswith("net.self_attn was made for vectors of 10 numbers"), said.text
    assert not said.fixes


@pytest.mark.parametrize("made", ["nn.Linear(3, 2)", "nn.Sequential(nn.Linear(3, 2))", "nn.LSTM(3, 2)"])
def test_a_batch_is_not_turned_because_it_has_as_many_rows_as_the_layer_takes_numbers(made):
    code = f"net = {made}\nxb = torch.ones(3, 8)\nnet(xb)"
    assert not any(".T" in fix.code for fix in why(code).fixes)


def test_a_batch_that_was_turned_is_turned_back():
    code = "net = nn.Linear(8, 2)\nxb = torch.ones(3, 8)\nnet(xb.T)"
    assert [fix.code for fix in why(code).fixes] == ["net(xb)"]
    assert runs_after(code) == 1


SEQUENCE = """
class Encoder(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.proj = nn.Linear(12, d)
        self.bn = nn.BatchNorm1d(d)
    def forward(self, x):
        return torch.relu(self.bn(self.proj(x)))
encoder = Encoder(32)
encoder(torch.randn(8, 50, 12))
"""


def test_a_batch_norm_of_a_sequence_is_turned() -> None:
    """Not another num_features, which would run and compute one mean for each time."""
    said = (
        "Dim 2 of the input has 64: .transpose(1, 2) moves it to dim 1, and .transpose(1, 2) after the layer moves it"
    )
    code = "bn = nn.BatchNorm1d(64)\nx = torch.randn(8, 50, 64)\nbn(x)"
    check(code, said, ["bn(x.transpose(1, 2)).transpose(1, 2)"])
    [fix] = why(SEQUENCE).fixes
    assert "self.bn(self.proj(x).transpose(1, 2)).transpose(1, 2)" in fix.code
    check(
        "bn = nn.BatchNorm1d(64)\nx = torch.randn(8, 50, 32)\nbn(x)",
        "Dim 1 of the input is 50.",
        ["bn = nn.BatchNorm1d(50)"],
    )


def test_a_layer_norm_of_channels_is_turned() -> None:
    code = "norm = nn.LayerNorm(16)\nx = torch.randn(4, 16, 100)\nnorm(x)"
    check(code, "Dim 1 of the input has 16", ["norm(x.transpose(1, 2)).transpose(1, 2)"])
    code = "norm = nn.LayerNorm(32)\nmaps = torch.randn(4, 32, 8, 8)\nnorm(maps)"
    check(code, "moves it to dim 3", ["norm(maps.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)"])
    check("norm = nn.LayerNorm(16)\nx = torch.randn(16, 16, 100)\nnorm(x)", "expects a last dim of 16", [])


def test_a_batch_norm_of_an_image_without_a_batch() -> None:
    said = "The input has no batch dim: .unsqueeze(0) makes a batch of one of it."
    check("bn = nn.BatchNorm2d(3)\nimage = torch.rand(3, 32, 32)\nbn(image)", said, ["bn(image.unsqueeze(0))"])
    net = "net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8))\nimage = torch.rand(3, 32, 32)\nnet(image)"
    check(net, said, ["net(image.unsqueeze(0))"])


def test_the_batch_norm_for_another_number_of_dims() -> None:
    said = "net[1] is made with nn.BatchNorm2d(50). For an input of 2 dims it is nn.BatchNorm1d(50)."
    check("net = nn.Sequential(nn.Linear(4, 50), nn.BatchNorm2d(50))\nnet(torch.rand(8, 4))", said, [])
    said = "For an input of 4 dims it is nn.BatchNorm2d(8)."
    check("net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm1d(8))\nnet(torch.rand(2, 1, 9, 9))", said, [])


def test_a_network_on_the_meta_device() -> None:
    code = 'net = nn.Sequential(nn.Linear(8, 4), nn.Linear(5, 2)).to("meta")\nnet(torch.rand(3, 8, device="meta"))'
    check(code, "net[1] expects a last dim of 5 (in_features=5). The output of net[0] is (3, 4).", [])


def test_as_many_rows_as_features_may_be_the_features() -> None:
    said = "Dim 0 is 7: if the features are there, and not the examples, x.T has a row for each example."
    check("layer, x = nn.Linear(7, 3), torch.rand(7, 20)\ny = layer(x)", said, [])
