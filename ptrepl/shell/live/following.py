"""Statements that run while what ``%watch`` follows is drawn: samples between their bytecodes, pictures from a thread.

The thread only keeps time and draws what was sampled; it reads nothing of the learner's. The first half second draws
nothing, later pictures come at most four times a second, and each sample and picture pauses for as long as it takes to
stay below some thousandths of the statement's time.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from ptrepl.engine.live.between_bytecodes import call_in_main_thread
from ptrepl.engine.live.follower import Follower
from ptrepl.engine.live.stack import MISSING
from ptrepl.engine.outcome import Outcome
from ptrepl.error_log import log, none_if_it_fails
from ptrepl.errors import UsageError
from ptrepl.screen.figures.training import course_of, ended_lines, running_line, running_lines
from ptrepl.screen.line import Line, text_line
from ptrepl.shell.inspect.lookup import lookup
from ptrepl.shell.live.panel import Panel, size_of_terminal, writer_to
from ptrepl.shell.prompt.ending_signals import tidies_up
from ptrepl.texts.messages import gettext

if TYPE_CHECKING:
    from types import FrameType

    from ptrepl.shell.context import ShellContext

# seconds
_FIRST_DRAWING = 0.5
_FIRST_SAMPLE, _BETWEEN_SAMPLES, _BETWEEN_DRAWINGS = 0.001, 0.05, 0.25
_BETWEEN_LINES, _MOST_BETWEEN_LINES = 2.0, 64.0
_LONGEST_PAUSE = 0.5
_USUAL_COST = 0.0005
"""What a sample is taken to cost until one was measured."""
_PAUSE_AFTER_SAMPLE, _PAUSE_AFTER_DRAWING = 500, 200
"""A pause is so many times as long as what it follows."""


def followed_statements(context: ShellContext, running: Iterator[Outcome]) -> Iterator[Outcome]:
    """What ``running`` gives; while it works on a statement, the names that ``%watch`` follows are drawn."""
    while True:
        statement = _Statement(context)
        with statement.shown():
            outcome = next(running, None)
        if outcome is None:
            return
        if left := statement.left_behind():
            context.printer.fresh_line()
            context.printer.lines(left)
        yield outcome


class _Statement:
    """One statement, from when it begins until what is left of its picture is printed."""

    def __init__(self, context: ShellContext) -> None:
        assert context.pins is not None
        session, printer = context.session, context.printer
        self._context = context
        self._printer = printer.like(printer.out)  # what sys.stdout is later may be the statement's own doing
        self._follower = Follower(context.pins.names, session.namespace, _find, session.learner_files)
        self._over = threading.Event()
        self._lock = _thread.allocate_lock()
        self._is_asked = False
        self._cost = _USUAL_COST
        own = context.own_streams
        self._draws = printer.is_terminal and not printer.plain and os.environ.get("TERM") not in ("dumb", "")
        self._panel: Panel | None = None
        if self._draws and own is not None:
            terminal = own.output.fileno()
            self._panel = Panel(writer_to(terminal), size_of_terminal(terminal))

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Inside, the statement runs."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._context.panel = self._panel
        _thread.start_new_thread(self._work, ())
        with tidies_up(0, pause=self._put_away) if self._panel is not None else nullcontext():
            try:
                yield
            finally:
                self._over.set()
                self._put_away()
                self._context.panel = None

    def left_behind(self) -> list[Line]:
        """What stays of the picture; nothing where there was none."""
        if self._follower.seconds < _FIRST_DRAWING:
            return []
        return none_if_it_fails("telling what was watched", self._ended) or []  # not a sentence: for the log

    def _ended(self) -> list[Line]:
        self._follower.finish()
        return ended_lines(course_of(self._follower), self._printer.width, drawn=self._draws)

    def _put_away(self) -> None:
        with self._lock:
            if self._panel is not None:
                self._panel.remove()

    def _work(self) -> None:
        try:
            next_drawing = time.perf_counter() + (_FIRST_DRAWING if self._draws else _BETWEEN_LINES)
            between_lines, pause_of_samples = _BETWEEN_LINES, _FIRST_SAMPLE
            while not self._over.wait(pause_of_samples):
                pause_of_samples = max(_BETWEEN_SAMPLES, min(self._cost * _PAUSE_AFTER_SAMPLE, _LONGEST_PAUSE))
                if not self._is_asked:
                    self._is_asked = call_in_main_thread(self._sample)
                if time.perf_counter() < next_drawing:
                    continue
                if self._draws:
                    began = time.thread_time()
                    self._draw()
                    pause = (time.thread_time() - began) * _PAUSE_AFTER_DRAWING
                    next_drawing = time.perf_counter() + max(_BETWEEN_DRAWINGS, min(pause, _LONGEST_PAUSE))
                else:
                    self._tell()
                    between_lines = min(2 * between_lines, _MOST_BETWEEN_LINES)
                    next_drawing = time.perf_counter() + between_lines
        except Exception as error:
            log(error, "drawing a statement that runs")  # not a sentence: for the log

    def _sample(self, frame: FrameType | None) -> None:
        """In the main thread, between two bytecodes of the statement."""
        if self._over.is_set() or _is_tracing():
            self._is_asked = False
            return
        began = time.thread_time()
        try:
            self._follower.sample(frame)
            self._is_asked = False
        except Exception as error:  # not asked again
            log(error, "reading what is watched")  # not a sentence: for the log
        self._cost = time.thread_time() - began

    def _draw(self) -> None:
        course = course_of(self._follower)
        with self._lock:
            if self._panel is None or self._over.is_set() or not course.moving:
                return
            rows = self._panel.most_rows()
            if not rows:
                return
            lines = running_lines(course, (self._printer.width or 80) - 1, rows)
            if not self._panel.draw(self._printer.styled(lines).splitlines()):
                self._panel = None

    def _tell(self) -> None:
        course = course_of(self._follower)
        if course.moving:
            said = "".join(text for _, text in running_line(course, None))
            self._printer.lines([text_line(gettext("watch: {facts}", facts=said), "dim")])


def _is_tracing() -> bool:
    """Whether torch.jit.trace is at work, which would warn of each value that is read."""
    return sys.modules["torch"]._C._get_tracing_state() is not None


def _find(target: str, names: Mapping[str, Any]) -> Any:
    try:
        return lookup(target, names)
    except UsageError:
        return MISSING
