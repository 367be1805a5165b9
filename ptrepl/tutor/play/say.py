"""What the tutor says, as plain data: for a terminal, a pipe or a notebook to show in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mood = Literal["good", "bad", "note", "fault"]


@dataclass(frozen=True, slots=True)
class Title:
    """A lesson begins or is taken up again."""

    lesson: str
    minutes: int
    steps: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A step begins; ``number`` counts from 1."""

    title: str
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class AuthorText:
    """Markdown of the lesson's author."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Learned:
    """Markdown: what a step has taught, told when it is done."""

    markdown: str


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Python to look at: a demo before it runs, the question of a prediction, a solution (``name`` says which)."""

    source: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of a question, each after its letter."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Instruction:
    """How to go on: which key, which command."""

    text: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """An answer to what the learner did. ``fault``: the lesson is broken, the learner is not to blame."""

    text: str
    mood: Mood
    stands_alone: bool = False
    """Whether it tells of the very mistake that the input ended with, so that other advice on that is left out."""


@dataclass(frozen=True, slots=True)
class RunDemo:
    """Always the last of a batch: run ``source`` where the learner sees it, then hand the outcomes to ``ran``.

    ``commands``: give these instead, one after another; then there are no outcomes.
    """

    source: str
    raises: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One step in a report; ``status`` is passed, missed, skipped, started or new. ``due``: for review."""

    id: str
    title: str
    status: str
    here: bool = False
    due: bool = False


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """Where the learner stands in the lesson. ``ahead``: a sentence on the next review."""

    lesson: str
    rows: tuple[ReportRow, ...]
    ahead: str = ""


@dataclass(frozen=True, slots=True)
class Data:
    """Text for another program, to be printed as it is."""

    text: str


Say = (
    Title
    | Heading
    | AuthorText
    | Learned
    | CodeBlock
    | Options
    | Instruction
    | Feedback
    | RunDemo
    | ProgressReport
    | Data
)
