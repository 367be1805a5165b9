"""``torch.bucketize`` and ``torch.searchsorted`` with boundaries that they do not take."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.call_form import failed_call
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_NAMES = {"bucketize": "boundaries", "searchsorted": "sorted_sequence"}
_OTHER_NAMES = ("bins", "edges", "boundary", "sorted", "sequence", "a")
"""The names of the argument in NumPy, and what it is called in words."""


def _not_a_tensor(case: Case) -> Finding | None:
    """``torch.bucketize(ages, [18, 65])``, ``torch.bucketize(ages, bins=edges)``."""
    call = _call(case)
    if call is None:
        return None
    node, name = call
    source, wanted = case.site.source, _NAMES[name]
    misnamed = next((each for each in node.keywords if each.arg in _OTHER_NAMES), None)
    if misnamed is not None:
        if any(each.arg == wanted for each in node.keywords):
            return None
        text = gettext(
            "{function} has no argument {name}: it is called {other}.",
            function=operand_text(case, node.func),
            name=str(misnamed.arg),
            other=wanted,
        )
        written = f"{misnamed.arg}={segment(source, misnamed.value)}"
        whole = segment(source, node)
        if whole.count(written) != 1:
            return Finding(text)
        new = whole.replace(written, f"{wanted}={segment(source, misnamed.value)}")
        return Finding(text, tried(case, [Candidate(new)]))
    given = _boundaries(node, name)
    if given is None or type(case.value(given)) not in (list, tuple):
        return None
    text = gettext(
        "{boundaries} is a list, and {function} takes its {name} as a tensor.",
        boundaries=operand_text(case, given),
        function=operand_text(case, node.func),
        name=wanted,
    )
    return Finding(
        text, tried(case, [Candidate(spliced(source, node, {given: f"torch.tensor({segment(source, given)})"}))])
    )


def _dims(case: Case) -> Finding | None:
    """Boundaries of several dims."""
    call = _call(case)
    given = _boundaries(*call) if call is not None else None
    shape = case.shape(given) if given is not None else None
    if call is None or given is None or shape is None:
        return None
    text = gettext(
        "{boundaries} is {shape}, and {function} takes the boundaries as a vector, with one dim.",
        boundaries=operand_text(case, given),
        shape=shape_text(shape),
        function=operand_text(case, call[0].func),
    )
    if sum(size > 1 for size in shape) > 1:
        return Finding(text)
    source = case.site.source
    flat = spliced(source, call[0], {given: postfix(source, given, ".flatten()")})
    return Finding(text, tried(case, [Candidate(flat)]))


def _call(case: Case) -> tuple[ast.Call, str] | None:
    found = failed_call(case)
    return found if found is not None and found[1] in _NAMES else None


def _boundaries(node: ast.Call, name: str) -> ast.expr | None:
    position = 1 if name == "bucketize" else 0
    if isinstance(node.func, ast.Attribute) and name == "bucketize" and len(node.args) == 1 and not node.keywords:
        position = 0  # ages.bucketize(edges)
    named = next((each.value for each in node.keywords if each.arg == _NAMES[name]), None)
    return named if named is not None else node.args[position] if position < len(node.args) else None


BEFORE = (
    "arrays.argument_types",
    "arrays.further_forms",
    "arrays.call_forms",
    "arrays.creation",
    "arrays.from_data",
    "arrays.other_forms",
    "python.keyword",
)

_MORE = "arrays/call-forms"

RULES = (
    Rule(
        "boundaries",
        ("TypeError",),
        r"^(?:bucketize|searchsorted)\(\)(?: received an invalid combination|"
        r": argument '(?:boundaries|sorted_sequence)'| got an unexpected keyword)",
        _not_a_tensor,
        _MORE,
    ),
    Rule("boundaries", ("RuntimeError",), r"boundaries tensor (?:must|should) (?:be|have) 1 dimension", _dims, _MORE),
)
