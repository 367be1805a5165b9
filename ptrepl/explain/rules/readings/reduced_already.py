"""A dim that is to be squeezed away, and that max, sum or mean has taken away before."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import FailedCall
from ptrepl.explain.provenance.origins import earlier, label, parsed
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_REDUCING = frozenset("max min sum mean median mode std var prod amax amin argmax argmin logsumexp".split())


def reduced_already(case: Case, call: FailedCall, dim: int) -> Finding | None:
    """``best.squeeze(2)`` after ``best, where = torch.max(maps, 2)``; None where nothing was reduced along a dim."""
    tensor = call.args[0]
    shape = case.shape(tensor)
    if call.name != "squeeze" or not isinstance(tensor, ast.Name) or shape is None or dim != len(shape):
        return None
    source, made = next(_last_of(case, tensor.id), ("", None))
    match made.value if made is not None else None:
        case ast.Call(func=ast.Attribute(value=base, attr=name), args=args, keywords=keywords) if name in _REDUCING:
            # torch.max(maps, 2), and maps.max(2); torch.max(a, b) compares two tensors, and has no dim
            place = 1 if isinstance(base, ast.Name) and base.id == "torch" else 0
            along = [*args[place : place + 1], *(each.value for each in keywords if each.arg == "dim")]
        case _:
            return None
    if made is None or any(each.arg == "keepdim" for each in keywords) or not along:
        return None
    if segment(source, along[0]) not in (str(dim), "-1"):
        return None
    text = gettext(
        "`{statement}` has taken that dim away already: leave squeeze off {name}, or write keepdim=True there.",
        statement=label(source, made),
        name=tensor.id,
    )
    return Finding(text, tried(case, [Candidate(segment(case.site.source, tensor))]))


def _last_of(case: Case, name: str) -> Iterator[tuple[str, ast.Assign]]:
    """The assignments to ``name`` before the failing line, in its block or at the prompt, the last one first."""
    line = case.site.line
    block = getattr(getattr(line, "parent", None), "body", [])
    before = block[: block.index(line)] if case.site.is_nested and line in block else []
    yield from ((case.site.source, each) for each in reversed(_assigning(before, name)))
    for entry in earlier(case) if not case.site.is_nested else ():
        tree = parsed(entry.source)
        if name in entry.bound and tree is not None:
            yield from ((entry.source, each) for each in reversed(_assigning(tree.body, name)))
            return


def _assigning(block: Sequence[ast.stmt], name: str) -> list[ast.Assign]:
    return [
        each
        for each in block
        if isinstance(each, ast.Assign)
        and any(getattr(part, "id", "") == name for target in each.targets for part in ast.walk(target))
    ]
