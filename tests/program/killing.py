"""Plays a lesson at terminals of its own, to its end or until it is killed.

Run as ``python -m tests.program.killing FOLDER SEED TIMES``; prints one JSON line a play. The process that it runs in
has torch loaded and forks, so that a play takes a fraction of a second.
"""

from __future__ import annotations

import json
import os
import pty
import random
import re
import select
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

PLAY: tuple[tuple[str, str], ...] = (
    ("1/6  Reading", ""),
    ("Press Enter to go on.", "\r"),
    ("Press Enter to run it.", "\r"),
    ("Press Enter to run it.", "\r"),
    ("Press Enter to go on.", "\r"),
    ("3/6  Guessing", ""),
    ("answer> ", "[0, 2, 5]\r"),
    ("Try once more.", "[0, 2, 4]\r"),
    ("Press Enter to go on.", "\r"),
    ("4/6  Choosing", ""),
    ("answer> ", "a\r"),
    ("Not the first.", "b\r"),
    ("Press Enter to go on.", "\r"),
    ("5/6  Doing", ""),
    ("m = x * ", "\x03m = x * 3\r"),
    ("That is three times x.", "%hint\r"),
    ("Multiply.", "m = x * 2\r"),
    ("Press Enter to go on.", "\r"),
    ("6/6  Mending", ""),
    ("n.undo", "\x03n -= 1\r"),
    ("Yes, that is it.", "\r"),
    ("That was the last step", "exit\r"),
)
"""What the learner of ``tests.tutor.lessons.COURSE`` waits for, and the keys pressed then."""
_ASKS_WHERE = b"\x1b[6n"
_PATIENCE = 60.0
Played = tuple[list[str], float]
"""What was seen of the waited-for, in order, and the seconds that the play took."""


def play(lesson: Path, state: Path, script: Sequence[tuple[str, str]], seconds: float = _PATIENCE) -> Played:
    """Take ``lesson`` in a forked process, which is killed after ``seconds``."""
    pid, terminal = pty.fork()
    if pid == 0:
        _take(lesson, state)
    began = time.monotonic()
    seen: list[str] = []
    shown = b""
    waiting = list(script)
    while (left := began + seconds - time.monotonic()) > 0:
        if not select.select([terminal], [], [], left)[0]:
            break
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break  # the program has ended
        shown += part
        if _ASKS_WHERE in part:
            os.write(terminal, b"\x1b[1;1R")
        while waiting and (found := re.search(re.escape(waiting[0][0].encode()), shown)):
            shown = shown[found.end() :]
            marker, keys = waiting.pop(0)
            seen.append(marker)
            os.write(terminal, keys.encode())
    took = time.monotonic() - began
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)
    return seen, took


def _take(lesson: Path, state: Path) -> None:
    os.environ.update(PTREPL_STATE=str(state), NO_COLOR="1", TERM="xterm")
    status = 1
    try:
        from ptrepl.cli import main

        status = main(["--lesson", str(lesson), "--trust"])
    finally:
        os._exit(status)


def _told(kind: str, state: Path, played: Played) -> None:
    log = state / "progress.jsonl"
    text = log.read_bytes().decode("utf-8", "surrogateescape") if log.exists() else ""
    print(json.dumps({"kind": kind, "seen": played[0], "seconds": played[1], "log": text}), flush=True)


def _main(folder: Path, seed: int, times: int) -> None:
    import torch  # noqa: F401

    import ptrepl.shell.lessons.lesson
    import ptrepl.shell.program
    import ptrepl.shell.prompt.prompt
    import ptrepl.tutor.format.parse  # noqa: F401

    lesson, state = folder / "small.md", folder / "state"
    played = play(lesson, state, PLAY)
    _told("whole", state, played)
    moments = random.Random(seed)
    for _ in range(times):
        shutil.rmtree(state, ignore_errors=True)
        # the first third goes by before the first event
        _told("killed", state, play(lesson, state, PLAY, played[1] * moments.uniform(0.3, 1.0)))


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
