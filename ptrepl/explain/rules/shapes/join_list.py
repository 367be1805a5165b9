"""cat and stack of something that is no list of tensors."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.operands.joined import JOINS
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule

_MORE = "shapes/list-of-tensors"


def _not_a_list(case: Case) -> Finding | None:
    """``torch.cat(x, w)``: the brackets of the list are missing."""
    call = invocation(case)
    if call is None or call.is_method or not call.args or call.keywords.get("tensors"):
        return None
    tensors = [node for node in call.args if case.facts(node) is not None]
    if not tensors or tensors != [*call.args[: len(tensors)]]:
        return None
    source = case.site.source
    texts = [segment(source, node) for node in tensors]
    first, last = tensors[0], tensors[-1]
    text = f"{call.said} takes one list of tensors: put square brackets around them."
    if len(tensors) == 1:
        fix = changed(case, {first: f"[{texts[0]}]"})
    else:
        fix = changed(case, {first: f"[{texts[0]}", last: f"{texts[-1]}]"})
    return Finding(text, tried(case, [Candidate(fix)]))


def _not_a_tensor(case: Case) -> Finding | None:
    call = invocation(case)
    given = call.argument(0, "tensors") if call is not None else None
    index = int(case.match["index"])
    if call is None or given is None or call.name not in JOINS:
        return None
    if isinstance(given, (ast.List, ast.Tuple)):
        if index >= len(given.elts):
            return None
        node = given.elts[index]
        text = f"{case.called(node, 'one part')} is no tensor, and {call.said} joins tensors only."
        value = case.value(node)
        if type(value) not in (int, float, bool):
            return Finding(text)
        new = f"torch.tensor({case.text(node)})" if call.name == "stack" else f"torch.tensor([{case.text(node)}])"
        return Finding(text, tried(case, [Candidate(changed(case, {node: new}))]))
    real = case.real(given)
    if type(real) not in (list, tuple) or index >= len(real):
        return None
    kind = type_name(real[index])
    said = f"{case.called(given, 'the list')}[{index}]"
    return Finding(f"{said} is no tensor but of type {kind}, and {call.said} joins tensors only.")


def _empty(case: Case) -> Finding | None:
    call = invocation(case)
    given = call.argument(0, "tensors") if call is not None else None
    if call is None or given is None or call.is_method:
        return None
    return Finding(
        f"{case.called(given, 'The list')} is empty: there is nothing to join. Was anything put into it before?"
    )


RULES = (
    Rule(
        "list of tensors",
        ("TypeError",),
        r"argument 'tensors' \(position 1\) must be tuple of Tensors, not (Tensor|Parameter)",
        _not_a_list,
        more=_MORE,
        lesson="indexing/join-and-cut",
    ),
    Rule(
        "list of other things",
        ("TypeError",),
        r"expected Tensor as element (?P<index>\d+) in argument 0, but got",
        _not_a_tensor,
        more=_MORE,
        lesson="indexing/join-and-cut",
    ),
    Rule(
        "empty list of tensors",
        ("RuntimeError", "ValueError"),
        r"expect(s|ed) a non-empty (list of Tensors|TensorList)",
        _empty,
        more=_MORE,
        lesson="indexing/join-and-cut",
    ),
)
