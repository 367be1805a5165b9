"""What one statement did: plain frozen facts, never a tensor, a frame or a graph."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ptrepl.engine.explanation import Explanation
    from ptrepl.engine.watch.cards import TensorCard
    from ptrepl.engine.watch.facts import TensorFacts
    from ptrepl.engine.watch.kinds import Kind
    from ptrepl.engine.watch.notes import GroupEvent, Note
    from ptrepl.engine.watch.parts import Group
    from ptrepl.engine.watch.summaries import Counts, Setting
    from ptrepl.engine.watch.targets import Target


@dataclass(frozen=True, slots=True)
class TensorChange:
    """One tensor that the statement made, rebound or changed: ``w.grad  shape=… · new``."""

    target: Target
    facts: TensorFacts
    notes: tuple[Note, ...] = ()
    card: TensorCard | None = None
    """More of it, when the session is asked for cards (``%xray full``)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A container of tensors, module, optimizer or DataLoader that is new or has other parts than before."""

    target: Target
    type_name: str
    kind: Kind
    counts: Counts
    settings: tuple[Setting, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupChange:
    """Several parts of one object that changed alike: ``net  2 of 2 parameters changed in place: 0.weight, 0.bias``.

    ``members``: the paths of those that changed, out of ``total`` of the ``group``; ``shapes``: where they matter.
    """

    target: Target
    group: Group
    total: int
    what: GroupEvent
    members: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    shapes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClearedGradient:
    """A gradient that was there is None now: ``w.grad  None  · cleared``."""

    target: Target
    notes: tuple[Note, ...] = ()
    """``Cleared()``."""


Change = TensorChange | Summary | GroupChange | ClearedGradient


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

    @property
    def bare_name(self) -> str:
        """``UnpicklingError`` of ``_pickle.UnpicklingError``: the class without its module, as a lesson names it."""
        return self.type_name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that the statement made, for whoever shows the outcome: its bytes, or the file that holds them."""

    made_by: str
    """What drew it: ``matplotlib``, ``%graph``."""
    width: int
    """Pixels, as ``height``."""
    height: int
    media_type: str = "image/png"
    """Of ``data``, or of the file: ``image/png`` or ``image/svg+xml``."""
    data: bytes = b""
    path: str = ""
    title: str = ""
    labels: tuple[str, ...] = ()
    """The words in it (of axes, of lines), for whoever cannot see it."""

    def __post_init__(self) -> None:
        if not self.data and not self.path:
            raise ValueError("a picture wants its bytes, or the path of its file")


class Advice(NamedTuple):
    """What a statement that ran did that was probably not meant, a sentence or two."""

    text: str
    more: str
    """The section of ``texts/LANGUAGE/errors`` that tells of the kind at length: ``traps/pairs``."""


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
    advice: tuple[Advice, ...] = ()
    """What it did that was probably not meant."""
    pictures: tuple[Picture, ...] = ()
    """What was attached to it, in that order."""
    gave_value: bool = False
    """Whether it was an expression with a value other than None, which is in ``_`` now."""

    @property
    def traps(self) -> tuple[str, ...]:
        """The sentences of ``advice``."""
        return tuple(each.text for each in self.advice)
