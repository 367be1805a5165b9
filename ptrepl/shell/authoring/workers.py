"""Verifies several lessons at once, each in a process that may crash or be stopped without harm to the others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from ptrepl.folders import state_folder
from ptrepl.texts.messages import gettext, language_in_force, use_language
from ptrepl.tutor.format.lesson import Lesson, Role
from ptrepl.tutor.isolation.torch_api import own
from ptrepl.tutor.verify.isolate import FORKS
from ptrepl.tutor.verify.report import Fault, LessonReport
from ptrepl.tutor.verify.verify import verify

Job = tuple[Lesson, Path, Mapping[str, Lesson]]
"""The arguments of ``verify``."""


def in_parallel(jobs: Sequence[Job], tell: Callable[[int, int], None]) -> Iterator[LessonReport]:
    """A report for each job, in their order; as many at a time as there are processors.

    ``tell`` is called with the numbers of steps begun and of all steps, whenever one begins.
    """
    if FORKS:
        own()  # torch is loaded once, for all of them
    reports: dict[int, LessonReport] = {}
    running: dict[Connection, tuple[int, Any]] = {}
    # the longest first, so that no processor waits for it at the end
    waiting = sorted(range(len(jobs)), key=lambda place: _size(jobs[place][0]))
    following = 0
    begun: dict[int, int] = {}
    steps = sum(len(lesson.steps) for lesson, *_ in jobs)
    try:
        while following < len(jobs):
            while waiting and len(running) < (os.cpu_count() or 1):
                place = waiting.pop()
                connection, process = _start(jobs[place])
                running[connection] = (place, process)
            ready = wait([*running])
            for connection in [each for each in running if each in ready]:
                place, process = running[connection]
                received = _received(connection, jobs[place][0])
                if isinstance(received, int):
                    begun[place] = received
                    tell(sum(begun.values()), steps)
                    continue
                reports[place] = received
                del running[connection]
                connection.close()
                process.join()
            while following in reports:
                yield reports[following]
                following += 1
    finally:
        for _, process in running.values():
            _stop(process)


def _size(lesson: Lesson) -> int:
    return sum(len(code.source) for step in lesson.steps for code in step.codes(Role.SOLUTION))


def _start(job: Job) -> tuple[Connection, Any]:
    context: Any = multiprocessing.get_context("fork" if FORKS else "spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, language_in_force(), *job))
    process.start()
    sender.close()
    return receiver, process


def _received(connection: Connection, lesson: Lesson) -> LessonReport | int:
    """The report, or the number of the step that was begun."""
    try:
        received = connection.recv()
        assert isinstance(received, (LessonReport, int))  # as _work sends it
        return received
    except EOFError:
        return LessonReport(lesson.path, faults=(Fault(1, gettext("some code of this lesson ends the process")),))


def _work(sender: Connection, language: str, lesson: Lesson, file: Path, library: Mapping[str, Lesson]) -> None:
    use_language((language,))  # a process that was not forked begins in English
    if hasattr(os, "setpgrp"):
        os.setpgrp()  # so that what the lesson starts can be stopped with it
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    with tempfile.TemporaryDirectory(prefix="ptrepl-check-", ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder  # files that the lesson makes for a while go when its check ends
        try:
            report = verify(lesson, file, library, sender.send, state_folder() / "checked")
        except Exception as error:
            lines = f"{type(error).__name__}: {error}".splitlines()
            reason = " … ".join(dict.fromkeys((lines[0], lines[-1])))
            message = gettext("this lesson could not be checked: {reason}", reason=reason)
            report = LessonReport(lesson.path, faults=(Fault(1, message),))
    sender.send(report)


def _stop(process: Any) -> None:
    if process.pid is not None and hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
