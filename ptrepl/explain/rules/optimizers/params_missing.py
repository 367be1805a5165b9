"""``Adam(lr=1e-3)`` and ``StepLR(step_size=10)``: without the parameters, or without the optimizer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import Kind, is_a, kind_of, module_name, mro, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.class_call import class_call
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MOST_NAMES = 3_000
_MOST_MODULES = 2_000


def _without(case: Case) -> Finding | None:
    call = class_call(case, "torch.optim.")
    if call is None or call.node.args:
        return None
    what = case.match["name"]
    found = [*_visible(case)]
    if what == "params":
        names = _networks(found)
        text = gettext("{cls} takes the parameters that it trains as its first argument.", cls=call.said)
    else:
        names = [name for name, held in found if _is_optimizer(held)]
        text = gettext("{cls} takes the optimizer whose learning rate it changes as its first argument.", cls=call.said)
    if len(names) != 1:
        return None
    whole = segment(case.site.source, call.node)
    start = len(segment(case.site.source, call.node.func))
    rest = whole[whole.index("(", start) + 1 :]
    first = f"{names[0]}.parameters()" if what == "params" else names[0]
    code = f"{whole[:start]}({first}{', ' if call.node.keywords else ''}{rest.lstrip()}"
    write = gettext("Write {code}.", code=in_one_line(code, ast.parse(code, mode="eval").body))
    line = spliced(case.site.source, case.site.line, {call.node: code})
    return Finding(f"{text} {write}", verified(case, Candidate(line, replaces_line=True)))


def _visible(case: Case) -> Iterator[tuple[str, Any]]:
    """What the failing line can name: in a method what ``self`` holds too."""
    frame = case.site.frame
    for name, held in [*frame.f_locals.items()][:_MOST_NAMES]:
        if type(name) is not str or not name.isidentifier() or name.startswith("_"):
            continue
        yield name, held
        if name == "self" and case.site.is_nested and kind_of(held) is not Kind.MODULE:
            yield from ((f"self.{part}", each) for part, each in [*own_dict(held).items()][:_MOST_NAMES])


def _networks(found: list[tuple[str, Any]]) -> list[str]:
    """The names of the networks that have parameters, that no other one holds, and that no optimizer has yet."""
    networks = [(name, held, [*_parts(held)]) for name, held in found if kind_of(held) is Kind.MODULE]
    trained = {id(each) for _, held in found if _is_optimizer(held) for each in _trained(held)}
    names: dict[int, str] = {}
    for name, held, parts in networks:
        parameters = [each for part in parts for each in (own_dict(part).get("_parameters") or {}).values()]
        parameters = [each for each in parameters if each is not None]
        inside = any(held is each for _, other, others in networks if other is not held for each in others)
        if parameters and not inside and not any(id(each) in trained for each in parameters):
            names.setdefault(id(held), name)
    return [*names.values()]


def _parts(module: Any) -> Iterator[Any]:
    pending = [module]
    for each in pending:
        yield each
        held = own_dict(each).get("_modules")
        if type(held) is dict and len(pending) < _MOST_MODULES:
            pending += [part for part in held.values() if part is not None]


def _is_optimizer(value: Any) -> bool:
    cls = type(value)
    return is_a(cls, type) and any(
        module_name(each) == "torch.optim.optimizer" and each.__name__ == "Optimizer" for each in mro(cls)
    )


def _trained(optimizer: Any) -> Iterator[Any]:
    groups = own_dict(optimizer).get("param_groups")
    for group in groups if type(groups) is list else ():
        given = group.get("params") if type(group) is dict else None
        yield from given if type(given) is list else ()


BEFORE = ("modules.subclass",)

RULES = (
    Rule(
        "params missing",
        ("TypeError",),
        r"^\w+\.__init__\(\) missing 1 required positional argument: '(?P<name>params|optimizer)'$",
        _without,
        more="modules/settings",
    ),
)
