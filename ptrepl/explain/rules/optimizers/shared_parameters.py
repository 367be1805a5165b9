"""One parameter in two groups of an optimizer: which one it is, in which groups, and what gave it to both."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import earlier, parsed
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext

_FILE = "torch/optim/optimizer.py"
_MOST_MODULES, _MOST_NAMES, _MOST_ENTRIES = 2_000, 3_000, 60
_SHOWN = 2


def _shared(case: Case) -> Finding | None:
    held = locals_of(case, "add_param_group", _FILE)
    optimizer, group = held.get("self"), held.get("param_group")
    groups: Any = own_dict(optimizer).get("param_groups")
    if type(group) is not dict or type(groups) is not list:
        return None
    mine = _ids(group)
    at = next((number for number, each in enumerate(groups) if mine & _ids(each)), None)
    if at is None:
        return None
    both = mine & _ids(groups[at])
    names = _paths(case, both)
    if len(names) < len(both):
        return Finding(gettext("A parameter is in two of the groups that it is given, and may be in one only."))
    nodes = _given(case)
    if len(nodes) <= len(groups):
        text = ngettext(
            "{names} is in group {first} already, and a parameter may be in one group only.",
            "{names} are in group {first} already, and a parameter may be in one group only.",
            len(both),
            names=_listed(names),
            first=at,
        )
        return Finding(f"{text} {_why(case)}".strip())
    one, two = nodes[at], nodes[len(groups)]
    said = ngettext(
        "{names} is in two groups, {one} and {two}, and may be in one only.",
        "{names} are in two groups, {one} and {two}, and may be in one only.",
        len(both),
        names=_listed(names),
        one=operand_text(case, one),
        two=operand_text(case, two),
    )
    said = f"{said} {_tied(names)} {_why(case)}".replace("  ", " ").strip()
    if both == mine and len(both) < len(_ids(groups[at])):
        return Finding(said, _without(case, one, two))
    if both == _ids(groups[at]) and len(both) < len(mine):
        return Finding(said, _without(case, two, one))
    return Finding(said)


def _ids(group: Any) -> set[int]:
    given = group.get("params") if type(group) is dict else None
    return {id(each) for each in given} if isinstance(given, (list, tuple)) else set()


def _given(case: Case) -> list[ast.expr]:
    """The expressions of the parameters of each group, in their order; [] where they are not written out."""
    match case.node:
        case ast.Call(args=[ast.List(elts=groups), *_]):
            pass
        case ast.Call(keywords=[ast.keyword(arg="params", value=ast.List(elts=groups)), *_]):
            pass
        case _:
            return []
    found = []
    for each in groups:
        match each:
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                found += [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "params"]
            case ast.Call(func=ast.Name(id="dict"), keywords=keywords):
                found += [keyword.value for keyword in keywords if keyword.arg == "params"]
    return found if len(found) == len(groups) else []


def _without(case: Case, whole: ast.expr, part: ast.expr) -> tuple[Any, ...]:
    """The call with the parameters of ``part`` left out of those of ``whole``; () where one of them is used up."""
    node, source = case.node, case.site.source
    if node is None or not (_gives_again(case, whole) and _gives_again(case, part)):
        return ()
    one, two = segment(source, whole), segment(source, part)
    kept = f"[p for p in {one} if all(p is not each for each in {two})]"  # not a sentence: Python
    line = case.site.line
    if isinstance(line, ast.Assign):
        return verified(case, Candidate(spliced(source, line, {whole: kept}), replaces_line=True))
    return verified(case, Candidate(spliced(source, node, {whole: kept})))


def _gives_again(case: Case, node: ast.expr) -> bool:
    return isinstance(node, (ast.Call, ast.List, ast.ListComp)) or type(case.real(node)) in (list, tuple)


def _listed(names: Mapping[int, list[str]]) -> str:
    firsts = [each[0] for each in names.values()]
    return every(firsts) if len(firsts) <= _SHOWN + 1 else f"{', '.join(firsts[:_SHOWN])}, …"


def _tied(names: Mapping[int, list[str]]) -> str:
    """A sentence: two parts of the networks share one parameter; "" where none do."""
    for each in names.values():
        if len(each) > 1:
            return gettext("{one} and {two} are one and the same parameter.", one=each[0], two=each[1])
    return ""


def _paths(case: Case, wanted: set[int]) -> dict[int, list[str]]:
    """Each wanted parameter with the paths that lead to it, ``net.fc.weight``, from the names of the failing code."""
    found: dict[int, list[str]] = {}
    owners: dict[int, set[int]] = {}
    roots: set[int] = set()
    names = {**case.names, **(case.site.frame.f_locals if case.site.is_nested else {})}
    for name, value in islice(names.items(), _MOST_NAMES):
        if kind_of(value) is not Kind.MODULE or id(value) in roots or str(name).startswith("_"):
            continue
        roots.add(id(value))
        for path, owner, parameter in _parameters(str(name), value):
            if id(parameter) in wanted and id(owner) not in owners.setdefault(id(parameter), set()):
                owners[id(parameter)].add(id(owner))
                found.setdefault(id(parameter), []).append(path)
    return found


def _parameters(name: str, module: Any) -> Iterator[tuple[str, Any, Any]]:
    pending = [(name, module)]
    for path, each in pending:
        own = own_dict(each)
        for key, parameter in (own.get("_parameters") or {}).items():
            yield f"{path}.{key}", each, parameter
        if len(pending) < _MOST_MODULES:
            inner = own.get("_modules") or {}
            pending += [
                (f"{path}[{key}]" if key.isdigit() else f"{path}.{key}", part) for key, part in inner.items() if part
            ]


def _why(case: Case) -> str:
    """A sentence: a loop over ``modules()`` takes the parameters of each, and so those of its layers again."""
    for entry in islice(earlier(case), _MOST_ENTRIES):
        tree = parsed(entry.source)
        for loop in ast.walk(tree) if tree is not None else ():
            match loop:
                case ast.For(
                    target=ast.Name(id=each) | ast.Tuple(elts=[_, ast.Name(id=each)]),
                    iter=ast.Call(func=ast.Attribute(attr="modules" | "named_modules")),
                ):
                    taken = _all_parameters(loop, each)
                    if taken is not None:
                        return gettext(
                            "`{loop}` comes to the whole network too, and {call} are those of all layers inside: "
                            "{module}.parameters(recurse=False) are its own alone.",
                            loop=f"for {in_one_line(entry.source, loop.target)} in "
                            f"{in_one_line(entry.source, loop.iter)}",
                            call=in_one_line(entry.source, taken),
                            module=each,
                        )
    return ""


def _all_parameters(loop: ast.For, name: str) -> ast.Call | None:
    for each in ast.walk(loop):
        match each:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=used), attr="parameters"), args=[], keywords=[]):
                if used == name:
                    return each
    return None


BEFORE = ("modules.subclass",)

RULES = (
    Rule(
        "shared parameters",
        ("ValueError",),
        r"some parameters appear in more than one parameter group",
        _shared,
        "modules/optimizer",
    ),
)
