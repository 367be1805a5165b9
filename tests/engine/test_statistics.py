"""The statistics of a tensor are those that torch computes, whatever its dtype, layout and size."""

from __future__ import annotations

import itertools
import math
import warnings
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.engine import statistics
from ptrepl.engine.statistics import QUANTILES, Counted, Spread, Statistics, read_statistics
from ptrepl.engine.watch.readable import Unread

SOME = st.lists(st.floats(-1e6, 1e6, width=32) | st.sampled_from([math.nan, math.inf, -math.inf, 0.0]), min_size=1)


def found(tensor: Any) -> Statistics:
    read = read_statistics(tensor)
    assert isinstance(read, Statistics), read
    return read


def spread(tensor: Any) -> Spread:
    read = found(tensor).spread
    assert read is not None
    return read


@given(SOME)
def test_every_number_is_the_one_that_torch_computes(values: list[float]) -> None:
    tensor = torch.tensor(values, dtype=torch.float64)
    read, finite = found(tensor), tensor[tensor.isfinite()]
    assert read.nan == int(tensor.isnan().sum())
    assert read.infinite == int(tensor.isinf().sum())
    assert read.zero == values.count(0.0)
    if not finite.numel():
        assert read.spread is None
        return
    assert read.spread is not None
    assert read.spread.minimum == float(finite.min())
    assert read.spread.maximum == float(finite.max())
    assert read.spread.mean == pytest.approx(float(finite.mean()), abs=1e-9)
    if finite.numel() > 1:
        assert read.spread.std == pytest.approx(float(finite.std()), abs=1e-9)
    else:
        assert math.isnan(read.spread.std)
    expected = torch.quantile(finite, torch.tensor(QUANTILES, dtype=torch.float64)).tolist()
    assert list(read.spread.quantiles) == pytest.approx(expected, abs=1e-9)


@given(SOME)
def test_each_finite_value_is_in_one_bin(values: list[float]) -> None:
    tensor = torch.tensor(values, dtype=torch.float64)
    read = found(tensor)
    if read.spread is None:
        return
    edges, counts = read.spread.edges, read.spread.counts
    assert len(edges) == len(counts) + 1 <= 14
    assert edges[0] <= read.spread.minimum
    assert read.spread.maximum <= edges[-1]
    assert list(edges) == sorted(edges)
    finite = [value for value in values if math.isfinite(value)]
    for place, (low, high) in enumerate(itertools.pairwise(edges)):
        last = place == len(counts) - 1
        assert counts[place] == sum(low <= each < high or (last and each == high) for each in finite)


@pytest.mark.parametrize(
    "dtype",
    [
        *(torch.uint8, torch.int8, torch.uint16, torch.int16, torch.uint32, torch.int64, torch.uint64),
        *(torch.float16, torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2),
    ],
    ids=str,
)
def test_a_dtype_that_torch_computes_little_with(dtype: torch.dtype) -> None:
    read = spread(torch.tensor([1, 2, 4]).to(dtype))
    assert (read.minimum, read.maximum) == (1, 4)
    assert read.mean == pytest.approx(7 / 3)


def test_whole_numbers_that_no_float_holds_are_exact() -> None:
    read = spread(torch.tensor([2**63 - 1, 2**53 + 1]))
    assert (read.minimum, read.maximum) == (2**53 + 1, 2**63 - 1)
    assert spread(torch.tensor([2**64 - 1, 3], dtype=torch.uint64)).maximum == 2**64 - 1


def test_of_bools_the_share_of_true_is_the_mean() -> None:
    read = found(torch.tensor([True, False, True, True]))
    assert read.counted is Counted.BOOLS
    assert read.spread is not None
    assert read.spread.counts == (1, 3)
    assert read.spread.mean == 0.75


def test_of_complex_numbers_the_absolute_values_count() -> None:
    tensor = torch.tensor([3 + 4j, 0j])
    for each in (tensor, tensor.conj(), torch.zeros(1, dtype=torch.complex64) + tensor):
        read = found(each)
        assert read.counted is Counted.MODULI
        assert read.zero == 1
        assert read.spread is not None
        assert read.spread.maximum == 5


@pytest.mark.parametrize("layout", [torch.sparse_coo, torch.sparse_csr], ids=str)
def test_a_sparse_tensor_has_zeros_that_it_does_not_store(layout: torch.layout) -> None:
    dense = torch.tensor([[0.0, 2.0], [0.0, 0.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, that sparse tensors are in beta
        read = found(dense.to_sparse(layout=layout))
    assert (read.counted, read.elements, read.read, read.zero) == (Counted.STORED, 4, 1, 3)


def test_entries_of_a_sparse_tensor_for_one_place_are_added() -> None:
    twice = torch.sparse_coo_tensor([[0, 0]], [1.0, 2.0], (3,), check_invariants=True)
    read = found(twice)
    assert read.read == 1
    assert read.spread is not None
    assert read.spread.maximum == 3


def test_numbers_near_the_greatest_have_a_mean() -> None:
    read = spread(torch.tensor([1.7e308, 1.7e308, -1.7e308], dtype=torch.float64))
    assert read.mean == pytest.approx(1.7e308 / 3)
    assert all(map(math.isfinite, read.quantiles))


def test_what_has_no_values_says_why() -> None:
    assert read_statistics(torch.empty(0)) is Unread.EMPTY
    assert read_statistics(torch.empty(3, device="meta")) is Unread.ON_META
    emptied = torch.ones(4)
    emptied.untyped_storage().resize_(0)
    assert read_statistics(emptied) is Unread.NOT_PLAIN_MEMORY


def test_a_huge_tensor_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "READ_WHOLE", 1000)
    monkeypatch.setattr(statistics, "SAMPLE", 500)
    tensor = torch.arange(10_000.0).reshape(100, 100).T
    state = torch.random.get_rng_state()
    read = found(tensor)
    assert (read.elements, read.read, read.is_sample) == (10_000, 500, True)
    assert read.spread is not None
    assert 4000 < read.spread.mean < 6000
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_large_transposed_tensor_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "_CHUNK", 64)
    tensor = torch.arange(1000.0).reshape(50, 20).T
    assert spread(tensor).mean == 499.5


def test_nothing_of_the_tensor_changes() -> None:
    w = torch.ones(3, requires_grad=True)
    y = w * 2
    before = (w._version, y._version, y.grad_fn)
    assert spread(y).mean == 2
    assert (w._version, y._version, y.grad_fn) == before
    assert w.grad is None
    y.sum().backward()


def test_methods_of_the_learners_are_not_called() -> None:
    class Loud(torch.Tensor):
        @classmethod
        def __torch_function__(cls, *_: Any, **__: Any) -> Any:
            raise AssertionError("called")

    assert spread(torch.ones(2).as_subclass(Loud)).mean == 1
