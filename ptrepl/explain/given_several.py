"""A list or tuple that a network returned, given to a function of the learner's that takes one tensor."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise
from typing import Any

from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.locate import Site
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.outline import outline
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, postfix, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MOST_SITES = 20
_MOST_PARTS = 8
_SAYS_SO = re.compile(r"\b(?:list|tuple)\b")


def one_part_at_the_call(case: Case, finding: Finding) -> Finding:
    """The finding, or what is said of the call that gave the function all that a network returns.

    The function is right for the one tensor that it takes, so no fix of it is offered.
    """
    if case.maybe_site is None or not case.site.is_nested or not _SAYS_SO.search(case.message):
        return finding
    sites = [*islice(own_sites(case), _MOST_SITES)]
    for name in _parameters(case.site):
        value = case.site.frame.f_locals.get(name)
        if not _holds_tensors(value) or not _is_used(case, name):
            continue
        found = _given(case, sites, name, value)
        if found is not None:
            return _told(*found, value)
        if _loads(case, name) > 1:  # mended in one place, the function would fail in the next one
            kept = tuple(fix for fix in finding.fixes if not fix.code.startswith(("def ", "class ")))
            return replace(finding, fixes=kept)
    return finding


def _loads(case: Case, name: str) -> int:
    """How often the function takes the parameter."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    found = ast.walk(function) if function is not None else ()
    return sum(isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load) for each in found)


def _holds_tensors(value: Any) -> bool:
    return (
        type(value) in (list, tuple)
        and 1 < len(value) <= _MOST_PARTS
        and any(is_tensor_class(type(each)) for each in value)
    )


def _parameters(site: Site) -> tuple[str, ...]:
    code = site.frame.f_code
    return code.co_varnames[: code.co_argcount]


def _is_used(case: Case, name: str) -> bool:
    """Whether the failing expression takes the parameter itself, which nothing before has bound anew."""
    used = any(isinstance(each, ast.Name) and each.id == name for each in case.operands())
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if not used or function is None:
        return False
    return not any(
        isinstance(each, ast.Name)
        and each.id == name
        and isinstance(each.ctx, ast.Store)
        and each.lineno < case.site.line.lineno
        for each in ast.walk(function)
    )


def _given(case: Case, sites: list[Site], name: str, value: Any) -> tuple[Case, ast.Call, ast.expr, ast.expr] | None:
    """The call that gave the value, as a case, its argument, and the network; None where no network returned it."""
    for before, site in pairwise(sites):
        call, names = site.node, _parameters(before)
        if not isinstance(call, ast.Call):
            return None
        given = _argument(call, names, name)
        outer = replace(case, maybe_site=site)
        if isinstance(given, ast.Call):
            network = _network(outer, given)
            return (outer, call, given, network) if network is not None else None
        if not isinstance(given, ast.Name) or outer.real(given) is not value:
            return None
        if site.is_nested and given.id in _parameters(site):
            name = given.id
            continue
        made = origin(outer, given.id)
        network = _network(outer, made.value) if made is not None else None
        return (outer, call, given, network) if network is not None else None
    return None


def _argument(call: ast.Call, names: tuple[str, ...], name: str) -> ast.expr | None:
    if any(isinstance(each, ast.Starred) for each in call.args):
        return None
    by_name = next((each.value for each in call.keywords if each.arg == name), None)
    at = names.index(name) - (names[0] == "self")
    return call.args[at] if by_name is None and 0 <= at < len(call.args) else by_name


def _network(case: Case, node: ast.expr) -> ast.expr | None:
    if isinstance(node, ast.Call) and kind_of(case.real(node.func)) is Kind.MODULE:
        return node.func
    return None


def _told(outer: Case, call: ast.Call, given: ast.expr, network: ast.expr, value: Any) -> Finding:
    text = gettext(
        "{network} returns a {type} with the shapes {parts}, and {function} takes one tensor.",
        network=ast.unparse(network),
        type=type_name(value),
        parts=outline(value),
        function=operand_text(outer, call.func),
    )
    for code in _with_one(outer, call, given, value):
        fixes = tried(outer, [Candidate(code, of=call)], most=1)
        if fixes:
            shown = in_one_line(code, ast.parse(code).body[0])
            one = gettext("Take the one that is meant out at the call: {code}.", code=shown)
            return Finding(f"{text} {one}", fixes)
    one = gettext("Take the one that is meant out at the call, as {given} does.", given=f"{ast.unparse(given)}[0]")
    return Finding(f"{text} {one}")


def _with_one(outer: Case, call: ast.Call, given: ast.expr, value: Any) -> Iterator[str]:
    source = outer.site.source
    for at, each in enumerate(value):
        if is_tensor_class(type(each)):
            yield spliced(source, call, {given: postfix(source, given, f"[{at}]")})
