"""A failure in a loop at the prompt: a mended line alone would do for one round, so the loop is typed again."""

from __future__ import annotations

import ast
from dataclasses import replace

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.locate import file_source, frames_of, is_top_level
from ptrepl.explain.provenance.origins import origin_at_prompt
from ptrepl.explain.rewrite import indented, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_LOOPS = (ast.For, ast.While, ast.AsyncFor)
_MOST_LINES = 20


def loop_at_prompt(case: Case) -> ast.stmt | None:
    """The statement at the prompt that failed, where it is or holds a loop whose rounds run the failing code."""
    found = _at_prompt(case)
    whole = found[-1] if found and any(isinstance(each, _LOOPS) for each in found) else None
    return whole if isinstance(whole, ast.stmt) else None


def _at_prompt(case: Case) -> tuple[ast.AST, ...]:
    """What the prompt was running, an expression or a line, and what holds it, up to the whole statement."""
    site = case.maybe_site
    if site is None:
        return ()
    if not site.is_nested:
        return (site.node, *site.parents)
    from ptrepl.explain.failing_node import failing_node, parents

    own = (each for each in frames_of(case.error.__traceback__) if case.learner_files(each.tb_frame.f_code.co_filename))
    entry = next(own, None)
    if entry is None or not is_top_level(entry.tb_frame.f_code):
        return ()
    source = file_source(entry.tb_frame.f_code.co_filename)
    node = failing_node(entry, source) if source is not None else None
    return (node, *parents(node)) if node is not None else ()


def with_line_before(case: Case, code: str) -> tuple[Fix, ...]:
    """The loop at the prompt, with ``code`` before its line that failed; () where it would be long."""
    found = _at_prompt(case)
    line = next((each for each in found if isinstance(each, ast.stmt)), None)
    if line is None or line is found[-1]:
        return ()
    return _again(case, {line: f"{code}\n{segment(_source(case, found), line)}"})


def with_lines_changed(case: Case, texts: dict[ast.stmt, str], first: str = "") -> tuple[Fix, ...]:
    """The loop or the definition that fails, with its lines replaced, after ``first``; () where it would be long."""
    site = case.site
    return _spliced(site.source, site.statement, texts, first)


def _source(case: Case, found: tuple[ast.AST, ...]) -> str:
    site = case.site
    if not site.is_nested:
        return site.source
    own = (each for each in frames_of(case.error.__traceback__) if case.learner_files(each.tb_frame.f_code.co_filename))
    source = file_source(next(own).tb_frame.f_code.co_filename)
    assert source is not None
    return source.text


def _again(case: Case, texts: dict[ast.stmt, str]) -> tuple[Fix, ...]:
    found = _at_prompt(case)
    whole = found[-1]
    assert isinstance(whole, ast.stmt)
    return _spliced(_source(case, found), whole, texts, "")


def _spliced(source: str, whole: ast.stmt, texts: dict[ast.stmt, str], first: str) -> tuple[Fix, ...]:
    lines: dict[ast.expr | ast.stmt, str] = {each: indented(source, each, text) for each, text in texts.items()}
    code = spliced(source, whole, lines)
    code = f"{first}\n{code}" if first else code
    try:
        ast.parse(code)
    except SyntaxError:
        return ()
    return (Fix(code),) if code.count("\n") < _MOST_LINES else ()


def with_fresh_start(case: Case, finding: Finding) -> Finding:
    """The finding, where a fix is the loop at the prompt: it begins anew what the loop has counted or filled so far.

    After ``total = 0`` and a loop that failed in its first round after ``total += len(y)``, the mended loop alone would
    count that round twice.
    """
    if not finding.fixes or loop_at_prompt(case) is None or not isinstance(_at_prompt(case)[-1], _LOOPS):
        return finding
    whole = _at_prompt(case)[-1]
    assert isinstance(whole, _LOOPS)
    begun: dict[str, str | None] = {}
    for name in _gathered(whole):
        made = origin_at_prompt(case, name)
        is_plain = made is not None and made.is_alone and _is_plain(made.value)
        if made is None or not is_plain:
            begun[name] = None
        elif not _is_still(made.value, case.names.get(name)):
            begun[name] = segment(made.source, made.statement)
    if not begun:
        return finding
    lines = [*dict.fromkeys(line for line in begun.values() if line is not None)]
    fixes = tuple(_begun(fix, lines) if _is_loop(fix, whole) else fix for fix in finding.fixes)
    kinds = (int, float, list, dict, set)
    unknown = [name for name, line in begun.items() if line is None and type(case.names.get(name)) in kinds]
    if not unknown or _in_test(case, whole) or not any(_is_loop(fix, whole) for fix in finding.fixes):
        return replace(finding, fixes=fixes)
    anew = gettext("Begin {names} anew before the loop runs again: it has added to them already.", names=every(unknown))
    return replace(finding, text=f"{finding.text} {anew}", fixes=fixes)


def _in_test(case: Case, whole: ast.stmt) -> bool:
    """Whether the test of a ``while`` failed: maybe before its first round, so that nothing has been added yet."""
    failed = _at_prompt(case)[0]
    return isinstance(whole, ast.While) and any(each is failed for each in ast.walk(whole.test))


def _is_loop(fix: Fix, whole: ast.stmt) -> bool:
    """Whether the code ends in the loop."""
    try:
        body = ast.parse(fix.code).body
    except SyntaxError:
        return False
    return bool(body) and type(body[-1]) is type(whole)


def _begun(fix: Fix, lines: list[str]) -> Fix:
    new = [each for each in lines if each not in fix.code.splitlines()]
    return replace(fix, code="\n".join([*new, fix.code]), statement="") if new else fix


def _gathered(loop: ast.stmt) -> list[str]:
    """The names from before the loop that it counts with or fills."""
    found: dict[str, None] = {}
    for each in ast.walk(loop):
        match each:
            case ast.AugAssign(target=ast.Name(id=name)):
                found[name] = None
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)), attr="append" | "extend" | "add"
                )
            ):
                found[name] = None
    stored = [each for each in ast.walk(loop) if isinstance(each, (ast.Assign, ast.AnnAssign, ast.For))]
    bound = {
        part.id
        for each in stored
        for target in (each.targets if isinstance(each, ast.Assign) else [each.target])
        for part in ast.walk(target)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
    return [each for each in found if each not in bound]


def _is_plain(node: ast.expr) -> bool:
    """Whether it is a number, or a list or a dict written out, so that it can be typed again."""
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def _is_still(node: ast.expr, value: object) -> bool:
    """Whether ``value`` is what the expression gave: the loop has not added to it."""
    first = ast.literal_eval(node)
    if type(first) is not type(value):
        return False
    if isinstance(first, dict) and isinstance(value, dict):
        lengths = [{key: len(each) for key, each in held.items() if type(each) is list} for held in (first, value)]
        return len(first) == len(value) and lengths[0] == lengths[1]
    if isinstance(first, (list, set, tuple)) and isinstance(value, (list, set, tuple)):
        return len(first) == len(value)
    return type(first) in (int, float, str, bool) and first == value


def goes_back_again(loop: ast.stmt, new: ast.AST) -> bool:
    """Whether ``new`` starts a backward pass at what the loop does not compute: the second round finds it freed."""
    stored = {each.id for each in ast.walk(loop) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    for each in ast.walk(new):
        match each:
            case ast.Call(func=ast.Attribute(attr="backward", value=base)):
                names = {part.id for part in ast.walk(base) if isinstance(part, ast.Name)}
                if not names & stored and not any(isinstance(part, ast.Call) and part.args for part in ast.walk(base)):
                    return True
    return False


def loops_over(case: Case) -> set[str]:
    """The names that the loop at the prompt binds: what it fetches, and what its lines compute."""
    loop = loop_at_prompt(case)
    names = [each for each in ast.walk(loop) if isinstance(each, ast.Name)] if loop is not None else []
    return {each.id for each in names if isinstance(each.ctx, ast.Store)}


def read_from_here(case: Case) -> list[str]:
    """The names that the failing line of the loop at the prompt reads, and the lines after it in their block."""
    found = _at_prompt(case)
    line = next((each for each in found if isinstance(each, ast.stmt)), None)
    if line is None:
        return []
    block = next((each for each in _blocks(line) if any(part is line for part in each)), [line])
    rest = block[next(at for at, each in enumerate(block) if each is line) :]
    names = [each for statement in rest for each in ast.walk(statement) if isinstance(each, ast.Name)]
    names.sort(key=lambda each: (each.lineno, each.col_offset))
    return [*dict.fromkeys(each.id for each in names if isinstance(each.ctx, ast.Load))]


def _blocks(line: ast.stmt) -> list[list[ast.stmt]]:
    above = getattr(line, "parent", None)
    held = [getattr(above, name, None) for name in ("body", "orelse", "finalbody")]
    return [each for each in held if isinstance(each, list)]
