"""An exception → what to say of it, or nothing. Whatever goes wrong here, the learner still sees their error."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ptrepl.engine.explanation import Explanation
from ptrepl.engine.record.record import Record
from ptrepl.engine.run.failure import is_learner_file
from ptrepl.explain.called_before import at_the_call, beside_the_earlier_call
from ptrepl.explain.case import Case, NoSite
from ptrepl.explain.fixes.argument_order import with_order
from ptrepl.explain.fixes.in_loop import with_fresh_start
from ptrepl.explain.fixes.made_again import with_instances
from ptrepl.explain.given_code import in_given_code, runs_given_code
from ptrepl.explain.given_several import one_part_at_the_call
from ptrepl.explain.locate import Site, locate
from ptrepl.explain.marks import marked_lines
from ptrepl.explain.provenance.worked_before import keeping_what_worked
from ptrepl.explain.rewrite import as_code, is_code
from ptrepl.explain.rule import Finding, Rule, class_names
from ptrepl.explain.standins.undisturbed import quietly
from ptrepl.explain.whole_statement import with_statement
from ptrepl.texts.messages import gettext

_MOST_MESSAGE = 20_000
_GIVEN = Rule("given code", (), "", in_given_code)


def explain(
    error: BaseException,
    names: Mapping[str, Any],
    record: Record | None = None,
    unbound: Callable[[str], str] | None = None,
    learner_files: Callable[[str], bool] = is_learner_file,
) -> Explanation | None:
    """Why ``error`` was raised. ``names``: the namespace of the prompt; ``record``: what the session did before.

    ``unbound`` gives a sentence about a name that is not defined, or "": it is asked before anything is guessed.
    ``learner_files``: whether a file of that name holds the learner's code.
    None where no rule knows the error. Runs none of the learner's code, changes none of their objects, raises nothing
    but KeyboardInterrupt.
    """
    try:
        with quietly():
            return _explain(error, names, record, unbound, learner_files)
    except Exception as mistake:  # a bug of ours must not hide the learner's error
        from ptrepl.error_log import log

        log(mistake, "explaining an error")
        return None


def _explain(
    error: BaseException,
    names: Mapping[str, Any],
    record: Record | None,
    unbound: Callable[[str], str] | None,
    learner_files: Callable[[str], bool] = is_learner_file,
) -> Explanation | None:
    from ptrepl.explain.rules.table import all_rules

    message = _message(error, names)
    classes = class_names(error)
    rows = [(row, match) for row in all_rules() if (match := row.matches(classes, message))]
    site = locate(error.__traceback__, learner_files)
    if site is not None and _is_own(error, site):
        return None  # the learner raised it, with a message of their own
    case = Case(error, message, site, names, record, unbound, learner_files)
    if runs_given_code(case):
        given = in_given_code(case)
        return None if given is None else _explanation(_GIVEN, given, case)
    for row, match in rows:
        case.match = match
        if row.only_torch and not _is_from_torch(site):
            continue
        try:
            case.too_long.clear()
            finding = row.rule(case)
        except NoSite:
            continue
        if finding is not None:
            finding = one_part_at_the_call(case, finding)
            kept = beside_the_earlier_call(case, at_the_call(case, keeping_what_worked(case, finding)))
            whole = with_fresh_start(case, with_instances(case, _with_line(case, kept)))
            return _explanation(row, with_order(case, whole), case)
    return None


def _with_line(case: Case, finding: Finding) -> Finding:
    """The finding; where the code of its fix is too long to be typed again as a whole, with the line to change."""
    if finding.fixes or not case.too_long or case.too_long[0] in finding.text:
        return finding
    mended = gettext("Write the line as `{code}`.", code=case.too_long[0])
    return replace(finding, text=f"{finding.text} {mended}")


def _is_own(error: BaseException, site: Site) -> bool:
    return isinstance(site.node, ast.Raise) or (isinstance(error, AssertionError) and not site.inner)


def _message(error: BaseException, names: Mapping[str, Any]) -> str:
    """The text of an exception; "" where its class is the learner's, since its ``__str__`` may be their code."""
    learners = ("__main__", names.get("__name__"))
    if any(type.__dict__["__module__"].__get__(cls) in learners for cls in type(error).__mro__):
        return ""
    return str(error)[:_MOST_MESSAGE]


def _is_from_torch(site: Site | None) -> bool:
    """Whether the learner's own line raised, or torch that it called; not another library."""
    if site is None or not site.inner:
        return True
    folder = os.path.dirname(os.path.abspath(sys.modules["torch"].__file__ or "")) + os.sep
    return site.inner[-1].f_code.co_filename.startswith(folder)


def _explanation(row: Rule, finding: Finding, case: Case) -> Explanation:
    return Explanation(
        family=row.family,
        text=finding.text,
        marked=marked_lines(case.maybe_site) if case.maybe_site is not None else (),
        fixes=tuple(
            replace(fix, code=code, statement=fix.statement or with_statement(case, fix))
            for fix in finding.fixes
            if is_code(code := as_code(fix.code))
        ),
        more=row.more,
        lesson=row.lesson,
        operands=tuple(_operands(case)),
    )


def _operands(case: Case) -> list[tuple[str, str]]:
    found = []
    for node, facts in case.tensors():
        said = "  ".join(f"{name}={facts.text(name)}" for name in ("shape", "dtype", "device"))
        found.append((case.text(node), said + f"  requires_grad={facts.requires_grad}"))
    return found
