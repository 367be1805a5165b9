"""What the commands do."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import pytest
import torch

from ptrepl.errors import PtreplError
from ptrepl.shell.command_table import COMMANDS
from ptrepl.shell.commands.run.code import time_line
from ptrepl.shell.commands.run.system import status_text
from ptrepl.shell.context import Leave
from ptrepl.tutor.play.run import LESSON_COMMANDS
from tests.shell.commands.commanding import Shell


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capfd)


def one_line(text: str) -> str:
    """``text``, which has to be a single line."""
    assert text.count("\n") == 1
    return text.strip()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("%what shape?", "There is no command %what. Did you mean %help shape?"),
        ("%define leaf", "There is no command %define. Did you mean %help leaf?"),
        ("%hlep", "There is no command %hlep. Did you mean %help?"),
        ("%Who", "There is no command %Who. Did you mean %who?"),
        ("%sol", "There is no command %sol. Did you mean %solution?"),
        ("%%tim x", "There is no command %%tim. Did you mean %time?"),
        ("%sql select", "There is no command %sql. %help lists the commands."),
        ("%xray fulll", "%xray takes off, line or full, not 'fulll'."),
        ("%time", "%time wants a statement, such as %time x @ x."),
        ("%run", "%run wants a file, such as %run train.py."),
        ("%run nowhere.py", "Cannot read nowhere.py: No such file or directory."),
        ("%run 'x", "%run: a quotation mark has no partner."),
        ("%reset now", "%reset takes -f, which does not ask, or no argument; not 'now'."),
        ("%tb", "There is no error to look at: nothing has failed yet."),
        ("%debug", "There is no error to look at: nothing has failed yet."),
        ("%x", "%x wants the name of a tensor, such as %x w or %x net[0].weight. %who lists the names."),
        ("%x device", "device is of type device, and %x shows tensors. Try device? instead."),
        ("!", "! wants a command of the system, such as !ls."),
        ("%hint", "No lesson is open, so %hint has nothing to do. %lesson autograd opens one."),
        ("nothing?", "There is no name nothing here. %who lists the names."),
        ("torch.relu(x)?", "torch.relu(x) would have to run first. Give its value a name, then ask for the name."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(shell: Shell, typed: str, said: str) -> None:
    assert shell(typed) == ""
    assert one_line(shell.err) == said
    assert not shell.succeeded


def test_every_handler_of_the_table_is_there(shell: Shell) -> None:
    for command in COMMANDS:
        try:
            command.handler(shell.context, "an argument that no command takes")
        except (ImportError, AttributeError) as error:
            pytest.fail(f"%{command.name}: {error}")
        except Leave:
            assert command.name in ("exit", "quit")
        except PtreplError:
            continue  # it looked at the argument


# %who


def test_who_is_a_table_sorted_by_name_with_bytes_and_sharing(shell: Shell) -> None:
    shell("w = torch.ones(2, 3, requires_grad=True)", "a = w.detach()", "B = torch.zeros(1000, dtype=torch.int64)")
    assert shell("%who") == (
        "│ name  shape    dtype    device  bytes\n"
        "│ a     (2, 3)   float32  cpu        24  · shares memory with w\n"
        "│ B     (1000,)  int64    cpu     8,000\n"
        "│ w     (2, 3)   float32  cpu        24  · requires_grad · shares memory with a\n"
        "│ total  8,048 bytes  · 24 of them shared\n"
        "│ other names:  device (device)\n"
        "│ modules:  F, nn, torch\n"
    )


def test_who_has_holders_of_tensors_and_other_names(shell: Shell) -> None:
    shell("d = {'a': torch.ones(2)}", "net = nn.Linear(2, 1)", "opt = torch.optim.SGD(net.parameters(), lr=0.5)")
    out = shell("def f(): pass", "plain = [1, 2]", "%who")
    assert "│ d  dict  1 tensor  (2,) float32\n" in out
    assert "│ net  Linear  2 parameters  3 values\n" in out
    assert "│ opt  SGD  2 parameters  lr=0.5\n" in out
    assert "│ other names:  device (device), f (function), plain (list)\n" in out


def test_who_takes_a_pattern(shell: Shell) -> None:
    out = shell("wa = torch.ones(2)", "wb = 3", "v = torch.ones(2)", "%who w*")
    assert re.findall(r"│ (\S+)", out) == ["name", "wa", "other"]
    assert shell("%who zz*") == "No name matches zz*.\n"


def test_who_names_a_hundred_tensors_and_counts_the_rest(shell: Shell) -> None:
    out = shell("for i in range(103): globals()[f't{i}'] = torch.zeros(1)\n", "%who")
    assert len(re.findall(r"(?m)^│ t\d+ ", out)) == 100
    assert "… and 3 more" in out


def test_who_before_anything_is_defined(shell: Shell) -> None:
    assert "name" not in shell("%who").splitlines()[0].split()


# %x and %xray


def test_x_shows_the_whole_card(shell: Shell) -> None:
    out = shell("x = torch.arange(6).reshape(2, 3)", "%x x")
    assert out.startswith("│ x  shape=(2, 3)  dtype=int64  device=cpu  grad_fn=None  is_leaf=True\n")
    for row in ("strides", "offset", "storage", "version", "bytes", "first values"):
        assert row in out
    assert "(3, 1)" in out


def test_x_says_where_a_tensor_lies_and_what_else_lies_there(shell: Shell) -> None:
    shell("u = torch.arange(12).reshape(3, 4)", "v = u.T", "d = {'part': u[1]}", "other = u.clone()", "n = u.numpy()")
    out = shell("%x v")
    assert "│   v[i, j] is number i + 4·j of the 12 in the storage, counted from 0.\n" in out
    assert "│   In the same storage: u, n, d['part'].\n" in out
    assert "│   The lowest value of v is 0, at [0, 0], the highest 11, at [3, 2].\n" in out
    assert "In the same storage" not in shell("%x other")
    assert "In the same storage: u, v, n.\n" in shell("%x d['part']")
    shell(*(f"v{number} = u[0]" for number in range(20)))
    assert "and 15 more." in shell("%x v")


@pytest.mark.parametrize(
    ("target", "shape"),
    [("net[0].weight", "(3, 2)"), ("net.0.bias", "(3,)"), ("d['a']", "(5,)"), ("pair[-1]", "(7,)"), ("w.grad", "(2,)")],
)
def test_x_finds_what_stands_inside_something(shell: Shell, target: str, shape: str) -> None:
    shell("net = nn.Sequential(nn.Linear(2, 3))", "d = {'a': torch.ones(5)}", "pair = (1, torch.ones(7))")
    shell("w = torch.ones(2, requires_grad=True)", "w.sum().backward()")
    assert shell(f"%x {target}").startswith(f"│ {target}  shape={shape}  ")


def test_x_of_a_module_has_a_line_for_each_tensor(shell: Shell) -> None:
    out = shell("net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))", "%x net")
    assert out.startswith("│ net  Sequential  4 parameters  15 values  3 buffers\n")
    assert out.count("\n") == 1 + 4 + 3
    assert (
        "│ net[0].weight  shape=(3, 2)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad\n" in out
    )


def test_xray_sets_and_says_how_much_is_shown(shell: Shell) -> None:
    assert "one line" in shell("%xray")
    assert "off" in shell("%xray off")
    assert shell("x = torch.ones(2)") == ""
    assert "whole card" in shell("%xray full")
    assert shell("1;") == ""
    assert "strides" in shell("y = torch.ones(2)")
    assert "one line" in shell("%xray line")
    assert shell("z = torch.ones(2)").count("\n") == 1


# %time


def test_time_runs_a_statement_as_if_it_had_been_typed(shell: Shell) -> None:
    out = shell("%time x = torch.ones(2)")
    assert out.startswith("│ x  shape=(2,)")
    assert re.search(r"\nwall time [\d.]+ (µs|ms), CPU time [\d.]+ (µs|ms)\n$", out)
    assert shell.succeeded
    assert shell("%time 2 + 2").startswith("4\n")


def test_time_takes_a_block(shell: Shell) -> None:
    assert shell("%time for i in range(3):\n    print(i)\n").startswith("0\n1\n2\nwall time ")


def test_time_tells_waiting_from_working(shell: Shell) -> None:
    shell("import time")
    wall, waiting = seconds(shell("%time time.sleep(0.05)"))
    assert wall >= 0.05
    assert waiting < wall / 2
    wall, working = seconds(shell("%time n = sum(range(3_000_000))"))
    assert working > waiting


def seconds(line: str) -> tuple[float, ...]:
    units = {"µs": 1e-6, "ms": 1e-3, "s": 1.0}
    return tuple(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+) (µs|ms|s)\b", line))


class Accelerator:
    """Works on for a while after a statement has handed it its work."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.waits = 0

    def is_available(self) -> bool:
        return True

    def synchronize(self) -> None:
        self.waits += 1
        if self.waits == 2:
            time.sleep(self.seconds)


def test_time_waits_for_the_accelerator(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    accelerator = Accelerator(0.05)
    shell("x = 1")
    monkeypatch.setattr(torch, "accelerator", accelerator)
    wall, processor = seconds(shell("%time x + 1"))
    assert accelerator.waits == 2  # what was on its way before is not counted
    assert wall >= 0.05
    assert processor < 0.04


def test_time_works_on_with_an_accelerator_that_has_failed(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    accelerator = Accelerator(0)
    monkeypatch.setattr(torch, "accelerator", accelerator)
    monkeypatch.setattr(accelerator, "synchronize", lambda: torch.ones(2).view(3))
    assert "wall time" in shell("%time 1 + 1")


def test_time_of_a_statement_that_fails(shell: Shell) -> None:
    out = shell("%time 1 / 0")
    assert out.startswith("wall time ")
    assert "ZeroDivisionError" in shell.err
    assert not shell.succeeded


@pytest.mark.parametrize(
    ("wall", "said"), [(0.0, "0 µs"), (0.00001234, "12 µs"), (0.00123, "1.23 ms"), (1.5, "1.5 s"), (3725, "62 min 5 s")]
)
def test_a_duration_has_the_unit_that_fits(wall: float, said: str) -> None:
    assert f"wall time {said}, " in "".join(text for _, text in time_line(wall, 0.0))


# %run


def test_run_runs_a_file_among_the_names(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("number = 5\n")
    script = tmp_path / "my script.py"
    script.write_text("import sys, beside\nx = torch.ones(beside.number)\nprint(__name__, sys.argv[1:], __file__)\n")
    argv, path = sys.argv, list(sys.path)
    out = shell(f"%run '{script}' one 'two three'")
    assert out.splitlines()[0].startswith("│ x  shape=(5,)")
    assert out.splitlines()[1] == f"learner ['one', 'two three'] {script}"
    assert shell("x.shape") == "torch.Size([5])\n"
    assert sys.argv is argv
    assert sys.path == path
    assert "__file__" not in shell.session.namespace


def test_run_shows_where_a_file_failed(shell: Shell, tmp_path: Path) -> None:
    script = tmp_path / "broken.py"
    script.write_text("x = 1\nx / 0\n")
    shell(f"%run {script}")
    assert f'File "{script}", line 2' in shell.err
    assert not shell.succeeded
    assert shell("x") == "1\n"


@pytest.mark.parametrize(("code", "succeeds"), [("sys.exit()", True), ("sys.exit(3)", False)])
def test_a_script_that_leaves_does_not_end_the_session(shell: Shell, tmp_path: Path, code: str, succeeds: bool) -> None:
    script = tmp_path / "leaves.py"
    script.write_text(f"import sys\n{code}\n")
    shell(f"%run {script}")
    assert shell.succeeded is succeeds
    assert ("exit status 3" in shell.err) is not succeeds


# %reset, %tb, %debug, %exit


def test_reset_asks_at_a_terminal(shell: Shell) -> None:
    asked: list[str] = []
    answers = ["", "n", "y"]

    def read_line(prompt: str) -> str:
        asked.append(prompt)
        return answers.pop(0)

    shell.context.read_line, shell.context.stdin_is_tty = read_line, True
    shell("x = 1", "%reset")
    assert shell("%reset") == "Nothing was deleted.\n"
    assert shell("x") == "1\n"
    shell("%reset")
    assert len(asked) == 3
    shell("x")
    assert "NameError" in shell.err
    assert shell("torch.ones(1).device == device") == "True\n"


@pytest.mark.parametrize("command", ["%reset -f", "%reset"])
def test_reset_without_a_terminal_asks_nothing(shell: Shell, command: str) -> None:
    shell("x = torch.ones(2)", command)
    assert "x" not in shell.session.namespace
    assert shell.session.namespace["torch"] is torch


def test_tb_shows_the_frames_of_libraries_too(shell: Shell) -> None:
    shell("net = nn.Linear(2, 1)", "net(torch.ones(3))")
    folded = shell.err
    shell("%tb")
    assert len(shell.err.splitlines()) > len(folded.splitlines())
    assert os.path.join("torch", "nn", "modules") in shell.err
    assert shell.err.splitlines()[-1] == folded.splitlines()[-1]


def test_debug_opens_where_the_error_happened(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell("def f(a):\n    inside = a + 1\n    return inside / 0\n", "f(41)")
    answers = iter(["p inside", "q"])
    monkeypatch.setattr("builtins.input", lambda prompt="": next(answers))
    monkeypatch.setattr("cmd.Cmd.use_rawinput", 1)
    out = shell("%debug")
    assert "return inside / 0" in out
    assert "42" in out


def test_debug_has_nothing_to_open_after_a_syntax_error(shell: Shell) -> None:
    shell("x = = 1")
    shell("%debug")
    assert "before any code ran" in one_line(shell.err)


@pytest.mark.parametrize("command", ["%exit", "%quit"])
def test_exit_leaves(shell: Shell, command: str) -> None:
    with pytest.raises(Leave) as caught:
        shell(command)
    assert caught.value.status == 0


# !cmd


def test_the_system_runs_a_command_in_order_with_what_was_printed(shell: Shell) -> None:
    out = shell("print('before'); x = torch.ones(1)", "!echo hello; echo oops >&2")
    assert (out, shell.err) == ("hello\n", "oops\n")


def test_a_command_of_the_system_that_fails_says_its_status(shell: Shell) -> None:
    shell("!exit 3")
    assert shell.err == "exit status 3\n"
    assert shell.succeeded


def test_a_command_of_the_system_does_not_eat_the_pipe(shell: Shell) -> None:
    assert shell("!cat") == ""


def test_cd_says_that_it_does_not_last(shell: Shell) -> None:
    here = os.getcwd()
    shell("!cd /")
    assert "os.chdir" in one_line(shell.err)
    assert os.getcwd() == here


@pytest.mark.parametrize(
    ("status", "said"), [(2, "exit status 2"), (-15, "ended by SIGTERM"), (-99, "ended by signal 99")]
)
def test_how_a_command_of_the_system_ended(status: int, said: str) -> None:
    assert status_text(status) == said


# lessons


class OpenLesson:
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def command(self, name: str, arguments: str) -> None:
        self.asked.append((name, arguments))


def test_lesson_commands_go_to_the_lesson(shell: Shell) -> None:
    lesson = OpenLesson()
    shell.context.lesson = lesson  # type: ignore[assignment]
    names = [command.name for command in COMMANDS if command.lesson]
    assert {"hint", "solution", "skip", "back", "goto", "restart", "redo", "leave"} <= set(names)
    for name in names:
        shell(f"%{name} one two")
    assert lesson.asked == [(name, "one two") for name in names]
    assert {*names, "progress", "review"} == set(LESSON_COMMANDS), "each command of the tutor stands in the table"


def test_lesson_commands_come_first_in_the_help_of_a_lesson(shell: Shell) -> None:
    assert shell("%help").startswith("Look\n")
    shell.context.lesson = OpenLesson()  # type: ignore[assignment]
    assert shell("%help").startswith("In a lesson\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%matplotlib inline", "%matplotlib is for notebooks: there is nothing to do here."),
        ("%matplotlib", "%matplotlib is for notebooks: there is nothing to do here."),
        ("%load_ext autoreload", "%load_ext is for notebooks: there is nothing to do here."),
        ("%autoreload 2", "%autoreload is for notebooks: there is nothing to do here."),
        (
            "%config InlineBackend.figure_format = 'retina'",
            "%config InlineBackend is for notebooks: there is nothing to do here.",
        ),
        ("%%time", "%%time is for notebooks. Here %time and a statement times it."),
        ("%%timeit", "%%timeit is for notebooks. Here %timeit and a statement times it."),
        ("%%capture", "%%capture is for notebooks: here the output is shown."),
        ("%%capture out", "%%capture is for notebooks: here the output is shown."),
    ],
)
def test_what_a_pasted_notebook_begins_with_does_no_harm(shell: Shell, line: str, said: str) -> None:
    assert shell(line) == f"{said}\n"
    assert shell.succeeded
    assert shell.err == ""


@pytest.mark.parametrize("magic", ["%%time", "%%time\n", "%%capture\n", "%%capture out\n"])
def test_the_code_below_a_magic_runs(shell: Shell, magic: str) -> None:
    said = shell(f"{magic} print(7)" if magic == "%%time" else f"{magic}print(7)")
    assert "7\n" in said
    assert ("wall time" in said) == magic.startswith("%%time")
    assert shell.succeeded
    shell("%%time\nraise ValueError")
    assert not shell.succeeded
