"""Every error class of ours. Each message is one clear line: what, where, what to do."""

from __future__ import annotations

from ptrepl.texts.messages import gettext


class PtreplError(Exception):
    """Base of all our errors; ``str(error)`` is the line that the user reads."""

    exit_status = 2


class UsageError(PtreplError):
    """An argument or a command that cannot be used as it is."""


class UnknownName(UsageError):
    """A command was given ``name``, which nothing is bound to."""

    def __init__(self, name: str, message: str) -> None:
        self.name = name
        super().__init__(message)


class DeviceError(PtreplError):
    """A device that this machine lacks."""


class LessonNotFound(PtreplError):
    """No lesson or step of that name."""


class LessonError(PtreplError):
    """Faults of one lesson file; each prints as ``path:line: message``."""

    def __init__(self, path: str, faults: list[tuple[int, str]]) -> None:
        self.path = path
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(f"{path}:{line}: {message}" for line, message in self.faults))


class OutputError(OSError):
    """What we print cannot be written. No PtreplError: nothing that we run next could say so either."""

    def __str__(self) -> str:
        reason = self.strerror or self.__cause__ or gettext("unknown reason")
        return gettext("The output cannot be written: {reason}.", reason=reason)


class ProgressError(PtreplError):
    """Progress that cannot be read or kept."""
