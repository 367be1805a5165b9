"""``x = self.mu(x)`` and then ``self.logvar(x)``: two layers that take the same, and the first one's result over it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.layer_sizes import features_given, features_taken
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.provenance.origins import earlier, label, parsed
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MOST_LINES = 12


def overwritten(case: Case, layer: Layer, wants: int, has: int) -> Finding | None:
    """What to say where a layer that takes ``wants`` too has put its ``has`` results over the input of ``layer``.

    None where nothing reads those results in between: then each layer takes what the one before gives.
    """
    if not isinstance(layer.argument, ast.Name):
        return None
    if (heads := _heads_in_a_loop(case, layer.argument.id, wants)) is not None:
        return heads
    name, read_between = layer.argument.id, False
    for source, line in _before(case):
        if not _binds(line, name):
            read_between |= any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(line))
            continue
        match line:
            case ast.Assign(targets=[ast.Name()], value=value):
                call = _call_with(case, value, name)
            case _:
                return None
        module = case.real(call.func) if call is not None else None
        if call is None or kind_of(module) is not Kind.MODULE:
            if any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(value)):
                continue
            return None
        if features_taken(module) != wants or features_given(module) != has:
            return None
        if not read_between and not _are_heads(case, layer, has):
            return None
        return _said(case, layer, (source, line, call, name))
    return None


def _are_heads(case: Case, layer: Layer, has: int) -> bool:
    """Whether the layer gives as many as the one before it, and both results are returned: mean and log variance."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    return function is not None and features_given(layer.module) == has and _gives_both(function)


def _heads_in_a_loop(case: Case, given: str, wants: int) -> Finding | None:
    """``for head in self.heads:`` with ``x = head(x)`` in it, of heads that all take the same."""
    line = case.site.line
    loop = getattr(line, "parent", None)
    match loop, line:
        case (
            ast.For(target=ast.Name(id=each), iter=over),
            ast.Assign(targets=[ast.Name(id=name) as target], value=ast.Call(func=ast.Name(id=called))),
        ) if each == called and name == given:
            inner = own_dict(case.real(over)).get("_modules")
        case _:
            return None
    heads = [*inner.values()] if type(inner) is dict else []
    later = loop.body[loop.body.index(line) + 1 :] if line in loop.body else []
    reads = [part for part in _names_in(later) if part.id == name and isinstance(part.ctx, ast.Load)]
    if len(heads) < 2 or any(features_taken(head) != wants for head in heads) or not reads:
        return None
    if any(part.id == name and isinstance(part.ctx, ast.Store) for part in _names_in(later)):
        return None
    new = "out" if "out" not in {*case.site.frame.f_locals} else f"{name}_{called}"
    text = gettext(
        "Each of {heads} takes {size}, and `{line}` puts the result of the first one over {name}. Give it a name of "
        "its own: `{code}`.",
        heads=segment(case.site.source, over),
        size=wants,
        line=label(case.site.source, line),
        name=name,
        code=f"{new} = {label(case.site.source, line.value)}",
    )
    texts: dict[ast.expr | ast.stmt, str] = {target: new, **dict.fromkeys(reads, new)}
    held = case.site.frame.f_locals.get("self")
    cls = class_text(case, type(held)) if kind_of(held) is Kind.MODULE else None
    return Finding(text, cls.anew(texts) if cls is not None and cls.source == case.site.source else ())


def _names_in(lines: list[ast.stmt]) -> list[ast.Name]:
    return [part for line in lines for part in ast.walk(line) if isinstance(part, ast.Name)]


def _said(case: Case, layer: Layer, over: tuple[str, ast.Assign, ast.Call, str]) -> Finding:
    source, line, call, name = over
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    new = _free(case, function, call, name)
    said = gettext(
        "Until `{statement}`, {name} was what {layer} takes; since then it is the result of {other}. Give that "
        "result a name of its own: `{code}`.",
        statement=label(source, line),
        name=name,
        layer=layer.path,
        other=segment(source, call.func),
        code=f"{new} = {label(source, line.value)}",
    )
    if function is None:
        again = gettext("Compute {name} again first.", name=name)
        return Finding(f"{said} {again}")
    return Finding(said, _renamed(case, line, name, new) if _gives_both(function) else ())


def _gives_both(function: ast.FunctionDef) -> bool:
    """Whether it returns several results, so that the layers are to work side by side."""
    returned = [each.value for each in ast.walk(function) if isinstance(each, ast.Return)]
    last = returned[-1] if returned else None
    lists = {
        each.targets[0].id
        for each in ast.walk(function)
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and isinstance(each.value, ast.List)
    }
    return isinstance(last, (ast.Tuple, ast.Dict, ast.List)) or (isinstance(last, ast.Name) and last.id in lists)


def _renamed(case: Case, line: ast.Assign, name: str, new: str) -> tuple[Fix, ...]:
    """The function with ``new`` for the result, from ``line`` on up to the line that failed."""
    source, failing = case.site.source, case.site.line
    block = getattr(failing, "parent", None)
    body = getattr(block, "body", [])
    if not isinstance(body, list) or line not in body or failing not in body:
        return ()
    texts: dict[ast.expr | ast.stmt, str] = {line.targets[0]: new}
    for each in body[body.index(line) + 1 : body.index(failing)]:
        if isinstance(each, ast.Assign) and _binds(each, name):
            texts |= dict.fromkeys(each.targets, new)
        texts |= {
            part: new
            for part in ast.walk(each)
            if isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Load)
        }
    later = body[body.index(failing) :]
    if not any(_binds(each, name) for each in later):  # what is returned under that name is the result
        returned = [each for each in later if isinstance(each, ast.Return)]
        texts |= {part: new for part in _names_in([*returned]) if part.id == name}
    held = case.site.frame.f_locals.get("self")
    text = class_text(case, type(held)) if kind_of(held) is Kind.MODULE else None
    if text is not None and text.source == source:
        return text.anew(texts)
    lines = {
        each: spliced(source, each, inside)
        for each in body
        if (inside := {part: new for part in ast.walk(each) if part in texts})
    }
    return with_lines_changed(case, lines)


def _free(case: Case, function: ast.FunctionDef | None, call: ast.Call, name: str) -> str:
    """A name for the result: that of the layer, if nothing else has it."""
    own = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    taken = names_within(function) if function is not None else set()
    taken |= {*case.names} if function is None or not isinstance(call.func, ast.Attribute) else set()
    taken |= {each.arg for each in ast.walk(function) if isinstance(each, ast.arg)} if function is not None else set()
    return own if own.isidentifier() and own not in taken else f"{name}_{own}" if own.isidentifier() else f"{name}_out"


def _before(case: Case) -> Iterator[tuple[str, ast.stmt]]:
    """The lines before the one that failed, the last one first: of its block, or at the prompt."""
    line = case.site.line
    body = getattr(getattr(line, "parent", None), "body", None)
    if line is not case.site.statement and isinstance(body, list) and line in body:
        for each in reversed(body[: body.index(line)]):
            yield case.site.source, each
    elif not case.site.is_nested:
        for number, entry in enumerate(earlier(case)):
            tree = parsed(entry.source)
            if number == _MOST_LINES or tree is None or entry.status is not Status.OK:
                return
            for each in reversed(tree.body):
                yield entry.source, each


def _binds(line: ast.stmt, name: str) -> bool:
    return any(
        isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store) for each in ast.walk(line)
    )


def _call_with(case: Case, value: ast.expr, name: str) -> ast.Call | None:
    """The one call of a module in ``value`` that is given ``name`` itself."""
    found = [
        each
        for each in ast.walk(value)
        if isinstance(each, ast.Call)
        and any(isinstance(part, ast.Name) and part.id == name for part in each.args)
        and kind_of(_module(case, each.func)) is Kind.MODULE
    ]
    return found[0] if len(found) == 1 else None


def _module(case: Case, node: ast.expr) -> Any:
    return case.real(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
