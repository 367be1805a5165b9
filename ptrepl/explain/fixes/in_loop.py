"""A failure in a loop at the prompt: a mended line alone would do for one round, so the loop is typed again."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.locate import file_source, frames_of
from ptrepl.explain.rewrite import indented, segment, spliced

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
    if entry is None or entry.tb_frame.f_code.co_name != "<module>":
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
