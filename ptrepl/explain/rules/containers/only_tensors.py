"""``{k: v.to(device) for k, v in batch.items()}`` of a batch that holds a text or a number too: only tensors move."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import is_tensor_class, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import is_plain_dict
from ptrepl.explain.rewrite import in_a_sentence, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.lookup import FrameScope, NotReadable
from ptrepl.texts.messages import gettext

_LONGEST = 20
_HOLDERS = (list, tuple)


def _only_tensors(case: Case) -> Finding | None:
    match case.node, case.parents[:1]:
        case ast.Attribute(value=ast.Name() | ast.Subscript() as name, attr=word) as node, (ast.Call() as call,) if (
            call.func is node
        ):
            pass
        case _:
            return None
    held: Any = case.real(name)
    holder = _held_by(case, name)
    if holder is None or is_tensor_class(type(held)):
        return None
    values = [*holder.values()] if is_plain_dict(holder) else [*holder] if type(holder) in _HOLDERS else []
    if not any(is_tensor_class(type(each)) for each in values):
        return None
    if type(held) in _HOLDERS and any(is_tensor_class(type(each)) or type(each) in (list, dict) for each in held):
        return None  # its tensors are to be moved as well
    at = next((repr(one) for one, each in holder.items() if each is held), "") if is_plain_dict(holder) else ""
    what = (
        gettext(
            "{name} is {value} here, of type {type}, under the key {key}, and only tensors have {attribute}.",
            name=operand_text(case, name),
            type=type_name(held),
            value=_shown(held),
            key=at.replace("'", '"'),
            attribute=word,
        )
        if at
        else gettext(
            "{name} is {value} here, of type {type}, and only tensors have {attribute}.",
            name=operand_text(case, name),
            type=type_name(held),
            value=_shown(held),
            attribute=word,
        )
    )
    own = segment(case.site.source, name)
    code = f"{segment(case.site.source, call)} if isinstance({own}, torch.Tensor) else {own}"
    how = gettext("Move the tensors alone, and leave the rest as it is: {code}.", code=in_a_sentence(code))
    alone = case.parents[1] if len(case.parents) > 1 else None
    stored = isinstance(alone, (ast.DictComp, ast.ListComp, ast.GeneratorExp, ast.Assign))
    return Finding(f"{what} {how}", verified(case, Candidate(code, of=call, gives="")) if stored else ())


def _shown(held: Any) -> str:
    """A plain value as it is typed, shortened; of a list or a tuple the first."""
    if type(held) in _HOLDERS:
        inside = f"{_shown(held[0]) if held else ''}{', …' if len(held) > 1 else ''}"
        return f"[{inside}]" if type(held) is list else f"({inside})"
    if type(held) is str and len(held) > _LONGEST:
        return f"{held[:_LONGEST]!r}…"
    return repr(held) if type(held) in (str, int, float, bool, type(None)) else "…"


def _held_by(case: Case, node: ast.Name | ast.Subscript) -> Any:
    """The dict, list or tuple that a loop around the failing code takes ``node`` from; None where there is none."""
    match node:
        case ast.Name(id=name):
            pass
        case ast.Subscript(value=ast.Name(id=held), slice=ast.Name(id=name)):
            pass
        case _:
            return None
    for target, over in _loops(case):
        if not any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(target)):
            continue
        match over:
            case ast.Call(func=ast.Attribute(value=ast.Name() as base, attr="items" | "values" | "keys"), args=[]):
                pass
            case ast.Name() as base:
                pass
            case _:
                return None
        holder = _real(case, base)
        if isinstance(node, ast.Subscript):
            return holder if is_plain_dict(holder) and base.id == held else None
        return holder if is_plain_dict(holder) is isinstance(over, ast.Call) else None
    return None


def _loops(case: Case) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What each loop around the failing code binds, and what it goes over, the innermost first."""
    for each in case.parents:
        match each:
            case ast.For(target=target, iter=over):
                yield target, over
            case ast.DictComp(generators=parts) | ast.ListComp(generators=parts) | ast.GeneratorExp(generators=parts):
                yield from ((part.target, part.iter) for part in reversed(parts))


def _real(case: Case, node: ast.expr) -> Any:
    for frame in (case.site.frame, case.site.outer):
        try:
            return FrameScope.of(frame).real(node)
        except NotReadable:
            continue
    return None


BEFORE = ("containers.collated_lists", "containers.moved", "containers.parts", "python.attribute")

RULES = (
    Rule(
        "only tensors",
        ("AttributeError",),
        r"^'(?:list|tuple|str|int|float|bool|NoneType)' object has no attribute '(?:to|cuda|cpu)'",
        _only_tensors,
        more="containers/lists-of-tensors",
    ),
)
