"""Random expressions that move, broadcast, reduce and multiply small tensors, and what torch itself says of them."""

from __future__ import annotations

import ast
from math import prod
from typing import Any

import torch
from hypothesis import strategies as st

from ptrepl.engine.layouts.layout import ElementLayout, RefusedLayout, expression_tree, read_layout
from ptrepl.shell.inspect.lookup import lookup

SHAPES = st.lists(st.integers(0, 4), max_size=3).map(tuple).filter(lambda shape: prod(shape) <= 24)
PAIRS = SHAPES.flatmap(lambda x: st.tuples(st.just(x), st.just(x) | SHAPES | _fitting(x)))
"""Of two operands: any, or such as torch can broadcast or multiply."""


def _fitting(x: tuple[int, ...]) -> st.SearchStrategy[tuple[int, ...]]:
    stretched = [(*x[:at], 1, *x[at + 1 :]) for at in range(len(x))]
    multiplied = [(*x[:-2], x[-1], 2), (*x[:-2], x[-1], 1)] if len(x) > 1 else []
    return st.sampled_from([x[1:], x[-1:], x[::-1], *stretched, *multiplied]).filter(lambda shape: prod(shape) <= 24)


DIMS = st.integers(-3, 2)
INDEXES = st.sampled_from(
    "0 | -1 | 1: | :-1 | ::2 | : | None | ... | i | [0, 0] | x > 0 | ..., 0 | None, ..., None | 0, 1: | i[:, None] | "
    ":, i | 1:1".split(" | ")
)
SIZES = st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6]), min_size=1, max_size=3).map(tuple)


@st.composite
def moves(draw: Any, of: str = "x") -> str:
    """``x.permute(…)`` and the like: valid as often as not."""
    dim, other, shift = draw(DIMS), draw(DIMS), draw(st.integers(-2, 3))
    order = draw(st.permutations(range(draw(st.integers(1, 3)))))
    return str(
        draw(
            st.sampled_from(
                [
                    f"{of}[{draw(INDEXES)}]",
                    f"{of}.reshape{draw(SIZES)}",
                    f"{of}.view{draw(SIZES)}",
                    f"{of}.flatten({dim})",
                    f"{of}.squeeze()",
                    f"{of}.squeeze({dim})",
                    f"{of}.unsqueeze({dim})",
                    f"{of}.transpose({dim}, {other})",
                    f"{of}.permute{tuple(order)}",
                    f"torch.movedim({of}, {dim}, {other})",
                    f"{of}.T",
                    f"{of}.mT",
                    f"{of}.flip({dim})",
                    f"torch.roll({of}, {shift}, dims={dim})",
                    f"torch.roll({of}, {shift})",
                    f"torch.rot90({of})",
                    f"{of}.expand{draw(SIZES)}",
                    f"{of}.repeat{draw(SIZES)}",
                    f"torch.tile({of}, (2,))",
                    f"{of}.repeat_interleave(2, dim={dim})",
                    f"{of}.narrow({dim}, 0, 1)",
                    f"{of}.select({dim}, 0)",
                    f"{of}.index_select({dim}, i)",
                    f"{of}.take(i)",
                    f"{of}.masked_select({of} > 0)",
                    f"{of}.masked_fill({of} > 0, {shift})",
                    f"torch.where({of} > 0, {of}, {shift})",
                    f"{of}.tril({shift})",
                    f"torch.triu({of})",
                    f"{of}.diag()",
                    f"{of}.diagonal(0, {dim}, {other})",
                    f"{of}.unfold({dim}, 2, 1)",
                    f"{of}.split(2, {dim})",
                    f"{of}.chunk(2)[0]",
                    f"{of}.unbind({dim})",
                    f"{of}.sort({dim}).values",
                    f"torch.sort({of}, descending=True)",
                    f"{of}.topk(2, {dim})",
                    f"torch.nn.functional.pad({of}, (1, 2), value={shift}.0)",
                    f"{of}.contiguous()",
                    f"{of}.clone()",
                ]
            )
        )
    )


JOINS = st.sampled_from(
    [f"torch.{name}([x, y], dim={dim})" for name in ("cat", "stack") for dim in (-1, 0, 1)]
    + [f"torch.{name}(({names}))" for name in ("hstack", "vstack", "dstack") for names in ("x, y", "y, x, y")]
    + ["torch.gather(x, 0, j)", "x.gather(-1, j)", "torch.take_along_dim(x, j, 1)", "torch.where(x > y, x, y)"]
    + ["x.scatter(0, j, y)", "x.scatter(-1, j, 7.5)", "torch.block_diag(x, y)", "torch.column_stack((x, y))"]
)
ELEMENTWISE = st.sampled_from(
    [f"x {sign} y" for sign in ("+", "-", "*", "/", "//", "%", "<", ">=", "==", "!=")]
    + [f"x.{name}()" for name in ("relu", "exp", "abs", "sign", "isnan", "tanh", "floor", "bool", "sigmoid")]
    + ["-x", "x * 2", "3 - x", "x ** 2", "torch.maximum(x, y)", "x.clamp(-1, 1)", "torch.max(x, y)", "x.add(y)"]
    + ["x[:, None] * y", "x.unsqueeze(-1) + y", "(x > 0) & (y > 0)", "~(x > 0)", "torch.lerp(x, y, 0.5)"]
)
REDUCTIONS = st.sampled_from(
    [
        f"x.{name}({dims})"
        for name in ("sum", "mean", "std", "var", "amax", "logsumexp")
        for dims in ("0", "-1", "dim=(0, 1)", "1, keepdim=True", "dim=0")
    ]
    + [f"x.{name}()" for name in ("sum", "mean", "prod", "max", "min", "argmax", "norm", "any", "std", "trace", "diff")]
    + [f"torch.{name}(x, {dim})" for name in ("prod", "max", "argmin", "all", "median") for dim in (0, -1, 2)]
    + [f"x.{name}({dim})" for name in ("cumsum", "cumprod", "softmax", "log_softmax") for dim in (0, -1)]
    + ["x.norm(dim=0)", "torch.linalg.vector_norm(x, dim=-1)", "torch.nn.functional.normalize(x)"]
    + ["torch.nn.functional.max_pool2d(x, 2)", "torch.nn.functional.avg_pool1d(x, 2, 1)"]
)
PRODUCTS = st.sampled_from(
    ["x @ y", "x @ y.mT", "x @ x.mT", "torch.mm(x, y.T)", "torch.bmm(x, y)", "x.mv(y)", "torch.dot(x, y)", "x.outer(y)"]
    + ["torch.kron(x, y)", "torch.tensordot(x, y, 1)", "torch.inner(x, y)", "torch.nn.functional.linear(x, y)"]
    + [f"torch.einsum('{each}', x, y)" for each in ("ij,jk->ik", "ij,ij->i", "i,j->ij", "bij,bjk->bik", "ij,kj", "i,i")]
    + [f"torch.einsum('{each}', x)" for each in ("ij->j", "ii->i", "ijk->", "ij->ji")]
)


def tensors(x: tuple[int, ...], y: tuple[int, ...], seed: int) -> dict[str, Any]:
    """``x`` and ``y`` with values that are all different, ``i`` and ``j`` for indexes of 0 and 1."""
    drawn = torch.Generator().manual_seed(seed)
    values = (torch.randperm(256, generator=drawn)[: prod(x) + prod(y)].double() - 100.5) / 16
    return {
        "torch": torch,
        "x": values[: prod(x)].reshape(x),
        "y": values[prod(x) :].reshape(y),
        "i": torch.tensor([1, 0]),
        "j": torch.zeros((1,) * max(len(x), 1), dtype=torch.int64),
    }


def shown(code: str, names: dict[str, Any], chosen: tuple[int, ...] | None = None) -> ElementLayout | RefusedLayout:
    """What ``%show`` reads of an expression."""
    return read_layout(expression_tree(code), lambda node: lookup(ast.unparse(node), names), chosen)


def layout(code: str, chosen: tuple[int, ...] | None = None, /, **names: Any) -> ElementLayout:
    """The layout of an expression that torch computes."""
    found = shown(code, {"torch": torch, **names}, chosen)
    assert isinstance(found, ElementLayout), found
    return found
