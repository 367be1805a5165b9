"""An exception → an ``ErrorReport``: frames from the learner's first line on, as text and as data."""

from __future__ import annotations

import os
import sys
import sysconfig
import traceback
from collections.abc import Callable
from functools import cache
from types import TracebackType
from typing import Any

from ptrepl.engine.outcome import ErrorReport, Frame
from ptrepl.engine.watch.kinds import type_name
from ptrepl.folders import PACKAGE

_MOST_FRAMES = 2_000
_PACKAGES = ("site-packages", "dist-packages")


@cache
def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    folders = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders.add(PACKAGE)
    # torch may lie beside the environment that runs us: --system-site-packages, pip install --user, a .pth file
    folders.update(entry for entry in sys.path if os.path.basename(entry) in _PACKAGES)
    return tuple(os.path.abspath(folder) + os.sep for folder in sorted(folders))


def is_learner_file(filename: str) -> bool:
    """Whether code of ``filename`` is the learner's: typed, or a file outside the libraries."""
    if filename.startswith("<"):
        return filename.startswith("<ptrepl") or filename == "<string>"
    return not os.path.abspath(filename).startswith(_library_folders())


def trim(trace: TracebackType | None, *own: str) -> TracebackType | None:
    """``trace`` from its first frame that is not code of ``own``: files or folders that run the learner's code."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(own):
        trace = trace.tb_next
    return trace


def report_of(
    error: BaseException, trace: TracebackType | None, learner_files: Callable[[str], bool] = is_learner_file
) -> ErrorReport:
    """The report of ``error``. Never raises, whatever the learner's exception class does in ``__str__``.

    ``learner_files``: whether a file of that name holds code of the learner's.
    """
    try:
        summary = traceback.TracebackException(type(error), error, trace, compact=True, limit=None)
        return _report(summary, set(), learner_files)
    except Exception as second:
        name = type_name(error)
        text = f"{name}: <its message could not be read: {type_name(second)}>\n"
        return ErrorReport(name, "", (), text, final=text)


def _report(summary: traceback.TracebackException, seen: set[int], learner_files: Callable[[str], bool]) -> ErrorReport:
    seen.add(id(summary))
    exception = summary.exc_type
    module = getattr(exception, "__module__", "")
    name = getattr(exception, "__qualname__", "Exception")
    if module not in ("builtins", "__main__"):
        name = f"{module}.{name}"
    text = "".join(summary.format())
    earlier, link = summary.__cause__, "cause"
    if earlier is None and not summary.__suppress_context__:
        earlier, link = summary.__context__, "context"
    stack = summary.stack or traceback.StackSummary()
    frames = tuple(_frame(entry, stack, learner_files) for entry in stack[-_MOST_FRAMES:])
    return ErrorReport(
        type_name=name,
        message=_message(summary),
        frames=frames,
        text=text,
        final=_final(summary, text),
        notes=_notes(summary),
        is_syntax_error=issubclass(exception, SyntaxError),
        earlier=None if earlier is None or id(earlier) in seen else _report(earlier, seen, learner_files),
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


def _frame(entry: traceback.FrameSummary, stack: traceback.StackSummary, learner_files: Callable[[str], bool]) -> Frame:
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
    learner = learner_files(entry.filename)
    return Frame(entry.filename, entry.lineno, entry.name, line, start, end, learner, text)


def plain_code(code: object) -> int | str | None:
    """The code of SystemExit, or what Python would print of it; an outcome holds no object of the learner's."""
    if code is None or isinstance(code, (int, str)):
        return code
    try:
        return str(code)
    except Exception:
        return type(code).__name__
