"""What is read of an object that is watched: right for every kind, and without touching it."""

from __future__ import annotations

import gc
import math
import weakref
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from ptrepl.engine import pinned
from ptrepl.engine.pinned import PinnedModule, PinnedNumber, PinnedObject, PinnedTensor, read_pinned


def tensor_facts(tensor: Any) -> PinnedTensor:
    found = read_pinned(tensor)
    assert isinstance(found, PinnedTensor)
    return found


@given(st.lists(st.floats(-1e30, 1e30), min_size=2, max_size=20), st.sampled_from([torch.float32, torch.float64]))
def test_the_norm_is_the_one_of_torch(values: list[float], dtype: torch.dtype) -> None:
    tensor = torch.tensor(values, dtype=dtype)
    norm = tensor_facts(tensor).norm
    assert norm == pytest.approx(float(torch.linalg.vector_norm(tensor.double())))


@pytest.mark.parametrize(
    "tensor",
    [
        torch.full((70_000,), 100.0, dtype=torch.float16),  # whose norm a float16 could not hold
        torch.full((4,), 200, dtype=torch.uint8),
        torch.tensor([True, False, True]),
        torch.ones(3, dtype=torch.float8_e4m3fn),
        torch.tensor([3 + 4j, 0]),
        torch.eye(3).to_sparse(),
        torch.arange(6.0).view(2, 3).T,
    ],
)
def test_every_dtype_and_layout_has_a_norm(tensor: torch.Tensor) -> None:
    values = tensor.to_dense()
    wide = values.to(torch.complex128 if values.is_complex() else torch.float64)
    assert tensor_facts(tensor).norm == pytest.approx(float(torch.linalg.vector_norm(wide)))


def test_one_element_is_told_by_its_value() -> None:
    assert tensor_facts(torch.tensor(2.5)).value == 2.5
    assert tensor_facts(torch.tensor([[7]])).value == 7
    assert tensor_facts(torch.tensor([True])).value is True
    assert tensor_facts(torch.tensor(2.5)).norm is None


@pytest.mark.parametrize("tensor", [torch.ones(3, device="meta"), torch.ones(pinned.MOST_READ + 1)])
def test_what_cannot_be_read_in_a_moment_has_a_shape_only(tensor: torch.Tensor) -> None:
    found = tensor_facts(tensor)
    assert (found.value, found.norm) == (None, None)
    assert found.shape == tuple(tensor.shape)


def test_gradient_and_version_of_a_parameter() -> None:
    w = torch.ones(2, requires_grad=True)
    assert (tensor_facts(w).gradient, tensor_facts(w).version) == (None, 0)
    (w * torch.tensor([3.0, 4.0])).sum().backward()
    with torch.no_grad():
        w -= 1
    found = tensor_facts(w)
    assert (found.norm, found.gradient, found.version) == (0.0, 5.0, 1)
    with torch.inference_mode():
        assert tensor_facts(torch.ones(2)).version is None


def test_a_module_is_told_as_a_whole_and_shared_parameters_count_once() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    assert isinstance(before := read_pinned(net), PinnedModule)
    assert before.type == "Sequential"
    assert before.gradient is None
    norms = [float(each.detach().norm()) for each in net.parameters()]
    assert before.norm == pytest.approx(math.hypot(*norms))
    net(torch.ones(1, 2)).sum().backward()
    assert isinstance(after := read_pinned(net), PinnedModule)
    grads = [each.grad for each in net.parameters()]
    assert after.gradient == pytest.approx(math.hypot(*[float(grad.norm()) for grad in grads if grad is not None]))


def test_numbers_and_other_objects() -> None:
    assert read_pinned(3) == PinnedNumber(3)
    assert read_pinned("text") == PinnedObject("str")


def test_nothing_of_the_tensor_changes_or_is_kept() -> None:
    w = torch.ones(3, requires_grad=True)
    y = w * 2
    state = torch.random.get_rng_state()
    read_pinned(y)
    assert y.grad_fn is not None
    assert y._version == 0
    assert torch.equal(torch.random.get_rng_state(), state)
    gone = weakref.ref(y)
    del y
    gc.collect()
    assert gone() is None


def test_no_code_of_the_learners_runs() -> None:
    class Loud(torch.Tensor):
        @classmethod
        def __torch_function__(cls, *args: Any, **kwargs: Any) -> Any:
            raise AssertionError

    found = tensor_facts(torch.ones(2).as_subclass(Loud))
    assert found.norm == pytest.approx(math.sqrt(2))


def test_a_norm_is_infinite_only_where_a_value_is() -> None:
    large = torch.tensor([3e300, 4e300], dtype=torch.float64)
    assert tensor_facts(large).norm == pytest.approx(5e300)
    assert tensor_facts(torch.tensor([math.inf, 1.0])).norm == math.inf
    assert math.isnan(tensor_facts(torch.tensor([math.nan, 1e308, 1e308], dtype=torch.float64)).norm or 0)


def test_a_lazy_module_has_no_norm_yet() -> None:
    found = read_pinned(nn.LazyLinear(3))
    assert isinstance(found, PinnedModule)
    assert found.norm is None
