"""A lesson that is played: the thin shell round the pure tutor, driven by the reader of the learner's lines."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from ptrepl.engine.outcome import Outcome, Status
from ptrepl.engine.run.session import Session
from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.answers import Answer, example, without_doubt
from ptrepl.tutor.format.lesson import Choices, CodeFence, Lesson, Role, Step
from ptrepl.tutor.isolation.torch_api import own
from ptrepl.tutor.names import RAISED, RESULT, asked_names
from ptrepl.tutor.play import say
from ptrepl.tutor.play.absent_names import why_absent
from ptrepl.tutor.play.asides.aside import aside
from ptrepl.tutor.play.asides.plain_words import words_where_enter_goes_on
from ptrepl.tutor.play.asides.said_about import said_about
from ptrepl.tutor.play.asides.still_open import done_already, still_open
from ptrepl.tutor.play.attempts import Attempts
from ptrepl.tutor.play.ending import Ending
from ptrepl.tutor.play.lesson_commands import ORDERS
from ptrepl.tutor.play.progress_report import Standing
from ptrepl.tutor.play.say import Say
from ptrepl.tutor.play.signs import is_of_mistake
from ptrepl.tutor.play.state import (
    Asked,
    Continued,
    DemoRan,
    DemoTyped,
    Entered,
    Event,
    LessonEnded,
    Phase,
    Prepare,
    Review,
    Save,
    State,
)
from ptrepl.tutor.play.touched import is_expression
from ptrepl.tutor.play.tutor import advance
from ptrepl.tutor.play.typed_answer import NotYet, typed_answer
from ptrepl.tutor.play.unprepared import unprepared
from ptrepl.tutor.progress.log import Progress
from ptrepl.tutor.progress.records import resume_index
from ptrepl.tutor.replay.demo_steps import rest, typed_pieces
from ptrepl.tutor.replay.given_names import GIVEN_NAMES, given_names
from ptrepl.tutor.replay.known_outcomes import Oracle
from ptrepl.tutor.replay.stage import Stage
from ptrepl.tutor.shown_words import taught_words, wanted_words

Mode = Literal["python", "answer", "continue"]
_DIGITS = 12
"""Of the digest of a lesson, kept with each event: whoever reads them sees that the lesson was another one."""

LESSON_COMMANDS = (*ORDERS, "progress", "review")
"""The names of the commands of a lesson."""


class LessonRun:
    """One lesson in one session.

    Every method returns what to say, in order. A ``RunDemo`` is always the last: run its source where the learner sees
    it and hand the outcomes to ``ran``, which says the rest. ``piped``: answers come from a pipe; no progress is saved.
    ``notebook``: they come from cells. ``line_by_line``: as ``State``. ``alone``: the lesson is over with the step that
    it begins at. ``digest``: as ``FoundLesson``. ``left_out``: steps that ``lesson`` has with all packages.
    """

    def __init__(
        self,
        lesson: Lesson,
        session: Session,
        progress: Progress,
        *,
        file: Path | None = None,
        digest: str = "",
        left_out: tuple[Step, ...] = (),
        piped: bool = False,
        notebook: bool = False,
        line_by_line: bool = False,
        alone: bool = False,
    ) -> None:
        session.ready()
        own()
        self.lesson = lesson
        self.offered = ""
        """The lesson that was named as the next one, behind the last step; "" for none."""
        self.declined = False
        """Whether something else was typed than the Enter that opens it."""
        self._left_out = left_out
        self._content = digest[:_DIGITS]
        self._session = session
        self._progress = Progress(None) if piped else progress
        self._given = given_names(session, file)
        self._stage = Stage(lesson, session, self._given)
        done = self._progress.lesson(lesson.key).done
        self._state = State(done=done, piped=piped, notebook=notebook, line_by_line=line_by_line, alone=alone)
        self._passed: set[int] = set()
        for step, source in self._progress.lesson(lesson.key).accepted.items():
            if (place := lesson.index(step)) is not None:
                self._stage.accept(place, source)
        self._oracle = Oracle(lesson, self._given)
        self._attempts = Attempts(lesson, session, self._stage, self._oracle, self._given)
        self._noticed = False
        self._reminds = False
        self._done_told = False

    def begin(self, step: str | None = None) -> tuple[Say, ...]:
        """Open the lesson at ``step``, else where the learner left off; a piped lesson begins at its first step."""
        if step is not None:
            return self._tell(Entered(self.lesson.index(step) or 0, opening=True))
        if self._state.piped:
            return self._tell(Entered(0, opening=True))
        index = resume_index(self._progress.lesson(self.lesson.key), [each.id for each in self.lesson.steps])
        title, *said = self._tell(Entered(index, opening=True, resumed=index > 0))
        waiting = (
            say.Instruction(gettext("Steps that did not go right at once are due for review: %review asks them.")),
        )
        return (title, *(waiting if self._standing().due else ()), *said)

    @property
    def mode(self) -> Mode:
        """What the next line is first taken for: Python, an answer, or, if it is empty, going on."""
        if self._state.phase is Phase.ANSWERING:
            return "answer"
        return "continue" if self._state.phase in (Phase.READING, Phase.SHOWING, Phase.DONE) else "python"

    @property
    def prefill(self) -> str:
        """The starter of a task until something has been run; else ""."""
        starters = self._step.codes(Role.STARTER)
        waits = starters and self._state.phase is Phase.WORKING and not self._attempts.begun
        return starters[0].source if waits else ""

    @property
    def kept(self) -> str:
        """The starter of a task until an attempt was made, whatever else has been run; else ""."""
        starters = self._step.codes(Role.STARTER)
        waits = starters and self._state.phase is Phase.WORKING and not self._state.begun
        return starters[0].source if waits else ""

    @property
    def names_first(self) -> tuple[frozenset[str], ...]:
        """The names that the learner is likely to write: those of this step, then those that the lesson has taught."""
        return () if self.finished else (wanted_words(self._step), taught_words(self.lesson, self._state.step))

    @property
    def label(self) -> str:
        """``autograd 3/12``; "" once the lesson is over."""
        return "" if self.finished else f"{self.lesson.key} {self._state.step + 1}/{len(self.lesson.steps)}"

    @property
    def step(self) -> str:
        """The id of the step that is open, or was last."""
        return self._step.id

    def said_about(self, word: str) -> str:
        """The sentence with ``word`` that was read last; "" where there was none."""
        return said_about(self.lesson, self._state.step, self._state.block + 1, word)

    def passed(self, step: str) -> bool:
        """Whether the step was passed since the lesson was opened."""
        return self.lesson.index(step) in self._passed

    @property
    def finished(self) -> bool:
        """Whether the lesson has ended or was left; ``%restart`` or ``%goto`` open it again."""
        return self._state.phase is Phase.OVER

    def close(self) -> None:
        """Another lesson is opened: what the learner has set for the whole session holds again."""
        self._stage.ends()

    @property
    def completed(self) -> bool:
        """Whether no step is left to do: each was passed, or answered and then explained.

        Of a step that is played alone, whether it was passed.
        """
        if self._state.alone:
            return self._state.step in self._passed
        return all(step.id in self._state.done for step in self.lesson.steps)

    def advance(self) -> tuple[Say, ...]:
        """An empty line: run the demo that is shown, or go on."""
        if self.declined:
            return (say.Instruction(gettext("%next opens the next lesson.")),)
        return self._tell(Continued())

    def answer(self, text: str) -> tuple[Say, ...] | None:
        """A line typed at the open question; None: it is no answer, so run it, and the question stays."""
        if self.mode != "answer":
            return None
        block = self._step.blocks[self._state.block]
        assert isinstance(block, CodeFence | Choices)  # a question is one or the other
        known = {*self._session.namespace, *dir(builtins)}
        match typed_answer(text, self._step, block, self._truth, known):
            case NotYet(why):
                return (say.Instruction(f"{why} {self._example()}"),)
            case None:
                return None
            case event:
                return self._tell(replace(event, text=text))

    def doubts(self, text: str) -> bool:
        """Whether ``text`` is an answer to the open question with a ``?`` behind it, and no call for help."""
        return self.mode == "answer" and without_doubt(text, self._step.blocks[self._state.block]) != text

    def _truth(self) -> Answer | None:
        """What the code of the open question gives."""
        block = self._step.blocks[self._state.block]
        return self._oracle.truth(self._state.step, block) if isinstance(block, CodeFence) else None

    def _example(self) -> str:
        return example(self._step.blocks[self._state.block], self._truth(), tried=self._state.attempts > 0)

    def ran(self, outcomes: Sequence[Outcome], printed: str = "") -> tuple[Say, ...]:
        """One input ran, all its statements: the learner's, or the demo that was asked for.

        ``printed``: what they have written to stdout.
        """
        last = outcomes[-1] if outcomes else None
        if self._state.phase is Phase.RUNNING:
            self._stage.leave_lesson_code()
            error = last.error.bare_name if last is not None and last.status is Status.RAISED and last.error else ""
            return self._tell(DemoRan(error, interrupted=last is not None and last.status is Status.INTERRUPTED))
        if last is None:
            return ()
        return self._checked(outcomes, printed)

    def command(self, name: str, argument: str = "") -> tuple[Say, ...]:
        """``%name argument``; raises KeyError for a name that is not in COMMANDS."""
        if name == "progress":
            if argument.strip() == "--json":
                return (say.Data(self._progress.export()),)
            return (self._standing().report(None if self.finished else self._state.step),)
        if name == "review":
            return self.review()
        return self._tell(Asked(name, argument))

    def unbound(self, name: str) -> str:
        """Where the lesson binds ``name``, in a sentence for a learner who used it unbound; "" if it does not."""
        if self.finished:
            return ""
        return why_absent(self.lesson, self._state, self._stage.outdated, name)

    def known_to_fail(self, code: str) -> bool:
        """Whether ``code``, offered for a line that failed, is a known mistake of the open step."""
        mistakes, solutions = ([each.source for each in self._step.codes(role)] for role in (Role.WRONG, Role.SOLUTION))
        return self._state.phase is Phase.WORKING and is_of_mistake(code, mistakes, solutions)

    def review(self) -> tuple[Say, ...]:
        """Ask again, one after another, the steps that are due; afterwards a lesson that is open goes on from here."""
        standing = self._standing()
        said = self._tell(Review(standing.due)) if standing.due else ()
        return (standing.agenda(), *said)

    @property
    def shown(self) -> str:
        """The code that is shown and not yet run, what is left of it; "" for none."""
        block = self._shown
        return rest(block.source, self._state.ran_pieces) if block is not None else ""

    @property
    def _shown(self) -> CodeFence | None:
        block = self._step.blocks[self._state.block] if self._state.phase is Phase.SHOWING else None
        return block if isinstance(block, CodeFence) else None

    @property
    def _step(self) -> Step:
        return self.lesson.steps[self._state.step]

    def _checked(self, outcomes: Sequence[Outcome], printed: str) -> tuple[Say, ...]:
        if (typed := self._demo_typed(outcomes)) is not None:
            self._stage.demo_typed()
            return self._tell(typed)
        names = self._attempts.note(outcomes, printed)
        beside = self._aside(outcomes)
        if self._state.phase is Phase.ANSWERING:
            return (*beside, *self._reminded(outcomes[-1]))
        return self._of_attempt(outcomes, names) or beside

    def _of_attempt(self, outcomes: Sequence[Outcome], names: frozenset[str]) -> tuple[Say, ...]:
        """What is said of an input at a task; ``names``: those that it touched."""
        if self._state.phase is Phase.DONE and self._step.kind.asks_for_code:
            return self._done_before(names)
        if self._state.phase is not Phase.WORKING:
            return ()
        if outcomes[-1].status is Status.INTERRUPTED:
            return (say.Instruction(gettext("It was stopped before it ended, and so it is not checked.")),)
        if self._attempts.is_stopped(self._state.step):
            return ()
        event = self._attempts.graded(self._state.step, outcomes, names)
        if event.verdict.passed and self.lesson.shortest:
            passing = self._progress.lesson(self.lesson.key).passing
            event = replace(event, earlier=passing.get(self._step.id, ()))
        return self._tell(event)

    def _aside(self, outcomes: Sequence[Outcome]) -> tuple[Say, ...]:
        quiet = self.finished or any(outcome.traps for outcome in outcomes)
        told = "" if quiet else aside(outcomes, self._session.namespace, self._shown, self._step)
        waits = self.mode == "continue" and not self._state.notebook
        if not quiet and not told and waits and not self.unbound(outcomes[-1].source.strip()):
            told = words_where_enter_goes_on(outcomes, self._session.namespace, shown=self._shown is not None)
        return (say.Instruction(told),) if told else ()

    def _demo_typed(self, outcomes: Sequence[Outcome]) -> DemoTyped | None:
        """The lines of the shown demo that were typed; None where it was something else, or did something else."""
        block = self._shown
        if block is None:
            return None
        count = typed_pieces(block.source, self._state.ran_pieces, [each.source for each in outcomes])
        last = outcomes[-1]
        error = last.error.bare_name if last.error is not None else ""
        return DemoTyped(count, error) if count and error in ("", block.raises) else None

    def _reminded(self, last: Outcome) -> tuple[Say, ...]:
        """Say that the line ran as code, in case it was meant as an answer: with an example once a step, and later on
        where it gave a value.
        """
        what = still_open(last)
        if self._reminds:
            return (say.Instruction(what),) if is_expression(last.source) else ()
        self._reminds = True
        return (say.Instruction(" ".join((what, self._example()))),)

    def _done_before(self, names: frozenset[str]) -> tuple[Say, ...]:
        """Once a step: say that it was passed already, to whoever changes what it asked for."""
        asked = frozenset[str]().union(*(asked_names(each.source) for each in self._step.codes(Role.CHECK)))
        if self._done_told or not names & asked - {RESULT, RAISED}:
            return ()
        self._done_told = True
        return (say.Instruction(done_already(self._state)),)

    def _restored(self, fresh: bool = False) -> tuple[Say, ...]:
        """Where all is made afresh, only what the learner has given to something else before the lesson is told."""
        names = ", ".join(sorted(self._stage.restored.intersection(GIVEN_NAMES) if fresh else self._stage.restored))
        if not names:
            return ()
        text = gettext("The lesson's own variables are put back as they were: {names}.", names=names)
        return (say.Instruction(text),)

    def _save(self, step: str, event: str, *, source: str = "", typed: str = "", mistake: str = "") -> None:
        version, content = self.lesson.version, self._content
        self._progress.save(
            self.lesson.key, step, event, version, source=source, typed=typed, mistake=mistake, content=content
        )

    def _standing(self) -> Standing:
        return Standing(self.lesson, self._progress, datetime.now(UTC))

    def _tell(self, event: Event) -> tuple[Say, ...]:
        self.offered, self.declined = "", False
        if self.finished:
            self._stage.begins()
        shows = self._state.phase is Phase.RUNNING
        self._state, effects = advance(self.lesson, self._state, event)
        said: list[Say] = []
        for effect in effects:
            match effect:
                case Prepare(index, fresh):
                    self._attempts.begin()
                    self._reminds = self._done_told = False
                    fault = self._stage.prepare(index, fresh=fresh)
                    self._attempts.starts(index)
                    said += self._restored(fresh)
                    said += unprepared(fault)
                case Save(kind, index, typed, mistake):
                    self._passed |= {index} if kind == "passed" else set()
                    step = self.lesson.steps[index].id
                    self._save(step, kind, typed=typed, mistake=mistake)
                    if kind == "passed" and (source := self._stage.accepted(index)):
                        self._save(step, "accepted", source=source)
                    said += (self._standing().remembered(step),) if kind == "recalled" else ()
                case LessonEnded():
                    now = self._state
                    ending = Ending(self.lesson, now.done, self._left_out, now.piped, now.notebook)
                    told, self.offered = ending.told(self._progress)
                    said += told
                case say.RunDemo():
                    fault = self._stage.enter_lesson_code(self._state.step, self._state.block, self._state.ran_pieces)
                    said += self._restored()
                    said += unprepared(fault)
                    said.append(effect)
                case _:
                    said.append(effect)
        if shows and self._state.phase is Phase.WORKING:
            self._attempts.asked()
        if self.finished:
            self._stage.ends()
        if self._progress.notice and not self._noticed:
            self._noticed = True
            said.insert(0, say.Instruction(self._progress.notice))
        return tuple(said)
