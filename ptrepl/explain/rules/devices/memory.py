"""More memory than the machine or its GPU has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import prod

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.bounds import broadcast
from ptrepl.texts.messages import gettext

_UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB", "EB")


def _size(count: int) -> str:
    """``400 TB``; powers of 1000."""
    number, unit = float(count), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.3g} {_UNITS[unit]}"


def _on_cpu(case: Case) -> Finding | None:
    size = _size(int(case.match.group(1)))
    text = gettext("This asked for {size} of memory at once, more than the machine can give.", size=size)
    match case.node:
        case ast.BinOp(left=left, right=right):
            return _grown(case, left, right, text)
    largest = max(
        ((facts.shape, node) for node, facts in case.tensors() if isinstance(facts.shape, tuple)),
        key=lambda each: prod(size for size in each[0] if isinstance(size, int)),
        default=None,
    )
    if largest is None:
        return Finding(text)
    shape, node = largest
    named = gettext("{name} has shape {shape}.", name=operand_text(case, node), shape=shape_text(shape))
    return Finding(f"{text} {named}")


def _grown(case: Case, left: ast.expr, right: ast.expr, text: str) -> Finding:
    """Two shapes that broadcast to a larger one, such as (n, 1) and (n,) to (n, n)."""
    one, two = case.shape(left), case.shape(right)
    shape = broadcast(one, two) if one is not None and two is not None else None
    if one is None or two is None or shape is None or prod(shape) <= max(prod(one), prod(two)):
        return Finding(text)
    grown = gettext(
        "{left} is {one} and {right} is {two}: they broadcast to every pair of elements, {shape}.",
        left=operand_text(case, left),
        one=shape_text(one),
        right=operand_text(case, right),
        two=shape_text(two),
        shape=shape_text(shape),
    )
    return Finding(f"{grown} {text}", tried(case, _one_by_one(case, left, right, one, two)))


def _one_by_one(
    case: Case, left: ast.expr, right: ast.expr, one: tuple[int, ...], two: tuple[int, ...]
) -> Iterator[Candidate]:
    """Fixes for (n, 1) and (n,): without the dim of size 1 they are combined element by element."""
    source, node = case.site.source, case.node
    assert node is not None
    for side, shape, other in ((left, one, two), (right, two, one)):
        if len(shape) == 2 and shape[1] == 1 and shape[:1] == other:
            yield Candidate(spliced(source, node, {side: postfix(source, side, ".squeeze(1)")}))


def _on_gpu(case: Case) -> Finding | None:
    asked, total, free = case.match.group(1), case.match.group(2), case.match.group(3)
    text = gettext(
        "This asked for {asked} more, and of the {total} of the GPU {free} are free. Smaller batches need less memory, "
        "and so does running under torch.no_grad() where no gradients are needed. Variables that still hold old "
        "results keep their memory: delete them with del.",
        asked=asked,
        total=total,
        free=free,
    )
    return Finding(text)


RULES = (
    Rule(
        "CPU memory",
        ("RuntimeError",),
        r"DefaultCPUAllocator: can't allocate memory: you tried to allocate (\d+) bytes",
        _on_cpu,
        more="devices/memory",
    ),
    Rule(
        "GPU memory",
        ("OutOfMemoryError", "RuntimeError"),
        r"out of memory\. Tried to allocate ([\d.]+ \w+)\. "
        r"GPU \d+ has a total capacity of ([\d.]+ \w+) of which ([\d.]+ \w+) is free",
        _on_gpu,
        more="devices/gpu-memory",
    ),
)
