"""What the tutor remembers, what can happen to it, and what it can ask of the shell around it. All frozen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from ptrepl.tutor.check.predict import Judgement
from ptrepl.tutor.check.verdict import Verdict
from ptrepl.tutor.play.say import Feedback, Say
from ptrepl.tutor.replay.waypoints import Beside


class Phase(Enum):
    """What the lesson is waiting for."""

    READING = "reading"
    """The learner has read; Enter goes on."""
    SHOWING = "showing"
    """A demo is shown; Enter runs it."""
    RUNNING = "running"
    """A demo runs."""
    ANSWERING = "answering"
    """A question is open."""
    WORKING = "working"
    """The learner's statements are checked."""
    DONE = "done"
    """The step is passed; Enter goes on."""
    OVER = "over"
    """The lesson has ended or was left."""


@dataclass(frozen=True, slots=True)
class Round:
    """Steps that are asked again. ``left``: those still to come; ``home``: the step to go back to, None to none."""

    left: tuple[int, ...]
    home: int | None = None
    failed: bool = False
    """Whether the open step was answered wrong, was skipped, or had its solution shown."""


@dataclass(frozen=True, slots=True)
class State:
    """Where the learner is. ``block`` counts the blocks of the step that have been shown."""

    step: int = 0
    block: int = 0
    phase: Phase = Phase.OVER
    ran_pieces: int = 0
    """Statements of the shown demo that have run, one by one."""
    running_to: int = 0
    """How many will have run when what runs now is done."""
    attempts: int = 0
    begun: bool = False
    """Whether something that the check looks at was bound or changed, so that a hint means something."""
    said: str = ""
    """The last that was said about an attempt in this step."""
    told_about: str = ""
    """The name whose mistake was told last."""
    praised: frozenset[str] = frozenset()
    """The names that were said to be right."""
    redo_told: bool = False
    right: frozenset[str] = frozenset()
    """The asked names that are right by now, as far as it was looked at."""
    hints: frozenset[int] = frozenset()
    """The hints that were shown, by their places."""
    hint_asked: bool = False
    solution_asked: bool = False
    pending: Feedback | None = None
    """What to say about an answer once the code that it predicts has run."""
    answer: str = ""
    """What was typed that the step was passed by, or its question answered."""
    missed: bool = False
    """Whether the question of the step was answered by the lesson."""
    done: frozenset[str] = frozenset()
    """Ids of the steps that were passed, or missed and then explained, in this session or an earlier one."""
    round: Round | None = None
    """The review that is going on."""
    piped: bool = False
    """Without a person: what waits for Enter goes on by itself, and a question is asked once."""
    notebook: bool = False
    """In cells: nothing waits for Enter, and code to run is the next cell."""
    by_line: bool = False
    """At a prompt that holds one line: a starter of several stands above it, to be typed."""
    alone: bool = False
    """The lesson is over with this step, whatever was asked for."""
    left: bool = False
    """Whether the lesson is over because the learner has left it."""

    def worded(self, at_prompt: str, in_notebook: str) -> str:
        """One of two sentences on how to go on; "" says nothing."""
        return in_notebook if self.notebook else at_prompt


@dataclass(frozen=True, slots=True)
class Entered:
    """The lesson is opened, or jumps, to a step. ``opening``: say the lesson's title first; ``resumed``: the learner
    has been there before and did not ask for this step.
    """

    step: int
    opening: bool = False
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class Continued:
    """An empty line."""


@dataclass(frozen=True, slots=True)
class Ran:
    """Statements of the learner ran. ``touched``: names they bound or changed; ``told``: what a known mistake says."""

    source: str
    touched: frozenset[str]
    verdict: Verdict
    raised: bool = False
    told: str = ""
    blank: str = ""
    """What to say of a blank of the starter that is left to fill in."""
    uncalled: str = ""
    """What to say of an asked name that holds a function which was to be called."""
    old_class: str = ""
    """What to say of the object that is judged, where its class was written anew behind it."""
    told_of_error: bool = False
    """Whether ``told`` is about the very error that was raised."""
    left_over: str = ""
    """The name that the verdict is about, where lines that ended in an error have changed it, and nothing since."""
    of_setup: bool = False
    """Whether the step itself gives that name."""
    overwritten: frozenset[str] = frozenset()
    """Names that the step begins with and that hold something that neither its start nor a solution has there."""
    overwritten_by: tuple[str, str] | None = None
    """(one of these names, the line that has given it to something else)."""
    absent: frozenset[str] = frozenset()
    """The names that a solution makes and that are not there."""
    typed: str = ""
    """All that the learner ran in this step so far, ``source`` last."""
    made: frozenset[str] = frozenset()
    """Names that were bound or changed in this step so far."""
    found_before: frozenset[str] = frozenset()
    """The asked names that are right only since an earlier step has made them so: this one makes them anew."""
    halfway: bool = False
    """Things stand as they do between two lines of a solution."""
    right: frozenset[str] = frozenset()
    """The asked names that are right by now, each by itself."""
    unnamed: tuple[str, str] | None = None
    """(an asked name, the other name under which its right value was made); "" there for the value of an expression."""
    attempted: bool = False
    """Whether the input was plainly an attempt, also where it changed no asked name."""
    amiss: str = ""
    """What is not as wanted about a value that was made, and will not be so by going on."""
    moved: str = ""
    """What to say of a name that the input has moved on from what earlier lines of the step had made of it."""
    piled_up: frozenset[str] = frozenset()
    """The leaves to whose gradient the input has added, which held that of an earlier attempt."""
    old_gradients: frozenset[str] = frozenset()
    """Those that hold the gradient of a pass from what the input has made anew."""
    stale: frozenset[str] = frozenset()
    """The asked names that were computed from what the input, which makes none of them, has made anew."""
    as_planned: bool = False
    """Whether the input made nothing but asked names, each as a solution has it on its way."""
    earlier: tuple[str, ...] = ()
    """What the learner has passed the step with before."""
    helping: tuple[str, Beside] | None = None
    """(a name that a solution makes on its way, what the learner's value of that name is to it)."""
    answer: str = ""
    """Where the step is passed: those of the learner's lines that it was passed by, as they were typed."""


@dataclass(frozen=True, slots=True)
class DemoRan:
    """The demo, or the code of a prediction, ran; ``error`` is the name of what it raised."""

    error: str = ""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class DemoTyped:
    """The next ``count`` statements of the shown demo were typed instead of run by Enter."""

    count: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """A prediction was typed. ``mistake``: what the lesson says of it, where it is one that the lesson knows."""

    judgement: Judgement
    text: str = ""
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class Picked:
    """A choice was typed; counts from 0."""

    index: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command such as ``%hint``; ``name`` is without the percent sign."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """These steps are to be asked again, one at least."""

    steps: tuple[int, ...]


Event = Entered | Continued | Ran | DemoRan | DemoTyped | Answered | Picked | Asked | Review

SaveKind = Literal[
    "entered",
    "unfinished",
    "attempt",
    "hint",
    "solution",
    "passed",
    "missed",
    "skipped",
    "finished",
    "recalled",
    "lapsed",
]
"""``unfinished``: right so far, and more is to come. ``recalled`` and ``lapsed``: how a review went."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Bring about the start state of a step. ``fresh``: the lesson's own variables as they were, by replay."""

    step: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class Save:
    """Keep an event of progress. ``typed``: the answer that it is about; ``mistake``: what the lesson says of it."""

    kind: SaveKind
    step: int
    typed: str = ""
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class LessonEnded:
    """Say how the lesson has ended, and what follows: its last step is behind."""


Effect = Say | Prepare | Save | LessonEnded
