"""What a command works on: the session, the printer, the settings, the lesson that is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ptrepl.engine.outcome import Outcome
from ptrepl.engine.session import Session
from ptrepl.screen.printer import Printer

__all__ = ["Leave", "Lesson", "Settings", "ShellContext"]


class Leave(Exception):
    """The session is over; ``status`` is the exit status of the program."""

    def __init__(self, status: int = 0) -> None:
        super().__init__(status)
        self.status = status


class Lesson(Protocol):
    """An open lesson, as the loop and the commands see it."""

    @property
    def label(self) -> str:
        """Lesson and step in a few words, for the bar; "" once the lesson is over."""
        ...

    @property
    def mode(self) -> Literal["python", "answer", "continue"]:
        """What the next line is first taken for: Python, an answer, or, if it is empty, going on."""
        ...

    @property
    def prefill(self) -> str:
        """What stands in the prompt already: the starter of a task."""
        ...

    def put_away(self) -> None:
        """Do not put the starter into the prompt again, until a command of the lesson is given."""
        ...

    @property
    def finished(self) -> bool:
        """Whether the lesson has ended or was left."""
        ...

    @property
    def completed(self) -> bool:
        """Whether every step was done."""
        ...

    def advance(self) -> None:
        """An empty line where the lesson waits for Enter."""
        ...

    def answer(self, text: str) -> bool:
        """A line at the question; False if it is no answer but code to run."""
        ...

    def ran(self, outcomes: list[Outcome]) -> None:
        """The learner's own input has run."""
        ...

    def command(self, name: str, arguments: str) -> None:
        """Do what ``%name arguments`` asks for: one of the commands that belong to lessons. Raises PtreplError."""
        ...


@dataclass(slots=True)
class Settings:
    """What the user chose, on the command line or since. ``xray``: "off", "line" or "full"."""

    xray: str = "line"
    device: str = "auto"
    plain: bool = False
    seed: int | None = None


@dataclass(slots=True)
class ShellContext:
    """Handed to every command.

    ``run_source(source, filename)`` runs and shows code as if it had been typed; whether all of it succeeded. It
    leaves what each statement did in ``outcomes``, and raises Leave where the code leaves. ``read_line(prompt)`` asks
    the user; None where there is nobody to ask.
    """

    session: Session
    printer: Printer
    settings: Settings = field(default_factory=Settings)
    lesson: Lesson | None = None
    read_line: Callable[[str], str] | None = None
    stdin_is_tty: bool = False
    run_source: Callable[[str, str | None], bool] = field(init=False)
    outcomes: list[Outcome] = field(default_factory=list)
    """Of the last input."""
