"""What a command works on: the session, the printer, the settings, the lesson that is open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Literal, Protocol

from ptrepl.screen.paragraphs import told
from ptrepl.texts.messages import gettext, ngettext

if TYPE_CHECKING:
    from ptrepl.engine.outcome import Outcome
    from ptrepl.engine.run.session import Session
    from ptrepl.errors import PtreplError
    from ptrepl.screen.printer import Printer
    from ptrepl.shell.live.panel import Panel
    from ptrepl.shell.pictures.offered import OfferedViewer
    from ptrepl.shell.pins import Pins
    from ptrepl.shell.resilience.own_streams import OwnStreams
    from ptrepl.shell.resilience.put_back import Libraries
    from ptrepl.shell.resilience.reserve import Reserve
    from ptrepl.shell.transcript.recording import Recording


_MOST_NAMES = 3


class Leave(Exception):
    """The session is over; ``status`` is the exit status of the program."""

    def __init__(self, status: int = 0) -> None:
        super().__init__(status)
        self.status = status


class Advise(Protocol):
    """Shows what is known of traps and errors in an input, unless the lesson has ``answered`` it.

    ``fails``: whether code that would be offered is known to fail the step.
    """

    def __call__(self, *, answered: bool, fails: Callable[[str], bool]) -> None: ...


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

    @property
    def kept(self) -> str:
        """The starter of a task that was put away; "" once it has been tried."""
        ...

    def ask(self, read_line: Callable[[str, str], str], prefill: str) -> str:
        """Read an answer, with a prompt of its own: a line, or as many as a table in brackets takes."""
        ...

    def said_about(self, word: str) -> str:
        """What its text has said about ``word``, in a sentence; "" where it has not spoken of it."""
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

    @property
    def names_first(self) -> tuple[frozenset[str], ...]:
        """Names that completion offers before others, those of the first set before those of the next."""
        ...

    @property
    def way_back(self) -> str:
        """How it is opened again by whoever leaves the program now; "" for a lesson that is over."""
        ...

    def advance(self) -> None:
        """An empty line where the lesson waits for Enter."""
        ...

    @property
    def offered(self) -> str:
        """The lesson that an empty line opens now; "" for none."""
        ...

    def decline(self) -> None:
        """Something else was typed: an empty line opens no lesson any more."""
        ...

    def close(self) -> None:
        """Another lesson takes its place: the defaults that the learner has set hold again."""
        ...

    def doubts(self, text: str) -> bool:
        """Whether ``text`` is an answer with a ``?`` behind it, and no call for help."""
        ...

    def answer(self, text: str) -> bool:
        """A line at the question; False if it is no answer but code to run."""
        ...

    def ran(self, outcomes: list[Outcome], advise: Advise) -> None:
        """The learner's own input has run. ``advise``: called before the lesson speaks."""
        ...

    @property
    def id(self) -> str:
        """The lesson's id, as ``--lesson`` takes it; "" once the lesson is over."""
        ...

    @property
    def key(self) -> str:
        """The lesson's id, also once it is over."""
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


class Settings:
    """What the user chose, on the command line, in the configuration or since; ``config.KEYS`` says what each means."""

    # no dataclass: making one, and this class and the next of it, would keep the first prompt waiting for 3 ms
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
    images: str = "auto"

    def __init__(self, file: str = "") -> None:
        self.file = file
        """The configuration file, whether or not it exists."""
        self.sources: dict[str, str] = {}
        """Name of a setting → where it comes from, for those that are not the default."""


class ShellContext:
    """Handed to every command. It is there before the first prompt; the session is made with the first input.

    ``run_source(source, filename)`` runs and shows code as if it had been typed; whether all of it succeeded. It
    leaves what each statement did in ``outcomes``, and raises Leave where the code leaves. ``read_line(prompt)`` asks
    the user; None where there is no one to ask.
    """

    run_source: Callable[[str, str | None], bool]
    run_command: Callable[[str], bool]
    """Gives a command as if it had been typed, and shows what it complains of; whether it succeeded."""

    def __init__(
        self,
        make_session: Callable[[], Session],
        printer: Printer,
        settings: Settings | None = None,
        *,
        stdin_is_tty: bool = False,
    ) -> None:
        self._make_session = make_session
        self._session: Session | None = None
        self._making = Lock()
        self.printer = printer
        self.settings = settings or Settings()
        self.stdin_is_tty = stdin_is_tty
        self.lesson: LessonAtPrompt | None = None
        self.past: Past | None = None
        self.prefill = ""
        """What a command puts into the next prompt."""
        self.read_line: Callable[[str], str] | None = None
        self.read_key: Callable[[str], str] | None = None
        """Asks for one key; None where a line has to be typed."""
        self.libraries: Libraries | None = None
        """Our libraries as they were before the first statement."""
        self.torch_failure: Callable[[], PtreplError | None] = lambda: None
        """Why torch could not be imported, once that is known."""
        self.figures: OfferedViewer | None = None
        """Who shows the figures of matplotlib."""
        self.takes_svg: Callable[[str], None] | None = None
        """Gets what ``%plot`` and ``%graph`` show, as SVG, beside the words; None where it is drawn in characters."""
        self.own_streams: OwnStreams | None = None
        """At a terminal: what the prompt reads from and draws on, whatever becomes of the standard streams."""
        self.outcomes: list[Outcome] = []
        """Of the last input."""
        self.failed: Outcome | None = None
        """The last statement that raised."""
        self.advised: Outcome | None = None
        """The last statement that a trap spoke of, if nothing has raised since."""
        self.pins: Pins | None = None
        """What ``%watch`` follows; None while that is nothing."""
        self.panel: Panel | None = None
        """Where a statement that runs is drawn, below what it prints."""
        self.has_bar = False
        """Whether the prompt has a bar at the bottom, which shows the pins."""
        self._is_suspect = False
        self.fix_key = ""
        """The key that puts a fix into the prompt; "" where there is none."""
        self.fixes: tuple[str, ...] = ()
        """The code that was offered for what the last code failed with."""

    @property
    def session(self) -> Session:
        """The session, made when it is first asked for: by Enter, or by a thread that completes a name."""
        if self._session is None:
            with self._making:
                if self._session is None:
                    self._session = self._make_session()
        return self._session

    @cached_property
    def recording(self) -> Recording:
        """What was typed and what came of it."""
        from ptrepl.shell.transcript.recording import Recording

        return Recording()

    @cached_property
    def reserve(self) -> Reserve:
        """Descriptors and address space for us, where the learner's code has used up all others."""
        from ptrepl.shell.resilience.reserve import Reserve

        return Reserve()

    def suspect(self) -> None:
        """Something of ours has failed, perhaps broken by the learner's code: see to it before the next prompt."""
        self._is_suspect = True

    def mend(self) -> None:
        """Put back what the learner's code has broken, where something failed, and at a terminal what it has closed."""
        self.mend_streams()
        if self._is_suspect:
            self._is_suspect = False
            self.tell_replaced()

    def mend_streams(self) -> None:
        """At a terminal, open again what the learner's code has closed, and say so."""
        for name in self.own_streams.mend() if self.own_streams is not None else ():
            said = gettext("{name} was closed; ptrepl has opened it again.", name=name)
            self.printer.error(told(said, self.printer.error_width, "warn"))

    def tell_replaced(self) -> bool:
        """Put back what the learner's code has broken of our libraries, and say so; whether there was anything."""
        names = self.libraries.put_back() if self.libraries is not None else []
        if names:
            shown = ", ".join(names[:_MOST_NAMES])
            said = ngettext(
                "ptrepl needs {names}, which the code had replaced; it is as before again.",
                "ptrepl needs {names}, which the code had replaced; they are as before again.",
                len(names),
                names=shown if len(names) <= _MOST_NAMES else f"{shown} …",
            )
            self.printer.error(told(said, self.printer.error_width, "warn"))
        return bool(names)

    def need_torch(self, command: str) -> None:
        """Wait for torch. Raises UsageError where ``command`` cannot do without it, and it could not be imported."""
        from ptrepl.errors import UsageError
        from ptrepl.shell.interrupts import interruptible

        with interruptible():
            self.session.ready()
        if self.torch_failure() is not None:
            raise UsageError(gettext("{command} needs torch, which could not be imported.", command=command))

    def agreed(self, question: str) -> bool | None:
        """Whether the user says yes; None where nobody is there to be asked."""
        if self.read_line is None or not self.stdin_is_tty:
            return None
        from ptrepl.shell.interrupts import interruptible

        with interruptible():
            try:
                return is_yes(self.read_line(f"{question} [y/N] "))
            except EOFError:
                return False


def is_yes(answer: str) -> bool:
    """Whether an answer to a question that ends in ``[y/N]`` is a yes."""
    return answer.strip().casefold() in ("y", "yes")
