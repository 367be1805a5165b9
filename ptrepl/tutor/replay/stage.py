"""Makes a step's start state in the learner's own session, and keeps the lesson's random numbers apart from theirs."""

from __future__ import annotations

import builtins
import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ptrepl.engine.outcome import ErrorReport
from ptrepl.engine.run.session import Session
from ptrepl.engine.run.source_cache import register
from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.lesson import CodeFence, Lesson, Role
from ptrepl.tutor.isolation.guard import random_state, seeded_state, set_random_state
from ptrepl.tutor.isolation.time_limit import TookTooLong, time_limit
from ptrepl.tutor.isolation.torch_api import own
from ptrepl.tutor.isolation.torch_names import put_back
from ptrepl.tutor.names import names_bound_by
from ptrepl.tutor.replay.as_before import holds_the_same
from ptrepl.tutor.replay.given_names import given_away
from ptrepl.tutor.replay.outdated import SeenLeaves
from ptrepl.tutor.replay.replay import (
    SilentCode,
    accepted_functions,
    made_by,
    parts_before,
    reached_names,
    solved_names,
)

INTERRUPTED = "Ctrl-C"
"""Returned in place of a fault where the learner has stopped the lesson's code."""

SETUP_SECONDS = 20.0
"""Seconds that one fence of a setup, or of what is replayed, may take."""
_TOOK_TOO_LONG = TookTooLong.__name__
_PLANNED = (Role.DEMO, Role.PREDICT)
"""Roles whose code may raise: that is often the point of it."""
_DEFAULTS = """
__import__("torch").set_grad_enabled(True)
__import__("torch").set_default_dtype(__import__("torch").float32)
__import__("torch").set_default_device(None)
"""
"""What a learner may have changed for the whole session; lessons are written for what torch starts with."""


class Stage:
    """The lesson's variables in the learner's session, as each step needs them.

    A learner has typed ``x = 7`` where the lesson's ``x`` is a tensor: ``disturb({"x"})`` notes it, and the next
    ``prepare(index, fresh=False)`` replays the lesson's code up to that step, after which ``restored`` is ``{"x"}``.
    Before code that the lesson shows runs, ``enter_lesson_code`` switches to the lesson's variables and random state;
    after it, ``leave_lesson_code`` switches back to the learner's random state.
    ``given``: the names that every step finds (torch, nn, F, device, lesson_file).
    """

    def __init__(self, lesson: Lesson, session: Session, given: Mapping[str, Any]) -> None:
        self._lesson = lesson
        self._session = session
        self._given = dict(given)
        self._index = 0
        self._touched: frozenset[str] = frozenset()
        self._made: frozenset[str] = frozenset()
        self._played = False
        self.restored: frozenset[str] = frozenset()
        """Names touched by the learner between steps, restored by the last ``prepare`` or ``enter_lesson_code``."""
        self._leaves = SeenLeaves()
        self.outdated: frozenset[str] = frozenset()
        """Names of earlier steps that are gone: computed from leaves that the lesson has made anew since."""
        self._accepted: dict[int, CodeFence] = {}
        """Step → the learner's own functions that passed it, which later steps use in place of the lesson's."""
        self._random = seeded_state(lesson.seed)
        self._theirs = random_state()
        self._defaults: tuple[Any, Any] | None = None

    def begins(self) -> None:
        """The lesson begins: what the learner has set for the whole session is kept until ``ends``."""
        torch = own().torch
        self._defaults = torch.get_default_dtype(), torch.get_default_device()

    def ends(self) -> None:
        """The lesson is over: the default dtype and device are the learner's again."""
        if self._defaults is None:
            return
        torch, (dtype, where) = own().torch, self._defaults
        self._defaults = None
        torch._C._set_default_dtype(dtype)
        if where != torch.get_default_device():
            torch.set_default_device(where)

    def prepare(self, index: int, *, fresh: bool) -> str | None:
        """The start state of a step. Returns ``path:line: message`` of lesson code that failed or took too long,
        INTERRUPTED where it was stopped, None as a rule.

        As a rule only the step's setup runs, on what the learner has made. Where ``fresh``, or where the learner has
        touched a variable of the lesson outside its tasks, all its variables are made again by replay; the learner's
        own names stay.
        """
        self._index = index
        self.restored = frozenset()
        if fresh or self._disturbed():
            return self._replay(index, 0)
        return self._play(parts_before(self._lesson, index)[-1:])

    def _replay(self, index: int, block: int, ran: int = 0) -> str | None:
        namespace = self._session.namespace
        disturbed = self._disturbed()
        parts = parts_before(self._lesson, index, block, ran)
        before = {name: namespace[name] for name in disturbed if name in namespace}
        for name in self._made | disturbed | made_by(parts):
            namespace.pop(name, None)
        self._made = frozenset()
        namespace.update(self._given)
        fault = self._play(parts)
        self.restored |= frozenset(
            name
            for name in disturbed
            if (name in namespace or hasattr(builtins, name))
            and not (name in before and name in namespace and holds_the_same(before[name], namespace[name]))
        )
        self._played = False
        return fault

    def _play(self, parts: Sequence[SilentCode]) -> str | None:
        fault = None
        self._reset()
        names, namespace = self._made | made_by(parts), self._session.namespace
        for code in self._codes(parts):
            self._leaves.note(namespace, names)
            fault, goes_on = self._run(code, fault)
            if not goes_on:
                break
        self.outdated = self._leaves.outdated(namespace, names - made_by(parts[-1:]))
        for name in self.outdated:
            del namespace[name]
        self._random = random_state()
        self._touched = frozenset()
        self._own(made_by(parts))
        self._session.rebase()
        return fault

    def _codes(self, parts: Sequence[SilentCode]) -> Iterator[CodeFence]:
        for part in parts:
            set_random_state(seeded_state(self._lesson.seed))
            for code in part.codes:
                yield code
                yield from self._in_place_of(code, part.step)

    def _in_place_of(self, code: CodeFence, step: int) -> Iterator[CodeFence]:
        """The functions of the learner's whose names the lesson's own code has just bound."""
        if code.role not in (Role.SETUP, Role.SOLUTION):
            return
        bound = names_bound_by(code.source)
        for passed, mine in self._accepted.items():
            later = code.role is Role.SETUP and step > passed
            if (step == passed or later) and bound & names_bound_by(mine.source):
                yield mine

    def _reset(self) -> None:
        self.restored |= put_back()
        self._session.run_quietly(_DEFAULTS, "<defaults>")

    def _own(self, names: frozenset[str]) -> None:
        """These names are the lesson's, as far as they are bound."""
        self._made = frozenset(name for name in self._made | names if name in self._session.namespace)

    def _disturbed(self) -> frozenset[str]:
        namespace = self._session.namespace
        gone = {name for name in self._made if name not in namespace}
        return self._touched | gone | given_away(self._given, self._given, namespace)

    def disturb(self, names: frozenset[str]) -> None:
        """The learner ran something, and has touched these names."""
        self._played = True
        ours = reached_names(self._lesson, self._index) | self._given.keys()
        self._touched |= names & ours - {"_"}  # each expression binds that one, and no lesson reads it

    def passed(self, index: int, ran: str) -> None:
        """The step was passed by the lines ``ran``: what its task is about holds what it should, and needs no replay.

        Functions that it asks for are kept, for whenever the lesson is replayed.
        """
        self.accept(index, ran)
        solved = solved_names(self._lesson, index)
        self._touched -= solved
        self._own(solved)
        self._played = False

    def accept(self, index: int, ran: str) -> None:
        """Keep the functions among the lines ``ran`` that the step asks for, if there are any."""
        if source := accepted_functions(self._lesson.steps[index], ran):
            self._accepted[index] = CodeFence(Role.SOLUTION, source, 0, name=self._lesson.steps[index].id)

    def accepted(self, index: int) -> str:
        """The learner's own functions that passed the step; "" for none."""
        return self._accepted[index].source if index in self._accepted else ""

    def enter_lesson_code(self, index: int, block: int, ran: int = 0) -> str | None:
        """Switch to the lesson's variables and random state. To be called before code that the lesson shows runs.

        The answer of a question was worked out from the start state, so anything the learner ran before it is reason
        for a replay: not everything that it changed can be seen. ``ran``: statements of the block that have run.
        Returns what ``prepare`` returns.
        """
        theirs = random_state()
        self.restored = frozenset()
        self._leaves.note(self._session.namespace, self._made)
        self._reset()
        shown = self._lesson.steps[index].blocks[block]
        asked = isinstance(shown, CodeFence) and shown.role is Role.PREDICT
        fault = self._replay(index, block, ran) if self._disturbed() or (asked and self._played) else None
        self._theirs = theirs
        set_random_state(self._random)
        return fault

    def demo_typed(self) -> None:
        """Lines of the shown demo were typed by the learner: what they have made is the lesson's."""
        self._own(made_by(parts_before(self._lesson, self._index, len(self._lesson.steps[self._index].blocks))))

    def leave_lesson_code(self) -> None:
        """Switch back to the random state that the learner had before ``enter_lesson_code``."""
        self._own(made_by(parts_before(self._lesson, self._index, len(self._lesson.steps[self._index].blocks))))
        self._random = random_state()
        set_random_state(self._theirs)

    def _run(self, code: CodeFence, fault: str | None) -> tuple[str | None, bool]:
        """(the fault, which is ``fault`` where this code has none; whether the code after it is to run)."""
        # what the learner has written is not taken for the lesson's own
        filename = f"<{self._lesson.id}, line {code.line}>" if code.line else f"<{self._lesson.id}/{code.name}>"
        register(filename, code.source)
        place = f"{self._lesson.path}:{code.line}"
        try:
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
                time_limit(SETUP_SECONDS),
            ):
                error = self._session.run_quietly(code.source, filename)
            kind = error.bare_name if error is not None else ""
        except TookTooLong:
            error, kind = None, _TOOK_TOO_LONG
        if kind == _TOOK_TOO_LONG:
            late = gettext(
                "this code took more than {seconds} seconds and was stopped", seconds=format(SETUP_SECONDS, "g")
            )
            return f"{place}: {late}", False
        if kind == "KeyboardInterrupt":
            return INTERRUPTED, False
        if error is None or code.role in _PLANNED or not code.line:  # the learner's own, in place of the lesson's
            return fault, True
        return self._fault(code, error), True

    def _fault(self, code: CodeFence, error: ErrorReport) -> str:
        lines = [frame.lineno for frame in error.frames if frame.lineno and frame.filename.endswith(f"{code.line}>")]
        first = error.message.split("\n")[0]
        return f"{self._lesson.path}:{code.line + (lines or [0])[0]}: {error.type_name}: {first}"
