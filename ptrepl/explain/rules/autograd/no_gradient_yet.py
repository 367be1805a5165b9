"""Why ``tensor.grad`` is None: no backward yet, cleared since, no leaf any more, or nothing that requires grad."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.engine.watch.notes import Cleared
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.provenance.origins import Origin, earlier, origin
from ptrepl.explain.rewrite import in_one_line, segment
from ptrepl.explain.rule import Finding


def told_of_grad(case: Case, node: ast.Attribute, tensor: ast.expr) -> Finding | None:
    """What to say of ``node``, the ``.grad`` of ``tensor``; None where it is not None, or cannot be told."""
    real = case.real(tensor)
    if not is_tensor_class(type(real)):
        return None
    name = ast.unparse(tensor)

    def fact(which: str) -> Any:
        return base_attribute(which).__get__(real)

    if fact("retains_grad") or (fact("is_leaf") and fact("grad") is not None):
        return None
    made = _update_here(case, tensor) or (origin(case, tensor.id) if isinstance(tensor, ast.Name) else None)
    if not fact("requires_grad"):
        return _plain(name, made)
    if not fact("is_leaf"):
        return _result(case, tensor, name, made)
    return Finding(_leaf(case, name, real), _cleared(case, node, tensor))


def _update_here(case: Case, tensor: ast.expr) -> Origin | None:
    """The failing line itself, where it is ``w = w - ... w.grad``: in a loop it has run before."""
    site = case.site
    if not any(isinstance(each, (ast.For, ast.While)) for each in site.parents):
        return None
    match site.line:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if isinstance(tensor, ast.Name) and name == tensor.id:
            return Origin(name, value, site.line, site.source, None, site.parents)
    return None


def _plain(name: str, made: Origin | None) -> Finding:
    if made is not None and made.unrecorded and (instead := _in_place(made)) is not None:
        return Finding(
            f"`{made.label}` ran without recording and made a new {name}, which does not require grad. `{instead}` "
            f"there changes the numbers of the {name} that there was."
        )
    return Finding(f"{name} does not require grad, so no backward() leaves a gradient in it: {name}.grad is None.")


def _in_place(made: Origin) -> str | None:
    """``w = w - step`` → ``w -= step``."""
    match made.value:
        case ast.BinOp(left=ast.Name(id=left), op=ast.Sub() | ast.Add() as op, right=right) if left == made.name:
            return f"{left} {'-' if isinstance(op, ast.Sub) else '+'}= {in_one_line(made.source, right)}"
    return None


def _result(case: Case, tensor: ast.expr, name: str, made: Origin | None) -> Finding:
    what = f"`{made.label}`" if made is not None else "a calculation"
    text = f"{name} is the result of {what}, so it is no leaf, and backward() leaves gradients in leaves only."
    instead = _in_place(made) if made is not None else None
    if instead is None:
        return Finding(f"{text} To have it keep one, call {name}.retain_grad() before backward().")
    text += f" `{instead}` under torch.no_grad() changes {name} and leaves it a leaf."
    code = f"{name} = {name}.detach().requires_grad_()"
    return Finding(text, tried(case, [Candidate(code, replaces_line=True, gives="a leaf again")]))


def _leaf(case: Case, name: str, real: Any) -> str:
    text = f"{name}.grad is None until a backward() has gone through {name}"
    failing = next(reversed(case.record), None) if case.record is not None else None
    if failing is None or failing.words & {"zero_grad", "backward"}:
        return f"{text}; and zero_grad() makes it None again."
    for entry in earlier(case):
        for each in entry.gradients:
            if each.leaf.tensor() is real and each.what == Cleared():
                return f"{name}.grad is None because `{entry.label}` cleared it. The next backward() brings it back."
            if each.leaf.tensor() is real:
                return f"{text}; and zero_grad() makes it None again."
        if entry.ran_backward():
            return f"{text}. `{entry.label}` went back, but what it started from was not computed from this {name}."
        if any(each.tensor is not None and each.tensor() is real for each in entry.made):
            break
    return f"{text}, and none has yet."


def _cleared(case: Case, node: ast.Attribute, tensor: ast.expr) -> Any:
    """Where it was to be set to zero, None does as well."""
    site = case.site
    if not isinstance(site.line, ast.Expr) or not isinstance(site.node, ast.Attribute):
        return ()
    if site.node.value is not node or site.node.attr != "zero_":
        return ()
    return tried(case, [Candidate(f"{segment(site.source, tensor)}.grad = None", replaces_line=True, gives="")])
