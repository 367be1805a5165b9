"""Groups of parameters for an optimizer: added generators, one parameter twice, a key that is missing."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import near
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.class_call import class_call
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext


def _added(case: Case) -> Finding | None:
    """``net.parameters() + head.parameters()``."""
    node, source = case.node, case.site.source
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add):
        return None
    sides = _summands(node)
    if not all(_is_parameters(case, each) for each in sides):
        return None
    lists = " + ".join(f"list({segment(source, each)})" for each in sides)
    shown = in_one_line(lists, ast.parse(lists, mode="eval").body)
    said = gettext(
        "parameters() hands out the parameters one by one, and such generators cannot be added. Lists can: {code}.",
        code=shown,
    )
    line = case.site.line
    return Finding(said, verified(case, Candidate(spliced(source, line, {node: lists}), replaces_line=True)))


def _summands(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_summands(node.left), *_summands(node.right)]
    return [node]


def _is_parameters(case: Case, node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="parameters"), args=[]):
            return kind_of(case.real(owner)) is Kind.MODULE
    return False


def _twice(case: Case) -> Finding | None:
    call = class_call(case, "torch.optim.")
    given = call.argument("params") if call is not None else None
    if call is None or not isinstance(given, (ast.List, ast.BinOp)):
        return None
    owners = [each for each in ast.walk(given) if isinstance(each, ast.Call) and _is_parameters(case, each)]
    paths = [case.text(each.func.value) for each in owners]  # type: ignore[attr-defined]
    inside = [(inner, whole) for inner in paths for whole in paths if inner.startswith((f"{whole}.", f"{whole}["))]
    if inside:
        inner, whole = inside[0]
        said = gettext(
            "{whole}.parameters() has those of {inner} too, so they are in two groups, and each parameter may be in "
            "one only. Give the other parts of {whole} one by one.",
            whole=whole,
            inner=inner,
        )
        owner = next(each for each in owners if case.text(each) == f"{whole}.parameters()")
        others = _other_parts(case, whole, inner)
        if len(others) != 1 or isinstance(given, ast.BinOp):
            return Finding(said)
        return Finding(said, verified(case, Candidate(call.with_text(owner, f"{others[0]}.parameters()"))))
    return None


def _other_parts(case: Case, whole: str, inner: str) -> list[str]:
    """The paths of the layers of ``whole`` besides ``inner`` that have parameters; [] where ``inner`` is no layer."""
    held = case.real(ast.parse(whole, mode="eval").body)
    own = own_dict(held)
    parts = {
        (f"{whole}[{name}]" if name.isdigit() else f"{whole}.{name}"): each for name, each in own["_modules"].items()
    }
    if inner not in parts or own["_parameters"]:
        return []
    return [path for path, each in parts.items() if path != inner and _is_trained(each)]


def _is_trained(module: Any) -> bool:
    own = own_dict(module)
    return bool(own.get("_parameters")) or any(_is_trained(each) for each in own.get("_modules", {}).values())


def _key(case: Case) -> Finding | None:
    """``{"param": …}`` for ``{"params": …}``."""
    call = class_call(case, "torch.optim.")
    given = call.argument("params") if call is not None else None
    if call is None or not isinstance(given, ast.List):
        return None
    for each in given.elts:
        keys = [key for key in each.keys if isinstance(key, ast.Constant)] if isinstance(each, ast.Dict) else []
        names = [str(key.value) for key in keys]
        if not names or "params" in names:
            continue
        said = gettext(
            "Each group is a dict with its parameters under the key {key}. One here has the keys {names}.",
            key='"params"',
            names=every([f'"{name}"' for name in names]),
        )
        wrong = near("params", names, 0.6) or [name for name in names if name == "parameters"]
        key = next((key for key in keys if [key.value] == wrong[:1]), None)
        if key is None:
            return Finding(said)
        return Finding(said, verified(case, Candidate(call.with_text(key, '"params"'))))
    return None


def _state(case: Case) -> Finding | None:
    """``SGD(net.state_dict())``, ``SGD(net.named_modules())``: what holds names and not parameters."""
    call = class_call(case, "torch.optim.")
    given = call.argument("params") if call is not None else None
    match given:
        case ast.Call(
            func=ast.Attribute(value=owner, attr="state_dict" | "named_modules" | "children" | "modules") as func
        ):
            pass
        case _:
            return None
    if call is None or kind_of(case.real(owner)) is not Kind.MODULE:
        return None
    right = f"{case.text(owner)}.parameters()"
    said = gettext(
        "An optimizer takes the parameters themselves, {right}, not what {given} gives.", right=right, given=func.attr
    )
    return Finding(said, verified(case, Candidate(call.with_text(given, right))))


def _list_in_list(case: Case) -> Finding | None:
    """``Adam([params])`` where ``params`` is a list of parameters, or what ``net.parameters()`` gives."""
    call = class_call(case, "torch.optim.")
    given = call.argument("params") if call is not None else None
    if call is None or not isinstance(given, (ast.List, ast.Tuple)) or len(given.elts) != 1:
        return None
    inner = given.elts[0]
    held = case.real(inner) if isinstance(inner, ast.Name) else None
    if isinstance(inner, ast.Starred) or type(held) not in (list, tuple):
        return None
    name = case.text(inner)
    said = gettext(
        "{name} is a {type} already: in brackets of its own it is a list in a list. Give the optimizer {name} itself.",
        name=name,
        type=type(held).__name__,
    )
    return Finding(said, verified(case, Candidate(call.with_text(given, name))))


_MORE = "modules/optimizer"

BEFORE = (
    "optimizers.shared_parameters",
    "python.joined_text",
    "optimizers.optimizer",
    "containers.key",
    "modules.subclass",
    "modules.class_slips",
    "modules.layer_settings",
)

RULES = (
    Rule("added parameters", ("TypeError",), r"^unsupported operand type\(s\) for \+: '\w+' and '\w+'", _added, _MORE),
    Rule(
        "parameters twice", ("ValueError",), r"some parameters appear in more than one parameter group", _twice, _MORE
    ),
    Rule("group key", ("KeyError",), r"^'?params'?$", _key, _MORE),
    Rule(
        "optimizer state",
        ("TypeError",),
        r"optimizer can only optimize Tensors, but one of the params is",
        lambda case: _state(case) or _list_in_list(case),
        _MORE,
    ),
)
