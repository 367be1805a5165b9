"""Integers that are no quantities: tokens, labels, positions. In floating point they would run and mean nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, type_name
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import loops_over
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import is_integral
from ptrepl.explain.provenance.origins import earlier, parsed, source_and_value, unrecorded_in
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_TOKENS = re.compile(r"(?:\w+_)?(?:ids|tokens?|idx|indices|texts?|words?|sentences?|captions?)\d*", re.IGNORECASE)
_LABELS = re.compile(r"y|ys|yb|y_\w+|(?:\w+_)?(?:labels?|targets?)\d*", re.IGNORECASE)
_SCORING = re.compile(r"\w*(?:[lL]oss|[sS]oftmax|sigmoid|Sigmoid|cross_entropy|logsumexp)")
_PAIRS = frozenset("max min topk sort median mode kthvalue".split())
_MOST_NAMES = 500
_MOST_ENTRIES = 60


def no_quantities(case: Case, node: ast.expr, given: Any, layer: str, kinds: str = "") -> Finding | None:
    """What to say where integers reached ``layer``, which computes with numbers, and are none; None elsewhere."""
    words = [*_names_of(case, node, given)]
    if (found := _embedded(case, node, layer)) is not None or (found := _other_of_pair(case, given, layer)) is not None:
        return found
    token = next((each for each in words if _TOKENS.fullmatch(each)), None)
    if token is None and "MultiheadAttention" in kinds:
        token = case.called(node, gettext("the input"))
    if token is not None:
        return Finding(
            gettext(
                "If {input} holds indices, such as the tokens of a text, their size means nothing: an nn.Embedding "
                "looks up a vector for each, and {layer} takes those.",
                input=token,
                layer=layer,
            )
        )
    if (label := next((each for each in words if _LABELS.fullmatch(each)), None)) is not None:
        return Finding(
            gettext(
                "If {input} is the target, which the loss compares with the output, give {layer} the input in its "
                "place.",
                input=label,
                layer=layer,
            )
        )
    return None


def are_tokens(case: Case, node: ast.expr) -> bool:
    """Whether ``node`` has a name such as ``input_ids`` and holds integers."""
    facts = case.facts(node)
    return facts is not None and is_integral(str(facts.dtype)) and any(map(_TOKENS.fullmatch, _own_names(node)))


def _own_names(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            yield name


def _names_of(case: Case, node: ast.expr, given: Any) -> Iterator[str]:
    """The name in the failing line, and those that the same tensor has at the prompt."""
    yield from _own_names(node)
    for name in [*case.names][:_MOST_NAMES]:
        if case.names[name] is given and not name.startswith("_"):
            yield name


def _embedded(case: Case, node: ast.expr, layer: str) -> Finding | None:
    """``e = self.emb(ids)`` above ``self.fc(ids)``."""
    inside = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if not isinstance(node, ast.Name) or inside is None or case.node is None:
        return None
    for line in ast.walk(inside):
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func, args=[ast.Name(id=used)])):
                if used != node.id or name == used or line.lineno >= case.site.line.lineno:
                    continue
                if type_name(case.real(func)) != "Embedding":
                    continue
                text = gettext(
                    "`{statement}` has made a vector of each index in {input}, and {layer} takes those: {name}.",
                    statement=in_one_line(case.site.source, line),
                    input=node.id,
                    layer=layer,
                    name=name,
                )
                return Finding(text, tried(case, [Candidate(spliced(case.site.source, case.node, {node: name}))]))
    return None


def _other_of_pair(case: Case, given: Any, layer: str) -> Finding | None:
    """``for x, y in loader:`` over a dataset that gives the label first: the other name has what the layer takes."""
    names = loops_over(case)
    held = {each: case.names.get(each) for each in names}
    mine = next((name for name, value in held.items() if value is given), None)
    shape = read(given).shape
    if mine is None or not isinstance(shape, tuple) or not shape:
        return None
    for name, value in held.items():
        if not is_tensor_class(type(value)) or name == mine:
            continue
        facts = read(value)
        if not str(facts.dtype).startswith("float") or not isinstance(facts.shape, tuple):
            continue
        if shape == facts.shape[:1] != facts.shape and not _LABELS.fullmatch(mine):
            return Finding(
                gettext(
                    "{input} has one number for each row of {other}, which is {dtype}. If the data gives the target "
                    "first, the names in the for line have to be in that order too: then {other} is what {layer} "
                    "takes.",
                    input=mine,
                    other=name,
                    dtype=facts.dtype,
                    layer=layer,
                )
            )
        if len(shape) > 1 and facts.shape == shape:
            return Finding(
                gettext(
                    "{other} is {dtype} and has the same shape. If the data gives the target first, the names in the "
                    "for line have to be in that order too: then {other} is what {layer} takes.",
                    other=name,
                    dtype=facts.dtype,
                    layer=layer,
                )
            )
    return None


def of_positions(case: Case, node: ast.expr) -> Finding | None:
    """What to say of integers that say where a value is, given to a loss or a softmax; None elsewhere."""
    if isinstance(node, ast.Name) and (swapped := _second_of_pair(case, node.id)) is not None:
        return swapped
    call = case.node
    if not isinstance(call, ast.Call) or not _SCORING.fullmatch(called_name(call)) or unrecorded_in(case):
        return None
    source, value = source_and_value(case, node)
    match value:
        case ast.Call(func=ast.Attribute(value=scores, attr="argmax" | "argmin" as word)):
            if isinstance(scores, ast.Name) and scores.id == "torch" and value.args:
                scores = value.args[0]
        case _:
            return None
    what = gettext("{word}() gives the index of one class, and no gradient flows through an index.", word=word)
    text = in_one_line(source, scores)
    if "oftmax" in called_name(call) or "sigmoid" in called_name(call).lower():
        function = case.called(call.func, gettext("The function"))
        instead = gettext(
            "{function} computes with what {word}() is called on, the scores: {scores}.",
            word=word,
            function=function,
            scores=text,
        )
    else:
        instead = gettext(
            "For class indices, the loss is F.cross_entropy({scores}, target): it takes the scores as they are.",
            scores=text,
        )
    return Finding(f"{what} {instead}")


def _second_of_pair(case: Case, name: str) -> Finding | None:
    """``index, value = scores.max(dim=1)``: the values come first."""
    found = _taken_apart(case, name)
    if found is None or found[1] != name or _TOKENS.fullmatch(name):
        return None
    return Finding(_order_of(*found))


def first_of_pair(case: Case, node: ast.expr) -> str:
    """A sentence: ``node``, used as an index, is the first of what ``topk`` gives, the values; "" elsewhere."""
    found = _taken_apart(case, node.id) if isinstance(node, ast.Name) else None
    if found is None or found[0] != case.text(node):
        return ""
    return _order_of(*found)


def _order_of(values: str, indices: str, statement: str) -> str:
    return gettext(
        "`{statement}` gives the values first and then their indices: {indices} holds the indices, and {values} the "
        "values.",
        statement=statement,
        indices=indices,
        values=values,
    )


def _taken_apart(case: Case, name: str) -> tuple[str, str, str] | None:
    """The two names that the last statement to bind ``name`` gave to values and indices, and its text."""
    around = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    trees: list[tuple[ast.AST | None, str]] = [(around or case.site.statement, case.site.source)]
    if not case.site.is_nested:
        for number, entry in enumerate(earlier(case)):
            if name in entry.bound:
                trees.append((parsed(entry.source), entry.source))
                break
            if number == _MOST_ENTRIES:
                break
    for tree, source in trees:
        stored = [
            each
            for each in ast.walk(tree or ast.Pass())
            if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store)
        ]
        if not stored:
            continue
        for line in ast.walk(tree or ast.Pass()):
            match line:
                case ast.Assign(
                    targets=[ast.Tuple(elts=[ast.Name(id=one), ast.Name(id=two)])],
                    value=ast.Call(func=ast.Attribute(attr=word)),
                ) if word in _PAIRS and name in (one, two) and len(stored) == 1:
                    return one, two, segment(source, line)
        return None
    return None
