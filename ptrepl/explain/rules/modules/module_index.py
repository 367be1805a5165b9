"""``net[0]`` of a network whose class the learner wrote, whose layers have names, and ``table[tokens]`` of a layer."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MOST_LISTED = 6


def _indexed(case: Case) -> Finding | None:
    match case.node:
        case ast.Subscript(value=base, slice=index):
            held = case.real(base)
        case _:
            return None
    if kind_of(held) is Kind.MODULE and case.facts(index) is not None:
        return _in_square_brackets(case, base, index)
    inner = own_dict(held).get("_modules") if kind_of(held) is Kind.MODULE else None
    if type(inner) is not dict or not inner:
        return None
    names = [name for name in inner if name.isidentifier()]
    name, number = operand_text(case, base), case.value(index)
    text = gettext(
        "{name} is a {type}, and only containers such as nn.Sequential and nn.ModuleList take an index. The layers of "
        "{name} have names: {names}.",
        name=name,
        type=type_name(held),
        names=", ".join(f"{name}.{each}" for each in names[:_MOST_LISTED])
        + ("" if len(names) <= _MOST_LISTED else ", …"),
    )
    if len(names) != len(inner) or len(names) > 1:
        return Finding(text)
    only = inner[names[0]]
    if type(only).__name__ in ("Sequential", "ModuleList"):
        held_by = gettext("{path} takes one.", path=f"{name}.{names[0]}")
        return Finding(f"{text} {held_by}", _by_name(case, base, names[0], keeps_index=True))
    return Finding(text, _by_name(case, base, names[0]) if number == 0 else ())


def _in_square_brackets(case: Case, base: ast.expr, index: ast.expr) -> Finding:
    """``table[tokens]``: a tensor is what a module is called with."""
    assert case.node is not None
    call = f"{segment(case.site.source, base)}({segment(case.site.source, index)})"
    text = gettext(
        "{name} is a module ({type}), and a module is called, in round brackets: {call}.",
        name=operand_text(case, base),
        type=type_name(case.real(base)),
        call=in_a_sentence(call),
    )
    return Finding(text, tried(case, [Candidate(call)]))


def _by_name(case: Case, base: ast.expr, name: str, *, keeps_index: bool = False) -> tuple[Fix, ...]:
    """The statement with ``net.linear`` for each ``net[0]``, or with ``net.layers[0]``, where that is a container."""
    site, whole = case.site, case.site.statement
    if site.is_nested:
        return ()
    same = [
        each for each in ast.walk(whole) if isinstance(each, ast.Subscript) and ast.dump(each.value) == ast.dump(base)
    ]
    if not keeps_index and any(case.value(each.slice) != 0 for each in same):
        return ()
    path = f"{segment(site.source, base)}.{name}"
    texts: dict[ast.expr | ast.stmt, str] = {each.value if keeps_index else each: path for each in same}
    return (Fix(spliced(site.source, whole, texts), ""),)


BEFORE = ("data.dataset",)

RULES = (
    Rule(
        "module index",
        ("TypeError",),
        r"^'(?!DataLoader|NoneType)[A-Z]\w*' object is not subscriptable",
        _indexed,
        more="modules/layer-names",
    ),
)
