"""The session's own record of statements: which one wrote to a tensor, ran backward, made a name.

Nothing watches the learner's code for it: it is filled from the two looks that the x-ray takes anyway, and it keeps no
tensor and no graph alive.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from types import CodeType
from typing import Any, NamedTuple

from ptrepl.engine.outcome import Status
from ptrepl.engine.record.effects import NOTHING, Effects, Gradient, Rebound, Write
from ptrepl.engine.record.reachable_code import codes_run

_MOST = 2000
"""Statements that are remembered."""
_MOST_EFFECTS = 40_000
"""Writes, names and gradients that are remembered of all of them: a training step on a large model has hundreds."""
_LONGEST = 2000
_LONGEST_LABEL = 60

_NOTED = frozenset(
    "autograd backward create_graph data detach detach_ enable_grad grad inference_mode item no_grad numpy "
    "requires_grad_ retain_graph set_grad_enabled tolist zero_grad".split()
)
"""What is looked for in the code of a statement."""


class RecordedStatement(NamedTuple):
    """One statement that ran, whatever came of it."""

    number: int
    """Counts the statements of the session from 1."""
    source: str
    """Its text; of a very long one the first 2,000 characters."""
    filename: str
    """``<ptrepl-3>`` for the third input of a prompt, else the name of the file."""
    line: int
    """Where it begins in there, from 1."""
    status: Status
    bound: tuple[str, ...]
    """Names that it bound, to a tensor or not."""
    words: frozenset[str]
    """Those of ``_NOTED`` that stand in code that it may have run: its own, and functions of the learner's."""
    grad_enabled: bool
    """Whether grad mode was on as it began; a ``with torch.no_grad():`` of its own shows in ``words``."""
    effects: Effects

    @property
    def label(self) -> str:
        """One line of at most 60 characters."""
        return short_label(self.source)

    @property
    def wrote(self) -> tuple[Write, ...]:
        """Tensors that it wrote to."""
        return self.effects.wrote

    @property
    def made(self) -> tuple[Rebound, ...]:
        """Names that it bound to tensors, containers, modules, optimizers."""
        return self.effects.made

    @property
    def gradients(self) -> tuple[Gradient, ...]:
        """Gradients that it changed."""
        return self.effects.gradients

    def ran_backward(self, leaf: Any = None) -> bool:
        """Whether it went backward through ``leaf`` (through anything, if None), as ``Record.last_backward`` tells."""
        says_so = ("backward" in self.words or {"autograd", "grad"} <= self.words) and not _only_names(self.source)
        given = [each.leaf for each in self.gradients if each.is_given]
        if given and (says_so or "grad" not in self.words):  # else they may come from "w.grad = ..."
            return leaf is None or any(place.tensor() is leaf for place in given)
        return says_so and not given and self.status is Status.OK


class Record:
    """The last 2,000 statements of a session, oldest first. ``len``, iteration and ``reversed`` work."""

    def __init__(self) -> None:
        self._entries: deque[RecordedStatement] = deque()
        self._effect_count = 0
        self._count = 0
        self._made_outside: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[RecordedStatement]:
        return iter(self._entries)

    def __reversed__(self) -> Iterator[RecordedStatement]:
        yield from reversed(self._entries)

    def add(
        self,
        source: str,
        code: CodeType,
        namespace: Mapping[str, Any],
        *,
        line: int,
        runs_functions: bool = True,
        status: Status = Status.OK,
        bound: tuple[str, ...] = (),
        grad_enabled: bool = True,
        effects: Effects = NOTHING,
    ) -> None:
        """Take a statement that has run. ``runs_functions`` False: it only defined them (``def``)."""
        self._count += 1
        words = _words(code, namespace) if runs_functions else _NOTED.intersection(code.co_names)
        text, filename = source[:_LONGEST], code.co_filename
        entry = RecordedStatement(self._count, text, filename, line, status, bound, words, grad_enabled, effects)
        if len(self._entries) == _MOST:
            self._drop()
        self._entries.append(entry)
        if effects is not NOTHING:
            self._effect_count += sum(map(len, effects))
        while self._effect_count > _MOST_EFFECTS:
            self._drop()

    def _drop(self) -> None:
        self._effect_count -= sum(map(len, self._entries.popleft().effects))

    def clear(self) -> None:
        """Forget all statements; numbers go on."""
        self._entries.clear()
        self._effect_count = 0

    def binds_outside(self, names: Iterable[str]) -> None:
        """Code that is none of the session's statements binds ``names``: none of them so far has made their values."""
        self._made_outside.update(dict.fromkeys(names, self._count))

    def bound_outside(self, name: str) -> int:
        """How many statements had run when such code bound ``name`` last; 0 where it never did."""
        return self._made_outside.get(name, 0)

    def may_have_made(self, entry: RecordedStatement, name: str) -> bool:
        """Whether what ``entry`` bound ``name`` to was not replaced since by code that is not recorded."""
        return entry.number > self.bound_outside(name)

    def made(self, name: str) -> tuple[RecordedStatement, Rebound] | None:
        """The last statement that bound ``name`` to another tensor, container, module or optimizer."""
        found = ((entry, made) for entry in reversed(self) for made in entry.made if made.name == name)
        last = next(found, None)
        return last if last is not None and self.may_have_made(last[0], name) else None

    def maker(self, tensor: Any) -> tuple[RecordedStatement, Rebound] | None:
        """The first statement that gave ``tensor`` a name."""
        for entry in self:
            for made in entry.made:
                if made.tensor is not None and made.tensor() is tensor:
                    return entry, made
        return None

    def writes(self, tensor: Any = None, past: int | None = None) -> Iterator[tuple[RecordedStatement, Write]]:
        """Writes, oldest first: to ``tensor`` only, and only those that left it ``past`` a version, if given."""
        for entry in self:
            for write in entry.wrote:
                if tensor is not None and write.place.tensor() is not tensor:
                    continue
                if past is None or (write.after is not None and write.after > past >= (write.before or 0)):
                    yield entry, write

    def last_backward(self, leaf: Any = None) -> RecordedStatement | None:
        """The last statement that ran backward through ``leaf``, or through anything.

        It gave the leaf a gradient; or its code says that it runs backward, it succeeded, and no tensor in reach got a
        gradient from it (``autograd.grad`` gives none).
        """
        return next((entry for entry in reversed(self) if entry.ran_backward(leaf)), None)


def _only_names(source: str) -> bool:
    """Whether a statement only reads attributes and names, as ``y.backward`` does, and calls nothing."""
    try:
        [node] = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    value = node.value if isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign) else None
    plain = (ast.Attribute, ast.Name, ast.Tuple, ast.List, ast.expr_context)
    return value is not None and all(isinstance(each, plain) for each in ast.walk(value))


def short_label(source: str) -> str:
    """The text of a statement or an expression in one line of at most 60 characters; of a block its first line."""
    first, newline, _ = one_line(source).partition("\n")
    short = len(first) <= _LONGEST_LABEL
    return first + (" …" if newline else "") if short else first[: _LONGEST_LABEL - 2] + " …"


def one_line(source: str) -> str:
    """A simple statement, or an expression, that was written over several lines in one; a block as it is.

    >>> one_line("(x\\n .relu()\\n .sum())")
    'x.relu().sum()'
    """
    if "\n" not in source:
        return source
    for text in (source, f"({source})"):  # the brackets that hold its lines together may stand outside
        try:
            [node] = ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return source if hasattr(node, "body") or hasattr(node, "cases") else ast.unparse(node)
    return source


def _words(code: CodeType, namespace: Mapping[str, Any]) -> frozenset[str]:
    found: set[str] = set()
    for each in codes_run(code, namespace, named_methods=True):
        found.update(_NOTED.intersection(each.co_names))
        for constant in each.co_consts:
            if type(constant) is tuple:  # the names of keyword arguments
                found.update(_NOTED.intersection(constant))
    return frozenset(found)
