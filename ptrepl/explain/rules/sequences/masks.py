"""Masks: masked_fill and the mask of scaled dot product attention."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import FailedCall, changed, invocation
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import source_and_value
from ptrepl.explain.rewrite import operand, postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.dtypes.index_values import are_tokens
from ptrepl.texts.messages import gettext


def _explicit_and_causal(case: Case) -> Finding | None:
    call = invocation(case)
    if call is None or call.name != "scaled_dot_product_attention":
        return None
    return Finding(
        gettext(
            "is_causal=True makes a mask of its own, so no other one may be given. Leave is_causal=True out, and put "
            "both conditions into attn_mask."
        )
    )


def _mask_dtype(case: Case) -> Finding | None:
    call = invocation(case)
    node = call.argument(3, "attn_mask") if call is not None and call.name == "scaled_dot_product_attention" else None
    facts = case.facts(node) if node is not None else None
    if node is None or facts is None or facts.dtype == "bool":
        return None
    text = gettext(
        "{mask} is {dtype}. A mask is bool, True where a query may look at a key, or floating point numbers that are "
        "added to the scores.",
        mask=operand_text(case, node),
        dtype=facts.dtype,
    )
    return Finding(text, tried(case, [Candidate(changed(case, {node: postfix(case.site.source, node, ".bool()")}))]))


def _scores(case: Case) -> Finding | None:
    """``F.scaled_dot_product_attention(q, k, v, mask)`` with a mask of another shape."""
    call = invocation(case)
    if call is None or call.name != "scaled_dot_product_attention":
        return None
    nodes = [call.argument(at, name) for at, name in enumerate(("query", "key", "value", "attn_mask"))]
    shapes = [case.shape(each) if each is not None else None for each in nodes]
    query, key, value, mask = shapes
    if query is None or key is None or value is None or min(map(len, (query, key, value))) < 2:
        return None
    names = [operand_text(case, each) if each is not None else "" for each in nodes]
    if query[-1] != key[-1] or key[-2] != value[-2]:
        text = gettext(
            "{query} is {query_shape}, {key} is {key_shape} and {value} is {value_shape}. The query and the key need "
            "the same last dim, the key and the value the same length (their second to last dim).",
            query=names[0],
            query_shape=shape_text(query),
            key=names[1],
            key_shape=shape_text(key),
            value=names[2],
            value_shape=shape_text(value),
        )
        return Finding(text)
    if mask is None or (len(mask) >= 2 and mask[-2] in (1, query[-2]) and mask[-1] in (1, key[-2])):
        return None
    text = gettext(
        "The scores have one row for each place of the query and one column for each place of the key: their last dims "
        "are {wanted}. {mask} is {shape}, which does not broadcast to that.",
        wanted=shape_text((query[-2], key[-2])),
        mask=names[3],
        shape=shape_text(mask),
    )
    return Finding(text)


def _masked_fill(case: Case) -> Finding | None:
    call = invocation(case)
    node = call.argument(1, "mask") if call is not None and call.name in ("masked_fill", "masked_fill_") else None
    facts = case.facts(node) if node is not None else None
    if call is None or node is None or facts is None or facts.dtype == "bool":
        return None
    text = gettext(
        "{mask} is {dtype}, and {function} takes a mask of dtype bool: it fills where the mask is True. Where 0 marks "
        "what is to be filled, write {mask} == 0.",
        mask=operand_text(case, node),
        dtype=facts.dtype,
        function=call.said,
    )
    return Finding(text, tried(case, _as_mask(case, node)))


def _as_mask(case: Case, node: ast.expr) -> Iterator[Candidate]:
    source, (_, made) = case.site.source, source_and_value(case, node)
    word = called_name(made).rpartition(".")[2] if isinstance(made, ast.Call) else ""
    if word != "tril":  # which has its ones where a query may look
        yield Candidate(changed(case, {node: postfix(source, node, ".bool()")}))
    if word != "triu" and isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)):
        yield Candidate(changed(case, {node: f"{segment(source, node)} == 0"}))


def _table(
    case: Case, call: FailedCall, node: ast.expr, mask: tuple[int, ...], scores: tuple[int, ...]
) -> Finding | None:
    """``self.tril == 0`` of a table with a row for each position that there may be, and fewer that there are."""
    if len(mask) != 2 or len(scores) < 2 or mask[0] != mask[1] or scores[-1] != scores[-2] or mask[0] <= scores[-1]:
        return None
    tables = [each for each in ast.walk(node) if isinstance(each, ast.Attribute) and case.shape(each) == mask]
    if not tables:
        return None
    length = scores[-1]
    locals_ = case.scope.locals
    known = [name for name in ("T", "t", "seq_len", "n", "L", "length", "N") if type(locals_.get(name)) is int]
    size = next((name for name in known if locals_[name] == length), None)
    size = size if size is not None else f"{operand(case.site.source, call.args[0])}.size(-1)"
    code = f"{segment(case.site.source, tables[0])}[:{size}, :{size}]"
    text = gettext(
        "{table} is {table_shape}, with a row for each position that there may be, and {scores} is {scores_shape}: "
        "{length} positions. {code} are the first {length} of both.",
        table=operand_text(case, tables[0]),
        table_shape=shape_text(mask),
        scores=operand_text(case, call.args[0]),
        scores_shape=shape_text(scores),
        length=length,
        code=code,
    )
    return Finding(text, tried(case, [Candidate(changed(case, {tables[0]: code}))]))


def _shape(case: Case) -> Finding | None:
    """A mask of the keys, (batch, length), for scores of (batch, …, length of the query, length of the key)."""
    call = invocation(case)
    if call is None or call.name not in ("masked_fill", "masked_fill_"):
        return None
    node = call.argument(1, "mask")
    mask = case.shape(node) if node is not None else None
    scores = case.shape(call.args[0])
    if node is not None and mask is not None and scores is not None and (cut := _table(case, call, node, mask, scores)):
        return cut
    if node is None or mask is None or scores is None:
        return None
    if len(scores) == 4 and len(mask) == 3 and mask == (scores[0], *scores[2:]):
        text = gettext(
            "{scores} is {scores_shape}, with a dim for the heads, and {mask} is {mask_shape}, one mask for each "
            "example: .unsqueeze(1) gives it a dim of size 1 in that place.",
            scores=operand_text(case, call.args[0]),
            scores_shape=shape_text(scores),
            mask=operand_text(case, node),
            mask_shape=shape_text(mask),
        )
        code = postfix(case.site.source, node, ".unsqueeze(1)")
        return Finding(text, tried(case, [Candidate(changed(case, {node: code}))]))
    if len(mask) != 2 or len(scores) not in (3, 4):
        return None
    if mask != (scores[0], scores[-1]):
        return None
    text = gettext(
        "{scores} is {scores_shape} and {mask} is {mask_shape}, one row for each example. Shapes are lined up from the "
        "right, so the batch dim of the mask needs dims of size 1 after it.",
        scores=operand_text(case, call.args[0]),
        scores_shape=shape_text(scores),
        mask=operand_text(case, node),
        mask_shape=shape_text(mask),
    )
    index = "[:, None, :]" if len(scores) == 3 else "[:, None, None, :]"
    return Finding(text, tried(case, [Candidate(changed(case, {node: postfix(case.site.source, node, index)}))]))


def _infinite(case: Case) -> Finding | None:
    """``ids.masked_fill(mask, float("-inf"))`` with integers."""
    call = invocation(case)
    if call is None or call.name not in ("masked_fill", "masked_fill_", "full_like", "fill_"):
        return None
    node = call.args[0] if call.args else None
    facts = case.facts(node) if node is not None else None
    value = call.argument(1 if call.name in ("full_like", "fill_") else 2, "value", "fill_value")
    number = case.value(value) if value is not None else None
    if node is None or facts is None or value is None or type(number) is not float:
        return None
    if not str(facts.dtype).startswith(("int", "uint", "bool")) or abs(number) != float("inf"):
        return None
    text = gettext(
        "{name} is {dtype}, and integers have no infinity: {value} is a floating point number.",
        name=operand_text(case, node),
        dtype=facts.dtype,
        value=operand_text(case, value),
    )
    if are_tokens(case, node):
        scores = gettext("It hides places from a softmax, and belongs into the scores that softmax is given.")
        return Finding(f"{text} {scores}")
    fixes = [Candidate(changed(case, {node: postfix(case.site.source, node, ".float()")}))]
    return Finding(text, tried(case, fixes) if call.name == "masked_fill" else ())


_MORE = "modules/attention"

BEFORE = ("sequences.packed", "shapes.product", "shapes.broadcast", "shapes.layer")

RULES = (
    Rule(
        "mask dims",
        ("RuntimeError",),
        r"must match the size of tensor b",
        _shape,
        more="modules/masked-fill",
    ),
    Rule("causal mask", ("RuntimeError",), r"Explicit attn_mask should not be set", _explicit_and_causal, more=_MORE),
    Rule("mask dtype", ("RuntimeError",), r"Expected attn_mask dtype to be bool", _mask_dtype, more=_MORE),
    Rule(
        "attention scores",
        ("RuntimeError",),
        r"must match the size of tensor b|mat1 and mat2 shapes|batch2 tensor",
        _scores,
        more=_MORE,
    ),
    Rule("boolean mask", ("RuntimeError",), r"only supports boolean masks", _masked_fill, more="modules/masked-fill"),
    Rule(
        "infinite integer",
        ("RuntimeError",),
        r"cannot be converted to type [\w:]+ without overflow",
        _infinite,
        more="modules/masked-fill",
    ),
)
