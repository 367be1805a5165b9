"""What a process may have is used up, memory or room on the disk: it is said, and the session goes on."""

from __future__ import annotations

import pytest

from tests.children import run_ptrepl
from tests.program.screen import program

READERS = pytest.mark.parametrize("how", [(), ("--plain",)], ids=["prompt", "plain"])
FAILED = "ptrepl itself failed"
LIMIT = (
    "import resource; size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize(); "
    "resource.setrlimit(resource.RLIMIT_AS, (size + {more}, size + {more}))"
)


@pytest.mark.parametrize("more", [0, 1 << 20])
def test_a_limit_of_memory_in_a_pipe(more: int) -> None:
    code = f"x = torch.ones(2)\n{LIMIT.format(more=more)}\n%who\n%stats x\ntorch.ones(2) @ torch.ones(3)\n"
    done = run_ptrepl(stdin=code, cold=True)
    assert done.returncode == 1
    assert "│ x     (2,)   float32  cpu         8\n" in done.stdout
    assert "2 elements" in done.stdout
    assert "to be equally long" in done.stderr
    assert FAILED not in done.stderr


@READERS
def test_a_limit_of_memory_at_the_prompt(how: tuple[str, ...]) -> None:
    with program(*how, columns=200, cold=True) as screen:
        screen.wait(">>>")
        screen.enter(LIMIT.format(more=0))
        screen.enter("big = torch.zeros(10 ** 9)")
        screen.wait("RuntimeError")
        screen.enter("torch.ones(2) @ torch.ones(3)")
        screen.wait("to be equally long")
        screen.enter("%who")
        screen.wait("other names:")
        screen.enter("40 + 2")
        screen.wait("\n42")
        assert FAILED not in screen.text


def test_no_memory_for_something_of_ours_is_said_in_plain_words() -> None:
    code = "import ptrepl.screen.xray as x\ndef empty(*_, **__): raise MemoryError\nx.xray_lines = empty.__class__("
    code += "compile('def f(*_, **__): raise MemoryError', x.__file__, 'exec').co_consts[0], {})\n"
    done = run_ptrepl(stdin=f"{code}y = torch.ones(2)\n")
    assert done.returncode == 1
    assert done.stderr == (
        "There is not enough memory left for this. del what you no longer need, or raise the limit.\n"
    )


@READERS
def test_stdout_that_is_full_ends_no_session(how: tuple[str, ...]) -> None:
    with program(*how, columns=150) as screen:
        screen.wait(">>>")
        screen.enter("import os, sys; kept = 41; out = os.dup(1); d = os.dup2(os.open('/dev/full', os.O_WRONLY), 1)")
        screen.wait(">>>", 2)
        screen.enter("1 + 1")
        screen.wait("\nOSError: [Errno 28] No space left on device\n>>>")
        screen.enter("x = torch.ones(2)")
        screen.wait("The output cannot be written: No space left on device.\n>>>")
        screen.enter("d = os.dup2(out, 1)")
        screen.wait(">>>", 5)
        screen.enter("kept + int(x[0])")
        screen.wait("\n42")
        assert FAILED not in screen.text
        assert "recording" not in screen.text


@pytest.mark.parametrize("shown", ["torch.ones(2)", "for i in range(3): i", "print(1)"])
def test_what_cannot_be_printed_is_no_frame_of_ours(shown: str) -> None:
    full = "import os, sys; d = os.dup2(os.open('/dev/full', os.O_WRONLY), 1)\n"
    done = run_ptrepl(stdin=f"{full}{shown}\n")
    assert done.returncode == 1
    assert "OSError: [Errno 28] No space left on device" in done.stderr
    assert "frame" not in done.stderr


def test_explained_errors_do_not_keep_their_temporaries() -> None:
    resident = "int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize() >> 20"
    with program(columns=150, rows=60) as screen:
        screen.wait(">>>")
        screen.enter("import resource")
        for count in range(25):
            if count == 5:
                screen.enter(f"before = {resident}")
            screen.enter(f"torch.ones(2560, {513 + count}) @ torch.ones(512, 3)")
            screen.wait("RuntimeError: mat1", count + 1)
        screen.enter(f"'flat' + str(({resident}) - before < 50)")
        screen.wait("'flatTrue'")
