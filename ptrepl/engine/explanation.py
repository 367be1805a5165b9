"""What is said of an error beside its traceback: plain frozen text, like the rest of an outcome."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fix:
    """Code that ran on stand-ins before it is offered.

    ``code`` runs at the prompt as it stands, and may have several lines; ``gives`` is what came of it, in words:
    ``shape (2, 2)``, or "" where that says nothing. ``statement``: where ``code`` is part of a statement at the
    prompt, the statement with it: ``y = x @ w.T`` for ``x @ w.T``; else "".
    """

    code: str
    gives: str = ""
    statement: str = ""

    @property
    def whole(self) -> str:
        """What is typed for it at the prompt: the statement where it is known, else the code."""
        return self.statement or self.code


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """One line of code. ``start`` to ``end`` is the failing expression, ``focus`` what in it matters most; in
    characters of ``text``."""

    text: str
    start: int
    end: int
    focus: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why it failed, in a paragraph, and what could be written instead."""

    family: str
    """The name of the rule that spoke."""
    text: str
    marked: tuple[MarkedLine, ...] = ()
    fixes: tuple[Fix, ...] = ()
    more: str = ""
    """The section of ``texts/LANGUAGE/errors`` with the family of errors at length: ``shapes/permute``; "" for none."""
    lesson: str = ""
    """The step that teaches it, as ``--lesson`` takes it: ``autograd/retain-graph``; "" if none does."""
    operands: tuple[tuple[str, str], ...] = ()
    """(source, facts) of the tensors that took part, for ``%explain``."""
