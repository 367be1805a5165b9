"""Tensors with different numbers of dims that were to be joined along a dim which one of them lacks."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import FailedCall, changed, invocation
from ptrepl.explain.operands.joined import JoinedTensor
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _lacks_dim(case: Case) -> Finding | None:
    """``torch.cat([torch.ones(4), table], dim=1)``."""
    call = invocation(case)
    if call is None or call.name not in ("cat", "concat", "concatenate") or not call.args:
        return None
    parts = call.args[0].elts if isinstance(call.args[0], (ast.List, ast.Tuple)) else []
    dim_node = call.argument(1, "dim", "axis")
    dim = case.value(dim_node) if dim_node is not None else 0
    known = [each for each in map(case.shape, parts) if each is not None]
    if type(dim) is not int or not known or len(known) < len(parts):
        return None
    most = max(len(each) for each in known)
    place = next((at for at, each in enumerate(known) if len(each) < most), None)
    other = next((at for at, each in enumerate(known) if len(each) == most), 0)
    if place is None or not -most <= dim < most:
        return None
    text = gettext(
        "{first} is {first_shape} and {second} is {second_shape}: torch.cat joins along dim {dim}, and needs the same "
        "number of dims in all of them.",
        first=operand_text(case, parts[place]),
        first_shape=shape_text(known[place]),
        second=operand_text(case, parts[other]),
        second_shape=shape_text(known[other]),
        dim=dim,
    )
    return Finding(text, tried(case, _candidates(case, call.node, parts, known, dim)))


def _candidates(
    case: Case, node: ast.Call, parts: list[ast.expr], shapes: list[tuple[int, ...]], dim: int
) -> Iterator[Candidate]:
    """The same with a dim of size 1 in the tensors that lack one."""
    source, most = case.site.source, max(map(len, shapes))
    texts: dict[ast.expr | ast.stmt, str] = {
        each: postfix(source, each, f".unsqueeze({dim})")
        for each, shape in zip(parts, shapes, strict=True)
        if len(shape) == most - 1
    }
    yield Candidate(spliced(source, node, texts))


def one_for_many(case: Case, parts: list[JoinedTensor], dim: int) -> dict[ast.expr | ast.stmt, str]:
    """``b.expand(4, -1, -1)`` of one tensor for a whole batch, or of one channel beside colours; {} elsewhere."""
    shapes, at = [part.shape for part in parts], 0 if dim else 1
    sizes = {shape[at] for shape in shapes if len(shape) > 2}
    single = [part for part in parts if len(part.shape) > 2 and part.shape[at] == 1]
    alike = {tuple(size for other, size in enumerate(shape) if other not in (at, dim)) for shape in shapes}
    if len(sizes) != 2 or 1 not in sizes or len(single) != 1 or len(alike) != 1 or single[0].node is None:
        return {}
    if not dim and (sizes != {1, 3} or any(len(shape) != 4 for shape in shapes)):
        return {}  # channels of other counts are no colours
    new = ["-1"] * len(single[0].shape)
    new[at] = str(max(sizes))
    return {single[0].node: postfix(case.site.source, single[0].node, f".expand({', '.join(new)})")}


def levelled(case: Case, call: FailedCall, parts: list[JoinedTensor]) -> Iterator[Candidate]:
    """Features of a batch, (N, F), beside feature maps or steps: those flattened, or the features at each place."""
    dims = {len(part.shape) for part in parts}
    dim = call.argument(1, "dim")
    at = case.value(dim) if dim is not None else 0
    most = max(dims)
    nodes = [(part.node, part.shape) for part in parts if part.node is not None]
    if (
        dims != {2, most}
        or len({part.shape[0] for part in parts}) > 1
        or len(nodes) < len(parts)
        or type(at) is not int
    ):
        return
    source = case.site.source
    large = [(node, shape) for node, shape in nodes if len(shape) == most]
    small = [(node, shape) for node, shape in nodes if len(shape) == 2]
    places = large[0][1][2:] if most > 3 else large[0][1][1:2]
    if most > 3 and at in (1, -1) and (case.site.is_nested or {*places} == {1}):
        yield Candidate(changed(case, {node: postfix(source, node, ".flatten(1)") for node, _ in large}))
        if most == 4 and {*places} != {1} and case.site.is_nested:
            yield Candidate(changed(case, {node: postfix(source, node, ".mean((2, 3))") for node, _ in large}))
    if most > 3 and at == 1 and all(shape[2:] == places for _, shape in large):
        everywhere = f"[:, :{', None' * len(places)}]"
        if {*places} != {1}:
            everywhere += f".expand({', '.join(map(str, (-1, -1, *places)))})"
    elif most == 3 and at in (2, -1) and all(shape[1:2] == places for _, shape in large):
        everywhere = f".unsqueeze(1).expand(-1, {_length(case, large[0][0], places[0])}, -1)"
    else:
        return
    yield Candidate(changed(case, {node: postfix(source, node, everywhere) for node, _ in small}))


def _length(case: Case, node: ast.expr, length: int) -> str:
    """``x.size(1)``, which fits sequences of other lengths too; the number where ``x`` is no plain name."""
    return f"{node.id}.size(1)" if isinstance(node, ast.Name) and case.site.is_nested else str(length)


BEFORE = ("shapes.dim",)

RULES = (
    Rule(
        "joined dims",
        ("IndexError", "RuntimeError"),
        r"Dimension out of range|Tensors must have same number of dimensions",
        _lacks_dim,
        more="shapes/cat-and-stack",
        lesson="indexing/join",
    ),
)
