"""A process that has torch and ptrepl imported and forks: each child is a launch of ptrepl that took no second.

Run as ``python -m tests.forking FD`` by ``tests.children``, which sends over the socket FD what to launch: a line of
JSON, and with it the file descriptors of the standard streams. The answers are lines of JSON too: ``{"pid": 7}`` once
a child is there, ``{"pid": 7, "status": 0}`` once it has ended. Nothing of torch runs before the fork, so that no
thread of its is lost there and each child finds the state that an import leaves.
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import json
import os
import pkgutil
import random
import runpy
import select
import signal
import socket
import sys
import sysconfig
import termios
import threading
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

from ptrepl.tutor.verify.huge_pages import use_huge_pages


class Launch(NamedTuple):
    """What a child is: ``python -m ptrepl ARGUMENTS``, or ``python -c CODE ARGUMENTS``."""

    arguments: list[str]
    code: str | None
    environment: dict[str, str]
    folder: str
    terminal: bool
    """The streams are a terminal, which is to control the child."""
    cold: bool
    """A new interpreter, in which nothing is imported yet."""


_LATER = (
    "asyncio concurrent.futures ctypes markdown_it prompt_toolkit.input.vt100 prompt_toolkit.patch_stdout "
    "prompt_toolkit.key_binding.bindings.search prompt_toolkit.shortcuts pygments.lexers.python rich.console tty yaml"
)
"""What functions of ptrepl import as they run."""
_NOT_ALONE = {"ptrepl.__main__", "ptrepl.engine.plotting.backend", "ptrepl.engine.plotting.cells"}
"""What runs the program, and what matplotlib loads: it may be missing, and in a child the learner's code imports it."""


def _import_all() -> None:
    import ptrepl

    for name in ("torch", "torch.nn.functional", "torch.optim", "tests.engine.prompt", *_LATER.split()):
        importlib.import_module(name)
    for _, name, _ in pkgutil.walk_packages(ptrepl.__path__, "ptrepl."):
        if name not in _NOT_ALONE:
            importlib.import_module(name)
    sysconfig.get_config_vars()  # a file of its own, that is loaded when it is first asked


def _serve(link: socket.socket) -> tuple[Launch, list[int]]:
    """Fork a child for each launch; returns in the child. Ends the process when the other side has gone."""
    awake, wake = os.pipe()
    for end in (awake, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    alive: set[int] = set()
    while True:
        ready, _, _ = select.select([link, awake], [], [])
        if awake in ready:
            with suppress(BlockingIOError):
                os.read(awake, 4096)
        for pid in list(alive):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                alive.discard(pid)
                with suppress(OSError):
                    _say(link, pid=pid, status=os.waitstatus_to_exitcode(status))
        if link not in ready:
            continue
        message, streams, _, _ = socket.recv_fds(link, 1 << 16, 3)
        while message and not message.endswith(b"\n"):
            message += link.recv(1 << 16)
        if not message:
            for pid in alive:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            os._exit(0)
        pid = os.fork()
        if pid == 0:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for own in (awake, wake, link.detach()):
                os.close(own)
            return Launch(**json.loads(message)), list(streams)
        for stream in streams:
            os.close(stream)
        alive.add(pid)
        _say(link, pid=pid)


def _say(link: socket.socket, **what: int) -> None:
    link.sendall(json.dumps(what).encode() + b"\n")


def _become(launch: Launch, streams: list[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    if launch.terminal:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.chdir(launch.folder)
    if launch.cold:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and the new program would go on doing so
        how = ["-m", "ptrepl"] if launch.code is None else ["-c", launch.code]
        os.execve(sys.executable, [sys.executable, *how, *launch.arguments], launch.environment)
    os.environ.clear()
    os.environ.update(launch.environment)
    sys.path[0] = launch.folder if launch.code is None else ""
    sys.path[1:1] = [each for each in launch.environment.get("PYTHONPATH", "").split(os.pathsep) if each]
    sys.stdout.reconfigure(line_buffering=launch.terminal)  # type: ignore[union-attr]
    random.seed()  # or all children would draw the same numbers


def _main() -> dict[str, Any] | None:
    link = socket.socket(fileno=int(sys.argv[1]))
    _import_all()
    gc.collect()
    gc.freeze()
    use_huge_pages()
    launch, streams = _serve(link)
    _become(launch, streams)
    sys.argv = ["ptrepl" if launch.code is None else "-c", *launch.arguments]
    if launch.code is None:
        return None
    return {"__name__": "__main__", "__builtins__": __builtins__, "source": launch.code}


def _leave(status: object) -> NoReturn:
    """End as Python does, but for taking torch apart module by module: that is the longest part of a short launch."""
    if type(status) is not int:
        sys.exit(status)  # type: ignore[arg-type]
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):  # it cannot be written, or the learner has closed it
        sys.exit(status)
    os._exit(status & 0xFF)


if __name__ == "__main__":
    # from here, not from below: what a child runs has no frame of ours beneath it but this module's
    scope = _main()
    if scope is None:
        try:
            runpy.run_module("ptrepl", run_name="__main__", alter_sys=True)
        except SystemExit as end:
            _leave(end.code)
    else:
        exec(compile(scope.pop("source"), "<string>", "exec"), scope)
