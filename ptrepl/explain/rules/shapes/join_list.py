"""cat and stack of something that is not a list of tensors."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.operands.joined import JOINS
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

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
    text = gettext("{call} takes one list of tensors: put square brackets around them.", call=call.said)
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
        name = case.called(node, gettext("One element"))
        text = gettext(
            "{element} is not a tensor, and {call} joins tensors only.",
            element=name,
            call=call.said,
        )
        value = case.value(node)
        if type(value) not in (int, float, bool):
            return Finding(text)
        new = f"torch.tensor({case.text(node)})" if call.name == "stack" else f"torch.tensor([{case.text(node)}])"
        return Finding(text, tried(case, [Candidate(changed(case, {node: new}))]))
    real = case.real(given)
    if type(real) not in (list, tuple) or index >= len(real):
        return None
    text = gettext(
        "{list}[{index}] is of type {type}, and {call} joins tensors only.",
        list=case.text(given),
        index=index,
        type=type_name(real[index]),
        call=call.said,
    )
    return Finding(text)


def _empty(case: Case) -> Finding | None:
    call = invocation(case)
    given = call.argument(0, "tensors") if call is not None else None
    if call is None or given is None or call.is_method:
        return None
    name = case.called(given, gettext("The list"))
    text = gettext(
        "{list} is empty: there is nothing to join. Was anything appended to it before?",
        list=name,
    )
    return Finding(text)


RULES = (
    Rule(
        "tensor list",
        ("TypeError",),
        r"argument 'tensors' \(position 1\) must be tuple of Tensors, not (Tensor|Parameter)",
        _not_a_list,
        more=_MORE,
        lesson="indexing/join-and-cut",
    ),
    Rule(
        "list elements",
        ("TypeError",),
        r"expected Tensor as element (?P<index>\d+) in argument 0, but got",
        _not_a_tensor,
        more=_MORE,
        lesson="indexing/join-and-cut",
    ),
    Rule(
        "empty list",
        ("RuntimeError", "ValueError"),
        r"expect(s|ed) a non-empty (list of Tensors|TensorList)",
        _empty,
        more=_MORE,
        lesson="indexing/join-and-cut",
    ),
)
