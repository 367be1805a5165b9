"""RNN, GRU and LSTM: states, cells and packed sequences, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "lstm = nn.LSTM(4, 6, batch_first=True)\n"
            "x = torch.rand(16, 10, 4)\n"
            "h0 = torch.zeros(1, 10, 6)\n"
            "c0 = torch.zeros(1, 10, 6)\n"
            "out, _ = lstm(x, (h0, c0))",
            "The state of lstm has the shape (num_layers * directions, batch, hidden_size), which is (1, 16, 6) here.",
            [],
        ),
        (
            "lstm = nn.LSTM(4, 6)\n"
            "x = torch.rand(16, 10, 4)\n"
            "h0 = c0 = torch.zeros(1, 16, 6)\n"
            "out, _ = lstm(x, (h0, c0))",
            "The state of lstm has the shape (num_layers * directions, batch, hidden_size), which is (1, 10, 6) here.",
            [],
        ),
        (
            "lstm = nn.LSTM(4, 6, num_layers=2)\n"
            "x = torch.rand(16, 10, 4)\n"
            "h0 = c0 = torch.zeros(1, 10, 6)\n"
            "out, _ = lstm(x, (h0, c0))",
            "The state of lstm has the shape (num_layers * directions, batch, hidden_size), which is (2, 10, 6) here.",
            [],
        ),
        (
            "lstm = nn.LSTM(4, 6, bidirectional=True)\n"
            "x = torch.rand(16, 10, 4)\n"
            "h0 = c0 = torch.zeros(1, 10, 6)\n"
            "out, _ = lstm(x, (h0, c0))",
            "The state of lstm has the shape (num_layers * directions, batch, hidden_size), which is (2, 10, 6) here.",
            [],
        ),
        (
            "gru = nn.GRU(4, 6)\nx = torch.rand(16, 10, 4)\nh0 = torch.zeros(10, 6)\nout, _ = gru(x, h0)",
            "h0 is (10, 6). The state of gru has the shape (num_layers * directions, batch, "
            "hidden_size), which is (1, 10, 6) here.",
            ["gru(x, h0.unsqueeze(0))"],
        ),
        (
            "lstm = nn.LSTM(4, 6)\nx = torch.rand(16, 10, 4)\nh0 = torch.zeros(1, 10, 6)\nout, _ = lstm(x, h0)",
            "lstm is an LSTM, which keeps two states: the hidden state and the cell state. It takes "
            "them as a pair, (h, c), and h0 is one tensor.",
            ["lstm(x, (h0, torch.zeros_like(h0)))"],
        ),
        (
            "lstm = nn.LSTM(4, 6)\nx = torch.rand(16, 4)\nh0 = c0 = torch.zeros(1, 1, 6)\nout, _ = lstm(x, (h0, c0))",
            "Its state has two dims too, (num_layers * directions, hidden_size), and h0 is (1, 1, 6).",
            ["lstm(x.unsqueeze(1), (h0, c0))"],
        ),
        (
            "gru = nn.GRU(4, 6)\n"
            "x = torch.rand(16, 10, 4)\n"
            "h = (torch.zeros(1, 10, 6), torch.zeros(1, 10, 6))\n"
            "out, _ = gru(x, h)",
            "h holds two states, as an LSTM has. gru is of type GRU, which keeps one: a tensor.",
            ["gru(x, h[0])"],
        ),
        (
            "lstm = nn.LSTM(4, 6)\nx = torch.rand(16, 10, 4)\nout, h, c = lstm(x)",
            "lstm gives two things: the outputs, and a pair with the two states. Write out, (h, c) = …",
            [],
        ),
        (
            "cell = nn.LSTMCell(4, 6)\nx = torch.rand(3, 4)\nh = torch.zeros(3, 6)\nh, c = cell(x, h)",
            "cell is an LSTMCell, which keeps two states: the hidden state and the cell state. It takes "
            "them as a pair, (h, c), and h is one tensor.",
            ["cell(x, (h, torch.zeros_like(h)))"],
        ),
        (
            "cell = nn.GRUCell(4, 6)\nx = torch.rand(3, 4)\nh = torch.zeros(2, 6)\nh = cell(x, h)",
            "x is (3, 4), so the state of cell is (3, 6): one row for each example, of hidden_size=6 "
            "numbers. h is (2, 6).",
            [],
        ),
        (
            "cell = nn.RNNCell(4, 6)\nx = torch.rand(3, 5)\nh = torch.zeros(3, 6)\nh = cell(x, h)",
            "cell expects a last dim of 4 (input_size=4), and x is (3, 5).",
            [],
        ),
        (
            "from torch.nn.utils.rnn import pack_padded_sequence\n"
            "x = torch.rand(3, 5, 4)\n"
            "p = pack_padded_sequence(x, torch.tensor([2, 5, 3]), batch_first=True)",
            "The longest sequence of x has to come first, and torch.tensor([2, 5, 3]) is in another order.",
            ["pack_padded_sequence(x, torch.tensor([2, 5, 3]), batch_first=True, enforce_sorted=False)"],
        ),
        (
            "from torch.nn.utils.rnn import pack_padded_sequence\n"
            "x = torch.rand(3, 5, 4)\n"
            "p = pack_padded_sequence(x, torch.tensor([5, 3]), batch_first=True)",
            "x is (3, 5, 4) with a batch of 3, and torch.tensor([5, 3]) holds 2 lengths: one for "
            "each sequence is needed.",
            [],
        ),
        (
            "from torch.nn.utils.rnn import pack_padded_sequence\n"
            "x = torch.rand(3, 5, 4)\n"
            "p = pack_padded_sequence(x, torch.tensor([5, 3, 0]), batch_first=True)",
            "torch.tensor([5, 3, 0])[2] is 0: that sequence is empty. A packed sequence has at least one element.",
            ["pack_padded_sequence(x, torch.tensor([5, 3, 0]).clamp(min=1), batch_first=True)"],
        ),
        (
            "from torch.nn.utils.rnn import pad_packed_sequence\nx = torch.rand(3, 5, 4)\np = pad_packed_sequence(x)",
            "x is a tensor, already padded. pad_packed_sequence takes what pack_padded_sequence "
            "gave, or the output of an RNN that was given that.",
            [],
        ),
        (
            "from torch.nn.utils.rnn import pad_sequence\n"
            "rows=[torch.ones(3, 2), torch.ones(4, 3)]\n"
            "p = pad_sequence(rows)",
            "pad_sequence fills up dim 0 only, and all other dims have to be equal: rows[0] is (3, "
            "2) and rows[1] is (4, 3).",
            [],
        ),
        (
            "lstm = nn.LSTM(4, 6)\nx = torch.rand(16, 10, 4)\nh0 = torch.zeros(1, 10, 6)\nout, _ = lstm(x, h0, h0)",
            "lstm takes the two states as one argument, a pair: lstm(input, (h, c)).",
            ["lstm(x, (h0, h0))"],
        ),
        (
            "lstm = nn.LSTM(4, 6)\n"
            "x = torch.rand(16, 10, 4)\n"
            "h0 = c0 = torch.zeros(1, 10, 6).double()\n"
            "out, _ = lstm(x, (h0, c0))",
            "x is float32 and the state in (h0, c0) is float64: lstm needs one dtype for both.",
            [],
        ),
        (
            "class Net(nn.Module):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.lstm = nn.LSTM(4, 6, batch_first=True)\n"
            "    def forward(self, x):\n"
            "        h = torch.zeros(1, x.size(1), 6)\n"
            "        out, _ = self.lstm(x, (h, h))\n"
            "        return out\n"
            "\n"
            "net = Net()\n"
            "net(torch.rand(16, 10, 4))",
            "The state of self.lstm has the shape (num_layers * directions, batch, hidden_size), "
            "which is (1, 16, 6) here.",
            [
                "class Net(nn.Module):\n"
                "    def __init__(self):\n"
                "        super().__init__()\n"
                "        self.lstm = nn.LSTM(4, 6, batch_first=True)\n"
                "    def forward(self, x):\n"
                "        h = torch.zeros(1, x.size(0), 6)\n"
                "        out, _ = self.lstm(x, (h, h))\n"
                "        return out\n"
                "\n"
                "net = Net()"
            ],
        ),
        (
            "lstm = nn.LSTM(4, 6)\n"
            "x = torch.rand(16, 10, 4)\n"
            "h = torch.zeros(1, 10, 6)\n"
            "c = torch.zeros(1, 10, 5)\n"
            "out, _ = lstm(x, (h, c))",
            "c is (1, 10, 5). The state of lstm has the shape (num_layers * directions, batch, "
            "hidden_size), which is (1, 10, 6) here.",
            [],
        ),
    ],
)
def test_what_is_said_and_offered(code, said, fixes):
    check(code, said, fixes)


TWO_STATES = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 6, batch_first=True)

    def begin(self, n):
        return torch.zeros(1, n, 6), torch.zeros(1, n, 6)

    def forward(self, x, state):
        out, state = self.rnn(x, state)
        return out, state

net = Net()
"""


def test_the_state_is_made_for_the_batch_at_hand() -> None:
    before = f"{TWO_STATES}x = torch.rand(5, 3, 4)\nstate = net.begin(8)\n"
    said = "state[0] is (1, 8, 6)."
    check(f"{before}out, state = net(x, state)", said, ["state = net.begin(x.size(0))\nout, state = net(x, state)"])
    loop = "for x in [torch.rand(8, 3, 4), torch.rand(5, 3, 4)]:\n    s = net.begin(8)\n    out, s = net(x, s)"
    check(f"{TWO_STATES}{loop}", "Make the state for this batch", [loop.replace("begin(8)", "begin(x.size(0))")])
    gru = "gru = nn.GRU(4, 6)\nh = torch.zeros(1, 7, 6)\nx = torch.rand(2, 3, 4)\n"
    check(f"{gru}out, h = gru(x, h)", "h is (1, 7, 6).", ["h = torch.zeros(1, x.size(1), 6)\nout, h = gru(x, h)"])


def test_the_last_batch_of_a_loader_is_told() -> None:
    made = (
        "from torch.utils.data import DataLoader, TensorDataset\n"
        "loader = DataLoader(TensorDataset(torch.rand(11, 3, 4)), batch_size=4)\n"
    )
    loop = "for (x,) in loader:\n    s = net.begin(4)\n    out, s = net(x, s)"
    said = "This is the last batch of loader: 11 samples in batches of "
    check(f"{TWO_STATES}{made}{loop}", said, [loop.replace("begin(4)", "begin(x.size(0))")])


@pytest.mark.parametrize("kind", ["zeros", "ones", "randn"])
def test_a_pair_is_a_pair_everywhere(kind: str) -> None:
    made = f"torch.{kind}(1, 2, 6)"
    pair = f"h = ({made}, {made})" if kind != "randn" else "h = (h, torch.zeros_like(h))"
    last = "out, h = net(torch.rand(2, 3, 4), h)"
    check(f"{TWO_STATES}h = {made}\n{last}", "so the state has to be a pair where it is made", [f"{pair}\n{last}"])


def test_states_of_other_inputs_and_of_projections() -> None:
    packed = (
        "from torch.nn.utils.rnn import pack_padded_sequence\n"
        "p = pack_padded_sequence(torch.rand(3, 5, 4), [5, 3, 2], batch_first=True)\n"
        "gru = nn.GRU(4, 6)\ngru(p, torch.zeros(1, 2, 6))"
    )
    check(packed, "which is (1, 3, 6) here: p holds 3 sequences.")
    check("gru = nn.GRU(4, 6)\nx = torch.rand(5, 4)\ngru(x, torch.zeros(2, 6))", "one sequence without a batch.")
    projected = "lstm = nn.LSTM(4, 6, proj_size=3)\nx = torch.rand(5, 2, 4)\nh = torch.zeros(1, 2, 6)\nlstm(x, (h, h))"
    check(projected, "batch, proj_size), which is (1, 2, 3) here; only c has hidden_size. h is (1, 2, 6).")


STACKED = """
class Stacked(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.{layer}(3, 5, 2, batch_first=True{more})
    def forward(self, x):
        h = torch.zeros({count}, x.size(0), 5)
        c = torch.zeros({count}, x.size(0), 5)
        return self.rnn(x, {state})[0]

net = Stacked()"""


@pytest.mark.parametrize(
    ("layer", "more", "state", "count"),
    [
        ("LSTM", "", "(h, c)", "self.rnn.num_layers"),
        ("LSTM", ", bidirectional=True", "(h, c)", "2 * self.rnn.num_layers"),
    ],
)
def test_a_state_for_all_layers(layer: str, more: str, state: str, count: str) -> None:
    code, fix = (STACKED.format(layer=layer, more=more, state=state, count=each) for each in ("1", count))
    check(f"{code}\nnet(torch.ones(4, 7, 3))", "h is (1, 4, 5).", [fix.strip()])


_PACKING = "from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence\nx = torch.rand(3, 7, 4)\n"


def test_sequences_that_were_packed_without_batch_first() -> None:
    gru = "rnn = nn.GRU(4, 6, batch_first=True)\nsteps = torch.tensor([7, 4, 4])\n"
    unsorted, mended = ", enforce_sorted=False", ", enforce_sorted=False, batch_first=True"
    said = "x is (3, 7, 4), and steps holds 3 lengths, up to 7: 3 sequences of 7 steps."
    one = f"{_PACKING}{gru}out, h = rnn(pack_padded_sequence(x, steps{unsorted}))"
    check(one, said, [f"rnn(pack_padded_sequence(x, steps{mended}))"])
    two = f"{_PACKING}{gru}packed = pack_padded_sequence(x, steps{unsorted})\nout, h = rnn(packed)"
    check(two, said, [f"packed = pack_padded_sequence(x, steps{mended})\nout, h = rnn(packed)"])
    padded = f"{_PACKING}{gru}packed = pack_padded_sequence(x, steps{unsorted})\ny, n = pad_packed_sequence(packed)"
    check(padded, said, [f"packed = pack_padded_sequence(x, steps{mended})\ny, n = pad_packed_sequence(packed)"])
    inside = "def encode(x, steps):\n    packed = pack_padded_sequence(x, steps{})\n    return rnn(packed)[1]"
    code = f"{_PACKING}{gru}{inside.format(unsorted)}\nencode(x, steps)"
    check(code, said, [inside.format(mended)])


def test_a_length_beyond_the_steps() -> None:
    code = f"{_PACKING}rnn = nn.GRU(4, 6)\nrnn(pack_padded_sequence(x, [9, 4, 4], batch_first=True))"
    check(code, "[9, 4, 4] holds a length of 9, and x is (3, 7, 4): its steps are dim 1, and there are 7 of them.")


def test_an_empty_sequence_among_unsorted_ones() -> None:
    code = f"{_PACKING}steps = [4, 0, 7]\npack_padded_sequence(x, steps, batch_first=True, enforce_sorted=False)"
    check(
        code, "steps[1] is 0: that sequence is empty. A packed sequence has at least one element: leave the empty one"
    )


def test_a_state_without_the_dim_of_the_layers() -> None:
    said = "The dim of the layers is missing: h.unsqueeze(0) adds it."
    check(
        "rnn = nn.GRU(4, 6)\nx, h = torch.rand(5, 2, 4), torch.zeros(2, 6)\nrnn(x, h)", said, ["rnn(x, h.unsqueeze(0))"]
    )
    pair = "rnn = nn.LSTM(4, 6)\nx, h = torch.rand(5, 2, 4), torch.zeros(2, 6)\n"
    check(f"{pair}rnn(x, (h, h))", said, ["rnn(x, (h.unsqueeze(0), h.unsqueeze(0)))"])
    mended = "rnn(x, tuple(each.unsqueeze(0) for each in state))"
    check(f"{pair}state = (h, h)\nrnn(x, state)", "Each part of state lacks the dim of the layers.", [mended])
    inside = "def decode(x, h):\n    state = ({0}, {0})\n    out, _ = rnn(x, state)\n    return out"
    code = f"{pair}{inside.format('h')}\ndecode(x, h)"
    check(code, said, [inside.format("h.unsqueeze(0)")])
    several = "rnn = nn.GRU(4, 6, num_layers=2)\nx, h = torch.rand(5, 2, 4), torch.zeros(2, 6)\nrnn(x, h)"
    check(several, "h.unsqueeze(0).repeat(2, 1, 1) gives each of the 2 the same state.")


def test_a_packed_output_for_a_layer() -> None:
    made = (
        "rnn, fc = nn.GRU(4, 6, batch_first=True), nn.Linear(6, 2)\npacked = pack_padded_sequence(x, [7, 4, 4], True)\n"
    )
    code = f"{_PACKING}{made}out, h = rnn(packed)\nfc(out)"
    check(code, "out is a packed sequence", ["fc(pad_packed_sequence(out, batch_first=True)[0])"])


def test_the_cell_state_that_is_there_goes_in() -> None:
    code = "cell = nn.LSTMCell(2, 3)\nh = torch.zeros(1, 3)\nc = torch.zeros(1, 3)\n"
    loop = "for x in torch.rand(2, 1, 2):\n    h, c = cell(x, {state})"
    check(code + loop.format(state="h"), "It takes them as a pair, (h, c)", [loop.format(state="(h, c)")])
