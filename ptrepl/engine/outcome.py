"""What one statement did: plain frozen facts, never a tensor, a frame or a graph."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ptrepl.engine.explanation import Explanation
    from ptrepl.engine.watch.cards import TensorCard
    from ptrepl.engine.watch.facts import TensorFacts


@dataclass(frozen=True, slots=True)
class TensorChange:
    """One tensor that the statement made, rebound or changed: ``w.grad  shape=… · new``."""

    label: str
    facts: TensorFacts
    notes: tuple[str, ...] = ()
    card: TensorCard | None = None
    """More of it, when the session is asked for cards (``%xray full``)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A container of tensors, module, optimizer or DataLoader that is new or has other parts than before.

    ``parts`` are whole words to print after the type: ``("2 parameters", "121 values")``.
    """

    label: str
    type_name: str
    parts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupChange:
    """Several parts of one object that changed alike: ``net  2 of 2 parameters changed in place: 0.weight, 0.bias``."""

    label: str
    count: int
    total: int
    noun: str
    what: str
    members: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


Change = TensorChange | Summary | GroupChange


class Status(enum.Enum):
    """How a statement ended."""

    OK = "ok"
    RAISED = "raised"
    INTERRUPTED = "interrupted"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a traceback. ``start`` and ``end``: character columns of the failing expression in ``line``."""

    filename: str
    lineno: int | None
    function: str
    line: str
    start: int | None = None
    end: int | None = None
    learner: bool = True
    text: str = ""
    """The frame as Python prints it, markers included; ends in a newline."""


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An exception as text and frames, from the learner's first frame on; holds none of the learner's objects."""

    type_name: str
    message: str
    frames: tuple[Frame, ...]
    text: str
    """The whole traceback as Python prints it, without our own frames; ends in a newline."""
    final: str = ""
    """Its last part alone: the type, the message and the notes (for a syntax error, the line and its marker too)."""
    notes: tuple[str, ...] = ()
    is_syntax_error: bool = False
    earlier: ErrorReport | None = None
    """The exception that this one was raised from, or while handling which it was raised."""
    link: str = ""
    """"cause" or "context": how ``earlier`` led to this one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One statement that ran (or, for a syntax error, the input that did not)."""

    source: str
    status: Status
    changes: tuple[Change, ...] = ()
    error: ErrorReport | None = None
    exit_code: int | str | None = None
    seconds: float = 0.0
    bound: tuple[str, ...] = field(default=())
    """Names of the namespace that the statement bound or rebound, tensors or not."""
    explanation: Explanation | None = None
    """Why it raised, where an explainer was asked and knows."""
    traps: tuple[str, ...] = ()
    """What it did that was probably not meant, a sentence or two each."""
