"""Errors of ptrepl itself: kept in one file of bounded size, and told the user in one line.

Whatever goes wrong here is passed over: the log must not make of one error two. ``PTREPL_DEBUG=1`` prints each
traceback as well.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from ptrepl.state_files import append_lines, read_lines
from ptrepl.texts.messages import gettext

_Answer = TypeVar("_Answer")
_LARGEST = 256 * 1024
"""Bytes of the file; a full one becomes ``errors.log.1``, in place of an older one of that name."""
_LARGEST_ENTRY = 16 * 1024
_MOST_EACH = 3
"""Entries of one place in our code from one process: an error that comes with every key must not fill the file."""
_MOST_FRAMES = 30
_MOST_EARLIER = 5
_HEAD = "== "

_counts: dict[tuple[str, str, int | None], int] = {}
_cause, _context, _trace, _args = (
    vars(BaseException)[name].__get__ for name in ("__cause__", "__context__", "__traceback__", "args")
)


class Log(NamedTuple):
    """What the log holds. ``last``: when its newest entry was written, ``2026-03-01 14:05:09``; "" for none.

    ``problem``: why it cannot be read.
    """

    path: str
    entries: int = 0
    last: str = ""
    problem: str = ""


def log_path() -> Path:
    """``errors.log`` in the folder of the state. Raises ImportError without platformdirs."""
    from ptrepl.folders import state_folder

    return state_folder() / "errors.log"


def log(error: BaseException, doing: str) -> bool:
    """Keep ``error``, which is ours, with its traceback; whether it is in the log now. Never raises.

    ``doing``: what we were at, in a few words: "comparing the tensors". Runs no code of the error's own class, which
    may be the learner's: of its message only plain values are kept.
    """
    try:
        if os.environ.get("PTREPL_DEBUG") == "1":
            _show(error, doing)
        place = _place_of(error)
        _counts[place] = _counts.get(place, 0) + 1
        if _counts[place] > _MOST_EACH:
            return True
        return _write(_entry(error, doing))
    except Exception:  # recursion may have no room left, the disk neither
        return False


def none_if_it_fails(doing: str, ask: Callable[[], _Answer]) -> _Answer | None:
    """What ``ask()`` gives; None where that fails, which the log keeps: what only advises must end nothing."""
    try:
        return ask()
    except Exception as mistake:
        log(mistake, doing)
        return None


def own_error(error: BaseException, doing: str) -> str:
    """Keep ``error`` and say so, in the one line that the user reads."""
    written = log(error, doing)
    if isinstance(error, MemoryError):
        return gettext("There is not enough memory left for this. del what you no longer need, or raise the limit.")
    try:
        path = str(log_path())
    except Exception:
        path = "errors.log"
    name = type.__dict__["__name__"].__get__(type(error))
    if not written:
        return gettext(
            "ptrepl itself failed ({error}). No log could be written; PTREPL_DEBUG=1 shows more.",
            error=name,
        )
    return gettext("ptrepl itself failed ({error}). Details are in {path}.", error=name, path=path)


def read_log() -> Log:
    """What the log holds. Raises ImportError without platformdirs; OSError for a file that cannot be read."""
    path = log_path()
    count, last = 0, ""
    for each in (path.with_name(path.name + ".1"), path):
        for line in _lines_of(each):
            if line.startswith(_HEAD):
                count, last = count + 1, line[len(_HEAD) :][:19]
    return Log(str(path), count, last)


def _lines_of(path: Path) -> list[str]:
    try:
        found = read_lines(path, 2 * _LARGEST)
    except FileNotFoundError:
        return []
    return [line.decode(errors="replace") for line in found.lines]


def _show(error: BaseException, doing: str) -> None:
    sys.stderr.write(_entry(error, doing))
    sys.stderr.flush()


def _write(entry: str) -> bool:
    path = log_path()
    try:
        append_lines(path, [entry.removesuffix("\n").encode("utf-8", "backslashreplace")])
        if path.stat().st_size > _LARGEST:
            with suppress(OSError):  # another session was first
                os.replace(path, path.with_name(path.name + ".1"))
    except OSError:
        return False
    return True


def _entry(error: BaseException, doing: str) -> str:
    from ptrepl import __version__

    when = time.strftime("%Y-%m-%d %H:%M:%S")
    python = ".".join(map(str, sys.version_info[:3]))
    torch = getattr(sys.modules.get("torch"), "__version__", "not loaded")
    head = f"{_HEAD}{when} ptrepl {__version__}, Python {python}, torch {torch}: while {doing}\n"
    text = "".join(_formatted(error))
    if len(text) > _LARGEST_ENTRY:
        half = _LARGEST_ENTRY // 2
        text = f"{text[:half]}\n  …\n{text[-half:]}"
    return head + "".join(f"  {line}\n" for line in text.rstrip("\n").split("\n"))


def _formatted(error: BaseException) -> Iterator[str]:
    chain: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and len(chain) < _MOST_EARLIER and not any(each is known for known in chain):
        chain.append(each)
        each = _cause(each) or _context(each)
    for each in reversed(chain):
        yield "Traceback (most recent call last):\n"  # not a sentence: Python's own
        yield from traceback.StackSummary.extract(traceback.walk_tb(_trace(each)), limit=-_MOST_FRAMES).format()
        yield f"{type.__dict__['__qualname__'].__get__(type(each))}: {_message(each)}\n"


def _message(error: BaseException) -> str:
    return ", ".join(_plain(each) for each in _args(error))


def _plain(value: object) -> str:
    if type(value) is str:
        return value
    return repr(value) if type(value) in (int, float, bool, bytes, type(None)) else "…"


def _place_of(error: BaseException) -> tuple[str, str, int | None]:
    trace, name = _trace(error), type.__dict__["__qualname__"].__get__(type(error))
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (name, "", None) if trace is None else (name, trace.tb_frame.f_code.co_filename, trace.tb_lineno)
