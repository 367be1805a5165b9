"""``with torch.no_grad:`` without brackets, and torch.autograd.grad for what it cannot reach."""

from __future__ import annotations

import ast
import sys

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.invocation import invocation
from ptrepl.explain.provenance.ignored_argument import ignored_argument, never_reads
from ptrepl.explain.provenance.origins import Origin, origin
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
    elif isinstance(inputs, (ast.Name, ast.UnaryOp, ast.BinOp)) and index == 0:
        name = case.text(inputs)
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
    if name.isidentifier() and (why := _why_not(case, node, name)):
        return Finding(f"{said} {why}")
    if isinstance(inputs, (ast.UnaryOp, ast.BinOp)) and index == 0:
        here = gettext(
            "{input} is a new tensor, made in this line: ask for the gradient of the tensor that {result} was computed "
            "from, and go on with that gradient.",
            input=case.text(inputs),
            result=started,
        )
        return Finding(f"{said} {here}")
    instead = gettext("Where that is as it should be, allow_unused=True gives None in its place.")
    return Finding(" ".join(filter(None, (said, _parameter(case, inputs, index), instead))))


def _why_not(case: Case, node: ast.Call, name: str) -> str:
    """A sentence: a function that was given ``name`` ignores it, or no line reads it; "" where neither is so."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    result = node.args[0] if node.args else None
    made = _origin_of(case, result)
    inside = function or case.site.statement
    for each in (inside, made.value if made is not None else None):
        if each is not None and (ignored := ignored_argument(case, each, name)) is not None:
            return never_reads(ignored)
    if function is None or made is None or made.entry is not None or not isinstance(made.value, ast.Call):
        return ""
    mine, before = origin(case, name), node.lineno
    used = [
        each
        for each in ast.walk(function)
        if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load) and each.lineno < before
    ]
    call, given = made.value, made.value.args
    if mine is None or used or len(given) != 1 or not isinstance(given[0], ast.Name):
        return ""
    if case.shape(given[0]) is None or case.shape(given[0]) != case.shape(ast.Name(name, ast.Load())):
        return ""
    meant = spliced(case.site.source, call, {given[0]: name})
    return gettext(
        "No line before this one reads {input}: {made} computes with {other}. With {input} it is {code}.",
        input=name,
        made=made.name,
        other=given[0].id,
        code=f"{made.name} = {meant}",
    )


def _origin_of(case: Case, node: ast.expr | None) -> Origin | None:
    """The statement that gave ``score`` of ``score`` and of ``score.sum()`` its value."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
    return origin(case, node.id) if isinstance(node, ast.Name) else None


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
