"""A function of the learner's that returns a Python number, since its lines took it out of a tensor with ``item()``."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import Kind, class_dict, kind_of, mro, type_name
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.locate import file_source
from ptrepl.explain.provenance.origins import earlier, parsed
from ptrepl.explain.rewrite import in_a_sentence, postfix, spliced
from ptrepl.explain.standins.calling import Unknown
from ptrepl.explain.standins.read_code import function_tree
from ptrepl.texts.messages import gettext, ngettext

_MOST_ENTRIES = 50
_MOST_LINES = 3


def returned_number(case: Case, name: str) -> str:
    """A sentence: which lines of the function that gave ``name`` are to be without ``item()``; "" where none are known.

    Those are lines that the returned value depends on, as the text of the function tells.
    """
    made = _call_that_gave(case, name)
    held = case.real(made[0].func) if made is not None else None
    function = _function(held)
    if made is None or function is None or not case.learner_files(function.__code__.co_filename):
        return ""
    try:
        tree = function_tree(function)
    except Unknown:
        return ""
    source = file_source(function.__code__.co_filename)
    returns = [each for each in ast.walk(tree) if isinstance(each, ast.Return) and each.value is not None]
    if source is None or len(returns) != 1 or not isinstance(tree, ast.FunctionDef):
        return ""
    if any(isinstance(each, ast.Attribute) and each.attr == "backward" for each in ast.walk(tree)):
        return gettext(
            "{function} calls backward() before it returns that number: it has to be done once only, there or here.",
            function=tree.name,
        )
    value: ast.expr | None = returns[0].value
    if made[1] is not None and isinstance(value, ast.Tuple) and made[1] < len(value.elts):
        value = value.elts[made[1]]
    assert value is not None
    lines: list[str] = []
    for statement, inside in _needed(tree, returns[0], value):
        texts = {each: postfix(source.text, base, "") for each in ast.walk(inside) if (base := _base(each)) is not None}
        calls: dict[ast.expr | ast.stmt, str] = {
            each: text for each, text in texts.items() if isinstance(each, ast.expr)
        }
        if calls:
            lines.append(in_a_sentence(spliced(source.text, statement, calls)))
    if not lines or len(lines) > _MOST_LINES:
        return ""
    return ngettext(
        "In {function} a line makes a number of a tensor, which has no graph. Write it without: {lines}.",
        "In {function} {count} lines make numbers of tensors, which have no graph. Write them without: {lines}.",
        len(lines),
        function=tree.name if type(held) is types.FunctionType else f"{type_name(held)}.{tree.name}",
        lines="; ".join(f"`{line}`" for line in lines),
    )


def still_at_start(case: Case, node: ast.expr, **fields: str) -> str:
    """A sentence: a sum, ``loss = 0`` and ``loss += …``, is still what it began with; "" where it is not."""
    held, site = case.real(node), case.site
    if not isinstance(node, ast.Name) or held != 0:
        return ""
    functions = [each for each in case.parents if isinstance(each, ast.FunctionDef)]
    trees: list[ast.AST] = [functions[0] if functions else site.statement]
    if not functions and site.line is site.statement:
        texts = (parsed(entry.source) for entry, _ in zip(earlier(case), range(_MOST_ENTRIES), strict=False))
        trees = [each for each in texts if each is not None]
    parts = [each for tree in trees for each in ast.walk(tree)]
    begins = [each for each in parts if isinstance(each, ast.Assign) and _stores(each, node.id)]
    adds = [each for each in parts if isinstance(each, ast.AugAssign) and ast.unparse(each.target) == node.id]
    numbers = any(_base(each) is not None for line in adds for each in ast.walk(line.value))
    match begins:
        case [ast.Assign(value=ast.Constant(value=first))] if adds and not numbers and type(first) is type(held):
            return gettext(
                "{name} is still the {value} with which it began: nothing was added to it, so it is a plain Python "
                "number ({type}), and only tensors have {attribute}. Was the loop that adds to it empty?",
                value=first,
                **fields,
            )
    return ""


def _call_that_gave(case: Case, name: str) -> tuple[ast.Call, int | None] | None:
    """The last call whose result, or a part of it, got the name, as far as the text tells."""
    site = case.site
    texts: list[ast.AST] = [site.statement] if site.line is not site.statement else []
    for entry, _ in zip(earlier(case), range(_MOST_ENTRIES), strict=False):
        if name in entry.bound and not site.is_nested:
            module = parsed(entry.source)
            texts += [module] if module is not None else []
            break
    for tree in texts:
        found = [each for each in ast.walk(tree) if isinstance(each, ast.Assign) and _stores(each, name)]
        if len(found) > 1:
            return None
        if found:
            target, value = found[0].targets[0], found[0].value
            if not isinstance(value, ast.Call):
                return None
            if isinstance(target, ast.Name):
                return value, None
            if isinstance(target, ast.Tuple):
                names = [each.id if isinstance(each, ast.Name) else "" for each in target.elts]
                return value, names.index(name)
            return None
    return None


def _stores(statement: ast.Assign, name: str) -> bool:
    return any(
        isinstance(each, ast.Name) and each.id == name for target in statement.targets for each in ast.walk(target)
    )


def _function(held: Any) -> types.FunctionType | None:
    """The function that a call runs, also of an object of a class with ``__call__`` or ``forward``."""
    held = held.__func__ if type(held) is types.MethodType else held
    if type(held) is types.FunctionType or held is None or isinstance(held, type):
        return held if type(held) is types.FunctionType else None
    word = "forward" if kind_of(held) is Kind.MODULE else "__call__"
    found = next((class_dict(base)[word] for base in mro(type(held)) if word in class_dict(base)), None)
    return found if type(found) is types.FunctionType else None


def _needed(tree: ast.FunctionDef, last: ast.Return, value: ast.expr) -> Iterator[tuple[ast.stmt, ast.expr]]:
    """The return, and the assignments in the function that its value depends on, in their order."""
    wanted = names_within(value)
    found: list[tuple[ast.stmt, ast.expr]] = [(last, value)]
    lines = [each for each in ast.walk(tree) if isinstance(each, (ast.Assign, ast.AugAssign))]
    for line in sorted(lines, key=lambda each: each.lineno, reverse=True):
        targets = line.targets if isinstance(line, ast.Assign) else [line.target]
        stored = {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
        if stored & wanted:
            found.append((line, line.value))
            wanted |= names_within(line.value)
    yield from reversed(found)


def _base(node: ast.AST) -> ast.expr | None:
    """``x`` of ``x.item()`` and of ``float(x)``."""
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr="item"), args=[], keywords=[]):
            return base
        case ast.Call(func=ast.Name(id="float"), args=[base], keywords=[]) if not isinstance(base, ast.Constant):
            return base
    return None
