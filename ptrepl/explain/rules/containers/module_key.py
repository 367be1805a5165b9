"""A key that an nn.ModuleDict does not have, and a list that is indexed beyond its end in a loop over it."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import near
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import listed
from ptrepl.explain.rewrite import spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.forward.windows import index_past_the_end
from ptrepl.texts.messages import gettext, ngettext

_MOST_LISTED = 6


def no_such_module(case: Case) -> Finding | None:
    """``self.heads[task]`` of an nn.ModuleDict with other keys."""
    match case.node:
        case ast.Subscript(value=value, slice=index) as node:
            held: Any = case.real(value)
        case _:
            return None
    modules = own_dict(held).get("_modules") if kind_of(held) is Kind.MODULE else None
    asked = case.error.args[0] if type(case.error) is KeyError and case.error.args else None
    if type_name(held) != "ModuleDict" or type(modules) is not dict or type(asked) is not str or asked in modules:
        return None
    text = ngettext(
        "{name} is an nn.ModuleDict without the key {key}. It has the key {keys}.",
        "{name} is an nn.ModuleDict without the key {key}. It has the keys {keys}.",
        len(modules),
        name=operand_text(case, value),
        key=f'"{asked}"',
        keys=listed([*modules], _MOST_LISTED),
    )
    close = near(asked, [*modules], 0.6)[:1] if isinstance(index, ast.Constant) else []
    ways = [Candidate(spliced(case.site.source, node, {index: f'"{each}"'})) for each in close]
    return Finding(text, verified(case, *ways))


def _list_end(case: Case) -> Finding | None:
    """``sizes[i + 1]`` in ``for i in range(len(sizes))``."""
    match case.node:
        case ast.Subscript(value=value, slice=index) if not case.inner_frames:
            held: Any = case.real(value)
        case _:
            return None
    if type(held) not in (list, tuple) or not held:
        return None
    found = index_past_the_end(case, value, index, len(held))
    if found is None:
        return None
    text = gettext(
        "{name} has {count} elements, numbered 0 to {last}.",
        name=operand_text(case, value),
        count=len(held),
        last=len(held) - 1,
    )
    return Finding(f"{text} {found.text}", found.fixes)


def _dotted(case: Case) -> Finding | None:
    """``self.add_module("norm.1", …)``, as old code has it."""
    name = case.match["name"]
    return Finding(
        gettext(
            'A name with a dot, "{name}", would be that of a layer inside another one: net.0.weight is the weight of '
            'net[0]. "{plain}" is a name for one layer.',
            name=name,
            plain=name.replace(".", "_"),
        )
    )


BEFORE = ("containers.key", "data.sample_index", "data.samplers")

RULES = (
    Rule(
        "dotted name",
        ("KeyError",),
        r"name can\W*t contain .*, got: (?P<name>[\w.]+)",
        _dotted,
        "modules/layer-names",
    ),
    Rule(
        "list end", ("IndexError",), r"^(?:list|tuple) index out of range", _list_end, "shapes/index", only_torch=False
    ),
)
