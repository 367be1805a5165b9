"""An iterator that gave all of its items before: a filter, a map, a zip or a generator that was gone through."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import earlier, label, origin_at_prompt, parsed
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_ITERATORS = (filter, map, zip, enumerate, reversed, types.GeneratorType)
_TAKE_NOTHING = frozenset("print type isinstance id repr str iter hasattr callable dir help".split())
_MOST_NAMES = 3_000


def _used_up(case: Case) -> Finding | None:
    for node in ast.walk(case.site.line):
        if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        held = case.real(node)
        if type(held) not in _ITERATORS:
            continue
        name = next((name for name, each in [*case.names.items()][:_MOST_NAMES] if each is held), "")
        used = _used_by_a_loop_before(case, name) or _used_by(case, name) if name else ""
        if not used:
            continue
        text = gettext(
            "{name} is an iterator ({type}): it gives its items once, and `{statement}` has taken them. A list can be "
            "gone through again.",
            name=node.id,
            type=type(held).__name__,
            statement=used,
        )
        return Finding(text, tuple(_as_list(case, name)))
    return _used_by_the_first_round(case)


def _used_by_the_first_round(case: Case) -> Finding | None:
    """``for epoch in range(3): for x in batches: …`` where ``batches`` gives its items in the first epoch alone."""
    match case.site.statement:
        case ast.For(target=ast.Name() as target, iter=ast.Call(func=ast.Name(id="range"), args=[_])) as outer:
            round_ = case.real(target)
        case _:
            return None
    if case.site.is_nested or type(round_) is not int or round_ < 1:
        return None
    for inner in ast.walk(outer):
        if inner is outer or not isinstance(inner, ast.For) or not isinstance(inner.iter, ast.Name):
            continue
        held = case.real(inner.iter)
        if type(held) in _ITERATORS and _fills(inner, case.site.line):
            text = gettext(
                "{name} is an iterator ({type}): it gives its items once, and the first round of the loop has taken "
                "them. A list can be gone through in each round.",
                name=inner.iter.id,
                type=type(held).__name__,
            )
            return Finding(text)
    return None


def _fills(loop: ast.For, line: ast.stmt) -> bool:
    """Whether a loop before ``line`` appends to a list that ``line`` reads."""
    read = names_within(line)
    filled = {
        each.func.value.id
        for each in ast.walk(loop)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr == "append"
        if isinstance(each.func.value, ast.Name)
    }
    return bool(read & filled) and (loop.end_lineno or 0) < line.lineno


def _used_by_a_loop_before(case: Case, name: str) -> str:
    """The loop above the failing line, in the same statement at the prompt, that went through ``name``; ""."""
    site = case.site
    if site.is_nested:
        return ""
    for each in ast.walk(site.statement):
        if isinstance(each, ast.For) and (each.end_lineno or 0) < site.line.lineno and _is(each.iter, name):
            return label(site.source, each)
    return ""


def _used_by(case: Case, name: str) -> str:
    """The statement at the prompt that went through what ``name`` is bound to; "" where none is known."""
    for entry in earlier(case):
        tree = parsed(entry.source)
        if tree is not None and any(_goes_through(each, name) for each in ast.walk(tree)):
            return entry.label
        if name in entry.bound:
            return ""
    return ""


def _goes_through(node: ast.AST, name: str) -> bool:
    match node:
        case ast.For(iter=source) | ast.comprehension(iter=source):
            return _is(source, name) or _is_numbered(source, name)
        case ast.Call(func=ast.Name(id=called)) if called in _TAKE_NOTHING:
            return any(isinstance(each, ast.Starred) and _is(each.value, name) for each in node.args)
        case ast.Call(args=given, keywords=named):
            return any(_is(each, name) for each in (*given, *(each.value for each in named)))
        case ast.Starred(value=value):
            return _is(value, name)
    return False


def _is_numbered(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and any(_is(each, name) for each in node.args)


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _as_list(case: Case, name: str) -> Iterator[Fix]:
    """The statement that made the iterator, as a list, and the failing one again."""
    site, made = case.site, origin_at_prompt(case, name)
    if made is None or not made.is_alone or site.is_nested or site.line is not site.statement:
        return
    if any(type(_real(case, each)) in _ITERATORS for each in ast.walk(made.value)):
        return  # that one is used up as well
    text = segment(made.source, made.value)
    text = f"[{text[1:-1]}]" if isinstance(made.value, ast.GeneratorExp) else f"list({text})"
    yield Fix(f"{spliced(made.source, made.statement, {made.value: text})}\n{segment(site.source, site.line)}")


def _real(case: Case, node: ast.AST) -> Any:
    return case.names.get(node.id) if isinstance(node, ast.Name) else None


BEFORE = (
    "containers.parts",
    "data.loader",
    "data.unpack",
    "modules.network_call",
    "optimizers.optimizer",
    "sequences.packed_parts",
    "shapes.join",
)

RULES = (
    Rule(
        "used up",
        ("ValueError", "RuntimeError", "TypeError", "StopIteration"),
        r"^$|optimizer got an empty parameter list|expect(?:s|ed) a non-empty|empty sequence$|"
        r"iterable argument is empty|of empty iterable|not enough values to unpack \(expected \d+, got 0\)",
        _used_up,
        more="data/loader",
        only_torch=False,
    ),
)
