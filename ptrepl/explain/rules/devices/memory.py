"""More memory than there is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import prod

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.rewrite import postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.bounds import broadcast

_UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB", "EB")


def _size(count: int) -> str:
    """``400 TB``; powers of 1000."""
    number, unit = float(count), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.3g} {_UNITS[unit]}"


def _on_cpu(case: Case) -> Finding | None:
    text = f"This asked for {_size(int(case.match.group(1)))} at once, more than the machine gives."
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
    return Finding(f"{text} {case.called(largest[1], 'The tensor')} is {shape_text(largest[0])}.")


def _grown(case: Case, left: ast.expr, right: ast.expr, text: str) -> Finding:
    """Two shapes that are stretched to a table of all pairs."""
    one, two = case.shape(left), case.shape(right)
    shape = broadcast(one, two) if one is not None and two is not None else None
    if one is None or two is None or shape is None or prod(shape) <= max(prod(one), prod(two)):
        return Finding(text)
    text = (
        f"{case.called(left, 'The left side')} is {shape_text(one)} and {case.called(right, 'the right side')} is "
        f"{shape_text(two)}: together that makes every pair, {shape_text(shape)}. {text}"
    )
    return Finding(text, tried(case, _one_by_one(case, left, right, one, two)))


def _one_by_one(
    case: Case, left: ast.expr, right: ast.expr, one: tuple[int, ...], two: tuple[int, ...]
) -> Iterator[Candidate]:
    """(n, 1) and (n,): without the dim of 1 they go together element by element."""
    source, node = case.site.source, case.node
    assert node is not None
    for side, shape, other in ((left, one, two), (right, two, one)):
        if len(shape) == 2 and shape[1] == 1 and shape[:1] == other:
            yield Candidate(spliced(source, node, {side: postfix(source, side, ".squeeze(1)")}))


def _on_gpu(case: Case) -> Finding | None:
    asked, total, free = case.match.group(1), case.match.group(2), case.match.group(3)
    return Finding(
        f"This asked for {asked} more, and of the {total} of the GPU {free} are free. Smaller batches need less; so "
        "does computing without gradients, under torch.no_grad(), where none are needed. Names that still hold old "
        "results keep their memory: del lets go of them."
    )


RULES = (
    Rule(
        "memory of the machine",
        ("RuntimeError",),
        r"DefaultCPUAllocator: can't allocate memory: you tried to allocate (\d+) bytes",
        _on_cpu,
        more="devices/memory",
    ),
    Rule(
        "memory of the GPU",
        ("OutOfMemoryError", "RuntimeError"),
        r"out of memory\. Tried to allocate ([\d.]+ \w+)\. "
        r"GPU \d+ has a total capacity of ([\d.]+ \w+) of which ([\d.]+ \w+) is free",
        _on_gpu,
        more="devices/gpu-memory",
    ),
)
