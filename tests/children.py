"""Programs that a test starts: they end with it, and never keep it waiting for longer than its limit."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO

from tests.forking import Launch
from tests.house.tree import ROOT

PATIENCE = 90.0
"""Seconds; a loaded machine is slow, and a test that waits on the clock is no test."""

# read by the interpreter or by a library as it starts, or as torch is imported
_READ_AT_START = ("PYTHON", "TORCH_", "PYTORCH_", "LC_", "LANG", "OMP_", "MKL_", "CUDA_", "MALLOC_", "LD_")
_ENVIRONMENT = dict(os.environ)  # before any test has changed it
_READ_LATER = ("PYTHONSTARTUP", "PYTHONBREAKPOINT", "PYTHONPATH")


@contextmanager
def started(command: Sequence[str | Path], **options: object) -> Iterator[subprocess.Popen[str]]:
    """``subprocess.Popen`` of a text process that is killed at the end, with all that it has started."""
    with subprocess.Popen(command, text=True, start_new_session=True, **options) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def run_child(
    command: Sequence[str | Path], stdin: str = "", *, seconds: float = PATIENCE, **options: object
) -> subprocess.CompletedProcess[str]:
    """What a command prints, and its status; AssertionError where it does not end."""
    pipe = subprocess.PIPE
    with started(command, stdin=pipe, stdout=pipe, stderr=pipe, **options) as process:
        try:
            out, err = process.communicate(stdin, timeout=seconds)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"{command} did not end; it printed:\n{late.stdout}\n{late.stderr}") from None
    return subprocess.CompletedProcess(command, process.returncode, out, err)


class Child:
    """A child of the fork server: the leader of a session, and so of a group of processes."""

    def __init__(self, server: _Server, pid: int) -> None:
        self._server = server
        self.pid = pid

    def status(self, wait: float = 0.0) -> int | None:
        """The exit status, or minus the signal that ended it; None if it is running after ``wait`` seconds."""
        return self._server.status(self.pid, wait)

    def kill(self) -> None:
        """End it, and what it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.status() is None:  # it may be so young that it leads no group
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class _Server:
    def __init__(self) -> None:
        self._link, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forking", str(theirs.fileno())],
                cwd=ROOT,
                env=_ENVIRONMENT,
                stdin=subprocess.PIPE,  # what a child inherits is as seekable as the streams that it will have
                stdout=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._heard = b""
        self._pids: list[int] = []
        self._statuses: dict[int, int] = {}

    def launch(self, launch: Launch, streams: Sequence[int]) -> Child:
        socket.send_fds(self._link, [json.dumps(launch._asdict()).encode() + b"\n"], streams)
        end = time.monotonic() + PATIENCE
        while not self._pids:
            assert time.monotonic() < end, "the fork server does not answer"
            self._hear(1.0)
        return Child(self, self._pids.pop())

    def status(self, pid: int, wait: float) -> int | None:
        end = time.monotonic() + wait
        self._hear(0.0)
        while pid not in self._statuses and (left := end - time.monotonic()) > 0:
            self._hear(left)
        return self._statuses.get(pid)

    def _hear(self, wait: float) -> None:
        if not select.select([self._link], [], [], wait)[0]:
            return
        heard = self._link.recv(1 << 16)
        assert heard, "the fork server has ended"
        *lines, self._heard = (self._heard + heard).split(b"\n")
        for line in lines:
            said = json.loads(line)
            if "status" in said:
                self._statuses[said["pid"]] = said["status"]
            else:
                self._statuses.pop(said["pid"], None)
                self._pids.append(said["pid"])

    @staticmethod
    def needs_an_interpreter(environment: Mapping[str, str]) -> bool:
        """Whether something differs that only a program that starts can read."""
        return any(
            environment.get(name) != _ENVIRONMENT.get(name)
            for name in environment.keys() | _ENVIRONMENT.keys()
            if name.startswith(_READ_AT_START) and name not in _READ_LATER
        )

    def close(self) -> None:
        """End it, and every child that is left."""
        self._link.close()
        self._process.wait(10)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()


@cache
def _server() -> _Server:
    server = _Server()
    atexit.register(server.close)
    return server


@contextmanager
def launched(
    *arguments: str,
    streams: Sequence[int],
    code: str | None = None,
    environment: Mapping[str, str] | None = None,
    folder: str | Path | None = None,
    terminal: bool = False,
    cold: bool = False,
) -> Iterator[Child]:
    """ptrepl, or ``code``, in a process of its own that ends with the block.

    It is forked from a process in which torch and ptrepl are imported, unless ``cold``, or an environment variable of
    ``environment`` must be there as the interpreter starts.
    """
    surroundings = {**os.environ, **(environment or {})}
    server = _server()
    cold = cold or server.needs_an_interpreter(surroundings)
    where = os.path.abspath(folder or os.getcwd())
    child = server.launch(Launch(list(arguments), code, surroundings, where, terminal, cold), streams)
    try:
        yield child
    finally:
        child.kill()


def run_ptrepl(
    *arguments: str,
    stdin: str = "",
    code: str | None = None,
    folder: str | Path | None = None,
    environment: Mapping[str, str] | None = None,
    cold: bool = False,
    seconds: float = PATIENCE,
) -> subprocess.CompletedProcess[str]:
    """What ``python -m ptrepl ARGUMENTS`` prints into pipes, and its status; AssertionError where it does not end."""
    with ExitStack() as stack:
        pipes = [os.pipe() for _ in range(3)]
        ends = [
            [stack.enter_context(open(end, "wb" if way else "rb", 0)) for way, end in enumerate(each)] for each in pipes
        ]
        (theirs_in, to_child), (out, theirs_out), (err, theirs_err) = ends
        theirs = [theirs_in, theirs_out, theirs_err]
        child = stack.enter_context(
            launched(
                *arguments,
                streams=[each.fileno() for each in theirs],
                code=code,
                environment=environment,
                folder=folder,
                cold=cold,
            )
        )
        for each in theirs:
            each.close()
        heard = {out.fileno(): bytearray(), err.fileno(): bytearray()}
        in_time = _talk(to_child, stdin.encode(), heard, seconds)
        printed, complained = (each.decode().replace("\r\n", "\n") for each in heard.values())
        status = child.status(PATIENCE) if in_time else None
        assert status is not None, f"{arguments} did not end; it printed:\n{printed}\n{complained}"
    return subprocess.CompletedProcess(arguments, status, printed, complained)


def run_code(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What ``python -c CODE ARGUMENTS`` prints, where torch, ptrepl and the tests can be imported."""
    return run_ptrepl(*arguments, code=code, folder=ROOT)


def _talk(to_child: IO[bytes], text: bytes, heard: dict[int, bytearray], seconds: float) -> bool:
    """Write ``text`` and read until all streams are closed; False if that takes too long."""
    end = time.monotonic() + seconds
    open_ends = set(heard)
    os.set_blocking(to_child.fileno(), False)
    while open_ends or not to_child.closed:
        left = end - time.monotonic()
        if left < 0:
            return False
        readable, writable, _ = select.select(list(open_ends), [] if to_child.closed else [to_child], [], left)
        for stream in readable:
            part = os.read(stream, 1 << 16)
            heard[stream] += part
            if not part:
                open_ends.discard(stream)
        if writable:
            try:
                text = text[os.write(to_child.fileno(), text) :] if text else text
            except BrokenPipeError:
                text = b""
            if not text:
                to_child.close()
    return True
