"""How much work a call of torch will be, known before it runs, so that no trial takes long or fills the memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from math import inf, prod
from typing import Any

LARGE = 1 << 22
"""Elements (or multiplications) that a trial may cost."""

_ELEMENTWISE = frozenset(
    """
    add sub subtract mul multiply div divide true_divide floor_divide remainder fmod pow maximum minimum fmax
    fmin atan2 eq ne lt le gt ge not_equal less less_equal greater greater_equal logical_and logical_or
    logical_xor bitwise_and bitwise_or bitwise_xor rsub rdiv __add__ __radd__ __sub__ __rsub__ __mul__
    __rmul__ __truediv__ __rtruediv__ __floordiv__ __mod__ __pow__ __rpow__ __eq__ __ne__ __lt__ __le__
    __gt__ __ge__ __and__ __or__ __xor__
    """.split()
)
_BY_MASK = frozenset("masked_fill where".split())
_COMPARING = frozenset("eq ne lt le gt ge not_equal less less_equal greater greater_equal".split())
_DIVIDING = frozenset("div divide true_divide __truediv__ __rtruediv__".split())
_MULTIPLYING = frozenset("matmul mm bmm mv dot __matmul__ __rmatmul__ linear".split())
_SLOW = frozenset(
    """
    cholesky det eig eigh eigvals eigvalsh geqrf inv inverse lstsq logdet lu matrix_exp matrix_power matrix_rank pinv
    pinverse qr slogdet solve svd svdvals tensorinv tensorsolve triangular_solve
    """.split()
)
_SLOW_LARGE = 1 << 13
"""Elements for functions whose work grows with the third power of the side of a matrix."""
_JOINING = frozenset("cat concat concatenate stack hstack vstack dstack".split())
_LOSSES = frozenset(
    """
    binary_cross_entropy binary_cross_entropy_with_logits cosine_embedding_loss cross_entropy gaussian_nll_loss
    hinge_embedding_loss huber_loss kl_div l1_loss mse_loss nll_loss poisson_nll_loss smooth_l1_loss soft_margin_loss
    """.split()
)
"""Functions that go once through the elements of a prediction and a target."""
_VIEWING = frozenset(
    """
    T mT H mH t view view_as reshape reshape_as permute transpose unsqueeze squeeze flatten unflatten expand
    expand_as detach contiguous clone float double half bfloat16 long int short bool to type chunk split
    tensor_split unbind narrow select movedim moveaxis swapaxes swapdims requires_grad_ __getitem__ ravel
    adjoint
    """.split()
)


class Broken(Exception):
    """The call would fail; for the shapes and dtypes that torch was not asked about."""


def tensors_in(*values: Any) -> Iterator[Any]:
    """The tensors among ``values`` and in their lists, tuples and dicts."""
    for value in values:
        if isinstance(value, sys.modules["torch"].Tensor):
            yield value
        elif type(value) in (list, tuple):
            yield from tensors_in(*value)
        elif type(value) is dict:
            yield from tensors_in(*value.values())


def _integers_in(values: Any) -> Iterator[int]:
    for value in values:
        if type(value) is int:
            yield abs(value)
        elif isinstance(value, (list, tuple)):
            yield from _integers_in(value)
        elif type(value) is range:
            yield len(value)


def is_elementwise(name: str) -> bool:
    """Whether each element of the result comes from one element of each operand, so that no number decides a shape."""
    return name in _ELEMENTWISE


def module_work(module: Any, args: tuple[Any, ...]) -> int:
    """About how many multiplications calling a module costs: its parameters at each place of its input."""
    size = sum(int(each.numel()) for each in module.parameters())
    # features stand in the last dim, channels of images in the second
    places = sum(
        int(each.numel()) // max(each.shape[-1], each.shape[1:2].numel(), 1) for each in tensors_in(args) if each.dim()
    )
    return int(size * places)


def is_small(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether the call may run on the CPU: no tensor on meta, and neither work nor result over ``LARGE``."""
    tensors = [*tensors_in(args, kwargs)]
    if any(tensor.is_meta for tensor in tensors):
        return False
    if name == "arange" and not tensors:
        return _count(*args) <= LARGE
    if name in _VIEWING:
        # expand makes no memory, and all others give at most what they get
        return sum(int(tensor.numel()) for tensor in tensors) <= LARGE
    if name in _ELEMENTWISE or name in _BY_MASK:
        return prod(broadcast(*(tuple(tensor.shape) for tensor in tensors)) or ()) <= LARGE
    if name in _LOSSES:
        shapes = (tuple(tensor.shape) for tensor in tensors)
        return max(sum(int(tensor.numel()) for tensor in tensors), prod(broadcast(*shapes) or ())) <= LARGE
    if name in _JOINING:
        return sum(int(tensor.numel()) for tensor in tensors) <= LARGE
    if name == "interpolate" and len(tensors) == 1:
        return prod([*tensors[0].shape[:2], *_integers_in([*args[1:], *kwargs.values()])]) <= LARGE
    if name in _MULTIPLYING and len(tensors) >= 2:
        return _work(name, tensors[0], tensors[1]) <= 16 * LARGE
    if name.removeprefix("linalg_") in _SLOW:
        return sum(int(tensor.numel()) for tensor in tensors) <= _SLOW_LARGE
    cost = prod(max(1, tensor.numel()) for tensor in tensors)
    if cost <= LARGE and cost * prod(max(1, each) for each in _integers_in([*args, *kwargs.values()])) <= LARGE:
        return True
    # one tensor in, no more out: a reduction, an activation; numbers beside it are dims
    few = all(each <= 8 for each in _integers_in([*args, *kwargs.values()]))
    return len(tensors) == 1 and few and tensors[0].numel() <= LARGE


def _count(*numbers: Any) -> float:
    """How many numbers ``torch.arange`` makes of a start, an end and a step."""
    if not 1 <= len(numbers) <= 3 or any(type(each) not in (int, float) for each in numbers):
        return inf
    start, end = (0, numbers[0]) if len(numbers) == 1 else numbers[:2]
    step = numbers[2] if len(numbers) == 3 else 1
    return abs((end - start) / step) if step else inf


def _work(name: str, left: Any, right: Any) -> int:
    """Multiplications in a product of matrices."""
    columns = right.shape[0] if name == "linear" else right.shape[-1] if right.dim() > 1 else 1
    return int(left.numel() * columns * prod(right.shape[:-2] if name != "linear" else ()))


def only_views(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether the call is cheap on meta too: it makes a view of one tensor, or converts it."""
    tensors = [*tensors_in(args, kwargs)]
    return name in _VIEWING and len(tensors) == 1 and bool(tensors[0].is_meta)


def broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape that ``shapes`` are broadcast to; None where they do not fit.

    ``torch.broadcast_shapes`` imports sympy: 0.6 s.
    """
    longest = max(map(len, shapes), default=0)
    padded = [(1,) * (longest - len(shape)) + shape for shape in shapes]
    result = []
    for sizes in zip(*padded, strict=True):
        wide = {size for size in sizes if size != 1}
        if len(wide) > 1:
            return None
        result.append(wide.pop() if wide else 1)
    return tuple(result)


def shape_without_running(
    name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[int, ...], Any] | None:
    """Shape and dtype of what a call on large tensors gives, by torch's rules; None where only torch knows.

    The kernels of ``meta`` know as well, but their first use imports sympy and torch._dynamo: 1.5 s.
    Raises Broken where the operands do not fit together.
    """
    torch = sys.modules["torch"]
    tensors = [*tensors_in(args)]
    if kwargs or len(args) != 2 or not tensors:
        return None
    if name in _ELEMENTWISE:
        shape = broadcast(*(tuple(tensor.shape) for tensor in tensors))
        if shape is None:
            raise Broken
        dtype = torch.result_type(*args)
        if name.strip("_").removeprefix("r") in _COMPARING or name.strip("_") in _COMPARING:
            dtype = torch.bool
        elif name in _DIVIDING and not (dtype.is_floating_point or dtype.is_complex):
            dtype = torch.get_default_dtype()
        return shape, dtype
    if name in _MULTIPLYING and name != "linear" and len(tensors) == 2:
        return _product(name, *tensors)
    return None


def _product(name: str, left: Any, right: Any) -> tuple[tuple[int, ...], Any]:
    dims = {"mm": (2, 2), "bmm": (3, 3), "mv": (2, 1), "dot": (1, 1)}.get(name)
    if left.dtype != right.dtype or not left.dim() or not right.dim() or (dims and dims != (left.dim(), right.dim())):
        raise Broken
    one, two = tuple(left.shape), tuple(right.shape)
    if one[-1] != (two[0] if len(two) == 1 else two[-2]):
        raise Broken
    batch = broadcast(one[:-2], two[:-2])
    if batch is None:
        raise Broken
    return batch + (one[-2:-1] if len(one) > 1 else ()) + (two[-1:] if len(two) > 1 else ()), left.dtype
