"""What was typed, kept over crashes and shared by sessions that run at once.

The file holds one JSON string a line, appended before the code runs, so that whatever the code does to the process the
entry is there. Nothing that goes wrong with it is fatal: the
history then lives in memory, and ``notice`` says why in one line.
"""

from __future__ import annotations

import errno
import json
import stat
from asyncio import sleep
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path

from prompt_toolkit.history import History

from ptrepl.folders import state_folder
from ptrepl.state_files import append_lines, read_back
from ptrepl.texts.messages import gettext

_BLOCK = 64 * 1024
_LOADED_BYTES = 1024 * 1024
"""How much of the end of a long history is searched; the file itself is never cut."""


def history_path() -> Path:
    """``history`` in the folder ``PTREPL_STATE``, or in the place where this system keeps the state of programs."""
    return state_folder() / "history"


def _nothing() -> None:
    """Do nothing."""


class FileHistory(History):
    """Entries of ``path``, newest first when loaded, read from the end of the file in blocks between two keys."""

    def __init__(self, path: Path, when_lost: Callable[[], None] = _nothing) -> None:
        """``when_lost`` is called where an entry could not be kept, and the reason is not the file."""
        super().__init__()
        self.path = path
        self._when_lost = when_lost
        self.notice: str | None = None
        """One line for the user if the history is not kept, else None."""
        self._older: Iterator[list[str]] = iter(())
        try:
            blocks = read_back(path, _prepare(path), _LOADED_BYTES)
            self._older = ([entry for line in block if (entry := _entry(line)) is not None] for block in blocks)
        except (OSError, ValueError) as error:
            self._give_up(error)

    async def load(self) -> AsyncGenerator[str, None]:
        """Yield the entries, newest first. May be cancelled and started again at any point."""
        if not self._loaded_strings:
            self._load_block()
        given = 0
        while True:
            while given < len(self._loaded_strings):
                yield self._loaded_strings[given]
                given += 1
            # a key that waits is handled between two blocks
            await sleep(0)
            if not self._load_block():
                return

    def load_history_strings(self) -> Iterator[str]:
        """All entries at once, newest first, for readers that have no event loop."""
        while self._load_block():
            pass
        yield from self._loaded_strings

    def store_string(self, string: str) -> None:
        """Append one entry to the file. Never raises for a file that cannot be written."""
        if self.notice is not None:
            return
        try:
            append_lines(self.path, [json.dumps(string, ensure_ascii=False).encode("utf-8", "backslashreplace")])
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):  # which passes with what the learner has opened
                self._give_up(error)
        except Exception as error:  # an audit hook of theirs that refuses to open files, or no memory
            from ptrepl.error_log import log

            log(error, "keeping the history")  # not a sentence: for the log
            self._when_lost()

    def _load_block(self) -> bool:
        try:
            self._loaded_strings.extend(next(self._older))
        except StopIteration:
            return False
        except OSError as error:
            self._give_up(error)
            return False
        return True

    def _give_up(self, error: OSError | ValueError) -> None:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        self.notice = gettext(
            "The history is not kept after this session: {path}: {reason}.", path=self.path, reason=why
        )


def _prepare(path: Path) -> int:
    """Make the file if there is none; return its size in bytes. Raises OSError, ValueError if it is not a history."""
    append_lines(path, [])
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return 0
    if status.st_mode & 0o077:
        path.chmod(0o600)
    with path.open("rb") as file:
        start = file.read(_BLOCK).lstrip(b"\n")[:1]
    if start not in (b"", b'"'):
        raise ValueError(gettext("this file is not a history; move it away to have one"))
    return status.st_size


def _entry(line: bytes) -> str | None:
    if line[:1] != b'"':  # junk that nests deeply would exhaust the parser's stack
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, str) else None
