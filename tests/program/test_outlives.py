"""Whatever a statement does to the process, the session goes on: at the prompt, at the plain one, through a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.children import run_ptrepl
from tests.program.screen import Screen, program

READERS = pytest.mark.parametrize("how", [(), ("--plain",)], ids=["prompt", "plain"])
FAILED = "ptrepl itself failed"


def runs(screen: Screen, code: str, number: int) -> None:
    """Type ``code``, and see that the statement after it still runs. ``number`` is another one each time."""
    prompts = screen.text.count(">>>")
    for line in code.split("\n"):
        screen.enter(line)
    screen.wait(">>>", prompts + 1)
    screen.enter(f"{number} * 1000 + {number}")
    screen.wait(f"\n{number}0{number}")


def still_well(screen: Screen) -> None:
    assert FAILED not in screen.text
    assert "Traceback" not in screen.text
    screen.enter("exit")
    assert screen.leave() == 0


@READERS
def test_closed_streams(how: tuple[str, ...]) -> None:
    with program(*how, columns=200, rows=60) as screen:
        screen.wait(">>>")
        runs(screen, "import sys, os; kept = 3", 10)
        for number, code in enumerate(
            (
                "sys.stdin.close()",
                "sys.stdout.close()",
                "sys.stderr.close()",
                "sys.stdin.buffer.close(); sys.stdout.buffer.close(); sys.stderr.buffer.close()",
                "raw = sys.stdout.detach(), sys.stdin.detach()",
                "os.close(0)",
                "os.close(1)",
                "os.close(2)",
                "os.close(0); os.close(1); os.close(2)",
            ),
            start=11,
        ):
            runs(screen, code, number)
        assert "sys.stdout was closed; ptrepl has opened it again." in screen.text
        screen.enter("print('an' + 'swer', file=sys.stderr); input('na' + 'me? ')")
        screen.wait("answer")
        screen.wait("\nname?")
        screen.enter("Ada")
        screen.wait("'Ada'")
        still_well(screen)


CAUGHT = (
    "try:\n    exit()\nexcept SystemExit:\n    print('cau' + 'ght')\n",
    "import contextlib, pytest\nwith contextlib.suppress(SystemExit): quit()\n",
    "with pytest.raises(SystemExit): exit(3)\n",
)


@READERS
@pytest.mark.parametrize("arguments", [(), ("--lesson", "creation")], ids=["alone", "lesson"])
def test_a_caught_exit(how: tuple[str, ...], arguments: tuple[str, ...]) -> None:
    with program(*how, *arguments, columns=100, rows=100) as screen:
        screen.wait(">>>")
        for number, code in enumerate(CAUGHT, start=11):
            runs(screen, code, number)
        still_well(screen)


def test_a_caught_exit_in_a_pipe() -> None:
    done = run_ptrepl(stdin="\n".join(CAUGHT) + "\nprint('last')\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "caught\nlast\n", "")


@pytest.mark.parametrize(
    ("code", "status", "out"),
    [
        ("import sys\nsys.stdout.close()\n1 + 1\nx = torch.ones(1)", 0, ""),
        ("import sys\nsys.stderr.close()\nprint(2)\n1 / 0", 1, "2\n"),
        ("import sys\nsys.stdin.close()\nprint(3)", 0, "3\n"),
        ("import os\nos.close(0)\nprint(4)", 0, "4\n"),
        ("import os\nos.close(2)\nprint(5)\n1 / 0", 1, "5\n"),
    ],
)
@pytest.mark.parametrize("how", ["pipe", "code", "file"])
def test_closed_streams_without_a_terminal(code: str, status: int, out: str, how: str, tmp_path: Path) -> None:
    if how == "file":
        (tmp_path / "mine.py").write_text("import torch\n" + code.replace("1 + 1\n", ""))
        done = run_ptrepl("mine.py", folder=tmp_path)
    else:
        done = run_ptrepl(stdin=code + "\n") if how == "pipe" else run_ptrepl("-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (status, out, "")


@READERS
def test_their_stdin_is_not_ours(how: tuple[str, ...]) -> None:
    with program(*how) as screen:
        screen.wait(">>>")
        runs(screen, "import sys, io; sys.stdin = io.StringIO('first\\nexit()\\n')", 11)
        screen.enter("input()")
        screen.wait("'first'")
        still_well(screen)


@READERS
def test_windows_live_while_the_prompt_waits(how: tuple[str, ...]) -> None:
    # what Tk and Qt do from C
    code = (
        "import ctypes; times = []; hook = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: times.append(1) or 0); "
        "place = ctypes.c_void_p.in_dll(ctypes.pythonapi, 'PyOS_InputHook'); "
        "place.value = ctypes.cast(hook, ctypes.c_void_p).value"
    )
    with program(*how, columns=250) as screen:
        screen.wait(">>>")
        runs(screen, code, 11)
        screen.enter("import time; before = len(times)")
        for _ in range(4):
            screen._read(0.2)
        screen.enter("'living' if len(times) - before >= 3 else ('dead', times)")
        screen.wait("'living'")


BROKEN = (
    "import os; os.environ = None",
    "import sys; sys.path = None",
    "import builtins; builtins.__import__ = None",
    "torch.nn = None",
    "del torch._C",
    "sys.modules.clear()",
    "sys.meta_path.clear()",
    "import time; time.perf_counter = None",
    "import ast; ast.parse = None",
    "import json; json.dumps = None",
    "os.get_terminal_size = None",
    "import linecache; linecache.cache = None",
    "sys.modules['torch'] = None",
    "import types; sys.modules['torch'] = types.ModuleType('torch')",
    "del sys.modules['torch']",
    "import inspect; inspect.CO_COROUTINE = None",
    "import gc; gc.disable = None",
    "import termios; termios.tcgetattr = None",
    "os.read = os.write = None",
)


@READERS
def test_what_reads_the_next_line_is_broken(how: tuple[str, ...]) -> None:
    break_in_turn([*BROKEN[:3], "import inspect; inspect.CO_COROUTINE = None"], how)


@pytest.mark.nightly
@READERS
def test_whatever_is_broken_of_our_libraries_ends_no_session(how: tuple[str, ...]) -> None:
    for first in range(0, len(BROKEN), 4):
        break_in_turn(BROKEN[first : first + 4], how)


@READERS
@pytest.mark.parametrize("gone", ["sys.excepthook = None", "del sys.excepthook"])
def test_no_hook_is_not_a_hook_that_fails(how: tuple[str, ...], gone: str) -> None:
    with program(*how, columns=150) as screen:
        screen.wait(">>>")
        screen.enter(f"import sys; {gone}")
        screen.wait(">>>", 2)
        screen.enter("1 / 0")
        screen.wait("ZeroDivisionError: division by zero\n>>>")
        screen.enter("print(6 * 7)")  # the signature of the call is looked up in a thread
        screen.wait("\n42")
        assert "Your sys.excepthook" not in screen.text
        assert FAILED not in screen.text


def test_a_line_that_was_sent_runs_whatever_fails_after_enter() -> None:
    with program(columns=150) as screen:
        screen.wait(">>>")
        screen.enter("import os; os.environ = None")
        screen.wait(">>>", 2)
        screen.enter("6 * 7")
        screen.wait("ptrepl needs os.environ, which the code had replaced; it is as before again.\n42\n>>>")
        # of our own, which nobody puts back
        code = "import prompt_toolkit.renderer as r; real = r.Renderer.render; r.Renderer.render = lambda *a, **k: "
        screen.enter(code + "real(*a, **k) if not k.get('is_done') else 1 / 0")
        screen.wait(">>>", 4)
        screen.enter("'an' + 'swer'")
        screen.wait("ZeroDivisionError: division by zero")
        screen.wait("'answer'")


LEFT_BEHIND = (
    "import asyncio; asyncio.events._set_running_loop(asyncio.new_event_loop())",
    "import threading; threading.settrace(lambda *_: 1 / 0); threading.setprofile(lambda *_: 1 / 0)",
    "import os; os.closerange(3, 60)",
    "os.closerange(0, 60)",
)


@READERS
def test_what_the_prompt_waits_on_is_taken_away(how: tuple[str, ...]) -> None:
    with program(*how, columns=150, rows=60) as screen:
        screen.wait(">>>")
        for number, code in enumerate(LEFT_BEHIND, start=11):
            runs(screen, code, number)
        screen.type("torch.one\t\x15")
        runs(screen, "'la' + 'st'", 20)
        still_well(screen)


def break_in_turn(broken: Sequence[str], how: tuple[str, ...]) -> None:
    with program(*how, columns=150, rows=200) as screen:
        screen.wait(">>>")
        runs(screen, "import sys, os; real = torch", 10)
        for number, code in enumerate(broken, start=11):
            prompts = screen.text.count(">>>")
            screen.enter(code)
            screen.wait(">>>", prompts + 1)
            runs(screen, "'an' + 'other'", number)
            # what stood in for torch is the learner's, and so it stays
            runs(screen, "sys.modules['torch'] = real; real.ones(2); None", number + 50)
        screen.enter("%who")
        screen.wait("other names:")
        assert "prompt_toolkit/" not in screen.text
        assert "Your sys.excepthook" not in screen.text
        assert FAILED not in screen.text


def test_what_was_broken_is_named() -> None:
    with program(columns=150) as screen:
        screen.wait(">>>")
        screen.enter("import json; json.dumps = None")
        screen.wait(">>>", 2)
        screen.enter("1")
        screen.wait("ptrepl needs json.dumps, which the code had replaced; it is as before again.")
        screen.enter("json.dumps(5) + '7'")
        screen.wait("'57'")


def test_what_was_broken_is_named_in_a_pipe() -> None:
    done = run_ptrepl(stdin="import sys\nsys.modules.clear()\nprint(3)\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ptrepl needs sys.modules")
    assert FAILED not in done.stderr


NAMES = (
    "json pygments executing difflib numpy random email glob platform pprint timeit unittest pkgutil calendar html ast "
    "dis linecache asyncio yaml rich markdown_it platformdirs string inspect copy uuid tempfile shutil subprocess"
)


def test_files_of_theirs_are_not_taken_for_our_libraries(tmp_path: Path) -> None:
    for name in NAMES.split():
        (tmp_path / f"{name}.py").write_text(f"print('my', '{name}')\n")
    (tmp_path / "helper.py").write_text("value = 41\n")
    with program(folder=tmp_path, columns=100, rows=60, cold=True) as screen:
        screen.wait(">>>")
        runs(screen, "import helper", 11)
        screen.enter("torch.ones(2) @ torch.ones(3)")
        screen.wait("to be equally long")
        screen.enter("%help grad_fn")
        screen.wait("names the operation")
        screen.enter("%timeit helper.value")
        screen.wait("half of the times")
        assert "my " not in screen.text.replace("my own", "")
        assert FAILED not in screen.text


def test_a_torch_py_of_theirs_is_named_and_torch_is_there(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("print('mine')\n")
    (tmp_path / "script.py").write_text("import torch\nprint(torch.ones(1).shape)\n")
    named = (
        "Python would import torch.py in place of PyTorch, since it has the same name. ptrepl uses PyTorch itself; "
        "rename the file.\n"
    )
    for arguments, stdin in ((("script.py",), ""), ((), "print(torch.ones(1).shape)\n")):
        done = run_ptrepl(*arguments, stdin=stdin, folder=tmp_path, cold=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "torch.Size([1])\n", named)


@pytest.fixture
def without_torch(tmp_path: Path) -> dict[str, str]:
    """An environment in which another file is found under the name of torch."""
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\")\n")
    return {"PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize("command", ["%timeit 1", "%device", "%device cpu"])
def test_a_command_that_needs_torch_says_so(command: str, without_torch: dict[str, str]) -> None:
    done = run_ptrepl(stdin=command + "\n", environment=without_torch, cold=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"{command.split()[0]} needs torch, which could not be imported."
    assert "Traceback" not in done.stderr


def test_the_check_of_lessons_says_that_torch_is_missing(without_torch: dict[str, str], tmp_path: Path) -> None:
    done = run_ptrepl("--check", "autograd", environment=without_torch, cold=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"torch could not be imported: {tmp_path}/torch.py stands in its place "
        "(ModuleNotFoundError: No module named 'torch'). Rename that file.\n"
    )


def test_the_first_reason_is_told_why_torch_cannot_be_imported(tmp_path: Path) -> None:
    (tmp_path / "uuid.py").write_text("raise RuntimeError('mine')\n")
    done = run_ptrepl("-c", "print(1)", environment={"PYTHONPATH": str(tmp_path)}, cold=True)
    assert (done.returncode, done.stdout) == (0, "1\n")
    assert done.stderr == (
        f"torch could not be imported: its import ran {tmp_path}/uuid.py, which failed (RuntimeError: mine). "
        "If that file is yours, rename it.\n"
    )


NO_HOME = """
import os, pwd, sys
for name in [name for name in os.environ if name == "HOME" or name.startswith(("XDG", "PTREPL"))]:
    del os.environ[name]
def nobody(*_): raise KeyError("no such user")
pwd.getpwuid = pwd.getpwnam = nobody
from ptrepl.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("arguments", "stdin", "status"),
    [(("-c", "print(1)"), "", 0), ((), "print(1)\n", 0), (("--list",), "", 0), (("--lesson", "creation"), "1\n", 1)],
)
def test_a_user_without_a_home(arguments: tuple[str, ...], stdin: str, status: int, tmp_path: Path) -> None:
    done = run_ptrepl(*arguments, stdin=stdin, code=NO_HOME, folder=tmp_path)
    assert done.returncode == status, done.stderr
    assert FAILED not in done.stderr
    assert not list(tmp_path.iterdir())


@READERS
def test_too_many_open_files_are_the_statements_error(how: tuple[str, ...]) -> None:
    with program(*how, columns=100, rows=60) as screen:
        screen.wait(">>>")
        screen.enter("import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (90, 90)); files = []")
        screen.enter("while True: files.append(open('/dev/null'))")
        screen.enter("")
        screen.wait("OSError: [Errno 24] Too many open files: '/dev/null'")
        screen.enter("torch.ones(2) @ torch.ones(3)")
        screen.wait("to be equally long")
        screen.enter("files.clear(); 40 + 2")
        screen.wait("\n42")
        assert FAILED not in screen.text
        assert "cannot be written" not in screen.text


@READERS
def test_an_await_that_is_interrupted_shows_its_line(how: tuple[str, ...]) -> None:
    with program(*how, columns=100) as screen:
        screen.wait(">>>")
        screen.enter("import asyncio")
        margin = "    " if how else ""
        screen.enter("async def slow():")
        screen.enter(margin + "asyncio.get_running_loop().call_later(0.1, print, 'wait' + 'ing')")
        screen.enter(margin + "await asyncio.sleep(100)")
        screen.enter("")
        screen.enter("await slow()")
        screen.wait("waiting")
        screen.type("\x03")
        screen.wait("\nKeyboardInterrupt")
        assert "in slow\n" in screen.text
        assert "\n    await asyncio.sleep(100)" in screen.text
        assert "\n    await slow()" in screen.text


def test_ctrl_c_that_comes_in_one_piece_with_enter() -> None:
    with program(cold=True) as screen:
        screen.wait(">>>")
        screen.type("import time; time.sleep(100)\r\x03")
        screen.wait("KeyboardInterrupt")
        screen.enter("40 + 2")
        screen.wait("\n42")


def test_a_report_of_the_cursor_is_not_taken_for_typed() -> None:
    with program(columns=150) as screen:
        screen.wait(">>>")
        screen.enter("import prompt_toolkit.renderer as r; r.Renderer.render = None")
        screen.wait(FAILED, 3)
        screen.wait(">>>", 2)
        screen.enter("40 + 2")
        screen.wait("\n42")
        assert "1R" not in screen.text.partition("\n>>> 40")[2]


def test_ctrl_d_typed_while_code_runs_leaves_and_ctrl_space_does_not() -> None:
    with program() as screen:
        screen.wait(">>>")
        screen.type("\0")
        for keys in ("\0", "\x04"):
            screen.enter("import time; print('go' + 'ing'); time.sleep(0.3)")
            screen.wait("going", 1 if keys == "\0" else 2)
            screen.type(keys)
            screen.wait(">>>", 2) if keys == "\0" else None
        assert screen.leave() == 0
