"""``model.fc`` of a network whose last layer has another name: ``model.classifier[-1]``."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import submodules
from ptrepl.explain.outer_call import outermost_call
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_HEADS = frozenset("fc classifier head heads last_linear linear _fc output_layer".split())
"""What networks of several libraries call their last layer."""


def head_by_another_name(case: Case, node: ast.Attribute, module: Any) -> Finding | None:
    """What to write in place of ``model.fc``; None where that is no name of a last layer, or there is no Linear."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if node.attr not in _HEADS or ast.unparse(node.value) == "self":
        return None
    found = _last(module)
    if found is None:
        return None
    steps, layer = found
    source = case.site.source
    code = f"{segment(source, node.value)}{steps}"
    own = own_dict(layer)
    text = gettext(
        "{model} has no {name}: its last layer is {code}, nn.Linear({inputs}, {outputs}). Networks call it by several "
        "names.",
        model=operand_text(case, node.value),
        name=node.attr,
        code=code,
        inputs=own.get("in_features"),
        outputs=own.get("out_features"),
    )
    texts: dict[ast.expr | ast.stmt, str] = {
        each: code
        for each in ast.walk(function or case.site.line)
        if isinstance(each, ast.Attribute) and ast.dump(each.value) == ast.dump(node.value) and each.attr == node.attr
    }
    if function is None:
        return Finding(text, verified(case, Candidate(spliced(source, case.site.line, texts), replaces_line=True)))
    if function is not case.site.statement:
        return Finding(text)
    changed: dict[ast.stmt, str] = {}
    for line in function.body:
        inside = {part: new for part, new in texts.items() if any(part is each for each in ast.walk(line))}
        if inside:
            changed[line] = spliced(source, line, inside)
    return Finding(text, with_lines_changed(case, changed))


def _last(module: Any) -> tuple[str, Any] | None:
    """``.classifier[-1]`` and the layer, where the last part of a network is a Linear or ends in one."""
    steps, each = "", module
    while True:
        inner = own_dict(each).get("_modules")
        if type_name(each) == "Linear":
            return steps, each
        if type(inner) is not dict or not inner or (steps and type_name(each) != "Sequential"):
            return None
        name, below = [*inner.items()][-1]
        steps += "[-1]" if name.isdigit() else f".{name}"
        each = below


def behind_another_head(case: Case, layer: Layer, size: int) -> str:
    """A sentence, where a network gave the input, and its own last layer takes the ``size`` numbers that are wanted.

    "" elsewhere. ``Net`` ends in ``fc3 = nn.Linear(21, 10)``, and ``fc`` that comes after it was made for 21 numbers.
    """
    outer, given = outermost_call(case) or case, None
    if isinstance(outer.node, ast.Call) and outer.node.args:
        given = outer.node.args[0]
    made = origin(outer, given.id) if isinstance(given, ast.Name) else None
    call = made.value if made is not None else given
    network = outer.real(call.func) if isinstance(call, ast.Call) else None
    forward = class_text(outer, type(network)) if kind_of(network) is Kind.MODULE else None
    found = _last(network) if forward is not None else None
    if found is None or forward is None or not isinstance(call, ast.Call) or layer.kind != "Linear":
        return ""
    steps, last = found
    own, method = own_dict(last), forward.method("forward")
    name = steps.removeprefix(".")
    if own.get("in_features") != size or own.get("out_features") != layer.shape[-1] or method is None:
        return ""
    called = outer.real(outer.node.func) if isinstance(outer.node, ast.Call) else None
    if sum(type_name(each) == "Linear" for _, each in (("", called), *submodules(called))) != 1:
        return ""  # a decoder, whose first layer is as large as one of the encoder
    lines = [each for each in method.body if f"self.{name}(" in ast.unparse(each)]
    if len(lines) != 1 or not name.isidentifier():
        return ""
    source = made.source if made is not None else outer.site.source
    return gettext(
        "The last layer of {network}, {head}, takes {size} numbers and gives {outputs}. If {layer} is to take its "
        "place, leave {head} out of {cls}.forward, in `{line}`.",
        network=in_one_line(source, call.func),
        head=f"self.{name}",
        size=size,
        outputs=layer.shape[-1],
        layer=layer.path,
        cls=forward.node.name,
        line=in_one_line(forward.source, lines[0]),
    )


def before_another_head(case: Case, layer: Layer, size: int) -> Finding | None:
    """What to say where a network in the learner's own gave the input, and its last layer takes the ``size`` wanted.

    ``feats = self.backbone(x)``, whose last layer is ``fc = nn.Linear(256, 100)``, before ``nn.Linear(256, 7)``. Both
    layers may be meant to follow each other, so no line is offered.
    """
    name = layer.argument.id if isinstance(layer.argument, ast.Name) else ""
    made = assigned_just_before(case, name) or origin(case, name) if name else None
    call = made.value if made is not None else layer.argument
    network = case.real(call.func) if isinstance(call, ast.Call) else None
    found = _last(network) if kind_of(network) is Kind.MODULE and type_name(network) != "Linear" else None
    if found is None or not isinstance(call, ast.Call) or layer.kind != "Linear" or not _is_given(case, call.func):
        return None
    steps, last = found
    own = own_dict(last)
    if not steps or own.get("in_features") != size or own.get("out_features") != layer.shape[-1]:
        return None
    source = case.site.source
    head = f"{in_one_line(source, call.func)}{steps}"
    return Finding(
        gettext(
            "{network} ends in {head}, nn.Linear({size}, {outputs}). If {layer} is to take its place, write `{head} = "
            "nn.Identity()` in __init__, and {network} gives the {size} in front of it. If {layer} is to follow it, "
            "make it for {outputs}.",
            network=in_one_line(source, call.func),
            head=head,
            size=size,
            outputs=layer.shape[-1],
            layer=layer.path,
        )
    )


def _is_given(case: Case, node: ast.expr) -> bool:
    """Whether ``self.backbone`` was given to ``__init__``, or loaded there: what the class makes, it makes to fit."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            text = class_text(case, type(case.site.frame.f_locals.get(owner)))
        case _:
            return False
    init = text.method("__init__") if text is not None else None
    made = [
        each.value
        for each in ast.walk(init or ast.Pass())
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == f"{owner}.{name}"
    ]
    if len(made) != 1:
        return False
    return isinstance(made[0], ast.Name) or (
        isinstance(made[0], ast.Call)
        and any(word in ast.unparse(made[0].func) for word in ("models.", "load", "create"))
    )
