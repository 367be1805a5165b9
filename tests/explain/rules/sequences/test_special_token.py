"""A token with the first number beyond an embedding: the table lacks its row, and no number is to be shifted."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, why

NET = """
vocab_size = 9
{name} = 9
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_tokens = nn.Embedding({size}, 4)
    def forward(self, ids):
        return self.embed_tokens(ids)
net = Net()
net(torch.tensor([{ids}]))
"""


@pytest.mark.parametrize(
    ("name", "size", "ids", "code"),
    [
        ("image_token_index", "vocab_size", "[9, 4, 3, 2]", "nn.Embedding(vocab_size + 1, 4)"),
        ("PAD", "vocab_size", "[5, 4, 9, 9], [0, 3, 2, 9]", "nn.Embedding(vocab_size + 1, 4)"),
        ("eos_id", "9", "[5, 4, 2, 9]", "nn.Embedding(10, 4)"),
        ("mask_token_id", "num_embeddings=vocab_size", "[5, 9, 2, 1]", ""),
    ],
)
def test_a_special_token_that_has_a_name(name: str, size: str, ids: str, code: str) -> None:
    program = NET.format(name=name, size=size, ids=ids)
    if "=" in size:
        program = program.replace("vocab_size, 4)", "vocab_size, embedding_dim=4)")
        code = "nn.Embedding(num_embeddings=vocab_size + 1, embedding_dim=4)"
    fix = program[program.index("class") : program.index("net =")].strip()
    fix = fix[: fix.index("nn.Embedding")] + code + fix[fix.index("4)") + 2 :] + "\n\nnet = Net()"
    said = f"{name} is 9, the first number beyond the last row. In Net.__init__, write {code}."
    check(program, said, [fix])


def test_a_table_at_the_prompt() -> None:
    code = "vocab, pad_id = 9, 9\ntable = nn.Embedding(vocab, 4)\ntable(torch.tensor([[2, 3, 9], [4, 9, 9]]))"
    check(code, "Write table = nn.Embedding(vocab + 1, 4).", ["table = nn.Embedding(vocab + 1, 4)"])


def test_a_number_at_the_end_of_texts() -> None:
    program = NET.format(name="other", size="vocab_size", ids="[2, 3, 5, 9], [4, 1, 9, 9]")
    found = check_words(program)
    assert "If 9 is the number of a special token, such as padding, it needs a row too." in found
    assert "ids - 1" not in found


def check_words(program: str) -> str:
    assert runs_after(program) == 1
    return why(program).text


@pytest.mark.parametrize("ids", ["[1, 9, 3, 2]", "[9, 1, 9, 4]"])
def test_other_numbers_may_count_from_one(ids: str) -> None:
    program = NET.format(name="users", size="vocab_size", ids=ids)
    assert "If its indices count from 1, ids - 1 counts from 0" in check_words(program)
