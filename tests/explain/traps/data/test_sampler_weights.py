"""A WeightedRandomSampler with a weight for each class."""

from __future__ import annotations

from tests.explain.traps.test_traps import told

MADE = """
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler
labels = torch.cat([torch.zeros(18), torch.ones(2)]).long()
data = TensorDataset(torch.rand(20, 3), labels)
class_weights = 1 / torch.bincount(labels).float()
"""


def test_a_weight_for_each_class() -> None:
    [text] = told(MADE + "loader = DataLoader(data, sampler=WeightedRandomSampler(class_weights, 20))")
    assert "The sampler of loader has 2 weights and the dataset 20 samples: it draws only the first 2" in text
    assert "WeightedRandomSampler(class_weights[labels], …) gives each sample the weight of its class." in text


def test_without_labels_that_the_weights_fit() -> None:
    made = MADE + "data = TensorDataset(torch.rand(20, 3))\n"
    [text] = told(made + "loader = DataLoader(data, sampler=WeightedRandomSampler(class_weights, 20))")
    assert "takes one weight for each sample." in text
    assert "class_weights[" not in text


def test_a_weight_for_each_sample_is_right() -> None:
    assert not told(MADE + "loader = DataLoader(data, sampler=WeightedRandomSampler(class_weights[labels], 20))")
    assert not told(MADE + "loader = DataLoader(data, sampler=WeightedRandomSampler(torch.ones(20), 5))")
    assert not told(
        MADE + "from torch.utils.data import RandomSampler\nloader = DataLoader(data, sampler=RandomSampler(data))"
    )
