"""One index too many, for a dim that is gone."""

from __future__ import annotations

from tests.explain.failing import check, why

LANGUAGE_MODEL = """
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(30, 8)
        self.rnn = nn.GRU(8, 8, batch_first=True)
        self.head = nn.Linear(8, 30)
    def forward(self, idx):
        out, _ = self.rnn(self.table(idx))
        return self.head(out[:, -1])
net = Model()
idx = torch.randint(0, 30, (2, 7))
logits = net(idx)
"""


def test_a_mean_has_taken_the_dim() -> None:
    said = "`grey = frames.mean(1)` leaves out dim 1; with keepdim=True it stays, with size 1."
    code = "frames = torch.rand(4, 3, 8, 8)\ngrey = frames.mean(1)\ny = grey[:, :, 2:6, 2:6]"
    check(code, said, ["grey[:, 2:6, 2:6]"])


def test_argmax_has_taken_the_dim() -> None:
    code = "scores = torch.rand(8, 5)\nbest = scores.argmax(1)\ny = best[:, 0]"
    check(code, "best is (8,): it has one dim, and got 2 indices. `best = scores.argmax(1)` leaves out dim 1", ["best"])


def test_an_index_that_picks_another_one_is_not_dropped() -> None:
    check("m = torch.rand(4, 6, 3).mean(1)\ny = m[:, 5, 0]", "leaves out dim 1", [])


def test_forward_takes_the_last_step_itself() -> None:
    said = "Model.forward takes -1 itself, in `out[:, -1]`: what net(idx) gives has no dim left for it."
    check(f"{LANGUAGE_MODEL}p = logits[:, -1, :].softmax(-1)", said, ["logits"])
    check(f"{LANGUAGE_MODEL}p = net(idx)[:, -1, 3]", said, ["net(idx)[:, 3]"])


def test_a_row_was_taken_out_before() -> None:
    check(
        "data = torch.rand(5, 3)\nrow = data[2]\ny = row[0, 1]",
        "`row = data[2]` has used one index already, of the first dim of data.",
        [],
    )


def test_where_nothing_is_known_only_the_counts_are_said() -> None:
    assert why("y = torch.rand(8, 3)\ny[:, 0, 1]").text.endswith("Each index is for one dim, and there are 2.")
