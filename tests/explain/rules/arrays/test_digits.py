"""An array of whole numbers as text."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why


@pytest.mark.parametrize("given", ["labels", "batch[1]", "sample['y']"])
def test_numbers_as_text_become_integers(given: str) -> None:
    code = "import numpy as np\nlabels = ['3', '0', '12']\nbatch, sample = (1, labels), {'y': labels}\n"
    line = f"torch.from_numpy(np.array({given}))"
    check(code + line, "These are numbers as text", [f"torch.from_numpy(np.array({given}).astype(int))"])


def test_names_do_not() -> None:
    code = "import numpy as np\nlabels = ['cat', 'dog']\ntorch.from_numpy(np.array(labels))"
    assert ".astype(int)" not in check(code, "holds strings", []).text


def test_numbers_as_text_with_something_else_among_them() -> None:
    said = (
        "Most of these are numbers as text, but not 'x': pd.to_numeric(table['a'].values, errors=\"coerce\") reads the "
        "numbers and makes nan of the others."
    )
    code = "import pandas as pd\ntable = pd.DataFrame({'a': ['1', '2', 'x']})\ntorch.tensor(table['a'].values)"
    assert said in why(code).text
