"""An exception → an ``ErrorReport``: frames from the learner's first line on, as text and as data."""

from __future__ import annotations

import os
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from types import TracebackType
from typing import Any

from ptrepl.engine.outcome import ErrorReport, Frame
from ptrepl.engine.watch.kinds import type_name
from ptrepl.folders import PACKAGE
from ptrepl.texts.messages import gettext

_MOST_FRAMES = 2_000
_PACKAGES = ("site-packages", "dist-packages")
_PYTHONS = ("<frozen ", "<string>", "<__array_function__", "<eval_with_key>")
"""How the file names begin of code that Python itself and libraries compile, and that the learner calls."""
_MADE_BY_CLASS = 1 << 9
"""Py_TPFLAGS_HEAPTYPE: what Python's own exceptions do not have."""
_flags = vars(type)["__flags__"].__get__
_cause, _context, _trace = (vars(BaseException)[name].__get__ for name in ("__cause__", "__context__", "__traceback__"))


@cache
def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    folders = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders.add(PACKAGE)
    # torch may lie beside the environment that runs us: --system-site-packages, pip install --user, a .pth file
    folders.update(entry for entry in sys.path if os.path.basename(entry) in _PACKAGES)
    return tuple(os.path.abspath(folder) + os.sep for folder in sorted(folders))


_CYTHON = (".pyx", ".pxi", ".pxd")


def is_learner_file(filename: str) -> bool:
    """Whether code of ``filename`` is the learner's: typed, or a file outside the libraries."""
    if filename.startswith("<"):
        return filename.startswith("<ptrepl") or filename == "<string>"
    if filename.endswith(_CYTHON):  # as the library's author compiled it: a path that is on no other machine
        return False
    return not os.path.abspath(filename).startswith(_library_folders())


def is_run_as_text(filename: str) -> bool:
    """Whether code of ``filename`` was compiled from a text that somebody named, and not by Python or a library."""
    return filename.startswith("<") and not filename.startswith(_PYTHONS)


def trim(trace: TracebackType | None, *own: str) -> TracebackType | None:
    """``trace`` from its first frame that is not code of ``own``: files or folders that run the learner's code."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(own):
        trace = trace.tb_next
    return trace


def without_ours(trace: TracebackType | None) -> TracebackType | None:
    """Nothing where all frames of ``trace`` are ours: those of a value that could not be printed."""
    each = trace
    while each is not None and each.tb_frame.f_code.co_filename.startswith(PACKAGE + os.sep):
        each = each.tb_next
    return None if each is None else trace


def report_of(
    error: BaseException, trace: TracebackType | None, learner_files: Callable[[str], bool] = is_learner_file
) -> ErrorReport:
    """The report of ``error``. Never raises, whatever the learner's exception class does in ``__str__``.

    ``learner_files``: whether a file of that name holds code of the learner's.
    """
    try:
        summary = traceback.TracebackException(type(error), error, trace, compact=True, limit=_limit())
        return _report(summary, error, trace, set(), learner_files)
    except Exception as second:
        name = type_name(error)
        if not _flags(type(error)) & _MADE_BY_CLASS:  # it is the reading of the traceback that failed
            with suppress(Exception):
                final = f"{name}: {error}\n"
                return ErrorReport(name, str(error), (), final, final=final)
        message = gettext("its message could not be read: {error}", error=type_name(second))
        text = f"{name}: <{message}>\n"
        return ErrorReport(name, "", (), text, final=text)


def _limit() -> int | None:
    """``sys.tracebacklimit`` as CPython reads it: the last so many frames, where ``traceback`` takes the first."""
    limit = getattr(sys, "tracebacklimit", None)
    return -max(limit, 0) if type(limit) is int else None


def _whose(trace: TracebackType | None, learner_files: Callable[[str], bool]) -> list[bool | None]:
    """For each frame of ``trace`` whether it is the learner's; None for one of ours.

    What they have compiled under a name of their own, ``exec(compile(code, "<mine>", "exec"))``, runs in their names,
    or is called by a line of theirs.
    """
    found: list[bool | None] = []
    theirs: list[dict[str, Any]] = []
    before: bool | None = False
    for each in _each(trace):
        frame = each.tb_frame
        name = frame.f_code.co_filename
        learner: bool | None = learner_files(name)
        if not learner and name.startswith(PACKAGE + os.sep):
            learner = None
        elif not learner and is_run_as_text(name):
            learner = before is True or any(frame.f_globals is names for names in theirs)
        if learner:
            theirs.append(frame.f_globals)
        found.append(learner)
        before = learner
    return found


def _each(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _report(
    summary: traceback.TracebackException,
    error: BaseException | None,
    trace: TracebackType | None,
    seen: set[int],
    learner_files: Callable[[str], bool],
) -> ErrorReport:
    seen.add(id(summary))
    stack = summary.stack or traceback.StackSummary()
    whose = _whose(trace, learner_files)[-len(stack) :] if stack else []
    if None in whose and True in whose:
        stack[:] = [entry for entry, learner in zip(stack, whose, strict=True) if learner is not None]
        whose = [learner for learner in whose if learner is not None]
    exception = summary.exc_type
    module = getattr(exception, "__module__", "")
    name = getattr(exception, "__qualname__", "Exception")
    if module not in ("builtins", "__main__"):
        name = f"{module}.{name}"
    text = "".join(summary.format())
    earlier, link = summary.__cause__, "cause"
    if earlier is None and not summary.__suppress_context__:
        earlier, link = summary.__context__, "context"
    shown = list(zip(stack, whose, strict=True))[-_MOST_FRAMES:]
    frames = tuple(_frame(entry, stack, bool(learner)) for entry, learner in shown)
    before = None if error is None else (_cause(error) if link == "cause" else _context(error))
    return ErrorReport(
        type_name=name,
        message=_message(summary),
        frames=frames,
        text=text,
        final=_final(summary, text),
        notes=_notes(summary),
        is_syntax_error=issubclass(exception, SyntaxError),
        earlier=None
        if earlier is None or id(earlier) in seen
        else _report(earlier, before, None if before is None else _trace(before), seen, learner_files),
        link=link if earlier is not None else "",
    )


def _final(summary: traceback.TracebackException, text: str) -> str:
    only = "".join(summary.format_exception_only())
    if summary.exceptions is None:
        return only
    # the members of a group stand below it, behind a margin; a deeper group has a deeper margin
    return text[text.rindex("\n  | " + only.partition("\n")[0]) + 1 :]


def _notes(summary: traceback.TracebackException) -> tuple[str, ...]:
    notes: Any = getattr(summary, "__notes__", None)
    return tuple(note for note in notes if type(note) is str) if type(notes) in (list, tuple) else ()


def _message(summary: traceback.TracebackException) -> str:
    if issubclass(summary.exc_type, SyntaxError):
        return getattr(summary, "msg", "") or ""
    return str(getattr(summary, "_str", ""))


def _frame(entry: traceback.FrameSummary, stack: traceback.StackSummary, learner: bool) -> Frame:
    # colno counts bytes in UTF-8; the line is text, without its indent when FrameSummary gives it as ``line``
    original = getattr(entry, "_original_line", None) or entry.line or ""
    line = original.strip()
    start = end = None
    if entry.colno is not None and entry.end_colno is not None and entry.end_lineno == entry.lineno:
        raw = original.rstrip().encode()
        indent = len(original) - len(original.lstrip())
        start = len(raw[: entry.colno].decode(errors="replace")) - indent
        end = len(raw[: entry.end_colno].decode(errors="replace")) - indent
    text = stack.format_frame_summary(entry)
    return Frame(entry.filename, entry.lineno, entry.name, line, start, end, learner, text)


def plain_code(leaving: SystemExit) -> int | str | None:
    """The code of ``leaving``, or what Python would print of it; an outcome holds none of the learner's objects.

    As Python does, it prints the exception itself where that has no code to read.
    """
    try:
        code: object = leaving.code
    except Exception:
        code = leaving
    if code is None or isinstance(code, (int, str)):
        return code
    try:
        return str(code)
    except Exception:
        return type(code).__name__
