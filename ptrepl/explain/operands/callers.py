"""The learner's calls that led to the one that failed, the innermost first, and what they pass on."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ptrepl.explain.case import Case
from ptrepl.explain.locate import Site
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import earlier, parsed


@dataclass(frozen=True, slots=True)
class Assignment:
    """The one statement that gave a name its value, as far as the text tells."""

    statement: ast.Assign
    source: str
    inside: ast.stmt | None
    """The failing statement of the prompt that holds it; None where it ran before."""
    site: Site
    """The call that passed the name on."""
    name: str


def assigned_by(case: Case, value: Any) -> Assignment | None:
    """The statement that made ``value``, where a call passed it on under a name; None where that is not known."""
    for site in own_sites(case):
        call = site.node
        given = [*call.args, *(each.value for each in call.keywords)] if isinstance(call, ast.Call) else []
        held = site.frame.f_locals
        name = next((each.id for each in given if isinstance(each, ast.Name) and held.get(each.id) is value), "")
        if not name:
            return None
        if site.is_nested and name in _parameters(site):
            continue
        return _assignment(case, site, name)
    return None


def passed_at_prompt(case: Case, value: Any) -> tuple[Case, ast.Name] | None:
    """The learner's call at the prompt that passed ``value`` on under a name, as a case of its own, and that name.

    None where a call on the way was given anything else than a name of its own arguments.
    """
    for site in own_sites(case):
        call = site.node
        given = [*call.args, *(each.value for each in call.keywords)] if isinstance(call, ast.Call) else []
        held = site.frame.f_locals
        name = next((each for each in given if isinstance(each, ast.Name) and held.get(each.id) is value), None)
        if name is None:
            return None
        if not site.is_nested:
            return Case(case.error, case.message, site, case.names, case.record, case.unbound, case.learner_files), name
        if name.id not in _parameters(site):
            return None
    return None


def argument_at_prompt(case: Case, value: Any) -> tuple[Case, ast.expr] | None:
    """The learner's call at the prompt and the one argument that it passed on to where ``value`` is now.

    None where a call on the way was given anything else than its own argument, or the one at the prompt several.
    """
    passed = False
    for site in own_sites(case):
        call = site.node
        given = call.args if isinstance(call, ast.Call) else []
        if not site.is_nested:
            alone = passed and len(given) == 1 and isinstance(call, ast.Call) and not call.keywords
            at = Case(case.error, case.message, site, case.names, case.record, case.unbound, case.learner_files)
            return (at, given[0]) if alone and not isinstance(given[0], ast.Starred) else None
        held = site.frame.f_locals
        name = next((each.id for each in given if isinstance(each, ast.Name) and held.get(each.id) is value), "")
        if name not in _parameters(site)[1:2] or site.frame.f_code.co_argcount != 2:
            return None
        passed = True
    return None


def call_that_gave(case: Case, parameter: str) -> tuple[Case, ast.expr] | None:
    """The learner's call of the function that failed, as a case of its own, and what it gave for ``parameter``.

    None where torch called it in between with something else, or where it was given in another way than by position.
    """
    sites = [*islice(own_sites(case), 2)]
    if len(sites) < 2 or not case.site.is_nested:
        return None
    names, call = _parameters(case.site), sites[1].node
    if parameter not in names or not isinstance(call, ast.Call) or any(isinstance(a, ast.Starred) for a in call.args):
        return None
    at = names.index(parameter) - (names[0] == "self")
    if not 0 <= at < len(call.args):
        return None
    held = case.site.frame.f_locals.get(parameter)
    outer = Case(case.error, case.message, sites[1], case.names, case.record, case.unbound, case.learner_files)
    real = outer.real(call.args[at])
    return (outer, call.args[at]) if real is None or real is held else None


def _parameters(site: Site) -> tuple[str, ...]:
    code = site.frame.f_code
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _assignment(case: Case, site: Site, name: str) -> Assignment | None:
    function = next((each for each in site.parents if isinstance(each, ast.FunctionDef)), None)
    inside = function if site.is_nested else site.statement
    if inside is None:
        return None
    passing = site.line
    found = [each for each in ast.walk(inside) if _gives(each, name) and each is not passing]
    if len(found) == 1 and isinstance(found[0], ast.Assign) and found[0].lineno < passing.lineno:
        return Assignment(found[0], site.source, site.statement, site, name)
    if found or site.is_nested:
        return None
    for entry in earlier(case):
        if name in entry.bound:
            tree = parsed(entry.source)
            first = tree.body[0] if tree is not None and len(tree.body) == 1 else None
            if isinstance(first, ast.Assign) and _gives(first, name):
                return Assignment(first, entry.source, None, site, name)
            return None
    return None


def _gives(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(each, ast.Name) and each.id == name for target in node.targets for each in ast.walk(target)
    )
