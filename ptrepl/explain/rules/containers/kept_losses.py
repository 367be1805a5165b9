"""A list of losses that were kept with their graphs: where they were appended, and the list as numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import earlier, parsed
from ptrepl.explain.rewrite import in_a_sentence, segment
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MOST_NAMES = 3_000


def kept_losses(case: Case, data: ast.expr, tensors: list[Any]) -> Finding | None:
    """What to say of ``np.array(self.losses)``, where single losses were appended; None of other lists."""
    if any(sizes(read(each)) != () for each in tensors):
        return None
    found = next(_appended(case, data), None)
    if found is None:
        return None
    source, call, where = found
    [value] = call.args
    code = f"{segment(source, call.func)}({segment(source, value)}.item())"  # not a sentence: code
    if where:
        text = gettext(
            "In {function}, write {code}: item() gives the number, and the graph of each loss is let go.",
            function=where,
            code=in_a_sentence(code),
        )
    else:
        text = gettext(
            "Where they are gathered, write {code}: item() gives the number, and the graph of each loss is let go.",
            code=in_a_sentence(code),
        )
    path = _at_prompt(case, data)
    if not path or where.rpartition(".")[2] == case.site.frame.f_code.co_name:
        return Finding(text)  # run again, it would append others like them
    said = gettext("For those that are in it already, the list is made of numbers first.")
    line = [*own_sites(case)][-1]
    numbers = f"{path} = [each.item() for each in {path}]"  # not a sentence: code
    statement = line.statement
    if not isinstance(statement, (ast.Expr, ast.Assign)) or line.line is not statement:
        return Finding(f"{text} {said} {numbers}")
    return Finding(f"{text} {said}", (Fix(f"{numbers}\n{segment(line.source, statement)}"),))


def _appended(case: Case, data: ast.expr) -> Iterator[tuple[str, ast.Call, str]]:
    """Each ``self.losses.append(loss)``, ``losses.append(loss)`` of a name alone: its text, the call, the method."""
    match data:
        case ast.Attribute(value=ast.Name(id=owner), attr=attr):
            text = class_text(case, type(case.site.frame.f_locals.get(owner)))
            for method in text.node.body if text is not None else ():
                for each in ast.walk(method):
                    match each:
                        case (
                            ast.Call(
                                func=ast.Attribute(value=ast.Attribute(attr=filled), attr="append"), args=[ast.Name()]
                            ) as call
                        ) if filled == attr and text is not None and isinstance(method, ast.FunctionDef):
                            yield text.source, call, f"{text.node.name}.{method.name}"
        case ast.Name(id=name) if not case.site.is_nested:
            for entry in earlier(case):
                tree = parsed(entry.source)
                for each in ast.walk(tree) if tree is not None else ():
                    match each:
                        case (
                            ast.Call(
                                func=ast.Attribute(value=ast.Name(id=filled), attr="append"), args=[ast.Name()]
                            ) as call
                        ) if filled == name:
                            yield entry.source, call, ""


def _at_prompt(case: Case, data: ast.expr) -> str:
    """``agent.losses`` for ``self.losses`` of the object that one name at the prompt holds; "" if none does."""
    match data:
        case ast.Attribute(value=ast.Name(id=owner), attr=attr) if case.site.is_nested:
            held = case.site.frame.f_locals.get(owner)
        case _:
            return ""
    names = [name for name, value in [*case.names.items()][:_MOST_NAMES] if value is held and type(name) is str]
    names = [name for name in names if name.isidentifier() and not name.startswith("_")]
    return f"{names[0]}.{attr}" if len(names) == 1 else ""
