"""Where a shape, or whether a call runs at all, depends on values: then the learner's are needed, not zeros."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ptrepl.explain.standins.callee import repeats
from ptrepl.explain.standins.calling import Unknown
from ptrepl.explain.standins.operators import is_mask, is_tensor_like
from ptrepl.explain.standins.standins import StandIns

if TYPE_CHECKING:
    from ptrepl.explain.standins.evaluate import Evaluator


_PICKING = frozenset(
    """
    gather scatter scatter_ scatter_add scatter_add_ index_select index_add index_add_ index_fill index_fill_
    index_copy index_copy_ take take_along_dim embedding embedding_bag one_hot nll_loss cross_entropy
    Embedding EmbeddingBag NLLLoss CrossEntropyLoss Sequential
    """.split()
)


def picks(name: str) -> bool:
    """Whether a function or module takes indices from an integer tensor, which may be out of range."""
    return name in _PICKING


def with_values(evaluator: Evaluator, nodes: Sequence[ast.expr]) -> Evaluator:
    """An evaluator for which ``nodes`` have the learner's values. Raises Unknown where those cannot be copied."""
    if evaluator.scope.extra or not all(map(repeats, nodes)):
        raise Unknown
    exact = replace(evaluator, standins=StandIns(exact=True))
    for node in nodes:
        exact.parts(node)
    if exact.standins.blank:
        raise Unknown
    return exact


def index_with_values(evaluator: Evaluator, node: ast.expr, found: Any) -> Any:
    """``found``, the index in the brackets, with real values. Raises Unknown for a mask that lacks them."""
    parts = found if isinstance(found, tuple) else (found,)
    if any(map(is_mask, parts)):
        return with_values(evaluator, [node]).parts(node)
    return _whole(evaluator, node, found) if any(map(_is_whole, parts)) else found


def with_whole_numbers(evaluator: Evaluator, nodes: Sequence[ast.expr], values: list[Any]) -> list[Any]:
    """``values``, those of ``nodes``, with real values where they are integer tensors: those may be indices."""
    if len(nodes) != len(values):
        evaluator.standins.guessed = True  # a starred argument
        return values
    return [
        _whole(evaluator, node, value) if _is_whole(value) else value for node, value in zip(nodes, values, strict=True)
    ]


def _whole(evaluator: Evaluator, node: ast.expr, found: Any) -> Any:
    try:
        return with_values(evaluator, [node]).parts(node)
    except Unknown:
        evaluator.standins.guessed = True
        return found


def _is_whole(value: Any) -> bool:
    """Whether it is an integer tensor."""
    return is_tensor_like(value) and not (value.is_floating_point() or value.is_complex() or is_mask(value))
