"""The dims of a call's tensors beside each other: which meet, which are stretched, which go, which moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from math import prod
from typing import Any

from ptrepl.engine.layouts.calls import MOST_WORK, TorchCall
from ptrepl.engine.layouts.expression import NotShown
from ptrepl.engine.layouts.functions import ElementEffect
from ptrepl.engine.layouts.sources import (
    element_numbers,
    goes_over_rows,
    has_own_windows,
    is_running,
    reduced_dims,
    results_of,
)

_JOINED = frozenset("cat concat concatenate stack hstack vstack dstack".split())


class DimOrigin(Enum):
    """What a dim of a moved tensor runs through."""

    WHOLE = auto()
    """A dim of the operand."""
    PART = auto()
    REVERSED = auto()
    MERGED = auto()
    """Several dims of the operand."""
    SPLIT = auto()
    """A part of a dim that became several."""
    COPIES = auto()
    """The same elements again."""
    NEW = auto()
    """One element, and no dim of the operand."""


@dataclass(frozen=True, slots=True)
class MovedDim:
    """Where the dim of a result comes from. ``dims``: the operand's; ``start`` and ``step``: of a part."""

    origin: DimOrigin
    dims: tuple[int, ...] = ()
    start: int = 0
    step: int = 1


@dataclass(frozen=True, slots=True)
class Joint:
    """Along ``dim``, the result is made of pieces: (number of the operand, first index, index behind the last)."""

    dim: int
    pieces: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Windows:
    """A convolution without groups: the size of its window in each dim, its filters, and the channels of its input."""

    sizes: tuple[int, ...]
    filters: int
    channels: int


@dataclass(frozen=True, slots=True)
class Scheme:
    """Columns of dims. ``rows``: for each operand and then each result the size in each column, None where it has no
    such dim; ``names``: of the columns; () where they are the dims by number."""

    rows: tuple[tuple[int | None, ...], ...]
    names: tuple[str, ...] = ()
    gone: tuple[int, ...] = ()
    """Columns that are summed, or reduced, over."""
    dims: tuple[tuple[int, ...], ...] = ()
    """Of named columns: for each row, the column of each of its dims."""
    along: tuple[int, ...] = ()
    """Columns along which a reduction looks at elements, where the result has as many: those of ``softmax``."""
    is_running: bool = False
    """A reduction looks at the elements up to a place, as ``cumsum`` does."""
    windows: Windows | None = None
    stretched: tuple[tuple[int, int], ...] = ()
    """(row, column) where broadcasting makes copies."""
    clashes: tuple[int, ...] = ()
    """Columns whose sizes do not fit together."""
    moved: tuple[MovedDim, ...] | None = None
    """Of a move of one operand: for each dim of the result what it runs through; None where no rule describes it."""
    taken: tuple[tuple[int, int], ...] = ()
    """(dim of the operand, index) where a move takes one index of a dim."""
    joint: Joint | None = None

    def widest(self, column: int) -> int:
        """The size that the others in a column are stretched to."""
        sizes = [row[column] for row in self.rows]
        return 0 if 0 in sizes else max(size or 1 for size in sizes)

    def stretched_shape(self, row: int) -> tuple[int, ...]:
        """The shape that broadcasting gives an operand."""
        own = self.dims[row] if self.dims else ()
        added = [column for at, column in self.stretched if at == row and self.rows[row][column] is None]
        order = [*added, *own] if own else range(len(self.rows[row]))
        stretched = {column for at, column in self.stretched if at == row}
        sizes = [self.widest(column) if column in stretched else self.rows[row][column] for column in order]
        return tuple(size for size in sizes if size is not None)


def scheme_of(call: TorchCall, results: Sequence[Any] = ()) -> Scheme:
    """The scheme of a call; of its operands alone where it was refused, and there are no results."""
    shapes = [tuple(each.shape) for each in (*call.tensors(), *results)]
    match call.effect:
        case ElementEffect.ELEMENTWISE:
            longest = max(map(len, shapes))
            rows = [(None,) * (longest - len(shape)) + shape for shape in shapes]
            return _with_meeting(rows, (), (), len(results))
        case ElementEffect.PRODUCT:
            named = dim_names(call)
            if named is None or any(len(its) != len(shape) for its, shape in zip(named, shapes, strict=False)):
                return Scheme(_left(shapes), windows=_windows(call, shapes))
            names = [*dict.fromkeys(name for each in named for name in each)]
            rows = []
            for shape, its in zip(shapes, named, strict=False):
                sizes = dict(zip(its, shape, strict=True))
                rows.append(tuple(sizes.get(name) for name in names))
            kept = named[-1]
            gone = tuple(number for number, name in enumerate(names) if name not in kept)
            dims = tuple(tuple(map(names.index, its)) for its in named)
            found = replace(_with_meeting(rows, tuple(names), gone, len(results)), dims=dims)
            # what linear does with a batch is no broadcasting: to it they are more rows
            return replace(found, stretched=()) if call.name == "linear" else found
        case ElementEffect.REDUCTION if not has_own_windows(call):
            return _reduced(call, shapes, results)
        case ElementEffect.MOVE if call.name in _JOINED and not results:
            return _not_joined(call, shapes)
    if call.effect is ElementEffect.MOVE and len(results) == 1:
        moved, taken = moved_dims(call, results[0])
        return Scheme(_left(shapes), moved=moved, taken=taken, joint=_joint(call, results[0]))
    return Scheme(_left(shapes))


def _left(shapes: Sequence[tuple[int, ...]]) -> tuple[tuple[int | None, ...], ...]:
    longest = max(map(len, shapes))
    return tuple((*shape, *(None,) * (longest - len(shape))) for shape in shapes)


def _with_meeting(
    rows: Sequence[tuple[int | None, ...]], names: tuple[str, ...], gone: tuple[int, ...], results: int
) -> Scheme:
    """The columns of operands whose dims meet by the rules of broadcasting."""
    operands = rows[: len(rows) - results]
    stretched, clashes = [], []
    for column, sizes in enumerate(zip(*operands, strict=True)):
        wide = {size for size in sizes if size is not None and (size != 1 or column in gone)}
        if len(wide) > 1:
            clashes.append(column)
        # a named column that one operand lacks is another operand's own
        lacks = 0 if names and not names[column].startswith("batch") else None
        if wide and wide != {1} and column not in gone:
            stretched += [
                (row, column) for row, size in enumerate(sizes) if size == 1 or (size is None and lacks is None)
            ]
    return Scheme(tuple(rows), names, gone, stretched=tuple(stretched), clashes=tuple(clashes))


def _reduced(call: TorchCall, shapes: Sequence[tuple[int, ...]], results: Sequence[Any]) -> Scheme:
    try:
        dims, _ = reduced_dims(call)
    except NotShown:
        return Scheme(_left(shapes))
    longest = len(shapes[0])
    rows: list[tuple[int | None, ...]] = [shapes[0]]
    for shape in shapes[1:]:
        if len(shape) == longest:
            rows.append(shape)
            continue
        sizes = iter(shape)
        rows.append(tuple(None if column in dims else next(sizes, None) for column in range(longest)))
    if not results:
        return Scheme(tuple(rows))
    if is_running(call) or goes_over_rows(call):
        return Scheme(tuple(rows), along=dims, is_running=is_running(call))
    return Scheme(tuple(rows), gone=dims)


def _windows(call: TorchCall, shapes: Sequence[tuple[int, ...]]) -> Windows | None:
    groups = call.kwargs.get("groups", call.args[6] if len(call.args) > 6 else 1)
    if call.name not in ("conv1d", "conv2d") or type(groups) is not int or groups != 1:
        return None
    filters, channels, *sizes = shapes[1]
    return Windows(tuple(sizes), filters, channels)


def _not_joined(call: TorchCall, shapes: Sequence[tuple[int, ...]]) -> Scheme:
    longest = max(map(len, shapes))
    default = {"hstack": 1, "dstack": 2}.get(call.name, 0)
    dim = call.kwargs.get("dim", call.args[1] if len(call.args) > 1 else default)
    along = None if call.name == "stack" or type(dim) is not int else dim % max(longest, 1)
    rows = _left(shapes)
    columns = zip(*rows, strict=True)
    return Scheme(rows, clashes=tuple(at for at, sizes in enumerate(columns) if at != along and len({*sizes}) > 1))


def dim_names(call: TorchCall) -> tuple[tuple[str, ...], ...] | None:
    """Names for the dims of the operands of a product, and of its result; None where there are none."""
    counts = [each.dim() for each in call.tensors()]
    match call.name:
        case "einsum":
            return _of_equation(call.args[0], counts)
        case "outer" | "ger":
            return ("i",), ("j",), ("i", "j")
        case "linear" if counts[0] and counts[1] == 2:
            lead = _batch(counts[0] - 1)
            bias = [("k",)] if len(counts) == 3 else []
            return (*lead, "j"), ("k", "j"), *bias, (*lead, "k")
        case "matmul" | "mm" | "bmm" | "mv" | "dot" | "vdot" | "inner" if 0 not in counts:
            if call.name == "inner" and counts != [1, 1]:
                return None
            left, right = counts
            batch = _batch(max(left, right, 2) - 2)
            first = (*batch[len(batch) - max(left - 2, 0) :], *(("i",) if left > 1 else ()), "j")
            second = (*batch[len(batch) - max(right - 2, 0) :], "j", *(("k",) if right > 1 else ()))
            return first, second, (*batch, *first[-2:-1][: left - 1 and 1], *second[-1:][: right - 1 and 1])
    return None


def _batch(count: int) -> tuple[str, ...]:
    return ("batch",) if count == 1 else tuple(f"batch {number}" for number in range(count))


def _of_equation(equation: Any, counts: Sequence[int]) -> tuple[tuple[str, ...], ...] | None:
    if type(equation) is not str or "." in equation:
        return None
    given, arrow, result = equation.replace(" ", "").partition("->")
    operands = given.split(",")
    if [len(each) for each in operands] != [*counts] or any(len({*each}) < len(each) for each in operands):
        return None
    if not arrow:
        result = "".join(sorted(each for each in {*given} - {","} if given.count(each) == 1))
    return (*map(tuple, operands), tuple(result))


def _run_onelement_numbers(call: TorchCall, result: Any) -> Any:
    """The result with numbers of elements in it, those of the operands following each other; None where it is too
    large, or has constants in it."""
    tensors, places = call.tensors(), call.moving()
    if sum(each.numel() for each in tensors) > MOST_WORK or result.numel() > MOST_WORK:
        return None
    given, first = [*tensors], 1
    for place in places:
        given[place] = element_numbers(tensors[place], first)
        first += tensors[place].numel()
    try:
        [found] = results_of(call, call.picked(call.with_tensors(given)))
        again = results_of(
            call, call.picked(call.with_tensors([_moved_on(each, at, places) for at, each in enumerate(given)]))
        )
    except Exception:  # torch's refusal of other numbers
        return None
    return found if found.numel() and bool((again[0] - found == 1).all()) else None


def _moved_on(tensor: Any, place: int, places: Sequence[int]) -> Any:
    return tensor + 1 if place in places else tensor


def moved_dims(call: TorchCall, result: Any) -> tuple[tuple[MovedDim, ...] | None, tuple[tuple[int, int], ...]]:
    """What each dim of the result of a move runs through, and (dim, index) of the operand where one index is taken.

    None where that is not the same all over the result.
    """
    if call.moving() != [0] or call.name in ("sort", "topk", "msort"):
        return None, ()
    found = _run_onelement_numbers(call, result)
    if found is None:
        return None, ()
    start = int(found.reshape(-1)[0])
    strides, expected = [], found.new_full((), start)
    for dim, size in enumerate(found.shape):
        ahead = int(found.select(dim, 1).reshape(-1)[0]) - start if size > 1 else 0
        strides.append(ahead)
        line = element_numbers(found.new_empty(size)) * ahead
        expected = expected + line.reshape((size,) + (1,) * (found.dim() - dim - 1))
    if not bool((expected == found).all()):
        return None, ()
    shape = call.tensors()[0].shape
    moved = tuple(_described(shape, found.shape, strides, start - 1))
    used = {dim for each in moved for dim in each.dims}
    left = [dim for dim, size in enumerate(shape) if size > 1 and dim not in used]
    return moved, tuple((dim, (start - 1) // prod(shape[dim + 1 :]) % shape[dim]) for dim in left)


def _described(shape: Sequence[int], result: Sequence[int], strides: Sequence[int], start: int) -> Iterator[MovedDim]:
    own = [prod(shape[dim + 1 :]) for dim in range(len(shape))]
    origin = [start // stride % size for stride, size in zip(own, shape, strict=True)]
    ones = [dim for dim, size in enumerate(shape) if size == 1]
    owners = [_owner(shape, own, abs(stride)) if stride else None for stride in strides]
    for size, stride, dim in zip(result, strides, owners, strict=True):
        if size == 1:
            same = len(shape) == len(result) and bool(ones)
            yield MovedDim(DimOrigin.WHOLE, (ones.pop(0),)) if same else MovedDim(DimOrigin.NEW)
            continue
        if dim is None:
            yield MovedDim(DimOrigin.COPIES)
            continue
        step = stride // own[dim]
        inside = stride % own[dim] == 0 and 0 <= origin[dim] + step * (size - 1) < shape[dim]
        if inside and size == shape[dim]:
            yield MovedDim(DimOrigin.WHOLE if step == 1 else DimOrigin.REVERSED, (dim,))
        elif inside:
            is_cut = owners.count(dim) > 1
            yield MovedDim(DimOrigin.SPLIT, (dim,)) if is_cut else MovedDim(DimOrigin.PART, (dim,), origin[dim], step)
        else:
            first = next((each for each in range(dim, -1, -1) if stride * size <= own[each] * shape[each]), 0)
            yield MovedDim(DimOrigin.MERGED, tuple(range(first, dim + 1)))


def _owner(shape: Sequence[int], own: Sequence[int], stride: int) -> int:
    """The dim of the operand that a step over so many elements goes along."""
    fitting = [dim for dim, size in enumerate(shape) if size > 1 and own[dim] <= stride]
    return max(fitting, key=lambda dim: own[dim])


def _joint(call: TorchCall, result: Any) -> Joint | None:
    """Along which dim a result is put together, and of what."""
    places = call.moving()
    if call.name not in _JOINED or len(places) < 2:
        return None
    found = _run_onelement_numbers(call, result)
    if found is None:
        return None
    import torch

    ends = torch.tensor([call.tensors()[place].numel() for place in places]).cumsum(0)
    owners = torch.bucketize(found, ends.to(found.dtype))
    for dim, size in enumerate(found.shape):
        lines = owners.movedim(dim, 0).reshape(size, -1)
        if bool((lines == lines[:, :1]).all()):
            whose = lines[:, 0].tolist()
            starts = [at for at in range(size) if not at or whose[at] != whose[at - 1]]
            stops = [*starts[1:], size]
            return Joint(dim, tuple((places[whose[at]], at, stop) for at, stop in zip(starts, stops, strict=True)))
    return None
