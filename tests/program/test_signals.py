"""Signals: those that the learner handles, those that end or stop the program, at both prompts and in the debugger."""

from __future__ import annotations

import json
import os
import signal
import termios
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.program.screen import Screen, program

READERS = pytest.mark.parametrize("how", [(), ("--plain",)], ids=["prompt", "plain"])
FAILED = "ptrepl itself failed"


def send(screen: Screen, number: int) -> None:
    """A signal, once the program waits for a key again.

    One that comes between the last key and the wait is seen by Python when the next key comes: readline blocks in C.
    """
    main = Path(f"/proc/{screen._child.pid}/task/{screen._child.pid}/stat")
    asleep = 0
    for _ in range(200):
        time.sleep(0.05)
        waits = not main.exists() or main.read_text().rpartition(")")[2].split()[0] == "S"
        asleep = asleep + 1 if waits else 0
        if asleep == 6:
            break
    os.kill(screen._child.pid, number)


@READERS
def test_what_a_signal_handler_raises_is_shown_and_the_prompt_stays(how: tuple[str, ...]) -> None:
    with program(*how, columns=100) as screen:
        screen.wait(">>>")
        screen.enter("import signal; kept = 41")
        for count, (error, told) in enumerate(
            (
                ("TimeoutError('too slow')", "TimeoutError: too slow"),
                ("OSError(24, 'full')", "OSError: [Errno 24] full"),
            ),
            start=1,
        ):
            screen.enter(f"def late(*_): raise {error}")
            screen.enter("")
            screen.enter("signal.signal(signal.SIGALRM, late); signal.setitimer(signal.ITIMER_REAL, 0.2)")
            screen.wait(told, 1)
            assert screen.text.count("in late") == count
        screen.enter("kept + 1")
        screen.wait("42")
        assert "cannot be written" not in screen.text
        assert FAILED not in screen.text


@READERS
def test_a_signal_handler_that_raises_leaves_what_is_typed(how: tuple[str, ...]) -> None:
    with program(*how, columns=100) as screen:
        screen.wait(">>>")
        screen.enter("import signal; signal.signal(signal.SIGALRM, lambda *_: 1 / 0)")
        screen.wait("Handlers")
        screen.type("40 +")
        screen.wait(">>> 40 +")
        send(screen, signal.SIGALRM)
        screen.wait("ZeroDivisionError")
        screen.type(" 2\r")
        screen.wait("\n42")


@READERS
def test_a_signal_handler_that_leaves(how: tuple[str, ...]) -> None:
    with program(*how) as screen:
        screen.wait(">>>")
        screen.enter("import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))")
        screen.wait("Handlers")
        screen.wait(">>>", 2)
        send(screen, signal.SIGTERM)
        time.sleep(0.5)
        with suppress(OSError):  # it has ended, as it should
            # readline looks for a signal and then waits for a key: one that comes in between is seen at the next key
            screen.type("\r")
        assert screen.leave() == 5


@READERS
def test_the_handler_of_ctrl_c_is_the_default_one_to_them(how: tuple[str, ...]) -> None:
    with program(*how, columns=100) as screen:
        screen.wait(">>>")
        screen.enter("import signal; signal.getsignal(signal.SIGINT)")
        screen.wait("\n<built-in function default_int_handler>")
        screen.enter("signal.getsignal(signal.SIGINT) is signal.default_int_handler")
        screen.wait("\nTrue")


@READERS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM, signal.SIGUSR1])
def test_a_signal_that_ends_it_leaves_the_terminal_as_it_was(
    how: tuple[str, ...], number: signal.Signals, own_surroundings: Path
) -> None:
    with program(*how) as screen:
        screen.wait(">>>")
        screen.type("half = 1")
        screen.wait("half = 1")
        send(screen, number)
        assert screen.leave() == -number
        assert is_cooked(screen)
    history = (own_surroundings / "state" / "history").read_text(encoding="utf-8").splitlines()
    assert json.loads(history[-1]) == "half = 1"


def is_cooked(screen: Screen) -> bool:
    """Whether the terminal has the settings of a shell, not those of a prompt."""
    settings = termios.tcgetattr(screen._terminal)
    wanted = termios.ECHO | termios.ICANON | termios.ISIG
    return settings[3] & wanted == wanted and bool(settings[0] & termios.ICRNL)


@READERS
def test_a_signal_that_ends_it_while_the_debugger_waits(how: tuple[str, ...]) -> None:
    with program(*how) as screen:
        screen.wait(">>>")
        screen.enter("breakpoint()")
        screen.wait("(Pdb)")
        screen.enter("p 6 * 7")
        screen.wait("\n42\n(Pdb)")
        send(screen, signal.SIGTERM)
        assert screen.leave() == -signal.SIGTERM
        assert is_cooked(screen)


JOB = """
import os, signal, sys, termios, time
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    while os.tcgetpgrp(0) != os.getpid():
        time.sleep(0.01)
    from ptrepl.cli import main
    sys.exit(main(sys.argv[1:]))
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
settings = termios.tcgetattr(0)
os.setpgid(child, child)
os.tcsetpgrp(0, child)
while True:
    _, status = os.waitpid(child, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        sys.exit(os.waitstatus_to_exitcode(status))
    os.tcsetpgrp(0, os.getpid())
    raw = not termios.tcgetattr(0)[3] & termios.ICANON
    print("stopped", "raw" if raw else "cooked", flush=True)
    termios.tcsetattr(0, termios.TCSANOW, settings)
    os.tcsetpgrp(0, child)
    os.kill(child, signal.SIGCONT)
"""
"""What a shell does with a job that is stopped, and then continued at once."""


@READERS
def test_a_stop_from_outside_leaves_the_terminal_and_the_line(how: tuple[str, ...]) -> None:
    with program(*how, code=JOB) as screen:
        screen.wait(">>>")
        screen.enter("import os, signal; os.getpid()")
        screen.wait(">>>", 2)
        child = next(int(line) for line in screen.lines if line.isdigit())
        screen.type("40 +")
        screen.wait(">>> 40 +")
        os.kill(child, signal.SIGTSTP)
        screen.wait("stopped cooked")
        screen.wait(">>> 40 +", 1 if not how else 2)
        screen.type(" 2\r")
        screen.wait("\n42")
        screen.enter("exit")
        assert screen.leave() == 0
