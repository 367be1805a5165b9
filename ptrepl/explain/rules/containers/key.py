"""A key that a dict does not have."""

from __future__ import annotations

import ast
import re
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import near
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import is_plain_dict, listed
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.containers.module_key import no_such_module
from ptrepl.texts.messages import gettext, ngettext

_MOST_LISTED = 6


def _missing(case: Case) -> Finding | None:
    """``point["model"]`` of a dict with other keys."""
    if (module := no_such_module(case)) is not None:
        return module
    match case.node:
        case ast.Subscript(value=value, slice=index) as node if not case.inner_frames:
            held: Any = case.real(value)
        case _:
            return None
    asked = case.error.args[0] if type(case.error) is KeyError and case.error.args else None
    if not is_plain_dict(held) or type(asked) not in (str, int):
        return None
    names = [key for key in held if type(key) is str]
    if len(names) < len(held) or asked in names:
        return None
    key = f'"{asked}"' if type(asked) is str else str(asked)
    if not held:
        return Finding(gettext("{name} is an empty dict.", name=operand_text(case, value)))
    text = ngettext(
        "{name} has no key {key}. It has the key {keys}.",
        "{name} has no key {key}. It has the keys {keys}.",
        len(names),
        name=operand_text(case, value),
        key=key,
        keys=listed(names, _MOST_LISTED),
    )
    source = case.site.source
    inside = [key for key in names if is_plain_dict(held[key]) and asked in held[key]]
    if len(inside) == 1 and isinstance(index, ast.Constant):
        nested = gettext('There is one in {name}["{outer}"].', name=operand_text(case, value), outer=inside[0])
        code = postfix(source, value, f'["{inside[0]}"][{segment(source, index)}]')
        return Finding(f"{text} {nested}", verified(case, Candidate(code)))
    folded = [each for each in names if type(asked) is str and each != asked and each.casefold() == asked.casefold()]
    if folded and not isinstance(index, ast.Constant):
        case_only = gettext('"{other}" differs from it in upper and lower case alone.', other=folded[0])
        return Finding(f"{text} {case_only}", _lower(case, node, index, names))
    close = near(asked, names, 0.6) if type(asked) is str and isinstance(index, ast.Constant) else []
    if sum(each.endswith(f".{asked}") for each in names) > 1:
        close = []  # "weight" of a network with several layers
    close = [each for each in close if _part(each) == _part(str(asked))]
    if not close and type(asked) is str and isinstance(index, ast.Constant):
        close = _shorter(asked, names)
    return Finding(
        text,
        verified(
            case, *(Candidate(spliced(source, node, {index: _quoted(source, index, each)})) for each in close[:1])
        ),
    )


def _lower(case: Case, node: ast.Subscript, index: ast.expr, names: list[str]) -> tuple[Fix, ...]:
    """``table[name.lower()]``, where all keys are in lower case."""
    if any(each != each.lower() for each in names):
        return ()
    text = postfix(case.site.source, index, ".lower()")
    return verified(case, Candidate(spliced(case.site.source, node, {index: text})))


def _shorter(asked: str, names: list[str]) -> list[str]:
    """``model`` for ``model_state_dict``, the other way round too, where no other key says which part it is."""
    found = [each for each in names if _stem(each) == _stem(asked)]
    return found if len(found) == 1 else []


def _stem(key: str) -> str:
    """``model`` of ``model_state_dict``, ``optim`` of ``optimizer``."""
    bare = re.sub(r"_?(state_?dict|state|weights|sd)$", "", key.casefold().replace("-", "_"))
    return {"optimizer": "optim", "opt": "optim", "net": "model", "network": "model", "sched": "scheduler"}.get(
        bare, bare
    )


def _part(key: str) -> str:
    """``val`` of ``val_loss``: which part of the data a key is about; "" where it names none."""
    words = key.casefold().replace("-", "_").split("_")
    return next((each[:3] for each in words if each in ("train", "val", "valid", "validation", "test")), "")


def _quoted(source: str, index: ast.expr, key: str) -> str:
    quote = segment(source, index)[:1]
    return f"{quote}{key}{quote}" if quote in "'\"" and quote not in key else repr(key)


RULES = (Rule("dict key", ("KeyError",), r".", _missing, more="containers/dicts", only_torch=False),)
