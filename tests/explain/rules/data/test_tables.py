"""Tables of pandas as datasets and as the source of tensors."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

pytest.importorskip("pandas")

TABLE = 'import pandas as pd\nframe = pd.DataFrame({"a": [1.0, 2.0, 3.0], "y": [0, 1, 0]})\nlate = frame[frame.a > 1]\n'
ROWS = """from torch.utils.data import DataLoader
class Rows:
    def __init__(self, column):
        self.y = column

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.y[i]

"""


def test_a_series_looks_up_labels() -> None:
    found = why(TABLE + ROWS + 'for y in DataLoader(Rows(late["y"])):\n    pass')
    assert "self.y is a pandas Series, and [ ] looks up a label" in found.text
    assert "return self.y.iloc[i]" in found.fixes[0].code
    check(TABLE + 'y = late["y"]\ni = 0\ny[i]', "no row has the label 0", ["y.iloc[i]"])


def test_a_table_looks_up_columns() -> None:
    loop = "for i in range(3):\n    row = frame{}[i]"
    check(TABLE + loop.format(""), "no column is called 0", [loop.format(".iloc")])
    check(TABLE + "frame[7]", "no column is called 7", [])


def test_columns_of_several_dtypes() -> None:
    mixed = 'frame["b"] = [True, False, True]\n'
    check(
        TABLE + mixed + 'torch.tensor(frame[["a", "b"]].values)',
        "have the dtypes bool, float64",
        ['torch.tensor(frame[["a", "b"]].values.astype("float32"))'],
    )
    named = 'frame["name"] = ["x", "y", "z"]\n'
    check(TABLE + named + "torch.tensor(frame.to_numpy())", 'since the column "name" holds no numbers')


def test_a_row_of_a_table_becomes_an_array_before_torch_takes_it() -> None:
    code = """
    import pandas as pd
    from torch.utils.data import Dataset
    class Rows(Dataset):
        def __init__(self, table):
            self.table = table
        def __getitem__(self, at):
            return torch.tensor(self.table[at])
    rows = Rows(pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}))
    rows[0]
    """
    assert "return torch.tensor(self.table.iloc[at].to_numpy())" in why(code).fixes[0].code
