"""A PackedSequence taken apart, indexed or measured like a tensor."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

HEAD = """\
from torch.nn.utils.rnn import pack_padded_sequence
x = torch.rand(3, 5, 2)
packed = pack_padded_sequence(x, [5, 3, 2], batch_first=True)
gru = nn.GRU(2, 4, batch_first=True)
out, h = gru(packed)
"""


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("scores, _ = pack_padded_sequence(x, [5, 3, 2], batch_first=True)", "take .data of it",
         ["scores = pack_padded_sequence(x, [5, 3, 2], batch_first=True).data"]),
        ("data, sizes = packed", "packed is a PackedSequence. It has four fields", []),
        ("out[:, -1]", "out is a PackedSequence, not a tensor", []),
        ("rows = packed.size(0)", "pad_packed_sequence(packed, batch_first=True)", []),
    ],
)  # fmt: skip
def test_what_it_is_and_where_its_values_are(line: str, said: str, fixes: list[str]) -> None:
    check(HEAD + line, said, fixes)
