"""What was typed in this session and what came of it, for ``%save``, ``%history`` and ``%edit``.

What a statement prints is captured at ``sys.stdout.write`` alone, and only while the statement runs: the stream itself
stays the one that it was, a terminal or not. What goes round it (``sys.stdout.buffer``, programs that are started,
stderr) is not captured. All else is in the outcomes, which hold facts and text and none of the learner's objects.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ptrepl.engine.outcome import Outcome, Status

MOST_CAPTURED = 20_000
"""Characters that are kept of what one statement prints."""


class CapturedOutput:
    """The text that a statement writes to stdout, up to ``MOST_CAPTURED`` characters."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = MOST_CAPTURED
        self.listening = True

    def take(self, text: str) -> None:
        """Keep ``text`` as far as there is room."""
        if self.listening and self._room > 0:
            self._parts.append(text[: self._room])
            self._room -= len(text)
            if self._room < 0:
                self._parts.append("\n…")

    @property
    def text(self) -> str:
        """As it stands on the screen: what a progress bar has overwritten is gone."""
        lines = "".join(self._parts).split("\n")
        return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


@dataclass(frozen=True, slots=True)
class RecordedOutput:
    """One statement and what it printed. ``xray``: how much was shown of its tensors."""

    outcome: Outcome
    printed: str
    xray: str


@dataclass(slots=True)
class RecordedInput:
    """One input. ``code``: what of it was run as Python, "" for a command that ran none, or a file."""

    typed: str
    code: str = ""
    ran: list[RecordedOutput] = field(default_factory=list)

    @property
    def succeeded(self) -> bool:
        """Whether every statement of it ran to its end."""
        return all(each.outcome.status is Status.OK for each in self.ran)


class Recording:
    """The inputs of a session, in order."""

    def __init__(self) -> None:
        self.entries: list[RecordedInput] = []
        self._open: RecordedInput | None = None

    @contextmanager
    def input(self, text: str) -> Iterator[None]:
        """An input that is being handled; what runs meanwhile belongs to it."""
        self._open = RecordedInput(text)
        self.entries.append(self._open)
        try:
            yield
        finally:
            self._open = None

    def outcomes(self, source: str, filename: str | None, outcomes: Iterator[Outcome], xray: str) -> Iterator[Outcome]:
        """Pass ``outcomes`` on, the statements of ``source``, and keep them with what each printed."""
        entry = self._open
        if entry is None:
            if filename is not None:
                yield from outcomes  # a script, which was not typed
                return
            entry = RecordedInput(source)
            self.entries.append(entry)
        if filename is None:
            entry.code = f"{entry.code}\n{source}" if entry.code else source
        while True:
            with capturing() as captured:
                outcome = next(outcomes, None)
            if outcome is None:
                return
            entry.ran.append(RecordedOutput(outcome, captured.text, xray))
            yield outcome

    def printed_by(self, outcomes: Sequence[Outcome]) -> str:
        """What these statements of the last input have written to stdout."""
        if not self.entries:
            return ""
        return "".join(each.printed for each in self.entries[-1].ran if any(each.outcome is one for one in outcomes))


@contextmanager
def capturing() -> Iterator[CapturedOutput]:
    """Keeps what is written to stdout meanwhile, which goes where it goes."""
    captured = CapturedOutput()
    stream: Any = sys.stdout
    write: Any = getattr(stream, "write", None)

    any_failure = Exception  # a name of ours: the builtins may be gone

    def write_and_tell(text: str) -> Any:
        written = write(text)
        try:
            captured.take(text)
        except any_failure:  # it runs among the learner's builtins, and len may be None there
            captured.listening = False
        return written

    try:
        before = vars(stream).get("write")
        stream.write = write_and_tell
    except (AttributeError, TypeError):  # no stream, or one that takes no attributes
        yield captured
        return
    try:
        yield captured
    finally:
        # code that has kept the function, or put another in its place, finds it harmless
        captured.listening = False
        if vars(stream).get("write") is write_and_tell:
            if before is None:
                del stream.write
            else:
                stream.write = before
