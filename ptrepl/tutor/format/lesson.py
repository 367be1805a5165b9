"""A lesson as plain frozen data. Every part keeps its 1-based line, so that any fault can be said as ``path:line:``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum


class StepKind(StrEnum):
    """What a step asks of the learner."""

    READ = "read"
    DEMO = "demo"
    PREDICT = "predict"
    CHOICE = "choice"
    TASK = "task"
    FIX = "fix"

    @property
    def asks_for_code(self) -> bool:
        """Whether the step is passed by what the learner's own statements did."""
        return self in (StepKind.TASK, StepKind.FIX)

    @property
    def asks_something(self) -> bool:
        """Whether the step is passed by an answer or by code, not by reading on."""
        return self not in (StepKind.READ, StepKind.DEMO)


class Role(StrEnum):
    """What a fence is for: the second word after its three backticks."""

    SETUP = "setup"
    DEMO = "demo"
    PREDICT = "predict"
    STARTER = "starter"
    CHECK = "check"
    SOLUTION = "solution"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown for the learner to read; plain fences without a role are part of it."""

    text: str
    line: int
    in_notebook: str = ""
    """What is said in its place where there are cells and no prompt; "" for the same."""


@dataclass(frozen=True, slots=True)
class CodeFence:
    """One fence with a role. ``line`` is the line of the fence itself, so the code begins one below."""

    role: Role
    source: str
    line: int
    name: str = ""
    says: str = ""
    raises: str = ""
    mentions: str = ""
    """Of a known mistake: words that the learner's code holds, as ``tutor.causes`` reads them."""
    lacks: str = ""
    """Likewise: words that it does not hold."""
    outcome: str = ""
    """Likewise: ``any`` where the cause alone tells the mistake, whatever came out."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose from, and the feedback for a learner who chooses it."""

    text: str
    feedback: str
    right: bool
    line: int


@dataclass(frozen=True, slots=True)
class Choices:
    """The list that a ``choice`` step asks about."""

    items: tuple[Choice, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Hint:
    """Markdown that ``%hint`` shows."""

    text: str
    line: int
    about: tuple[str, ...] = ()
    """The names that it helps to make, as ``names.asked_parts`` reads them; () for the step as a whole."""


@dataclass(frozen=True, slots=True)
class Equivalent:
    """The author's word that a mutant of a solution is no mistake: the change as ``--check`` shows it, and why."""

    change: str
    reason: str
    line: int


class Facet(StrEnum):
    """What a step can promise of a name, as the comment ``promises`` writes it behind the dot.

    The last two are of two names, ``row shares memory with m``; a name alone promises its value.
    """

    VALUE = "value"
    SHAPE = "shape"
    DTYPE = "dtype"
    REQUIRES_GRAD = "requires_grad"
    IS_LEAF = "is_leaf"
    GRAD = "grad"
    TRAINING = "training"
    SHARED = "shares memory with"  # not a sentence: what an author writes in the comment
    APART = "shares no memory with"  # not a sentence: likewise


@dataclass(frozen=True, slots=True)
class Promised:
    """One promise of the comment ``promises``: ``m.dtype``. ``other``: the second name of SHARED and APART."""

    name: str
    facet: Facet
    line: int
    other: str = ""

    @property
    def text(self) -> str:
        """The promise as the author writes it."""
        if self.other:
            return f"{self.name} {self.facet} {self.other}"
        return self.name if self.facet is Facet.VALUE else f"{self.name}.{self.facet}"


PICTURES = ("plot", "show", "graph", "stats", "model", "x")
"""The commands that draw what they are given, once, and ask nothing."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Commands that Enter gives, such as ``%plot losses``: what they draw is part of the step."""

    commands: tuple[str, ...]
    line: int


Block = Prose | CodeFence | Choices | Pictures


@dataclass(frozen=True, slots=True)
class Step:
    """One idea: what is shown and asked, in the order of the file."""

    id: str
    title: str
    kind: StepKind
    line: int
    blocks: tuple[Block, ...] = ()
    hints: tuple[Hint, ...] = ()
    learned: str = ""
    """The step's block quote: what was learned, told after a pass."""
    equivalents: tuple[Equivalent, ...] = ()
    promises: tuple[Promised, ...] = ()
    """What ``--check`` holds a right answer to beside the values of the names in the text and in the checks."""
    packages: tuple[str, ...] = ()
    """Packages without which this step is left out of the lesson."""
    learned_in_notebook: str = ""
    """As ``in_notebook`` of ``Prose``."""

    def codes(self, *roles: Role) -> tuple[CodeFence, ...]:
        """The fences with one of ``roles``, in the order of the file."""
        return tuple(block for block in self.blocks if isinstance(block, CodeFence) and block.role in roles)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One Markdown file. ``path`` is what faults are reported under; ``seed`` is set again before every step."""

    path: str
    id: str
    title: str
    steps: tuple[Step, ...]
    version: int = 1
    minutes: int = 0
    needs: tuple[str, ...] = ()
    place: int = 0
    """Where it stands in the course, from 1; 0 behind those that have a place."""
    teaches: tuple[str, ...] = ()
    seed: int = 0
    packages: tuple[str, ...] = ()
    ending: str = ""
    """What one can do after the last step, in a sentence or two; "" leaves it at the names of ``teaches``."""
    short: str = ""
    """The step that has the whole lesson in it: whoever passes it has done the others too; "" for none."""
    shortest: bool = False
    """Whether the shortest answer to a task is kept, and shown beside one's own."""
    lang: str = "en"
    intro: str = ""
    pack: str = ""
    """The installed pack that it is from; "" for any other."""
    lines: dict[str, int] = field(default_factory=dict, compare=False)
    """The line of each key of the front matter."""

    @property
    def key(self) -> str:
        """What it is opened and its progress kept under: its id, behind the name of its pack."""
        return f"{self.pack}/{self.id}" if self.pack else self.id

    @property
    def all_packages(self) -> tuple[str, ...]:
        """The packages that the whole lesson or one of its steps needs."""
        return tuple(dict.fromkeys((*self.packages, *(name for step in self.steps for name in step.packages))))

    def without(self, packages: Collection[str]) -> Lesson:
        """The lesson as it is taken where ``packages`` are not installed: without the steps that need one of them."""
        return replace(self, steps=tuple(step for step in self.steps if not {*packages} & {*step.packages}))

    def index(self, step_id: str) -> int | None:
        """The place of the step with that id, from 0; None where there is none."""
        return next((number for number, step in enumerate(self.steps) if step.id == step_id), None)
