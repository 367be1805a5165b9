"""Numbers that a table has no row for: embeddings and one_hot."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.remake_network import rebuilt
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.operands.layers import failing_layer
from ptrepl.explain.rewrite import operand, postfix
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.shapes.index_parts import limits, limits_of

_GREATEST = 10_000_000


def _embedding(case: Case) -> Finding | None:
    layer = failing_layer(case, "Embedding")
    if layer is None:
        return _function(case)
    rows, found = layer.number("num_embeddings"), limits(layer.given)
    if rows is None or found is None:
        return None
    given = "what reaches it" if layer.argument is None else case.called(layer.argument, "the input")
    told = _told(layer.path, rows, given, found)
    if told is None:
        return None
    fixes = tried(case, _shifted(case, layer.argument, rows, found)) if layer.argument is not None else ()
    if found[0] >= 0 and rows <= found[1] < _GREATEST:
        fixes += tuple(rebuilt(case, layer, "num_embeddings", 0, found[1] + 1))
    return Finding(told, fixes)


def _function(case: Case) -> Finding | None:
    call = invocation(case)
    if call is None or call.name != "embedding":
        return None
    index, weight = call.argument(0, "input"), call.argument(1, "weight")
    shape = case.shape(weight) if weight is not None else None
    found = limits_of(case, index) if index is not None else None
    if index is None or weight is None or not shape or found is None:
        return None
    told = _told(case.called(weight, "the table"), shape[0], case.called(index, "the input"), found)
    return None if told is None else Finding(told, tried(case, _shifted(case, index, shape[0], found)))


def _told(table: str, rows: int, given: str, found: tuple[int, int]) -> str | None:
    least, most = found
    if least >= 0 and most < rows:
        return None
    number = most if most >= rows else least
    return f"{table} is a table of {rows} rows, numbered 0 to {rows - 1}, and {given} asks for row {number}."


def _shifted(case: Case, node: ast.expr, rows: int, found: tuple[int, int]) -> Iterator[Candidate]:
    """Numbers that were counted from 1."""
    if found[0] >= 1 and found[1] == rows:
        yield Candidate(changed(case, {node: f"{operand(case.site.source, node)} - 1"}))


def _not_whole(case: Case) -> Finding | None:
    """An embedding of floats."""
    layer = failing_layer(case, "Embedding")
    call = invocation(case)
    node = layer.argument if layer is not None else call.argument(0, "input") if call is not None else None
    facts = case.facts(node) if node is not None else None
    if node is None or facts is None or (layer is None and (call is None or call.name != "embedding")):
        return None
    text = (
        f"{case.called(node, 'the input')} is {facts.dtype}. An embedding looks up rows by their numbers, so it takes "
        f"whole numbers: int64, or int32."
    )
    source = case.site.source
    return Finding(text, tried(case, [Candidate(changed(case, {node: postfix(source, node, ".long()")}), exact=True)]))


def _one_hot(case: Case) -> Finding | None:
    call = invocation(case)
    index = call.argument(0, "tensor", "input") if call is not None and call.name == "one_hot" else None
    if call is None or index is None:
        return None
    name, source = case.called(index, "the input"), case.site.source
    facts, found = case.facts(index), limits_of(case, index)
    if facts is not None and facts.dtype != "int64":
        text = f"{name} is {facts.dtype}. one_hot turns the numbers of classes into rows, so it takes int64."
        return Finding(
            text, tried(case, [Candidate(changed(case, {index: postfix(source, index, ".long()")}), exact=True)])
        )
    if found is None:
        return None
    if found[0] < 0:
        return Finding(f"{name} holds {found[0]}. The numbers of classes start at 0.")
    classes = call.argument(1, "num_classes")
    count = case.value(classes) if classes is not None else None
    if type(count) is not int or found[1] < count:
        return None
    text = f"{name} holds {found[1]}, and with {count} classes the numbers go from 0 to {count - 1}."
    return Finding(text, tried(case, [Candidate(changed(case, {classes: str(found[1] + 1)}))]))  # type: ignore[dict-item]


_MORE = "modules/embedding"

RULES = (
    Rule("row of an embedding", ("IndexError",), r"index out of range in self", _embedding, more=_MORE),
    Rule(
        "dtype of an embedding",
        ("RuntimeError",),
        r"to have one of the following scalar types: Long, Int; but got .* \(while checking arguments for embedding\)",
        _not_whole,
        more=_MORE,
    ),
    Rule(
        "one_hot",
        ("RuntimeError",),
        r"Class values must be|one_hot is only applicable to index tensor",
        _one_hot,
        more="shapes/one-hot",
    ),
)
