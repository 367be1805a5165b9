"""The tree of a model counts what ``parameters()`` counts, and calls nothing of the learner's."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from ptrepl.engine.models.tree import ModuleNode, read_tree


def test_parameters_are_counted_as_torch_counts_them() -> None:
    model = nn.Transformer(8, 2, 2, 1, 16, batch_first=True)
    tree = read_tree(model)
    assert tree.totals.values == sum(each.numel() for each in model.parameters())
    assert tree.totals.parameters == len(list(model.parameters()))
    assert tree.totals.size == sum(each.numel() * 4 for each in model.parameters())
    assert _count(tree) == sum(1 for _ in model.modules())


def _count(layer: ModuleNode) -> int:
    return 1 + sum(map(_count, layer.children))


def test_what_is_shared_is_counted_once() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(10, 4)
            self.out = nn.Linear(4, 10, bias=False)
            self.out.weight = self.embed.weight
            self.again = self.out

    tree = read_tree(Tied())
    assert (tree.totals.parameters, tree.totals.values) == (1, 40)
    _, out, again = tree.children
    assert out.held[0].same_as == "embed.weight"
    assert again.same_as == "out"


def test_frozen_parameters_buffers_and_lazy_ones() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.LazyLinear(4))
    model[0].requires_grad_(False)
    totals = read_tree(model).totals
    assert (totals.trainable, totals.frozen, totals.buffers, totals.uninitialized) == (6, 9, 3, 2)
    assert (totals.parameters, totals.size, totals.buffer_size) == (4, 60, 32)


def test_nothing_of_the_learners_is_called() -> None:
    class Loud(nn.Module):
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

        def named_parameters(self, *_: Any, **__: Any) -> Any:
            raise AssertionError

        def extra_repr(self) -> str:
            raise AssertionError

    module = Loud()
    module.__dict__["_parameters"]["w"] = nn.Parameter(torch.ones(2))
    tree = read_tree(module)
    assert [each.name for each in tree.held] == ["w"]


def test_a_module_inside_itself_ends() -> None:
    outer, inner = nn.Module(), nn.Module()
    outer.inner, inner.outer = inner, outer
    assert read_tree(outer).children[0].children[0].same_as == ""


@pytest.mark.filterwarnings("ignore")
def test_what_a_scripted_module_holds_is_counted() -> None:
    tree = read_tree(torch.jit.script(nn.Sequential(nn.Linear(2, 3))))
    assert (tree.totals.parameters, tree.totals.values) == (2, 9)
    assert [each.name for each in tree.children] == ["0"]
