"""Candidates → fixes: each is tried on stand-ins, alone and in its statement, before it is offered."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.following import Rest, following
from ptrepl.explain.fixes.in_loop import goes_back_again, loop_at_prompt
from ptrepl.explain.fixes.repeatable import finds_its_way
from ptrepl.explain.locate import Site
from ptrepl.explain.operands.losses import fraction_in
from ptrepl.explain.provenance.trained import is_trained
from ptrepl.explain.rewrite import indented, is_code, spliced
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope, NotReadable
from ptrepl.explain.standins.run_statement import is_definition, run_statement
from ptrepl.explain.standins.standins import StandIns, Work
from ptrepl.explain.whole_statement import with_code
from ptrepl.texts.messages import gettext

MOST_FIXES = 3
_MOST_LINES = 20
_TAKES_ANYTHING = (ast.Expr, ast.Assign)
_SIMPLE = (ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return)
_MOST_WORK = 300
"""Expressions that are evaluated for the candidates of one error before no further one is tried.

The errors of tests/explain/reported need up to 70.
"""
_CUT = re.compile(r"\.detach\(\)|\.item\(\)|\.numpy\(|\.tolist\(|\.data\b|\bno_grad\(")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Code that may become a fix: ``text`` replaces the failing node, or what the flags say.

    After ``w.sum().backward()`` has failed on a ``w`` of integers, ``Candidate("w.float().sum()", of=node)`` replaces
    an expression in the line, and ``Candidate("w = w.float()", replaces_line=True, gives="")`` the whole line, with
    nothing to say of its result. ``tried`` keeps those that run on stand-ins. ``exact``: it is only known to run with
    the learner's values (class indices, probabilities), which are copied for the trial.
    """

    text: str
    replaces_line: bool = False
    """It replaces the whole simple statement that the node is part of."""
    of: ast.expr | None = None
    """It replaces this expression, which holds the node."""
    exact: bool = False
    """Floating point values matter too: small tensors are copied for the trial, with larger ones it is dropped."""
    any_device: bool = False
    """The rule has made sure that the devices match."""
    another_kind: bool = False
    """It gives another type (a list for a number): it is offered only where nothing is done with the result."""
    gives: str | None = None
    """What to say of the result, where its shape is not what matters."""


def tried(case: Case, candidates: Iterable[Candidate], *, most: int = MOST_FIXES) -> tuple[Fix, ...]:
    """Those of ``candidates`` that run, in their order, at most ``most``."""
    if case.maybe_site is None:
        return ()
    found: list[Fix] = []
    work = Work()
    for candidate in candidates:
        if len(found) == most or work.done > _MOST_WORK:
            break
        fix = _try(case, case.site, candidate, work)
        if fix is not None and all(fix.code != other.code for other in found):
            found.append(fix)
    return tuple(found)


def verified(case: Case, *candidates: Candidate) -> tuple[Fix, ...]:
    """Those of ``candidates`` whose names the prompt has, for a rule that has made sure itself that they work.

    For what stand-ins cannot run: files, state dicts, loaders. () where the prompt lacks their names.
    """
    found: list[Fix] = []
    for candidate in candidates if case.maybe_site is not None else ():
        site = case.site
        whole = site.line if candidate.replaces_line else candidate.of or site.node
        try:
            tree = ast.parse(candidate.text) if isinstance(whole, ast.stmt) else ast.parse(f"({candidate.text})")
        except SyntaxError:
            continue
        if _cuts_training(case, whole, candidate.text):
            continue
        before = site.source.encode().splitlines()[whole.lineno - 1][: whole.col_offset]
        if len(tree.body) > 1 and before.strip():
            continue  # several lines cannot stand behind a semicolon
        new: ast.AST = tree.body[0] if len(tree.body) == 1 else tree
        code = _printed(case, site, whole, candidate.text, new, followed=True)
        if code is not None and all(code != each.code for each in found):
            found.append(Fix(code, candidate.gives or "", _statement(case, whole, code)))
    return tuple(found)


def _try(case: Case, site: Site, candidate: Candidate, work: Work) -> Fix | None:
    whole = site.line if candidate.replaces_line else candidate.of or site.node
    if candidate.another_kind and not isinstance(site.parents[0] if site.parents else None, _TAKES_ANYTHING):
        return None
    if _cuts_training(case, whole, candidate.text):
        return None
    statement = isinstance(whole, ast.stmt)
    try:
        # brackets, since those around the node may hold its lines together
        tree = ast.parse(candidate.text if statement else f"({candidate.text})", mode="exec" if statement else "eval")
    except SyntaxError:
        return None
    new: ast.AST = tree.body[0] if isinstance(tree, ast.Module) else tree.body  # type: ignore[attr-defined]
    gradients = not _in_no_grad(case, site)
    try:
        with sys.modules["torch"].set_grad_enabled(gradients):
            result = _run(case.scope, new, candidate, work)
            followed = _surroundings(case, site, whole, candidate, work) if whole is not site.line else True
            if not _rest_accepts(site, whole, candidate, work):
                return None
    except (Unknown, Failed):
        return None
    if not finds_its_way(FrameScope.of(site.frame), new) or _cuts_fractions(case, whole, new):
        return None
    code = _printed(case, site, whole, candidate.text, new, followed=followed)
    if code is None:
        return None
    if candidate.gives is None and code != candidate.text and not isinstance(site.statement, (ast.Expr, ast.Assign)):
        return Fix(code)  # a definition or a loop has no shape
    gives = result_text(result) if candidate.gives is None else candidate.gives
    return Fix(code, gives, _statement(case, whole, code))


def _cuts_training(case: Case, whole: ast.expr | ast.stmt, text: str) -> bool:
    """Whether the text takes a value out of the graph that the line did not, on the way to a loss: it would run, and
    nothing before it would be trained any more."""
    return len(_CUT.findall(text)) > len(_CUT.findall(case.text(whole))) and is_trained(case)


def _cuts_fractions(case: Case, whole: ast.expr | ast.stmt, new: ast.AST) -> bool:
    """Whether ``x.long()`` in the new text, not in the old, would make other numbers of what ``x`` holds: it would run,
    and all numbers below 1 would be 0."""
    old = {ast.dump(each) for each in ast.walk(whole)}
    for each in ast.walk(new):
        match each:
            case ast.Call(func=ast.Attribute(value=base, attr="long" | "int" | "short"), args=[], keywords=[]):
                if ast.dump(each) not in old and fraction_in(case, base):
                    return True
    return False


def _statement(case: Case, whole: ast.expr | ast.stmt, code: str) -> str:
    return with_code(case, whole, code) if isinstance(whole, ast.expr) else ""


def _run(scope: FrameScope, new: ast.AST, candidate: Candidate, work: Work) -> Any:
    standins = StandIns(exact=candidate.exact, one_device=candidate.any_device, strict=True, work=work)
    evaluator = Evaluator(scope, standins, root=new)
    result = run_statement(evaluator, new) if isinstance(new, ast.stmt) else evaluator.value(new)  # type: ignore[arg-type]
    if (
        (len(standins.devices) > 1 and not candidate.any_device)
        or (candidate.exact and standins.blank)
        or standins.guessed
    ):
        raise Unknown
    return result


def _surroundings(case: Case, site: Site, whole: ast.expr | ast.stmt, candidate: Candidate, work: Work) -> bool:
    """Whether the statement around the node accepts the new value, as far as known; raises Failed where it does not."""
    try:
        tree = ast.parse(spliced(site.source, site.line, {whole: f"({candidate.text})"}))
        _unpacked(case, tree.body[0], candidate, work)
        _run(case.scope_of(site.outer), tree.body[0], candidate, work)
    except SyntaxError:
        return False
    except Unknown:
        _parts(case.scope_of(site.outer), tree.body[0], candidate, work)
        return False
    return True


def _unpacked(case: Case, statement: ast.stmt, candidate: Candidate, work: Work) -> None:
    """Raises Failed where ``x, y = …`` has another number of names than its value has parts."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=names) | ast.List(elts=names)], value=value):
            pass
        case _:
            return
    if any(isinstance(each, ast.Starred) for each in names):
        return
    with suppress(Unknown):
        found = _run(case.scope_of(case.site.outer), value, candidate, work)
        parts = (
            found.shape[:1] if is_tensor_class(type(found)) else [len(found)] if type(found) in (list, tuple) else []
        )
        if parts and parts[0] != len(names):
            raise Failed(ValueError())


def _rest_accepts(site: Site, whole: ast.expr | ast.stmt, candidate: Candidate, work: Work) -> bool:
    """Whether what follows the statement in its function or block accepts its new result, as far as known."""
    text = candidate.text if whole is site.line else spliced(site.source, site.line, {whole: f"({candidate.text})"})
    try:
        line = ast.parse(text).body[0]
    except SyntaxError:
        return True
    standins = StandIns(exact=candidate.exact, one_device=candidate.any_device, strict=True, work=work)
    return Rest(Evaluator(FrameScope.of(site.outer), standins)).accepts(line, following(site))


def _parts(scope: FrameScope, statement: ast.stmt, candidate: Candidate, work: Work) -> None:
    """Raises Failed where a part of a statement refuses its operands, though the result of the whole is not known."""
    standins = StandIns(exact=candidate.exact, one_device=candidate.any_device, strict=True, work=work)
    evaluator = Evaluator(scope, standins)
    for node in ast.walk(statement):
        if isinstance(node, (ast.Lambda, ast.IfExp, ast.comprehension, ast.FunctionDef)):
            return  # its names, or whether it runs at all, are not known
        if isinstance(node, (ast.Call, ast.BinOp, ast.Subscript, ast.Attribute)) and isinstance(
            getattr(node, "ctx", ast.Load()), ast.Load
        ):
            with suppress(Unknown):
                evaluator.value(node)


def _in_no_grad(case: Case, site: Site) -> bool:
    """Whether the node is in a ``with torch.no_grad():`` of its function."""
    torch = sys.modules["torch"]
    for parent in site.parents:
        if isinstance(parent, (ast.FunctionDef, ast.Lambda)):
            break
        if isinstance(parent, ast.With):
            for each in parent.items:
                manager = each.context_expr
                if isinstance(manager, ast.Call) and case.real(manager.func) in (torch.no_grad, torch.inference_mode):
                    return True
    return False


def _printed(
    case: Case, site: Site, whole: ast.expr | ast.stmt, text: str, new: ast.AST, *, followed: bool
) -> str | None:
    """The code as it runs at the prompt: the candidate, or the whole statement where the prompt lacks its names.

    In a loop or a function it is the whole statement too: the candidate alone would do for one round or one call, and
    the next one would fail.
    """
    scope = FrameScope.of(site.frame)
    loop, statement = loop_at_prompt(case), site.statement
    alone = loop is None and not is_definition(statement) and not isinstance(new, ast.Return)
    if alone and all(_is_the_same(name, scope, case) for name in _names_in(new)):
        return text
    if loop is not None and goes_back_again(loop, new):
        return None
    if not (is_definition(statement) or statement is loop or (followed and statement is site.line)):
        return None
    brackets = isinstance(whole, ast.expr) and not isinstance(new, (ast.Call, ast.Name, ast.Attribute, ast.Subscript))
    if isinstance(whole, ast.stmt):
        text = indented(site.source, whole, text)
    if brackets and not _same_meaning(spliced(site.source, statement, {whole: text}), site, whole, text):
        text = f"({text})"
    code = spliced(site.source, statement, {whole: text})
    if not is_code(code):
        return None
    if code.count("\n") >= _MOST_LINES:
        line = one_line(spliced(site.source, site.line if isinstance(site.line, _SIMPLE) else whole, {whole: text}))
        case.too_long += [line] if "\n" not in line else []
        return None
    return code


def _same_meaning(plain: str, site: Site, whole: ast.expr | ast.stmt, text: str) -> bool:
    bracketed = spliced(site.source, site.statement, {whole: f"({text})"})
    try:
        return ast.dump(ast.parse(plain)) == ast.dump(ast.parse(bracketed))
    except SyntaxError:
        return False


def _names_in(node: ast.AST) -> set[str]:
    """The names that it takes from around it: not those that its own comprehensions and lambdas bind."""
    own: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.comprehension):
            own |= {part.id for part in ast.walk(each.target) if isinstance(part, ast.Name)}
        elif isinstance(each, ast.Lambda):
            own |= {part.arg for part in ast.walk(each.args) if isinstance(part, ast.arg)}
    return names_within(node) - own


def _is_the_same(name: str, scope: FrameScope, case: Case) -> bool:
    prompt = replace(scope, locals=case.names, globals=case.names)
    try:
        return scope.name(name) is prompt.name(name)
    except NotReadable:
        return False


def result_text(result: Any) -> str:
    """``shape (2, 3)`` of a tensor, "" of anything else."""
    return gettext("shape {shape}", shape=shape_text(tuple(result.shape))) if is_tensor_class(type(result)) else ""
