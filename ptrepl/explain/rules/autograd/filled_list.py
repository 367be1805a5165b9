"""A loss from ``torch.tensor(values)``, where a loop put plain numbers into the list: ``values.append(x.item())``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import earlier, origin, parsed
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.texts.messages import gettext

_MAKERS = ("tensor", "as_tensor", "FloatTensor", "Tensor")
_MOST_STEPS = 4


def filled_with_numbers(case: Case, node: ast.expr) -> str:
    """The sentences on it; "" where no list that ``node`` is computed from was filled so."""
    filled = [
        (call, given, *each)
        for call, given in _made_of_lists(case, node, 0)
        for each in _appended(case, given.id)
        if not isinstance(each[2], (ast.Name, ast.Constant))
    ]
    if len(filled) != 1:
        return ""  # which of several lists was to have a graph is not known
    call, given, source, append, item = filled[0]
    match item:
        case ast.Call(func=ast.Attribute(value=base, attr="item"), args=[]):
            pass
        case _:
            return ""
    kept = spliced(source, append, {item: segment(source, base)})
    return gettext(
        "`{line}` puts plain numbers into {list}, and numbers have no graph, so no gradient can flow through them. "
        "Write `{kept}`, and torch.stack({list}) in place of {call}.",
        line=in_one_line(source, append),
        list=given.id,
        kept=in_one_line(kept, ast.parse(kept, mode="eval").body),
        call=ast.unparse(call),
    )


def _made_of_lists(case: Case, node: ast.expr, depth: int) -> Iterator[tuple[ast.Call, ast.Name]]:
    """Each ``torch.tensor(values)`` that the node is computed from, with the name of the list."""
    for each in ast.walk(node):
        match each:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr=maker), args=[ast.Name() as given]):
                if maker in _MAKERS and type(case.names.get(given.id)) is list:
                    yield each, given
            case ast.Name(id=name) if depth < _MOST_STEPS and (made := origin(case, name)) is not None:
                if made.value is not node:
                    yield from _made_of_lists(case, made.value, depth + 1)


def _appended(case: Case, name: str) -> Iterator[tuple[str, ast.Call, ast.expr]]:
    """Each ``values.append(x)`` of the session: its text, the call, and what is appended."""
    for entry in earlier(case):
        tree = parsed(entry.source) if name in entry.source and "append" in entry.source else None
        for each in ast.walk(tree) if tree is not None else ():
            match each:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=held), attr="append"), args=[value]) if held == name:
                    yield entry.source, each, value
