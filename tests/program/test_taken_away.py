"""What the prompt waits on is taken away while it waits, or code of the learner's is called then."""

from __future__ import annotations

import pytest

from tests.children import run_ptrepl
from tests.program.screen import program

READERS = pytest.mark.parametrize("how", [(), ("--plain",)], ids=["prompt", "plain"])
FAILED = "ptrepl itself failed"


@READERS
def test_a_thread_closes_what_the_prompt_waits_on(how: tuple[str, ...]) -> None:
    code = "import threading, os; closing = threading.Timer(0.5, lambda: (os.closerange(3, 99), print('clo' + 'sed')))"
    with program(*how, columns=150) as screen:
        screen.wait(">>>")
        screen.enter(f"{code}; closing.start()")
        screen.wait(">>>", 2)
        screen.type("kept = 4")
        screen.wait("closed")
        screen.enter("1")
        screen.wait(">>>", 3)
        screen.enter("kept + 1")
        screen.wait("\n42")
        screen.enter("torch.ones(2) @ torch.ones(3)")
        screen.wait("to be equally long")
        assert FAILED not in screen.text


def test_what_is_half_typed_outlives_an_error_of_the_prompt() -> None:
    raising = (
        "import ctypes, threading; ident = ctypes.c_ulong(threading.get_ident()); threading.Timer(0.5, lambda: "
        "ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(ValueError))).start()"
    )
    with program(columns=250) as screen:
        screen.wait(">>>")
        screen.enter(raising)
        screen.wait(">>>", 2)
        screen.type("kept = 4")
        screen.wait(FAILED)
        screen.wait(">>> kept = 4", 2)
        screen.enter("1")
        screen.enter("kept + 1")
        screen.wait("\n42")


@pytest.mark.parametrize("leaves", ["exit()", "os._exit(0)"])
def test_a_child_leaves_its_parent_what_it_waits_on(leaves: str) -> None:
    with program(columns=150) as screen:
        screen.wait(">>>")
        screen.enter(f"import os, sys; pid = os.fork() or {leaves}; done = os.waitpid(pid, 0)[1]")
        screen.wait(">>>", 2)
        screen.type("torch.one\t")  # found in a thread, which has to wake the prompt
        screen.wait("torch.ones")
        screen.enter("(2).sum() + done + 40")
        screen.wait("tensor(42.)")


def test_a_child_at_the_prompt_leaves_it_to_its_parent() -> None:
    with program(columns=150) as screen:
        screen.wait(">>>")
        screen.enter("import os, time; pid = os.fork(); time.sleep(0 if pid == 0 else 2)")
        screen.wait(">>>", 2)
        screen.enter("exit")  # while the parent still sleeps
        screen.wait(">>>", 3)
        screen.type("torch.one\t")
        screen.wait("torch.ones")
        screen.enter("(2).sum() + 40")
        screen.wait("tensor(42.)")


HOOK = "def refuses(event, _):\n    if event in ('open', 'import'): raise RuntimeError('no ' + event)\n"


@READERS
def test_an_audit_hook_that_refuses(how: tuple[str, ...]) -> None:
    with program(*how, columns=150, rows=60) as screen:
        screen.wait(">>>")
        screen.enter("import json; json.loads('')")  # what shows an error is loaded, at the latest now
        screen.wait("JSONDecodeError")
        for line in HOOK.split("\n"):
            screen.enter(line if how else line.strip())
        screen.enter("import sys; sys.addaudithook(refuses)")
        screen.enter("[][0]")
        screen.wait("IndexError: list index out of range")
        assert "no open" not in screen.text
        screen.enter("%help grad_fn")
        screen.wait("Code of yours that was called while ptrepl itself was at work raised this:")
        screen.wait(", in refuses")
        screen.enter("kept = 42")
        screen.enter("kept")
        screen.wait("\n42")
        assert FAILED not in screen.text


def test_an_audit_hook_that_refuses_in_a_pipe() -> None:
    code = f"import sys\n{HOOK}sys.addaudithook(refuses)\nprint(1)\nx = torch.ones(2)\n%help grad_fn\nprint('never')\n"
    done = run_ptrepl(stdin=code)
    assert done.returncode == 1
    assert done.stdout.startswith("1\n│ x  shape=(2,)")
    assert "never" not in done.stdout
    assert done.stderr.startswith("Code of yours that was called while ptrepl itself was at work raised this:\n")
    assert done.stderr.endswith("RuntimeError: no open\n")


def test_a_handler_of_resizing_stays_the_learners() -> None:
    with program(columns=150) as screen:
        screen.wait(">>>")
        screen.enter("import signal, socket; heard = []; ends = socket.socketpair(); ends[1].setblocking(False)")
        screen.enter("old = signal.signal(signal.SIGWINCH, lambda *_: heard.append(1))")
        screen.enter("old = signal.set_wakeup_fd(ends[1].fileno())")
        screen.enter("1")
        screen.enter("signal.raise_signal(signal.SIGWINCH); len(heard), ends[0].recv(9)")
        screen.wait("(1, b'\\x1c')")
        screen.resize(100, 20)  # while the prompt waits, it is the prompt's
        screen.enter("41 + len(heard)")
        screen.wait("\n42")


def test_keys_outlive_a_thread_that_cannot_be_started() -> None:
    with program(columns=150) as screen:
        screen.wait(">>>")
        screen.enter("import threading; threading.Thread.start = None")
        screen.wait(">>>", 2)
        screen.enter("print(40 + 2)")
        screen.wait("\n42")
