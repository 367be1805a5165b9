"""A training loop in which nothing clears the gradients."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, module_name, mro, own_dict
from ptrepl.explain.called_name import names_within
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.code_run import code_run
from ptrepl.explain.traps.questions.optimizers import is_optimizer
from ptrepl.explain.traps.questions.rounds import backward_in, is_in
from ptrepl.explain.traps.reading.place import Loop, Place, inside
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_CLEARS = frozenset({"zero_grad", "zero_", "fill_", "mul_", "copy_", "zeros_like", "grad_zero", "_foreach_zero_"})


def gradients_of_loop(noticed: Noticed) -> Iterator[Told]:
    """A loop of ``backward()`` and an update that went round twice, in which nothing clears the gradients."""
    loops = {id(loop.tree): loop for place in noticed.places for loop in place.loops}
    for loop in loops.values():
        if loop.times is not None and loop.times < 2:
            continue
        within = [each for each in noticed.places if is_in(each, loop)]
        backward = next((each for each in within if each.certain and backward_in(each)), None)
        if backward is None or may_clear(within, loop):
            continue
        updates = [each for each in within if each.certain and _updates(noticed, each, loop)]
        if not updates or within.index(updates[0]) < within.index(backward):
            continue
        call = backward_in(backward)
        assert call is not None
        text = gettext(
            "Nothing in this loop clears the gradients. backward() accumulates: each update uses the sum of all "
            "gradients so far, not those of this round. Put {clear} before {backward}.",
            clear=every([*dict.fromkeys(map(_clearing, updates))]),
            backward=backward.text(call),
        )
        yield told_of(backward, text, call)
        return


def cleared_each_round(noticed: Noticed) -> Iterator[Told]:
    """``zero_grad()`` in each round, and ``if (i + 1) % 4 == 0: opt.step()``: most gradients are lost."""
    for place in noticed.places:
        owner = _method_of_name(place, "zero_grad")
        if owner is None or not place.loops or not is_optimizer(noticed, place, owner):
            continue
        body = place.loops[-1].tree.body
        steps = [each for each in inside(body) if _is_step(each, owner.id)]
        rare = [
            each for each in body if isinstance(each, ast.If) and any(_is_step(part, owner.id) for part in each.body)
        ]
        if not any(place.statement is each for each in body) or len(steps) != 1 or len(rare) != 1:
            continue
        always = [each for each in body if isinstance(each, ast.Expr) and _goes_backward(each)]
        counts = any(isinstance(each, ast.Mod) for each in ast.walk(rare[0].test)) and not rare[0].orelse
        if counts and len(always) == 1 and not _goes_backward(rare[0]):
            text = gettext(
                "{clear} runs in each round, and {step} only in some: the gradients of the other rounds are lost. Put "
                "{clear} after {step}, in the same `if`.",
                clear=f"{owner.id}.zero_grad()",
                step=f"{owner.id}.step()",
            )
            yield told_of(place, text)
            return


def _is_step(node: ast.AST, owner: str) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="step"))):
            return name == owner
    return False


def _goes_backward(tree: ast.AST) -> bool:
    return any(isinstance(each, ast.Attribute) and each.attr == "backward" for each in ast.walk(tree))


def _method_of_name(place: Place, method: str) -> ast.Name | None:
    match place.statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name() as owner, attr=name), args=[])):
            return owner if name == method else None
    return None


def may_clear(within: list[Place], loop: Loop) -> bool:
    """Whether something in the loop clears gradients, or calls code that might and cannot be read."""
    trees = code_run(within, loop.tree)
    return trees is None or any(map(_clears, trees))


def _clears(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr="grad", ctx=ast.Store() | ast.Del()):
                return True
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in _CLEARS or "zero_grad" in name:
                return True
            case ast.keyword(arg="set_to_none") | ast.Name(id="setattr"):
                return True
            case ast.Attribute(attr=name) if name.startswith("__i"):
                return True  # w.grad.__imul__(0)
    return False


def _updates(noticed: Noticed, place: Place, loop: Loop) -> bool:
    """Whether it is ``opt.step()`` of an optimizer from before the loop, or ``w -= lr * w.grad``."""
    match place.statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="step"), args=[])):
            return (
                is_optimizer(noticed, place, owner)
                and _steps_only(place.reader.real(owner))
                and is_from_before(noticed, place, owner, loop)
            )
        case ast.AugAssign(target=target, op=ast.Sub(), value=value):
            pass
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=target, attr="sub_" | "add_"), args=[*_, value])):
            pass
        case _:
            return False
    reads = any(isinstance(each, ast.Attribute) and each.attr == "grad" for each in ast.walk(value))
    return reads and is_from_before(noticed, place, target, loop)


def _steps_only(optimizer: Any) -> bool:
    """Whether its ``step()`` is torch's own and nothing is hooked to it that might clear the gradients."""
    if optimizer is None:
        return True
    home = next((each for each in mro(type(optimizer)) if "step" in class_dict(each)), None)
    hooks = own_dict(optimizer).get("_optimizer_step_post_hooks")
    return home is not None and module_name(home).startswith("torch.") and not hooks


def is_from_before(noticed: Noticed, place: Place, node: ast.expr, loop: Loop) -> bool:
    """Whether what ``node`` names was made before the loop, so that each round has the same one."""
    root = node
    while isinstance(root, (ast.Attribute, ast.Subscript)):
        root = root.value
    if not isinstance(root, ast.Name):
        return False
    if any(loop is each for each in place.loops):
        return root.id not in _bound_anew(loop.tree.body) | _targets(loop)
    if root.id not in place.reader.scope.extra:
        return not any(root.id in _bound_anew(each.tree.body) for each in _loops_round(place, loop))
    given = noticed.argument(place, root.id)
    if given is not None:
        return is_from_before(noticed, *given, loop)
    makers = [each for each in place.loops if root.id in _targets(each)]
    if makers and isinstance(makers[-1].tree, ast.For):  # for p in params
        names = [each for each in ast.walk(makers[-1].tree.iter) if isinstance(each, ast.Name)]
        return bool(names) and all(is_from_before(noticed, place, each, loop) for each in names)
    if root.id == "self" and place.callers and isinstance(place.call, ast.Call):
        func = place.call.func
        return isinstance(func, ast.Attribute) and is_from_before(noticed, place.callers[-1], func.value, loop)
    return False


def _loops_round(place: Place, loop: Loop) -> list[Loop]:
    return [loop, *place.loops]


def _targets(loop: Loop) -> set[str]:
    if not isinstance(loop.tree, ast.For):
        return set()
    return names_within(loop.tree.target)


def _bound_anew(body: list[ast.stmt]) -> set[str]:
    """The names that each round binds: not those that it changes in place, nor ``p`` of ``for p in params``."""
    found: set[str] = set()
    for node in inside(body):
        match node:
            case ast.Assign(targets=targets):
                found |= {name for target in targets for name in _stored(target)}
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.NamedExpr(target=ast.Name(id=name)):
                found.add(name)
            case ast.withitem(optional_vars=ast.Name(id=name)):
                found.add(name)
    for node in inside(body):
        if isinstance(node, ast.For):
            read = names_within(node.iter)
            if read & found or not read:
                found |= names_within(node.target)
    return found


def _stored(target: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(target) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def _clearing(place: Place) -> str:
    """What to type before ``backward()``."""
    match place.statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="step"))):
            return f"{place.text(owner)}.zero_grad()"
        case ast.AugAssign(target=ast.Name(id=name)):
            return f"{name}.grad = None"
    return "p.grad = None"
