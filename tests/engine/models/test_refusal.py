"""A layer is asked again why it refused: on zeros without memory, and only if it is one of torch's own."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from ptrepl.engine.models.dry_run import run_dry
from ptrepl.engine.models.refusal import LayerCall, call_of_layer


def stopped(name: str, module: nn.Module, *arguments: Any, **names: Any) -> LayerCall | None:
    found = run_dry(module, arguments)
    assert found.error is not None
    return call_of_layer(name, module, found, names or {name: module})


def test_the_layer_that_refused_is_called_with_what_it_got() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.ReLU(), nn.Linear(5, 2)))
    call = stopped("net", net, torch.ones(2, 3))
    assert call is not None
    assert call.code == "net[1][1](input)"
    assert call.names["input"].shape == (2, 4)
    assert call.names["net"] is not net
    with pytest.raises(RuntimeError, match=r"mat1 and mat2 shapes cannot be multiplied \(2x4 and 5x2\)"):
        exec(call.code, call.names)


def test_a_part_of_a_module_has_the_path_that_was_written() -> None:
    net = nn.Sequential(nn.Linear(3, 4))
    call = stopped("net[0]", net[0], torch.ones(2, 2), net=net)
    assert call is not None
    assert call.code == "net[0](input)"


def test_stand_ins_take_no_memory() -> None:
    call = stopped("net", nn.Linear(3000, 3000), torch.ones(1, 7))
    assert call is not None
    assert call.names["net"].weight.untyped_storage().nbytes() == 4


def test_code_of_the_learners_is_not_run_again() -> None:
    class Own(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x @ x

    class Holder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.own = Own()

        def forward(self, x: torch.Tensor) -> Any:
            return self.own(x)

    assert stopped("net", Holder(), torch.ones(2, 3)) is None


def test_a_call_that_cannot_be_repeated_is_not() -> None:
    assert stopped("net", nn.Linear(2, 2), [1.0]) is None
    assert stopped("net", nn.Linear(2, 2), torch.ones(3), nothing=1) is None
    assert stopped("input", nn.Linear(2, 2), torch.ones(3)) is None
