"""The ``for`` loops around a line of code: what they count, and how many rounds they have."""

from __future__ import annotations

import ast
import linecache
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.live.stack import MISSING
from ptrepl.engine.watch.datasets import size_of

Lookup = Callable[[str], Any]
"""The value of a name, ``MISSING`` where it has none."""

_LONGEST_SOURCE = 1_000_000
_MOST_FILES = 64
_read: dict[str, tuple[list[str], tuple[ast.For, ...]]] = {}
"""Files, with the lines that were read and the loops in them."""
_WRAPPERS = frozenset(("tqdm", "trange", "track", "reversed", "list", "tuple"))
"""Calls whose first argument has as many rounds as they."""
_ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}


@dataclass(frozen=True, slots=True)
class CountingLoop:
    """A loop over ``range(…)`` or ``enumerate(…)``. ``counter``: the name that counts, from ``start`` by ``step``."""

    counter: str
    start: int
    step: int
    rounds: int | None
    """None where nothing tells it without running code."""

    def done(self, value: Any) -> int | None:
        """Rounds that were begun when the counter was ``value``."""
        if type(value) is not int:
            return None
        done = (value - self.start) // self.step + 1
        return done if done >= 1 and (self.rounds is None or done <= self.rounds) else None


def loops_around(filename: str, line: int) -> tuple[ast.For, ...]:
    """The loops of the file whose body or head holds ``line`` (from 1), the outermost first."""
    lines = linecache.getlines(filename)
    known = _read.get(filename)
    if known is None or known[0] is not lines:  # a file that was changed and run again has another list
        if len(_read) > _MOST_FILES:
            _read.clear()
        known = _read[filename] = lines, _loops_of("".join(lines))
    return tuple(loop for loop in known[1] if loop.lineno <= line <= (loop.body[-1].end_lineno or 0))


def _loops_of(source: str) -> tuple[ast.For, ...]:
    if len(source) > _LONGEST_SOURCE:
        return ()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(sorted((each for each in ast.walk(tree) if isinstance(each, ast.For)), key=lambda each: each.lineno))


def counting_loop(loop: ast.For, lookup: Lookup) -> CountingLoop | None:
    """What ``loop`` counts; None for one that counts nothing, such as ``for x, y in loader``.

    ``lookup`` is asked for the names in its head as they are now, which may not be as they were when it began.
    """
    call, target = loop.iter, loop.target
    while isinstance(call, ast.Call) and _called(call) in _WRAPPERS and _called(call) != "trange" and call.args:
        if _called(call) == "reversed":
            return None
        call = call.args[0]
    if not isinstance(call, ast.Call):
        return None
    if _called(call) in ("range", "trange") and isinstance(target, ast.Name):
        return _over_range(call, target.id, lookup)
    if _called(call) == "enumerate" and isinstance(target, ast.Tuple) and isinstance(target.elts[0], ast.Name):
        return _over_enumerate(call, target.elts[0].id, lookup)
    return None


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _over_range(call: ast.Call, counter: str, lookup: Lookup) -> CountingLoop | None:
    numbers = [_whole_number(each, lookup) for each in call.args]
    known = [each for each in numbers if each is not None]
    if len(known) != len(numbers) or not 1 <= len(known) <= 3 or (len(known) == 3 and known[2] == 0):
        first = call.args[0] if len(call.args) == 1 else None
        return CountingLoop(counter, 0, 1, None) if first is not None else None
    over = range(*known)
    return CountingLoop(counter, over.start, over.step, len(over))


def _over_enumerate(call: ast.Call, counter: str, lookup: Lookup) -> CountingLoop | None:
    if not call.args:
        return None
    given = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "start")]
    start = _whole_number(given[0], lookup) if given else 0
    if start is None:
        return None
    value = lookup(call.args[0].id) if isinstance(call.args[0], ast.Name) else MISSING
    return CountingLoop(counter, start, 1, None if value is MISSING else _length(value))


def _length(value: Any) -> int | None:
    """``len(value)`` without code of the learner's."""
    from ptrepl.engine.watch.datasets import batches_of
    from ptrepl.engine.watch.kinds import module_name, own_dict

    if type(value).__name__ == "DataLoader" and module_name(type(value)).startswith("torch.utils.data"):
        attributes = own_dict(value)
        return batches_of(attributes, size_of(attributes.get("dataset")))
    size = size_of(value)
    return size if type(size) is int else None


def _whole_number(node: ast.expr, lookup: Lookup) -> int | None:
    """The value of a literal, a name, or a sum, difference or product of such."""
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int else None
    if isinstance(node, ast.Name):
        value = lookup(node.id)
        return value if type(value) is int else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _whole_number(node.operand, lookup)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and (compute := _ARITHMETIC.get(type(node.op))) is not None:
        left, right = _whole_number(node.left, lookup), _whole_number(node.right, lookup)
        if left is None or right is None or (right == 0 and isinstance(node.op, ast.FloorDiv)):
            return None
        return int(compute(left, right))
    return None
