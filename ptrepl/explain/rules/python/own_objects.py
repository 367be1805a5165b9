"""An attribute that an object of the learner's own class does not have: ``self.optimizer`` where it is self.opt."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, module_name, mro, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import near, renamed
from ptrepl.explain.fixes.trial import verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MOST_LISTED = 8
_SHORTEST = 3


def _missing(case: Case) -> Finding | None:
    match case.node, case.error:
        case ast.Attribute(value=base, attr=word, ctx=ast.Load()) as node, AttributeError(obj=held) if held is not None:
            pass
        case _:
            return None
    cls: Any = type(held)
    if (
        kind_of(held) is Kind.MODULE
        or is_tensor_class(cls)
        or module_name(cls) not in ("__main__", case.names.get("__name__"))
    ):
        return None
    own = own_dict(held)
    if type(own) is not dict or any("__getattr__" in class_dict(each) for each in mro(cls)[:-1]):
        return None
    methods = [name for each in mro(cls)[:-1] if module_name(each) == module_name(cls) for name in class_dict(each)]
    names = [each for each in dict.fromkeys([*own, *methods]) if not each.startswith("_")]
    if not names:
        return None
    fields = {"name": operand_text(case, base), "type": type_name(held), "attribute": word}
    short = [each for each in names if min(len(each), len(word)) >= _SHORTEST and _is_start(each, word)]
    close = [*dict.fromkeys([*short, *near(word, names, 0.7)])]
    if len(close) == 1:
        text = gettext("{name} ({type}) has no attribute {attribute}. It has {other}.", other=close[0], **fields)
        code = postfix(case.site.source, base, f".{close[0]}")
        return Finding(text, verified(case, renamed(case, node, code)))
    listed = ", ".join(names[:_MOST_LISTED]) + (", …" if len(names) > _MOST_LISTED else "")
    return Finding(gettext("{name} ({type}) has no attribute {attribute}. It has {names}.", names=listed, **fields))


def _is_start(one: str, other: str) -> bool:
    """Whether one is an abbreviation of the other: ``opt`` of optimizer."""
    return one.startswith(other) or other.startswith(one)


RULES = (
    Rule(
        "own attribute",
        ("AttributeError",),
        r"^'\w+' object has no attribute '\w+'",
        _missing,
        "python/attributes",
        only_torch=False,
    ),
)
