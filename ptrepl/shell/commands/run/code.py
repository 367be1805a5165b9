"""``%time`` and ``%run``: the learner's code, run as if it had been typed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ptrepl.errors import UsageError
from ptrepl.screen.line import Line, text_line
from ptrepl.screen.paragraphs import told
from ptrepl.shell.command import words_of
from ptrepl.shell.context import Leave, ShellContext
from ptrepl.shell.script import read_script
from ptrepl.texts.messages import gettext


def time_code(context: ShellContext, code: str) -> bool:
    """``%time STATEMENT``. What stands on the accelerator's queue before it is not counted, what it puts there is."""
    if not code.strip():
        raise UsageError(gettext("%time wants a statement, such as %time x @ x."))
    _synchronize()
    wall, processor = time.perf_counter(), time.process_time()
    succeeded = context.run_source(code.strip(), None)
    waited = _synchronize()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    spent = sum(outcome.seconds for outcome in context.outcomes) + waited
    # the rest is our own look at the tensors: one thread that waits for nothing, as much processor time as wall time
    context.printer.lines([time_line(spent, max(processor - (wall - spent), 0.0))])
    return succeeded


def _synchronize() -> float:
    """Wait until the accelerator has done its work, if one is in use; the seconds waited."""
    accelerator = getattr(sys.modules.get("torch"), "accelerator", None)
    began = time.perf_counter()
    try:
        if accelerator is None or not accelerator.is_available():
            return 0.0
        accelerator.synchronize()
    except RuntimeError:
        pass  # an accelerator that has failed raises this for whatever one asks of it
    return time.perf_counter() - began


def time_line(wall: float, processor: float) -> Line:
    """Both times, in seconds, in the unit that fits each."""
    said = gettext("wall time {wall}, CPU time {processor}", wall=_duration(wall), processor=_duration(processor))
    return text_line(said, "dim")


def _duration(seconds: float) -> str:
    if seconds >= 100:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest} s"
    for factor, unit in ((1, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.0f} µs"


def run_file(context: ShellContext, arguments: str) -> bool:
    """``%run FILE [ARGS]``: in the session's namespace, with its own ``sys.argv``, ``sys.path`` and ``__file__``."""
    words = words_of("%run", arguments)
    if not words:
        raise UsageError(gettext("%run wants a file, such as %run train.py."))
    path = os.path.expanduser(words[0])
    text = read_script(path)
    with _as_script(context.session.namespace, path, words[1:]):
        try:
            return context.run_source(text, path)
        except Leave as leave:
            # a script may end in sys.exit(): that ends the script, not the session
            if leave.status:
                said = gettext("{file} left with exit status {status}.", file=words[0], status=leave.status)
                context.printer.error(told(said, context.printer.error_width, "bad"))
            return leave.status == 0


@contextmanager
def _as_script(namespace: dict[str, Any], path: str, arguments: list[str]) -> Iterator[None]:
    """What a script finds in ``sys`` and in its namespace; undone when it has run."""
    argv, before = sys.argv, namespace.get("__file__")
    folder = os.path.dirname(os.path.abspath(path))
    sys.argv = [path, *arguments]
    sys.path.insert(0, folder)
    namespace["__file__"] = path
    try:
        yield
    finally:
        sys.argv = argv
        if folder in sys.path:
            sys.path.remove(folder)
        if before is None:
            namespace.pop("__file__", None)
        else:
            namespace["__file__"] = before
