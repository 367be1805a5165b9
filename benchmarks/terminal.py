"""A program in a terminal of its own, driven as by someone at the keys."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import struct
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path

Answer = Callable[[bytes], bytes]
"""What a terminal answers to what a program wrote: where its cursor is, if it was asked for that."""

_ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\x1b[@-Z\\-_=>]|[\x0e\x0f]")
_PATIENCE = 60.0


class Terminal:
    """What a program wrote so far, and a way to type."""

    def __init__(self, descriptor: int, answer: Answer) -> None:
        self._descriptor = descriptor
        self._answer = answer
        self._raw = b""
        self._seen = 0
        self.text = ""

    def type(self, keys: str) -> None:
        """Type ``keys``; what the program writes from now on is what ``wait_for`` looks at."""
        self._seen = len(self.text)
        os.write(self._descriptor, keys.encode())

    def wait_for(self, text: str) -> None:
        """Read until the program has written ``text`` since the last key. Raises TimeoutError."""
        until = time.perf_counter() + _PATIENCE
        while text not in self.text[self._seen :]:
            if not select.select([self._descriptor], [], [], max(0.0, until - time.perf_counter()))[0]:
                raise TimeoutError(f"waited {_PATIENCE:.0f} s for {text!r}; the terminal shows {self.text[-500:]!r}")
            self._read()

    def type_steadily(
        self, keys: str, every: float, until: Callable[[Terminal], bool] = lambda _: False
    ) -> tuple[float, ...]:
        """Type a key each ``every`` seconds, whether or not the last one is shown; how many seconds each one waited.

        Each of ``keys`` must be a character that the program shows for no other reason. ``until`` ends it sooner.
        Raises TimeoutError for a key that does not appear.
        """
        pressed: dict[str, float] = {}
        waited: dict[str, float] = {}
        seen = len(self.text)
        following = time.perf_counter()
        while len(waited) < len(pressed) or (len(pressed) < len(keys) and not until(self)):
            now = time.perf_counter()
            if now >= following and len(pressed) < len(keys) and not until(self):
                key = keys[len(pressed)]
                os.write(self._descriptor, key.encode())
                pressed[key], following = now, max(following + every, now)
            elif pressed and now - max(pressed.values()) > _PATIENCE:
                raise TimeoutError(f"keys are not shown; the terminal shows {self.text[-500:]!r}")
            if select.select([self._descriptor], [], [], max(0.0, following - time.perf_counter()))[0]:
                self._read()
                shown = time.perf_counter()
                for key in self.text[seen:]:
                    if key in pressed:
                        waited.setdefault(key, shown - pressed[key])
        return tuple(waited.values())

    def settle(self, quiet: float = 0.5) -> None:
        """Read until the program has written nothing for ``quiet`` seconds."""
        while select.select([self._descriptor], [], [], quiet)[0]:
            self._read()

    def _read(self) -> None:
        try:
            new = os.read(self._descriptor, 65536)
        except OSError:
            new = b""
        if not new:
            raise EOFError(f"the program ended; the terminal shows {self.text[-500:]!r}")
        if answer := self._answer(new):
            os.write(self._descriptor, answer)
        self._raw += new
        self.text = _ESCAPES.sub(b"", self._raw).decode("utf-8", "replace")


def _top_left(written: bytes) -> bytes:
    # prompt_toolkit asks for the cursor before it draws the first prompt, and complains if nobody answers
    return b"\x1b[1;1R" * written.count(b"\x1b[6n")


@contextmanager
def in_terminal(
    command: Sequence[str],
    *,
    home: Path,
    echo: bool = True,
    size: tuple[int, int] = (80, 24),
    answer: Answer = _top_left,
) -> Iterator[Terminal]:
    """Start ``command`` in a terminal of ``size`` (columns, rows) with the home folder ``home``; kill it at the end.

    ``echo``: the terminal shows keys by itself while nobody reads them. Without it, a key that appears was taken by
    the program.
    """
    child, descriptor = pty.fork()
    if child == 0:
        try:
            os.execvpe(command[0], list(command), dict(_environment(home)))
        finally:
            os._exit(127)
    try:
        ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        if not echo:
            modes = termios.tcgetattr(descriptor)
            modes[3] &= ~termios.ECHO
            termios.tcsetattr(descriptor, termios.TCSANOW, modes)
        yield Terminal(descriptor, answer)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(descriptor)


def _environment(home: Path) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "LC_ALL": "C.UTF-8",
        "PTREPL_CONFIG": str(home / "config"),
        "PTREPL_STATE": str(home / "state"),
        "TERM": "xterm-256color",
        "TMPDIR": tempfile.gettempdir(),
    }
