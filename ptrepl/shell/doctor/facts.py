"""What ``--doctor`` looks at, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass, field

from ptrepl.error_log import Log


@dataclass(frozen=True, slots=True)
class Device:
    """One device that torch can use. ``failure``: why a first small computation on it did not work."""

    name: str
    description: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Torch:
    """How importing torch went, and what it found."""

    failure: str = ""
    """Why it could not be imported; all the rest is empty then."""
    built_for: str = "cpu"
    """``cpu``, ``CUDA 13.0``, ``ROCm 6.4`` …"""
    devices: tuple[Device, ...] = ()
    default: str = ""
    """The device that ``--device auto`` comes to."""
    warnings: tuple[str, ...] = ()
    """First lines of what torch warned of meanwhile."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """The streams and what the environment says of the terminal behind them."""

    reads_keys: bool
    shows_text: bool
    term: str
    columns: int
    rows: int
    encoding: str
    colorterm: str = ""
    no_color: bool = False
    around: tuple[str, ...] = ()
    """``ssh``, ``tmux``, ``screen``: what stands between us and the terminal itself."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that ptrepl writes to; it need not exist yet."""

    path: str
    writable: bool


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """Everything that the report is made from."""

    version: str
    python: str
    executable: str
    system: str
    packages: tuple[tuple[str, str | None], ...]
    """(name, version or None where it is not installed) of what ptrepl needs, then of what it can use."""
    optional: frozenset[str]
    torch: Torch
    terminal: Terminal
    state: Folder
    lessons: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    """``path:line: message`` for each fault in a lesson that came with ptrepl."""
    config: str = ""
    """The configuration file, whether or not it exists."""
    wrong_config: tuple[str, ...] = ()
    """One line for each thing in it that cannot be used."""
    unread_progress: int = 0
    """Lines of the progress log that cannot be read."""
    own_errors: Log | None = None
    """The file that keeps the errors of ptrepl itself, and how many it holds; None where it cannot be read."""
    graphics_cards: tuple[str, ...] = field(default=())
    """Makers of the cards that the system has a driver for, whether or not torch can use them."""
