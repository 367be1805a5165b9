"""A Sequential that is called with several inputs, an __init__ that is misspelt, a table that is too short."""

import pytest

from tests.explain.failing import check, runs_after, why

LAYER = (
    "class Mix(nn.Module):\n    def __init__(self, a, b):\n        super().__init__()\n"
    "        self.w = nn.Linear(a, b)\n"
    "    def forward(self, h, adj):\n        return adj @ self.w(h)\n\n"
)


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        (
            "net = nn.Sequential(Mix(2, 3), Mix(3, 1))\nh, adj = torch.ones(4, 2), torch.eye(4)\nout = net(h, adj)",
            ["out = h\nfor layer in net:\n    out = layer(out, adj)"],
        ),
        (
            "stack = nn.Sequential(Mix(2, 2), Mix(2, 2))\nh, adj = torch.ones(4, 2), torch.eye(4)\nh = stack(h, adj)",
            ["for layer in stack:\n    h = layer(h, adj)"],
        ),
        ("net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())\ny = net(torch.ones(1, 2), 3)", []),
    ],
)
def test_layers_with_several_inputs_are_called_in_a_loop(code, fixes):
    check(LAYER + code, "is an nn.Sequential: it calls its first layer with one input", fixes)


TWO_STREAMS = """\
class Streams(nn.Module):
    def __init__(self, ch):
        super().__init__()
        self.one, self.two = nn.Conv1d(ch, ch, 3, padding=1), nn.Conv1d(ch, ch, 3, padding=1)
    def forward(self, {parameters}):
        {first}return F.relu(self.one(left)), self.two(right)

blocks = nn.Sequential(Streams(4), Streams(4), Streams(4))
left, right = torch.rand(2, 4, 9), torch.rand(2, 4, 9)
"""
ATTENTION = """\
class Block(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.key = nn.Linear(d, d)
    def forward(self, x, mask):
        w = (self.key(x) @ x.transpose(1, 2)).masked_fill(mask == 0, -1e9).softmax(-1)
        return w @ x, w

layers = nn.Sequential(Block(8), Block(8))
x, mask = torch.rand(2, 5, 8), torch.ones(2, 5, 5{dtype})
"""


@pytest.mark.parametrize(("parameters", "first"), [("left, right", ""), ("*both", "left, right = both\n        ")])
@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("left, right = blocks(left, right)", "for layer in blocks:\n    left, right = layer(left, right)"),
        (
            "out_left, out_right = blocks(left, right)\nprint(out_left.shape)",
            "out_left, out_right = left, right\nfor layer in blocks:\n"
            "    out_left, out_right = layer(out_left, out_right)",
        ),
    ],
)
def test_layers_that_return_as_many_as_they_take_hand_them_all_on(parameters, first, line, fix):
    loop = " ".join(fix.split("\n")[-2:]).replace("    ", " ").replace("  ", " ")
    check(TWO_STREAMS.format(parameters=parameters, first=first) + line, f"{loop}.", [fix])


@pytest.mark.parametrize("dtype", ["", ", dtype=torch.bool"])
@pytest.mark.parametrize("line", ["out, weights = layers(x, mask)", "out = layers(x, mask)"])
def test_what_a_layer_returns_besides_is_no_input_of_the_next(dtype, line):
    text = check(ATTENTION.format(dtype=dtype) + line, "called in a loop of your own").text
    assert "for layer in" not in text


@pytest.mark.parametrize(
    "net",
    [
        "nn.Sequential(Mix(2, 3), nn.Dropout(0.2), Mix(3, 1))",  # Dropout takes one input
        "nn.Sequential(Mix(2, 3), Mix(4, 1))",  # the second round fails
    ],
)
def test_no_loop_is_offered_that_fails_in_a_later_round(net):
    code = f"net = {net}\nh, adj = torch.ones(4, 2), torch.eye(4)\nout = net(h, adj)"
    text = check(LAYER + code, "called in a loop of your own, which gives each layer its inputs").text
    assert "for layer in" not in text


def test_a_loop_whose_result_the_next_line_refuses_is_not_offered():
    code = (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.layers = nn.Sequential(Mix(2, 3), Mix(3, 3))\n        self.out = nn.Linear(5, 1)\n"
        "    def forward(self, h, adj):\n        h = self.layers(h, adj)\n        return self.out(h)\n\n"
        "net = Net()\nnet(torch.ones(4, 2), torch.eye(4))"
    )
    check(LAYER + code, "for layer in self.layers: h = layer(h, adj).", [])


@pytest.mark.parametrize("wrong", ["_init_", "__int__", "init", "__init"])
def test_an_init_that_is_misspelt_made_no_layers(wrong):
    code = (
        f"class Net(nn.Module):\n    def {wrong}(self):\n        self.fc = nn.Linear(2, 1)\n"
        "    def forward(self, x):\n        return self.fc(x)\n\n"
        "net = Net()\nopt = torch.optim.SGD(net.parameters(), lr=0.1)"
    )
    said = f"its class has a method {wrong}, and Python calls __init__"
    if wrong == "__init":  # Python keeps it under another name
        said = "net has no parameters"
    assert said in why(code).text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("T = emb.shape[1]\n        return emb + self.table[:T]", "emb[:, -4:]"),
        ("return emb.masked_fill(self.table[: emb.shape[1]] == 0, 0.0)", "asks for 6"),
    ],
)
def test_a_slice_of_a_table_that_is_too_short(body, said):
    code = (
        "class Pos(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.register_buffer('table', torch.ones(4, 3))\n"
        f"    def forward(self, emb):\n        {body}\n\nPos()(torch.ones(1, 6, 3))"
    )
    text = why(code).text
    assert "a slice ends where the tensor does" in text
    assert said in text
    assert runs_after(code) == 0


def test_a_position_that_the_embedding_has_no_row_for():
    code = (
        "class Gpt(nn.Module):\n    def __init__(self, block):\n        super().__init__()\n"
        "        self.pos = nn.Embedding(block, 4)\n    def forward(self, idx):\n"
        "        return self.pos(torch.arange(idx.shape[1]))\n\nGpt(8)(torch.zeros(1, 12).long())"
    )
    assert "idx may have 8 at most: idx[:, -8:] keeps the last ones." in why(code).text
