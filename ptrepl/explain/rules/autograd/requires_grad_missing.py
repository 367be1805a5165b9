"""A tensor whose gradient was meant, and which does not require grad: the line that lets it, and where it goes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.facts import read
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.retyped import computed_from, retyped
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import Origin, origin, switched_off
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MOST_NAMES = 3_000
_MOST_STEPS = 5
_COPYING = frozenset("clone detach float double to contiguous cpu cuda".split())


def without_requires_grad(case: Case, tensor: ast.expr, name: str, real: Any, *, recorded: bool) -> Finding:
    """What to say of ``name``, which does not require grad though its gradient is read.

    ``recorded``: not if grad mode was off when it was computed, which is what has to change.
    """
    text = gettext(
        "{name} does not require grad, so no backward() stores a gradient in it: {name}.grad is None.", name=name
    )
    if not recorded or not str(read(real).dtype).startswith(("float", "bfloat", "complex")):
        return Finding(text)
    at_prompt = _at_prompt(case, real)
    site = case.site
    bound = isinstance(tensor, ast.Name) and any(_names(each, name, ast.Store) for each in _function(case))
    if at_prompt is not None and site.is_nested and not bound:
        code = f"{at_prompt}.requires_grad_()"
        other = gettext("It is {prompt}.", prompt=at_prompt) if at_prompt != name else ""
        before = gettext("Before the call, write {code}.", code=code)
        fixes = (Fix(code, gettext("then call it again")),) if _is_call(case) else ()
        return Finding(" ".join(filter(None, (text, other, before))), fixes)
    if isinstance(tensor, ast.Name) and (placed := _in_block(case, name)) is not None:
        line, code = placed
        before = gettext(
            "Before `{line}`, write {code}.", line=segment(site.source, line).split("\n", maxsplit=1)[0], code=code
        )
        return Finding(f"{text} {before}", with_lines_changed(case, {line: f"{code}\n{segment(site.source, line)}"}))
    code = f"{name}.requires_grad_()"
    before = gettext("Before the forward pass, write {code}, and run it and backward() again.", code=code)
    if site.is_nested or site.line is not site.statement or at_prompt != name:
        return Finding(f"{text} {before}")
    return Finding(f"{text} {before}", (Fix(code, gettext("then compute it again")),))


def _function(case: Case) -> Iterator[ast.AST]:
    """The definition that holds the failing line; nothing at the prompt."""
    for each in case.parents:
        if isinstance(each, ast.FunctionDef):
            yield each
            return


def _differentiated(case: Case) -> Finding | None:
    """``torch.autograd.grad(score, x)`` of an ``x`` that does not require grad."""
    node, site = case.node, case.site
    if not isinstance(node, ast.Call):
        return None
    named = {each.arg: each.value for each in node.keywords}
    given = node.args[1] if len(node.args) > 1 else named.get("inputs")
    inputs = given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given] if given is not None else []
    facts = [(each, case.facts(each)) for each in inputs]
    plain = [each for each, known in facts if known is not None and known.requires_grad is False]
    if not plain:
        return None
    name = case.text(plain[0])
    text = gettext("{name} does not require grad, so no gradient can be computed for it.", name=name)
    placed = _in_block(case, name, here=True) if isinstance(plain[0], ast.Name) else None
    if placed is None:
        code = f"{name}.requires_grad_()"
        before = gettext("Before the forward pass, write {code}, and run it again.", code=code)
        return Finding(f"{text} {before}")
    line, code = placed
    before = gettext(
        "Before `{line}`, write {code}.", line=segment(site.source, line).split("\n", maxsplit=1)[0], code=code
    )
    return Finding(f"{text} {before}", with_lines_changed(case, {line: f"{code}\n{segment(site.source, line)}"}))


def _at_prompt(case: Case, real: Any) -> str | None:
    """The one name at the prompt that holds the tensor."""
    names = [*case.names.items()][:_MOST_NAMES]
    found = [name for name, held in names if held is real and type(name) is str and not name.startswith("_")]
    return found[0] if len(found) == 1 else None


def _is_call(case: Case) -> bool:
    """Whether the failing statement at the prompt is a plain one that can be typed again."""
    outer = [*own_sites(case)][-1]
    return not outer.is_nested and outer.line is outer.statement


def _in_block(case: Case, name: str, *, here: bool = False) -> tuple[ast.stmt, str] | None:
    """The first line that computes with ``name`` in the block that holds ``backward()`` and the failing line.

    ``here``: the failing line itself is the one that goes back.
    """
    line: ast.AST = case.site.line
    parent = getattr(line, "parent", None)
    while parent is not None and not here and not _before(parent, line, "backward"):
        line, parent = parent, getattr(parent, "parent", None)
        if isinstance(line, (ast.FunctionDef, ast.ClassDef, ast.Module)):
            return None
    if parent is None or isinstance(parent, ast.Module):
        return None
    block = _block(parent, line)
    until = block[: next(at for at, each in enumerate(block) if each is line)]
    bound = [at for at, each in enumerate(until) if _names(each, name, ast.Store)]
    start = bound[-1] + 1 if bound else 0
    used = [each for each in until[start:] if _names(each, name, ast.Load)]
    goes_back = case.site.line if here else next(each for each in until if "backward(" in ast.unparse(each))
    if not used or used[0].lineno >= goes_back.lineno or used[0] is goes_back:
        return None
    if isinstance(used[0], (ast.For, ast.While, ast.With, ast.If)):
        return None
    again = _names(case.site.line, name, ast.Store) and _names(case.site.line, name, ast.Load)
    code = f"{name} = {name}.detach().requires_grad_()" if again else f"{name}.requires_grad_()"
    return used[0], code


def _block(parent: ast.AST, line: ast.AST) -> list[ast.stmt]:
    held = [getattr(parent, each, None) for each in ("body", "orelse", "finalbody")]
    return next((each for each in held if isinstance(each, list) and any(one is line for one in each)), [])


def _before(parent: ast.AST, line: ast.AST, called: str) -> bool:
    block = _block(parent, line)
    until = block[: next((at for at, each in enumerate(block) if each is line), 0)]
    return any(f"{called}(" in ast.unparse(each) for each in until)


def _names(node: ast.AST, name: str, context: type[ast.expr_context]) -> bool:
    return any(
        isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, context) for each in ast.walk(node)
    )


def leaf_of_the_copy(case: Case, node: ast.expr, name: str, source: str) -> Finding | None:
    """What to say where ``x = start.clone()`` is between: backward() stores the gradient in ``x`` only if that is the
    leaf.

    ``node``: what goes back, ``name`` in the sentence; ``source``: what it was all computed from. None where
    ``source`` itself is the one whose gradient is read, or nothing with a name is between.
    """
    between = _between(case, node, source)
    read_here = _gradients_read(case)
    wanted = [each for each in between if each.name in read_here]
    if source in read_here and gets_new_values(case, source):
        return _in_each_round(case, source, name)
    if source in read_here or not between:
        return None
    if not wanted and not read_here:
        wanted = [each for each in between if _is_copy(each.value)]
    plain = gettext("{name} was computed from tensors that do not require grad, so nothing was recorded.", name=name)
    if len(wanted) != 1 or any(isinstance(each, ast.IfExp) for each in ast.walk(wanted[0].value)):
        which = gettext("The tensor whose gradient is wanted has to require grad before {name} is computed.", name=name)
        return Finding(f"{plain} {which}") if wanted or read_here else None
    made = wanted[0]
    if not isinstance(made.statement, ast.Assign):
        return Finding(plain)
    code = spliced(made.source, made.statement, {made.value: postfix(made.source, made.value, ".requires_grad_()")})
    text = gettext(
        "{name} was computed from {tensor}, which does not require grad, so nothing was recorded. backward() stores "
        "gradients in leaves, and {tensor} is the one whose gradient is needed: let it require grad where it is made, "
        "`{code}`.",
        name=name,
        tensor=made.name,
        code=one_line(code),
    )
    if made.entry is not None:  # at the prompt it is there, and without a graph it is a leaf
        text = gettext(
            "{name} was computed from {source}, which does not require grad, so nothing was recorded. "
            "{source}.requires_grad_(), before {name} is computed, makes it require grad.",
            name=name,
            source=made.name,
        )
        again = computed_from(case, made.name)
        fix = retyped(case, lambda tensor: any(tensor is each for each in again), first=f"{made.name}.requires_grad_()")
        return Finding(text, (fix,) if fix is not None else ())
    if gets_new_values(case, made.name, made.statement):
        return _in_each_round(case, made.name, name)
    return Finding(text, with_lines_changed(case, {made.statement: code}))


def _in_each_round(case: Case, tensor: str, name: str) -> Finding:
    """What to say where the code gives the tensor a new value, ``x = x - lr * x.grad``, which is no leaf."""
    text = gettext(
        "{name} was computed from {tensor}, which does not require grad, so nothing was recorded. {tensor} gets a new "
        "value in this code, and only a leaf has a .grad: before each {name} is computed, {code} makes it one.",
        name=name,
        tensor=tensor,
        code=f"{tensor} = {tensor}.detach().requires_grad_()",
    )
    return Finding(text)


def _between(case: Case, node: ast.expr, source: str) -> list[Origin]:
    """The assignments between ``source`` and ``node``, each of a name of its own."""
    found: dict[str, Origin] = {}

    def comes(tree: ast.AST, before: int | None, depth: int) -> bool:
        names = names_within(tree)
        reached = source in names
        for each in sorted(names - {source}):
            made = origin(case, each, before) if depth < _MOST_STEPS and each not in found else None
            if made is not None and comes(made.value, made.entry.number if made.entry else before, depth + 1):
                found[each] = made
                reached = True
        return reached

    comes(node, None, 0)
    return [*found.values()]


def _gradients_read(case: Case) -> set[str]:
    """The names whose gradients the failing code reads, or hands to an optimizer."""
    found: set[str] = set()
    code = next(iter(_function(case)), case.site.statement)
    for each in ast.walk(code):
        match each:
            case ast.Attribute(value=ast.Name(id=name), attr="grad") if name != "autograd" and name != "torch":
                found.add(name)
            case ast.Call(args=[ast.List(elts=held) | ast.Tuple(elts=held), *_]) if "optim" in ast.unparse(each.func):
                found |= {part.id for part in held if isinstance(part, ast.Name)}
    return found


def _is_copy(node: ast.expr) -> bool:
    """Whether it is ``start.clone()``, ``start.detach().clone()``: the same tensor once more."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _COPYING:
        node = node.func.value
        if isinstance(node, ast.Name):
            return True
    return False


def gets_new_values(case: Case, name: str, made: ast.stmt | None = None) -> bool:
    """Whether the failing code gives the name a further value than in ``made``, so that it is no leaf any more."""
    code = next(iter(_function(case)), case.site.statement)
    for each in ast.walk(code):
        if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store):
            above = [*_above(each)]
            in_place = any(isinstance(part, ast.AugAssign) for part in above[:1])
            recorded = not any(isinstance(part, ast.With) and switched_off(part) for part in above)
            if not any(part is made for part in above) and (recorded or not in_place):
                return True
    return False


def _above(node: ast.AST) -> Iterator[ast.AST]:
    parent = getattr(node, "parent", None)
    while parent is not None:
        yield parent
        parent = getattr(parent, "parent", None)


RULES = (
    Rule(
        "input gradient",
        ("RuntimeError",),
        r"^One of the differentiated Tensors does not require grad",
        _differentiated,
        more="autograd/no-graph",
        lesson="autograd/first-gradient",
    ),
)
