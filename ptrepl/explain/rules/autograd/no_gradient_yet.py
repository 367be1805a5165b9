"""Why ``tensor.grad`` is None: no backward yet, cleared since, no longer a leaf, or nothing that requires grad."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, own_dict
from ptrepl.engine.watch.notes import Cleared
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.provenance.origins import Origin, earlier, origin, origin_at_prompt
from ptrepl.explain.rewrite import in_one_line, segment
from ptrepl.explain.rule import Finding
from ptrepl.explain.rules.autograd.lost_leaf import lost_leaf
from ptrepl.explain.rules.autograd.parameter_without import frozen_parameter, unused_parameter, which_parameter
from ptrepl.explain.rules.autograd.requires_grad_missing import without_requires_grad
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext


def told_of_grad(case: Case, node: ast.Attribute, tensor: ast.expr) -> Finding | None:
    """What to say of ``node``, the ``.grad`` of ``tensor``; None where it is not None, or where nothing is known."""
    real = case.real(tensor)
    if not is_tensor_class(type(real)):
        return _parametrized(case, tensor)
    name = ast.unparse(tensor)

    def fact(which: str) -> Any:
        return base_attribute(which).__get__(real)

    if fact("retains_grad") or (fact("is_leaf") and fact("grad") is not None):
        return None
    made = _update_here(case, tensor) or (origin(case, tensor.id) if isinstance(tensor, ast.Name) else None)
    if made is None and isinstance(tensor, ast.Name) and case.names.get(tensor.id) is real:
        made = origin_at_prompt(case, tensor.id)
    if not fact("requires_grad"):
        return _plain(case, tensor, made, real)
    if not fact("is_leaf"):
        return _result(case, tensor, name, made)
    text = unused_parameter(case, name, real) or " ".join(
        filter(None, (which_parameter(case, name, real), _leaf(case, name, real)))
    )
    match case.site.line:
        case ast.AugAssign(target=target, op=ast.Add(), value=value) if target is node:
            code = f"{case.text(node)} = {segment(case.site.source, value)}"
            instead = gettext(
                "`{code}` sets the first one; += adds to one that is there.",
                code=in_one_line(code, ast.parse(code).body[0]),
            )
            return Finding(f"{text} {instead}", tried(case, [Candidate(code, replaces_line=True, gives="")]))
    if loss := _without_backward(case):
        missing = gettext("{loss} is computed here, and nothing calls {loss}.backward().", loss=loss)
        return Finding(f"{text} {missing}")
    return Finding(text, _cleared(case, node, tensor))


def _parametrized(case: Case, tensor: ast.expr) -> Finding | None:
    """``layer.weight.grad`` of a layer that ``nn.utils.parametrizations`` has changed."""
    if not isinstance(tensor, ast.Attribute) or kind_of(module := case.real(tensor.value)) is not Kind.MODULE:
        return None
    lists = own_dict(own_dict(module).get("_modules", {}).get("parametrizations")).get("_modules")
    kept = own_dict(lists.get(tensor.attr)).get("_parameters") if type(lists) is dict else None
    if type(kept) is not dict or not kept:
        return None
    name = ast.unparse(tensor)
    held = [f"{ast.unparse(tensor.value)}.parametrizations.{tensor.attr}.{each}" for each in kept]
    return Finding(
        gettext(
            "{name} is computed anew each time it is asked for, so it has no gradient. What is trained, and has one "
            "after backward(), is {parameters}.",
            name=name,
            parameters=every(held),
        )
    )


def _without_backward(case: Case) -> str:
    """The name of the loss that the failing loop or function computes and never goes back from; ""."""
    around = (ast.For, ast.While, ast.FunctionDef)
    inside = [each for each in case.parents if isinstance(each, around)]
    if not inside or "backward" in ast.unparse(inside[-1]):
        return ""
    bound = [each.id for each in ast.walk(inside[-1]) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
    return next((each for each in bound if "loss" in each.lower()), "")


def _update_here(case: Case, tensor: ast.expr) -> Origin | None:
    """The failing line itself, where it is ``w = w - ... w.grad``: in a loop it ran in the iteration before."""
    site = case.site
    if not any(isinstance(each, (ast.For, ast.While)) for each in site.parents):
        return None
    match site.line:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if isinstance(tensor, ast.Name) and name == tensor.id:
            return Origin(name, value, site.line, site.source, None, site.parents)
    return None


def _plain(case: Case, tensor: ast.expr, made: Origin | None, real: Any) -> Finding:
    name = ast.unparse(tensor)
    if made is not None and made.unrecorded and (instead := _in_place(made)) is not None:
        return Finding(
            gettext(
                "`{statement}` ran without recording and made a new {name}, which does not require grad. `{in_place}` "
                "there changes the old {name} in place instead.",
                statement=made.label,
                name=name,
                in_place=instead,
            )
        )
    if text := frozen_parameter(case, name, real):
        return Finding(text)
    return without_requires_grad(case, tensor, name, real, recorded=made is None or not made.unrecorded)


def _in_place(made: Origin) -> str | None:
    """``w = w - step`` → ``w -= step``."""
    match made.value:
        case ast.BinOp(left=ast.Name(id=left), op=ast.Sub() | ast.Add() as op, right=right) if left == made.name:
            return f"{left} {'-' if isinstance(op, ast.Sub) else '+'}= {in_one_line(made.source, right)}"
    return None


def _result(case: Case, tensor: ast.expr, name: str, made: Origin | None) -> Finding:
    if isinstance(tensor, ast.Name) and (lost := lost_leaf(case, name)) is not None:
        return lost
    if made is None:
        what = gettext(
            "{name} is the result of an operation, so it is not a leaf, and backward() stores gradients in leaves "
            "only.",
            name=name,
        )
    else:
        what = gettext(
            "{name} is the result of `{statement}`, so it is not a leaf, and backward() stores gradients in leaves "
            "only.",
            name=name,
            statement=made.label,
        )
    in_place = _in_place(made) if made is not None else None
    if in_place is None:
        instead = gettext("To keep its gradient, call {name}.retain_grad() before backward().", name=name)
        return Finding(f"{what} {instead}")
    instead = gettext(
        "`{statement}` under torch.no_grad() changes {name} in place, and it stays a leaf.",
        statement=in_place,
        name=name,
    )
    code = f"{name} = {name}.detach().requires_grad_()"
    if any(isinstance(each, (ast.For, ast.While, ast.FunctionDef)) for each in case.parents):
        return Finding(*_updated_in_place(case, f"{what} {instead}", name))
    return Finding(
        f"{what} {instead}", tried(case, [Candidate(code, replaces_line=True, gives=gettext("a leaf again"))])
    )


def _updated_in_place(case: Case, text: str, name: str) -> tuple[str, tuple[Fix, ...]]:
    """The loop or the function again, with each update of the kind ``w = w - lr * w.grad`` in place."""
    site = case.site
    texts: dict[ast.stmt, str] = {}
    names: list[str] = []
    for line in ast.walk(site.statement):
        match line:
            case ast.Assign(targets=[ast.Name(id=bound)], value=value) if f"{bound}.grad" in ast.unparse(value):
                made = Origin(bound, value, line, site.source, None, ())
                in_place = _in_place(made)
                if in_place is None:
                    return text, ()
                cleared = _clears(site.statement, bound)
                names += [] if cleared or bound in names else [bound]
                indent = "\n    "
                under = any(isinstance(each, ast.With) for each in _around(line, site.statement))
                update = in_place if under else f"with torch.no_grad():{indent}{in_place}"
                texts[line] = update if cleared else f"{update}\n{bound}.grad = None"
    if name in names:
        clear = gettext(
            "The new {name} had no gradient; the old one keeps its own, and backward() adds to it. Write "
            "{name}.grad = None after the update.",
            name=name,
        )
        text = f"{text} {clear}"
    if not texts:
        return text, ()
    leaves = [*dict.fromkeys(part.targets[0].id for part in texts)]  # type: ignore[attr-defined]
    again = "" if site.is_nested else "\n".join(f"{each} = {each}.detach().requires_grad_()" for each in leaves)
    return text, with_lines_changed(case, texts, again)


def _clears(tree: ast.AST, name: str) -> bool:
    code = ast.unparse(tree)
    return f"{name}.grad = None" in code or f"{name}.grad.zero_()" in code or ".zero_grad()" in code


def _around(line: ast.AST, whole: ast.stmt) -> Iterator[ast.AST]:
    while line is not whole:
        line = line.parent  # type: ignore[attr-defined]
        yield line


def _leaf(case: Case, name: str, real: Any) -> str:
    until = gettext("{name}.grad is None until a backward() has gone through {name}.", name=name)
    again = gettext("zero_grad() makes it None again.")
    cleared = _cleared_before(case, name)
    if cleared:
        return gettext(
            "`{statement}` stands before this line and clears the gradient: use it first, and clear it then.",
            statement=cleared,
        )
    failing = next(reversed(case.record), None) if case.record is not None else None
    if failing is not None and "backward" in failing.words and "zero_grad" not in failing.words:
        return until
    if failing is None or failing.words & {"zero_grad", "backward"}:
        return f"{until} {again}"
    for entry in earlier(case):
        for each in entry.gradients:
            if each.leaf.tensor() is real and each.what == Cleared():
                return gettext(
                    "{name}.grad is None because `{statement}` cleared it. The next backward() sets it again.",
                    name=name,
                    statement=entry.label,
                )
            if each.leaf.tensor() is real:
                return f"{until} {again}"
        named = _only_named(entry.source)
        if named:
            called = gettext(
                "`{statement}` only names the method; with parentheses, {method}(), it runs.",
                statement=entry.label,
                method=named,
            )
            return f"{until} {called}"
        if entry.ran_backward():
            other = gettext(
                "`{statement}` ran a backward pass, but what it started from was not computed from this {name}.",
                statement=entry.label,
                name=name,
            )
            return f"{until} {other}"
        if any(each.tensor is not None and each.tensor() is real for each in entry.made):
            break
    return gettext("{name}.grad is None until a backward() has gone through {name}, and none has yet.", name=name)


def _was_cleared(case: Case, real: Any) -> bool:
    """Whether the last that an earlier statement did to the gradient was to clear it."""
    done = (each.what for entry in earlier(case) for each in entry.gradients if each.leaf.tensor() is real)
    return next(done, None) == Cleared()


def _cleared_before(case: Case, name: str) -> str:
    """``w.grad = None`` between a ``backward()`` and the line that fails, in one statement; "" where there is none."""
    site = case.site
    calls = [each for each in ast.walk(site.statement) if isinstance(each, ast.Call)]
    backward = min(
        (each.lineno for each in calls if isinstance(each.func, ast.Attribute) and each.func.attr == "backward"),
        default=site.line.lineno,
    )
    for each in ast.walk(site.statement):
        if isinstance(each, ast.Assign) and backward < each.lineno < site.line.lineno and len(each.targets) == 1:
            is_none = isinstance(each.value, ast.Constant) and each.value.value is None
            if is_none and ast.unparse(each.targets[0]) == f"{name}.grad":
                return in_one_line(site.source, each)
    return ""


def _only_named(source: str) -> str:
    """``loss.backward`` in a line by itself, without parentheses; "" where there is none."""
    if "backward" not in source:
        return ""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return ""
    match body:
        case [ast.Expr(value=ast.Attribute(attr="backward") as method)]:
            return ast.unparse(method)
    return ""


def _cleared(case: Case, node: ast.Attribute, tensor: ast.expr) -> Any:
    """Where it was to be set to zero, None does the same; what was cleared just before needs neither."""
    site = case.site
    if site.line is site.statement and _was_cleared(case, case.real(tensor)):
        return ()
    if not isinstance(site.line, ast.Expr) or not isinstance(site.node, ast.Attribute):
        return ()
    if site.node.value is not node or site.node.attr != "zero_":
        return ()
    if len(set(re.findall(r"[\w.]+\.grad\.zero_\(\)", ast.unparse(site.statement)))) > 1:
        return ()  # the line of the next tensor would fail as this one did
    return tried(case, [Candidate(f"{segment(site.source, tensor)}.grad = None", replaces_line=True, gives="")])
