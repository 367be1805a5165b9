"""The values that the expressions inside one block show, as at Python's prompt; what comes again is counted.

A loop of 300 rounds with ``w.grad.zero_()`` in it shows ``tensor(0.)`` once and then how often it came. The first few
echoes are shown as they come; after that, one that was shown before is counted.
"""

from __future__ import annotations

import ast
import builtins
import sys
from types import TracebackType
from typing import Any

from ptrepl.texts.messages import ngettext

_ALL_SHOWN = 20
"""Echoes up to which only those are folded that repeat the one just before."""
_IN_A_ROW = 3
"""Equal echoes that are shown before those that follow are counted."""
_BLOCKS = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
_LONGEST = 40
"""Characters of an echo that are repeated beside its count."""
_repr, _str, _len = repr, str, len  # while the learner's code runs, every builtin may be the learner's


def is_block(node: ast.stmt) -> bool:
    """Whether expressions inside a statement show their values, as at Python's prompt."""
    return isinstance(node, _BLOCKS)


class Echoes:
    """The displayhook of one block. ``end`` says how often what was left out has come."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._last = ""
        self._shown = 0
        self._run = 0
        self._times: dict[str, int] = {}
        self._told: dict[str, int] = {}

    def show(self, value: Any) -> None:
        """What ``sys.__displayhook__`` does, unless the same was shown before."""
        if value is None:
            return
        builtins._ = None  # type: ignore[attr-defined]
        text = _repr(value)
        times = self._times[text] = self._times.get(text, 0) + 1
        self._run = self._run + 1 if text == self._last else 1
        few = self._run <= _IN_A_ROW and (times == 1 or self._shown < _ALL_SHOWN)
        if few:
            self._tell(self._last if text != self._last else "")
            self._write(text)
            self._told[text] = times
            self._shown += 1
        self._last = text if few else self._last
        builtins._ = value  # type: ignore[attr-defined]

    def end(self) -> None:
        """Say how often each text has come that was not shown every time."""
        self._tell(self._last)
        for text in [*self._times]:
            self._tell(text)
        self._forget()

    def _tell(self, text: str) -> None:
        times = self._times.get(text, 0)
        if times == self._told.get(text, 0):
            return
        self._told[text] = times
        said = ngettext("… {count} time", "… {count} times", times)
        first = text.partition("\n")[0]
        shown = first if _len(first) <= _LONGEST else first[:_LONGEST] + "…"
        self._write(said if text == self._last else f"{shown}  {said}")

    def _write(self, text: str) -> None:
        stream: Any = sys.stdout
        try:
            stream.write(text)
        except UnicodeEncodeError:
            encoding = stream.encoding
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding, "strict"))
        stream.write("\n")


def without_echoes(trace: TracebackType | None) -> TracebackType | None:
    """The traceback without the frames of this module: the learner's ``__repr__`` is called from their own line."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    here = trace
    while here is not None:
        while here.tb_next is not None and here.tb_next.tb_frame.f_code.co_filename == __file__:
            here.tb_next = here.tb_next.tb_next
        here = here.tb_next
    return trace
