"""A loss that is called twice in a function or a loop, for real and for fake: what fails once would fail again."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from ptrepl.engine.explanation import Fix
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.operands.losses import LossCall
from ptrepl.explain.rewrite import in_a_sentence, postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.run_statement import run_statement
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

NewTexts = Callable[[ast.Call], dict[ast.expr | ast.stmt, str]]
"""The new texts in a call that makes the targets; {} where it cannot be changed."""
_Texts = dict[ast.expr | ast.stmt, str]
_MAKERS = ("ones", "zeros", "full", "rand")


def for_each_call(
    case: Case, loss: LossCall, text: str, suffixes: Sequence[tuple[str, str]], made: NewTexts
) -> Finding | None:
    """``text`` with the change of every call of the same loss; None where there is no other call of it.

    ``suffixes``: what may follow the prediction and the target. Where the targets of all calls are made before, as by
    ``torch.ones(n)``, they are made anew instead.
    """
    others = [*_calls_after(case, loss)]
    if not others:
        return None
    calls = [loss.node, *others]
    makers = _makers(case, calls)
    texts: _Texts = {}
    for each in makers:
        texts |= made(each)
    if makers and all(made(each) for each in makers) and _runs(case, calls, texts):
        lines = [in_a_sentence(spliced(case.site.source, each, made(each))) for each in makers]
        how = gettext("Make the targets as {code}.", code=every(lines))
        return Finding(f"{text} {how}", _changed(case, texts))
    for before, after in suffixes:
        changed = _followed(case, calls, before, after)
        if _runs(case, calls, changed):
            also = gettext("The same holds for {call}.", call=every([case.text(each) for each in others]))
            return Finding(f"{text} {also}", _changed(case, changed))
    also = gettext("{call} needs the same change.", call=every([case.text(each) for each in others]))
    return Finding(f"{text} {also}")


def one_more_dim(call: ast.Call) -> _Texts:
    """``torch.ones(n, 1)`` for ``torch.ones(n)``."""
    name = called_name(call)
    if name not in _MAKERS or not call.args:
        return {}
    size = call.args[0]
    if isinstance(size, ast.Tuple):
        return {size: f"({ast.unparse(size.elts[0])}, 1)"} if len(size.elts) == 1 else {}
    if name == "full" or len(call.args) != 1:
        return {}
    return {size: f"{ast.unparse(size)}, 1"}


def no_other(call: ast.Call) -> _Texts:
    """The call stays as it is."""
    return {}


def of_floats(call: ast.Call) -> _Texts:
    """``torch.full(size, 1, dtype=torch.float)``."""
    if called_name(call) not in ("full", "full_like") or len(call.args) != 2 or call.keywords:
        return {}
    return {call.args[1]: f"{ast.unparse(call.args[1])}, dtype=torch.float"}


def _calls_after(case: Case, loss: LossCall) -> Iterator[ast.Call]:
    for statement in _block(case)[1]:
        for each in ast.walk(statement):
            if not isinstance(each, ast.Call) or each is loss.node or len(each.args) != 2:
                continue
            if len(loss.node.args) == 2 and ast.unparse(each.func) == ast.unparse(loss.node.func):
                yield each


def _block(case: Case) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The statements of the block of the failing line: those before it, and itself with those after it."""
    line = case.site.line
    block = getattr(getattr(line, "parent", None), "body", None)
    if line is case.site.statement or not isinstance(block, list) or line not in block:
        return [], [line]
    at = block.index(line)
    return block[:at], block[at:]


def _makers(case: Case, calls: Sequence[ast.Call]) -> list[ast.Call]:
    """The calls in the block before the line that made the targets; [] where not all of them were made there."""
    found: dict[ast.Call, None] = {}
    for call in calls:
        target = call.args[1]
        made = [
            each.value
            for each in _block(case)[0]
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == ast.unparse(target)
        ]
        if not isinstance(target, ast.Name) or len(made) != 1 or not isinstance(made[0], ast.Call):
            return []
        found[made[0]] = None
    return [*found]


def _followed(case: Case, calls: Sequence[ast.Call], before: str, after: str) -> _Texts:
    source = case.site.source
    texts: _Texts = {}
    for call in calls:
        for node, suffix in zip(call.args, (before, after), strict=True):
            if suffix:
                texts[node] = postfix(source, node, suffix)
    return texts


def _line_texts(case: Case, texts: _Texts) -> dict[ast.stmt, str]:
    """The statements of the block that hold the changed nodes, with their new text."""
    changed: dict[ast.stmt, str] = {}
    for each in [part for side in _block(case) for part in side]:
        inside = {id(node) for node in ast.walk(each)}
        held = {node: text for node, text in texts.items() if id(node) in inside}
        if held:
            changed[each] = spliced(case.site.source, each, held)
    return changed


def _changed(case: Case, texts: _Texts) -> tuple[Fix, ...]:
    return with_lines_changed(case, _line_texts(case, texts))


def _runs(case: Case, calls: Sequence[ast.Call], texts: _Texts) -> bool:
    """Whether each of the calls runs on stand-ins where the block goes through its lines with the new texts."""
    changed = _line_texts(case, texts)
    before, after = _block(case)
    first = next((at for at, each in enumerate(before) if each in changed), len(before))
    evaluator = Evaluator(case.scope, StandIns())
    evaluator.scope = replace(evaluator.scope, results={})
    ran = 0
    for statement in [*before[first:], *after]:
        try:
            tree = ast.parse(changed.get(statement) or segment(case.site.source, statement)).body[0]
        except SyntaxError:
            return False
        holds = sum(any(each is call for each in ast.walk(statement)) for call in calls)
        try:
            value = run_statement(evaluator, tree)
        except Failed:
            return False
        except Unknown:
            if holds:
                return False
            continue
        ran += holds
        if isinstance(tree, ast.Assign) and isinstance(tree.targets[0], ast.Name):
            with suppress(Unknown):
                known = evaluator.standins.adopt(value)
                extra = {**evaluator.scope.extra, tree.targets[0].id: known}
                evaluator.scope = replace(evaluator.scope, extra=extra)
    return ran == len(calls)
