"""The functions of torch that are known well enough to say where each element of their result comes from.

Nothing else is called: each of these computes from its arguments alone and writes nothing.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from enum import Enum
from functools import cache
from os.path import abspath, dirname, join, sep
from typing import Any

from ptrepl.engine.watch.kinds import class_dict


class ElementEffect(Enum):
    """How the elements of a result come about."""

    MOVE = "move"
    """Each is one element of one operand, or a constant such as the zeros of ``tril``."""
    ELEMENTWISE = "elementwise"
    """Each is computed from one element of each operand; smaller operands are broadcast."""
    REDUCTION = "reduction"
    """Each is computed from several elements of one operand: a row, a window, all of them."""
    PRODUCT = "product"
    """Each is a sum of products of elements of the operands."""


_MOVES = """
    T mT view reshape flatten unflatten ravel squeeze unsqueeze transpose swapaxes swapdims t permute movedim moveaxis
    flip fliplr flipud roll rot90 expand expand_as broadcast_to repeat tile repeat_interleave cat concat concatenate
    stack hstack vstack dstack column_stack row_stack split chunk tensor_split hsplit vsplit dsplit unbind narrow
    select gather take take_along_dim index_select masked_select where masked_fill tril triu diag diagonal diag_embed
    scatter contiguous clone detach view_as reshape_as unfold pad sort topk msort meshgrid atleast_1d atleast_2d
    atleast_3d broadcast_tensors block_diag cartesian_prod combinations index_fill embedding pixel_shuffle __getitem__
""".split()
_ELEMENTWISE = """
    add sub subtract mul multiply div divide true_divide floor_divide remainder fmod pow maximum minimum fmax fmin atan2
    eq ne lt le gt ge not_equal less less_equal greater greater_equal logical_and logical_or logical_xor logical_not
    bitwise_and bitwise_or bitwise_xor bitwise_not abs absolute neg negative positive exp exp2 expm1 log log2 log10
    log1p sqrt rsqrt square reciprocal relu relu6 sigmoid logsigmoid tanh tan sin cos asin acos atan sinh cosh floor
    ceil round trunc frac sign clamp clip isnan isinf isfinite isclose leaky_relu elu gelu silu softplus hardtanh lerp
    float double half bfloat16 long int short bool hypot erf nan_to_num
""".split()
_REDUCTIONS = """
    sum mean prod max min amax amin argmax argmin std var norm vector_norm any all median nanmean nansum nanmedian
    logsumexp count_nonzero cumsum cumprod cummax cummin logcumsumexp softmax log_softmax softmin normalize avg_pool1d
    avg_pool2d max_pool1d max_pool2d trace diff
""".split()
_PRODUCTS = "matmul mm bmm mv dot inner outer ger vdot kron einsum tensordot linear conv1d conv2d".split()
_MAKERS = """
    arange tensor zeros ones full linspace eye rand randn randint randperm zeros_like ones_like full_like rand_like
    randn_like as_tensor empty_like
""".split()
_PLAIN = "size dim numel nelement ndimension item tolist".split()
"""Methods that tell a number of a tensor."""

EFFECTS: dict[str, ElementEffect] = {
    name: effect
    for effect, names in (
        (ElementEffect.MOVE, _MOVES),
        (ElementEffect.ELEMENTWISE, _ELEMENTWISE),
        (ElementEffect.REDUCTION, _REDUCTIONS),
        (ElementEffect.PRODUCT, _PRODUCTS),
    )
    for name in names
}
MAKERS = frozenset(_MAKERS)
"""Functions that make a tensor out of numbers."""
TELLING = frozenset(_PLAIN)
GROWING = MAKERS | frozenset(
    "repeat tile expand broadcast_to repeat_interleave pad diag_embed unfold outer ger kron tensordot einsum "
    "meshgrid cartesian_prod combinations block_diag embedding topk".split()
)
"""Functions whose result may be larger than all that they are given."""
IN_ORDER = frozenset({"sort", "topk"})
"""They move by the values: into the order of ``indices``."""

INDEXES: dict[str, tuple[tuple[int, str], ...]] = {
    "gather": ((2, "index"),),
    "index_select": ((2, "index"),),
    "index_fill": ((2, "index"),),
    "take": ((1, "index"),),
    "take_along_dim": ((1, "indices"),),
    "masked_select": ((1, "mask"),),
    "masked_fill": ((1, "mask"),),
    "scatter": ((2, "index"),),
    "expand_as": ((1, "other"),),
    "view_as": ((1, "other"),),
    "reshape_as": ((1, "other"),),
    "repeat_interleave": ((1, "repeats"),),
    "tensor_split": ((1, "indices_or_sections"),),
    "embedding": ((0, "input"),),
    "where": ((0, "condition"),),
    "Tensor.where": ((1, "condition"),),
    "__getitem__": ((1, ""),),
}
"""Arguments, by place and by name, that say where elements go, and are not moved themselves."""


_WRAPS = join("torch", "utils", "_contextlib.py")


@cache
def _torch_folder() -> str:
    return dirname(abspath(sys.modules["torch"].__file__ or "")) + sep


def _is_torchs(function: Any) -> bool:
    if type(function) is types.FunctionType:
        filename = function.__code__.co_filename
        # the wrapper of @torch.no_grad() runs any function
        return filename.startswith(_torch_folder()) and not filename.endswith(_WRAPS)
    return type(function) in (types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)


def function_name(function: Any) -> str | None:
    """The name that ``torch``, ``torch.linalg`` or ``torch.nn.functional`` has for it; None for all others.

    What the learner has bound there is theirs, and has none.
    """
    if not _is_torchs(function) or type(function.__name__) is not str:
        return None
    torch = sys.modules["torch"]
    name: str = function.__name__.removeprefix("linalg_").removeprefix("_")
    homes = (torch, torch.nn.functional, torch.linalg)
    for home in homes:
        for each in (name, function.__name__):
            if vars(home).get(each) is function:
                return each if each in EFFECTS or each in MAKERS else None
    # F.max_pool2d chooses between two functions when it is called
    found = [each for each in EFFECTS if any(vars(home).get(each) is function for home in homes)]
    return found[0] if found else None


def known_method(name: str) -> Callable[..., Any] | None:
    """The method of a tensor of that name, whatever a subclass has under it; None for one that is not known here."""
    if name not in EFFECTS and name not in TELLING:
        return None
    torch = sys.modules["torch"]
    found = class_dict(torch.Tensor).get(name) or torch._C.TensorBase.__dict__.get(name)
    return found if _is_torchs(found) else None
