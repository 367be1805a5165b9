"""A layer that the ``__init__`` of the learner's class assigns twice: the second takes the place of the first."""

from __future__ import annotations

import ast
import re

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.rewrite import in_one_line
from ptrepl.texts.messages import gettext


def assigned_twice(case: Case) -> str:
    """A sentence, where the layer that failed as ``self.bn3(…)`` was assigned twice; "" elsewhere."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)):
            held = case.site.frame.f_locals.get(owner)
        case _:
            return ""
    text = class_text(case, type(held)) if kind_of(held) is Kind.MODULE else None
    init = text.method("__init__") if text is not None else None
    if text is None or init is None or not init.args.args:
        return ""
    path = f"{init.args.args[0].arg}.{name}"
    made = [
        each
        for each in init.body  # not in branches, of which one ran
        if isinstance(each, ast.Assign) and any(ast.unparse(target) == path for target in each.targets)
    ]
    if len(made) != 2 or path in ast.unparse(made[1].value) or ast.dump(made[0].value) == ast.dump(made[1].value):
        return ""
    first, second = (in_one_line(text.source, each) for each in made)
    return gettext(
        "{cls}.__init__ assigns {layer} twice: `{second}` takes the place of `{first}`. Give one of them a name of its "
        "own, such as {other}, and call it by that name in forward.",
        cls=type_name(held),
        layer=path,
        first=first,
        second=second,
        other=f"{init.args.args[0].arg}.{_free(name, own_dict(held))}",
    )


def _free(name: str, own: dict[str, object]) -> str:
    """``bn4`` for ``bn3``: the next name that the module does not have."""
    modules = own.get("_modules")
    taken = {*own, *(modules if type(modules) is dict else ())}
    stem = re.sub(r"\d+$", "", name)
    number = int(name[len(stem) :] or 1) + 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def added_behind(case: Case, layer: Layer) -> str:
    """A sentence on ``net.fc = nn.Linear(8, 3)``, which adds a layer to an nn.Sequential; "" of other layers."""
    if len(layer.steps) != 1 or layer.steps[0].isdigit() or not isinstance(case.node, ast.Call):
        return ""
    network = case.real(case.node.func)
    inner = own_dict(network).get("_modules") if type_name(network) == "Sequential" else None
    names = [*inner] if type(inner) is dict else []
    if names[-1:] != [*layer.steps] or not all(each.isdigit() for each in names[:-1]):
        return ""
    like = [each for each in names[:-1] if type_name(inner[each]) == layer.kind] if inner is not None else []
    wants = layer.number("in_features")
    if not like or inner is None or own_dict(inner[like[-1]]).get("in_features") != wants:
        return ""
    text = case.text(case.node.func)
    return gettext(
        "{network} is an nn.Sequential, which calls all its layers one after the other: {added} came behind the last, "
        "and took the place of none. The last {type} before it is {place}: what is given to that replaces it.",
        network=text,
        added=layer.path,
        type=f"nn.{layer.kind}",
        place=f"{text}[{like[-1]}]",
    )
