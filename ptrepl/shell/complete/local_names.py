"""What the input itself binds before it has run: names, and what is assigned to them, read from its tokens."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from dataclasses import dataclass, field

from ptrepl.shell.complete.tokens import Token, TokenizedCode


@dataclass(slots=True)
class Draft:
    """A class that is being written. ``bases``: their sources; ``members``: its methods and the attributes of self."""

    bases: tuple[str, ...]
    members: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Locals:
    """``assigned``: dotted name → source of its value, None where it is unknown; ``annotated``: → source of its type.

    ``itself``: the first parameter of the method in which the text ends, "" in no method; ``draft``: its class.
    """

    names: dict[str, None] = field(default_factory=dict)
    assigned: dict[str, str | None] = field(default_factory=dict)
    annotated: dict[str, str] = field(default_factory=dict)
    itself: str = ""
    draft: Draft | None = None


@dataclass(slots=True)
class _Scope:
    """A ``def`` or ``class`` whose block is not over."""

    column: int
    draft: Draft | None
    itself: str
    hidden: dict[str, str | None]
    names: dict[str, None]
    """All that was bound before it, and is again when it is over."""


class _Reader:
    def __init__(self, code: TokenizedCode) -> None:
        self.code = code
        self.found = Locals()
        self.scopes: list[_Scope] = []

    def read(self) -> Locals:
        """The bindings at the end of the text."""
        lines = list(_lines(self.code))
        for start, end in lines:
            self._leave(self._column(start))
            self._line(start, end)
        last = self.code.text.rpartition("\n")[2]
        if "\n" in self.code.text and not self.code.unclosed:
            self._leave(len(last) - len(last.lstrip()))
        for scope in reversed(self.scopes):
            if scope.draft is None:
                self.found.itself = self.found.itself or scope.itself
            else:
                self.found.draft = scope.draft
                break
        return self.found

    def _column(self, start: int) -> int:
        at = self.code.tokens[start].start
        return at - (self.code.text.rfind("\n", 0, at) + 1)

    def _leave(self, column: int) -> None:
        while self.scopes and self.scopes[-1].column >= column:
            scope = self.scopes.pop()
            # attributes of self stay: the next method sees them
            kept = {name: value for name, value in self.found.assigned.items() if "." in name and scope.draft is None}
            self.found.assigned = scope.hidden | kept
            self.found.names = scope.names

    def _line(self, start: int, end: int) -> None:
        tokens = self.code.tokens
        if tokens[start].text == "async" and start + 1 < end:
            start += 1
        first = tokens[start].text
        if first in ("def", "class"):
            if start + 1 < end:
                self._define(first, start, end)
            return
        if first in ("for", "import", "from", "with", "except", "global", "nonlocal"):
            self._names(start, end, unknown=first != "with")
            return
        self._assign(start, end)

    def _define(self, kind: str, start: int, end: int) -> None:
        tokens = self.code.tokens
        name = tokens[start + 1].text
        column = self._column(start)
        owner = self.scopes[-1].draft if self.scopes else None
        if owner is None:
            self._bind(name, None)
        else:
            owner.members[name] = None
        parts = list(self._parts(start + 2, end))
        hidden, names = dict(self.found.assigned), dict(self.found.names)
        if kind == "class":
            bases = tuple(self.code.source(*part) for part in parts if tokens[part[0] + 1].text != "=")
            self.scopes.append(_Scope(column, Draft(bases), "", hidden, names))
            return
        itself = tokens[parts[0][0]].text if owner is not None and parts else ""
        self.scopes.append(_Scope(column, None, itself, hidden, names))
        for part in parts:
            self._parameter(*part)

    def _parameter(self, start: int, end: int) -> None:
        tokens = self.code.tokens
        while start < end and tokens[start].text in ("*", "**"):
            start += 1
        if start == end or tokens[start].kind != "name":
            return
        name = tokens[start].text
        self._bind(name, None)
        if start + 2 < end and tokens[start + 1].text == ":":
            equals = next((at for at in range(start + 2, end) if tokens[at].text == "="), end)
            if equals > start + 2:
                self.found.annotated[name] = self.code.source(start + 2, equals)

    def _parts(self, opening: int, end: int) -> Iterator[tuple[int, int]]:
        """What the commas part in the bracket at ``opening``, as (start, end)."""
        tokens = self.code.tokens
        if opening >= end or tokens[opening].text != "(":
            return
        depth, begins = 0, opening + 1
        for at in range(opening, end):
            text = tokens[at].text if tokens[at].kind == "op" else ""
            depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
            if (depth == 1 and text == ",") or depth == 0:
                if at > begins:
                    yield begins, at
                begins = at + 1
            if depth == 0:
                return

    def _names(self, start: int, end: int, *, unknown: bool) -> None:
        tokens = self.code.tokens
        for at in range(start, end):
            token = tokens[at]
            if token.text == "in":
                return
            if _is_name(token) and tokens[at - 1].text != "." and (unknown or tokens[at - 1].text == "as"):
                self._bind(token.text, None)

    def _assign(self, start: int, end: int) -> None:
        tokens = self.code.tokens
        at = start
        while at + 2 < end and _is_name(tokens[at]) and tokens[at + 1].text == ".":
            at += 2
        if at + 1 >= end or not _is_name(tokens[at]):
            return
        target, after = self.code.source(start, at + 1), tokens[at + 1].text
        if after == "=" and at + 2 < end:
            self._bind(target, self.code.source(at + 2, end))
        elif after == ":" and at + 2 < end:
            equals = next((place for place in range(at + 2, end) if tokens[place].text == "="), end)
            if equals > at + 2:
                self._bind(target, None)
                self.found.annotated[target] = self.code.source(at + 2, equals)
        elif after == ",":
            for place in range(start, end):
                if tokens[place].text == "=":
                    break
                if _is_name(tokens[place]):
                    self._bind(tokens[place].text, None)

    def _bind(self, target: str, source: str | None) -> None:
        self.found.assigned[target] = source
        self.found.annotated.pop(target, None)
        head, _, attribute = target.partition(".")
        if not attribute:
            self.found.names[target] = None
            if self.scopes and self.scopes[-1].draft is not None:
                self.scopes[-1].draft.members[target] = None
            return
        inside = self.scopes[-1] if self.scopes else None
        outer = self.scopes[-2].draft if len(self.scopes) > 1 else None
        if inside is not None and outer is not None and head == inside.itself and "." not in attribute:
            outer.members[attribute] = None


def read_locals(code: TokenizedCode) -> Locals:
    """What is bound where ``code`` ends. Never raises."""
    return _Reader(code).read()


def _is_name(token: Token) -> bool:
    return token.kind == "name" and not keyword.iskeyword(token.text)


def _lines(code: TokenizedCode) -> Iterator[tuple[int, int]]:
    """The logical lines that have tokens, as (start, end); what is being typed too."""
    depth, begins = 0, 0
    for at, token in enumerate(code.tokens):
        if token.kind == "op":
            depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
        if token.kind == "newline" or (token.text == ";" and depth <= 0):
            if at > begins:
                yield begins, at
            begins = at + 1
    if begins < len(code.tokens):
        yield begins, len(code.tokens)
