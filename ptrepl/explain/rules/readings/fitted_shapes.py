"""What brings a tensor of one shape to another that it is to be broadcast with."""

from __future__ import annotations

from itertools import accumulate
from math import prod
from operator import mul


def reshaped(shape: tuple[int, ...], wanted: tuple[int, ...]) -> list[str]:
    """What may follow a tensor of ``shape`` so that it broadcasts with one of ``wanted``, each size in its dim."""
    if len(shape) == len(wanted) == 2 and shape[::-1] == wanted:
        return [".T"]
    if shape[-1:] == (1,) and shape[:-1] == wanted:
        return [".squeeze(-1)"]
    begins = 1 < len(shape) < len(wanted) and shape == wanted[: len(shape)]
    if begins and shape == (wanted[0], *wanted[1 - len(shape) :]):
        return []  # a number for each row of an example, or for each place in it
    if 1 < len(shape) == len(wanted) - 1 and shape == wanted[: len(shape)]:
        return [".unsqueeze(-1)"]
    if 1 < len(shape) < len(wanted) and shape == wanted[: len(shape)]:
        return [f"[{', '.join([*(':' for _ in shape), *('None' for _ in wanted[len(shape) :])])}]"]
    if (between := _between(shape, wanted)) is not None:
        return [f".unsqueeze({between})"]
    if len(shape) == 1 and len(wanted) > 1 and shape[0] in wanted[:-1]:
        after = len(wanted) - 1 - max(at for at, size in enumerate(wanted[:-1]) if size == shape[0])
        return [".unsqueeze(1)" if after == 1 else f".reshape({', '.join(map(str, (-1, *(1,) * after)))})"]
    if len(shape) != len(wanted) and _splits(shape, wanted) and 1 not in shape:
        return [f".reshape({', '.join(map(str, wanted))})"]
    return []


def _between(shape: tuple[int, ...], wanted: tuple[int, ...]) -> int | None:
    """Where a mask for each example, (batch, length, length), lacks the dim of the heads; None if that is not clear."""
    if len(shape) < 2 or len(shape) != len(wanted) - 1:
        return None
    dims = [dim for dim in range(1, len(shape)) if (*wanted[:dim], *wanted[dim + 1 :]) == shape]
    return dims[0] if len(dims) == 1 else None


def _splits(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether one of them only splits dims of the other, or joins neighbours: else a reshape would mix the elements."""
    one, two = sorted((shape, wanted), key=len)
    return prod(one) == prod(two) and {*accumulate(one, mul)} <= {*accumulate(two, mul)}
