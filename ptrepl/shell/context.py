"""What a command works on: the session, the printer, the settings, the lesson that is open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ptrepl.engine.outcome import Outcome
from ptrepl.engine.run.session import Session
from ptrepl.screen.printer import Printer
from ptrepl.shell.recording import Recording


class Leave(Exception):
    """The session is over; ``status`` is the exit status of the program."""

    def __init__(self, status: int = 0) -> None:
        super().__init__(status)
        self.status = status


class LessonAtPrompt(Protocol):
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

    @property
    def id(self) -> str:
        """The lesson's id, as ``--lesson`` takes it; "" once the lesson is over."""
        ...

    def unbound(self, name: str) -> str:
        """A sentence about a name that is not defined, if the lesson has it; else ""."""
        ...

    def command(self, name: str, arguments: str) -> None:
        """Do what ``%name arguments`` asks for: one of the commands that belong to lessons. Raises PtreplError."""
        ...


class Past(Protocol):
    """What was typed in earlier sessions and in this one."""

    def load_history_strings(self) -> Iterable[str]:
        """All inputs, the newest first."""
        ...

    def append_string(self, string: str) -> None:
        """Add one input."""
        ...


@dataclass(slots=True)
class Settings:
    """What the user chose, on the command line, in the configuration or since; ``config.KEYS`` says what each means."""

    xray: str = "line"
    device: str = "auto"
    plain: bool = False
    seed: int | None = None
    vi: bool = False
    suggest: bool = True
    traps: bool = True
    theme: str = "auto"
    language: str | None = None
    startup: str | None = None
    history: bool = True
    sources: dict[str, str] = field(default_factory=dict)
    """Name of a setting → where it comes from, for those that are not the default."""
    file: str = ""
    """The configuration file, whether or not it exists."""


@dataclass(slots=True)
class ShellContext:
    """Handed to every command.

    ``run_source(source, filename)`` runs and shows code as if it had been typed; whether all of it succeeded. It
    leaves what each statement did in ``outcomes``, and raises Leave where the code leaves. ``read_line(prompt)`` asks
    the user; None where there is no one to ask.
    """

    session: Session
    printer: Printer
    settings: Settings = field(default_factory=Settings)
    lesson: LessonAtPrompt | None = None
    recording: Recording = field(default_factory=Recording)
    past: Past | None = None
    prefill: str = ""
    """What a command puts into the next prompt."""
    read_line: Callable[[str], str] | None = None
    stdin_is_tty: bool = False
    run_source: Callable[[str, str | None], bool] = field(init=False)
    outcomes: list[Outcome] = field(default_factory=list)
    """Of the last input."""
    failed: Outcome | None = None
    """The last statement that raised."""
    fix_key: str = ""
    """The key that puts a fix into the prompt; "" where there is none."""
    fixes: tuple[str, ...] = ()
    """The code that was offered for what the last code failed with."""
