"""Names of torch that are imported from another place than their own."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails


@pytest.mark.parametrize(
    ("line", "said", "fix"),
    [
        (
            "from torch.utils import DataLoader",
            "DataLoader is in torch.utils.data, not in torch.utils.",
            "from torch.utils.data import DataLoader",
        ),
        (
            "from torch.data import DataLoader, Dataset",
            "DataLoader is in torch.utils.data",
            "from torch.utils.data import DataLoader, Dataset",
        ),
        (
            "from torch.utils.data import Dataloader",
            "There is DataLoader in torch.utils.data.",
            "from torch.utils.data import DataLoader",
        ),
        ("from torch import Linear", "Linear is in torch.nn, not in torch.", "from torch.nn import Linear"),
        ("from torch.nn import Adam", "Adam is in torch.optim", "from torch.optim import Adam"),
    ],
)
def test_the_right_place_is_named(line: str, said: str, fix: str) -> None:
    check(line, said, [fix])


def test_names_that_torch_has_nowhere_are_left_alone() -> None:
    assert fails("from torch.utils import nothing_of_this_name").explanation is None
    assert fails("import torch.nothing_of_this_name").explanation is None


def test_a_class_is_no_module_to_import() -> None:
    said = "torch.nn.Module is no module, but a name in the module torch.nn."
    check("import torch.nn.Module", said, ["from torch.nn import Module"])
