"""From which elements of the operands each element of a result comes.

Nothing is assumed of a function that only moves elements: it is run on tensors that hold the numbers of their
elements. Reductions and products are run on tensors of zeros with a single one in them, which shows where that element
goes; functions that are not linear are replaced by a sum over the same dims.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ptrepl.engine.layouts.calls import TorchCall
from ptrepl.engine.layouts.expression import NotShown, Obstacle
from ptrepl.engine.layouts.functions import IN_ORDER, ElementEffect

Source = tuple[int, int]
"""The number of an operand, and the place of an element in it, row by row."""
Sources = tuple[tuple[Source, ...], ...]
"""For each element of a result, row by row, those it comes from; none for a constant."""

MOST_TERMS = 64
"""Products whose sum is told."""
_WITH_DIM_THIRD = frozenset({"norm", "vector_norm", "normalize"})
_RUNNING = frozenset({"cumsum", "cumprod", "cummax", "cummin", "logcumsumexp"})
_WHOLE_ROWS = frozenset({"softmax", "log_softmax", "softmin", "normalize"})
_WINDOWS = {
    "max_pool1d": "avg_pool1d",
    "max_pool2d": "avg_pool2d",
    "avg_pool1d": "avg_pool1d",
    "avg_pool2d": "avg_pool2d",
}
_LINEAR = frozenset({"trace", "diff"})
_WITH_BIAS = frozenset({"linear", "conv1d", "conv2d"})


def results_of(call: TorchCall, result: Any) -> list[Any]:
    """The tensors in what a call gave."""
    torch = sys.modules["torch"]
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, (tuple, list)) and result and all(isinstance(each, torch.Tensor) for each in result):
        return [*result]
    raise NotShown(Obstacle.NO_TENSOR, call.name)


def sources_of(call: TorchCall, results: Sequence[Any]) -> list[Sources]:
    """The sources of each of the ``results`` of a call of small tensors. Raises NotShown where they are not known."""
    if not call.moving():
        raise NotShown(Obstacle.SOURCES, call.name)
    try:
        found = [*_by_effect(call, results)]
    except NotShown:
        raise
    except Exception:  # torch's own refusal of a run on other numbers
        raise NotShown(Obstacle.SOURCES, call.name) from None
    if [len(each) for each in found] != [each.numel() for each in results]:
        raise NotShown(Obstacle.SOURCES, call.name)
    return found


def _by_effect(call: TorchCall, results: Sequence[Any]) -> Iterator[Sources]:
    match call.effect:
        case ElementEffect.MOVE:
            if call.name in IN_ORDER or call.name == "msort":
                yield from _sorted(call, results)
            else:
                yield from _moved(call, results)
        case ElementEffect.ELEMENTWISE:
            shape = results[0].shape
            parts = [
                element_numbers(call.operands[place].tensor).expand(shape).reshape(-1).tolist()
                for place in call.moving()
            ]
            yield tuple(
                tuple((place, int(number)) for place, number in zip(call.moving(), numbers, strict=True))
                for numbers in zip(*parts, strict=True)
            )
        case ElementEffect.REDUCTION:
            linear = sums_instead(call)
            for each in results:
                yield _probed(call, each, linear)
        case ElementEffect.PRODUCT:
            yield _probed(call, results[0])


def has_own_windows(call: TorchCall) -> bool:
    """Whether a reduction goes over windows or a diagonal, not over whole dims."""
    return call.name in _WINDOWS or call.name in _LINEAR


def is_running(call: TorchCall) -> bool:
    """Whether each element of the result is computed from those up to its place."""
    return call.name in _RUNNING


def goes_over_rows(call: TorchCall) -> bool:
    """Whether each element of the result is computed from a whole row, and there are as many as before."""
    return call.name in _WHOLE_ROWS


def element_numbers(tensor: Any, start: int = 0) -> Any:
    """A tensor of the same shape that holds the number of each of its elements, row by row."""
    torch = sys.modules["torch"]
    return torch.arange(start, start + tensor.numel(), dtype=torch.float64).reshape(tensor.shape)


def _moved(call: TorchCall, results: Sequence[Any]) -> Iterator[Sources]:
    """Two runs on numbers: what differs by as much as the numbers do is an element, what does not is a constant."""
    tensors, places = call.tensors(), call.moving()
    firsts, total = {}, 1
    for place in places:
        firsts[place] = total
        total += tensors[place].numel()
    runs = []
    for offset in (0, total):
        numbered = [
            element_numbers(each, firsts[place] + offset) if place in firsts else each
            for place, each in enumerate(tensors)
        ]
        found = results_of(call, call.picked(call.with_tensors(numbered)))
        runs.append([each.reshape(-1).tolist() for each in found])
    owner = {firsts[place] + at: (place, at) for place in places for at in range(tensors[place].numel())}
    for result, low, high in zip(results, *runs, strict=True):
        sources: list[tuple[Source, ...]] = []
        for one, other in zip(low, high, strict=True):
            moves = other - one == total and one in owner
            if not moves and one != other and (one == one or other == other):
                raise NotShown(Obstacle.SOURCES, call.name)
            sources.append((owner[int(one)],) if moves else ())
        _check_values(call, result, sources)
        yield tuple(sources)


def _check_values(call: TorchCall, result: Any, sources: Sequence[tuple[Source, ...]]) -> None:
    """Raises NotShown where an element has not the value of the one that it is said to be."""
    flat = {place: call.operands[place].tensor.to(result.dtype).reshape(-1).tolist() for place in call.moving()}
    for value, source in zip(result.reshape(-1).tolist(), sources, strict=True):
        if source:
            place, at = source[0]
            was = flat[place][at]
            if was != value and (was == was or value == value):
                raise NotShown(Obstacle.SOURCES, call.name)


def _sorted(call: TorchCall, results: Sequence[Any]) -> Iterator[Sources]:
    """By the indices that sorting gives beside the values."""
    torch = sys.modules["torch"]
    [tensor] = call.tensors()
    if call.name == "msort":
        indices, dim = tensor.sort(dim=0, stable=True).indices, 0
    else:
        indices = call.with_tensors([tensor]).indices
        dim = _argument(call, 2 if call.name == "topk" else 1, "dim", -1)
        if type(dim) is not int:
            raise NotShown(Obstacle.SOURCES, call.name)
    numbers = element_numbers(tensor)
    came = numbers.gather(dim, indices) if tensor.dim() else numbers
    sources = tuple(((0, int(each)),) for each in came.reshape(-1).tolist())
    for each in results:
        if torch.equal(each, tensor.gather(dim, indices) if tensor.dim() else tensor):
            _check_values(call, each, sources)
        yield sources


def _argument(call: TorchCall, place: int, name: str, default: Any) -> Any:
    if name in call.kwargs:
        return call.kwargs[name]
    return call.args[place] if len(call.args) > place else default


def reduced_dims(call: TorchCall) -> tuple[tuple[int, ...], bool]:
    """The dims that a reduction goes over, counted from 0, and whether they are kept. Raises NotShown."""
    tensor = call.tensors()[0]
    third = call.name in _WITH_DIM_THIRD
    default = call.kwargs.get("axis", 1 if call.name == "normalize" else None)
    dim = _argument(call, 2 if third else 1, "dim", default)
    keep = _argument(call, 3 if third or call.name in ("std", "var") else 2, "keepdim", False)
    if call.name in ("std", "var") and type(dim) is bool:
        dim = None
    if call.name in _RUNNING | _WHOLE_ROWS and type(dim) is not int:
        raise NotShown(Obstacle.SOURCES, call.name)
    every = tuple(range(tensor.dim()))
    if dim is None or dim == () or dim == []:
        return every, keep is True
    dims = tuple(dim) if isinstance(dim, (tuple, list)) else (dim,)
    if any(type(each) is not int for each in dims):
        raise NotShown(Obstacle.SOURCES, call.name)
    return tuple(each % max(tensor.dim(), 1) for each in dims if tensor.dim()), keep is True


def sums_instead(call: TorchCall) -> Callable[..., Any]:
    """A linear function of one tensor whose result has the same sources as that of the call."""
    torch = sys.modules["torch"]
    if call.name in _WINDOWS:
        if len(call.args) > 4 or not call.kwargs.keys() <= {"kernel_size", "stride", "padding"}:
            raise NotShown(Obstacle.SOURCES, call.name)
        function = getattr(torch.nn.functional, _WINDOWS[call.name])
        return lambda tensor: call.with_tensors([tensor], function)
    if call.name in _LINEAR:
        return lambda tensor: call.with_tensors([tensor])
    dims, keep = reduced_dims(call)
    if call.name in _RUNNING:
        return lambda tensor: tensor.cumsum(dims[0]) if tensor.dim() else tensor
    if call.name in _WHOLE_ROWS:
        return lambda tensor: tensor.sum(dims, keepdim=True).expand(tensor.shape) if tensor.dim() else tensor
    return lambda tensor: tensor.sum(dims, keepdim=keep) if dims else tensor


def _probed(call: TorchCall, result: Any, linear: Callable[..., Any] | None = None) -> Sources:
    found: list[list[Source]] = [[] for _ in range(result.numel())]
    for place in call.moving():
        for at, goes in enumerate(_goes_to(call, place, linear)):
            for number in goes:
                found[number].append((place, at))
    return tuple(map(tuple, found))


def _goes_to(call: TorchCall, place: int, linear: Callable[..., Any] | None) -> Iterator[list[int]]:
    """For each element of an operand, the elements of the result that it goes into."""
    torch = sys.modules["torch"]
    tensors = [torch.ones(each.shape, dtype=torch.float64) for each in call.tensors()]

    def run(probe: Any) -> Any:
        given = (
            linear(probe) if linear is not None else call.with_tensors([*tensors[:place], probe, *tensors[place + 1 :]])
        )
        return given.reshape(-1)

    without = run(torch.zeros_like(tensors[place]))
    for at in range(tensors[place].numel()):
        yield (run(_one_at(tensors[place], at)) != without).nonzero().reshape(-1).tolist()


def _one_at(tensor: Any, at: int) -> Any:
    torch = sys.modules["torch"]
    probe = torch.zeros(tensor.shape, dtype=torch.float64)
    probe.view(-1)[at] = 1
    return probe


def terms_of(call: TorchCall, sources: Sequence[Source], element: int) -> tuple[tuple[Source, ...], ...]:
    """The products whose sum an element of a product is, each as its factors; () where there are too many."""
    torch = sys.modules["torch"]
    tensors = call.tensors()
    places = call.moving()
    bias = [places.pop()] if call.name in _WITH_BIAS and len(places) == 3 else []
    given = [torch.ones(each.shape, dtype=torch.float64) for each in tensors]
    for place in bias:
        given[place] = torch.zeros(tensors[place].shape, dtype=torch.float64)
    terms: list[tuple[Source, ...]] = []

    def follow(number: int, factors: tuple[Source, ...], given: list[Any]) -> None:
        if len(terms) > MOST_TERMS:
            return
        if number == len(places):
            terms.append(factors)
            return
        place = places[number]
        for source in sources:
            if source[0] == place:
                probe = [*given[:place], _one_at(tensors[place], source[1]), *given[place + 1 :]]
                if call.with_tensors(probe).reshape(-1)[element] != 0:
                    follow(number + 1, (*factors, source), probe)

    follow(0, (), given)
    terms += [(source,) for source in sources if source[0] in bias]
    return tuple(terms) if len(terms) <= MOST_TERMS else ()
