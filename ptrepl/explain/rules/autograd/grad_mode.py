"""``with torch.no_grad:`` without brackets, and torch.autograd.grad for what it cannot reach."""

from __future__ import annotations

import ast
import sys

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.invocation import invocation
from ptrepl.explain.rewrite import dedented, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.autograd.parameter_without import nth_parameter
from ptrepl.texts.messages import gettext

_MODES = ("no_grad", "enable_grad", "inference_mode", "autocast")


def _without_brackets(case: Case) -> Finding | None:
    line, torch = case.site.line, sys.modules["torch"]
    if not isinstance(line, ast.With):
        return None
    for item in line.items:
        node = item.context_expr
        real = case.real(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
        if real is None or not any(real is getattr(torch, each, None) for each in _MODES):
            continue
        code = f"{segment(case.site.source, node)}()"
        said = gettext(
            "{name} is a class. With brackets it can be used in a with: {code}.", name=case.text(node), code=code
        )
        new = dedented(case.site.source, line, spliced(case.site.source, line, {node: code}))
        return Finding(said, verified(case, Candidate(new, replaces_line=True)))
    return None


def _unused(case: Case) -> Finding | None:
    call, index = invocation(case), int(case.match["index"])
    node = case.node
    if not isinstance(node, ast.Call) or (call is not None and call.name != "grad"):
        return None
    inputs = node.args[1] if len(node.args) > 1 else None
    name = ""
    if isinstance(inputs, (ast.List, ast.Tuple)):
        before = inputs.elts[: index + 1]
        plain = len(before) == index + 1 and not any(isinstance(each, ast.Starred) for each in before)
        name = case.text(before[index]) if plain else ""
    elif isinstance(inputs, ast.Name) and index == 0:
        name = inputs.id
    started = case.called(node.args[0], gettext("the result")) if node.args else gettext("the result")
    if name:
        said = gettext(
            "{result} was not computed from {input}, so there is no gradient for it.", result=started, input=name
        )
    else:
        said = gettext(
            "{result} was not computed from one of the inputs, the one with index {index}, so there is no gradient for "
            "it.",
            result=started,
            index=index,
        )
    instead = gettext("Leave it out; or allow_unused=True gives None in its place.")
    return Finding(" ".join(filter(None, (said, _parameter(case, inputs, index), instead))))


def _parameter(case: Case, inputs: ast.expr | None, index: int) -> str:
    """Which one of ``net.parameters()`` it is; "" for other inputs."""
    for each in ast.walk(inputs) if inputs is not None else ():
        match each:
            case ast.Call(func=ast.Attribute(value=owner, attr="parameters")):
                module = case.real(owner)
                return nth_parameter(case, module, index) if kind_of(module) is Kind.MODULE else ""
    return ""


_MORE = "autograd/no-graph"

RULES = (
    Rule(
        "uncalled mode",
        ("TypeError", "AttributeError"),
        r"'type' object does not support the context manager protocol|__enter__",
        _without_brackets,
        more=_MORE,
        only_torch=False,
    ),
    Rule(
        "unused input",
        ("RuntimeError",),
        r"differentiated Tensor at index (?P<index>\d+) appears to not have been used",
        _unused,
        more=_MORE,
    ),
)
