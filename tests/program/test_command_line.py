"""ptrepl without a terminal: pipes, scripts, -c, and arguments that cannot be used."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from ptrepl.engine.run.device import available_devices
from tests.children import run_child, run_ptrepl
from tests.engine.prompt import OURS


def ptrepl(
    *arguments: str, stdin: str = "", folder: Path | None = None, cold: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    return run_ptrepl(*arguments, stdin=stdin, folder=folder, environment=environment, cold=cold)


def test_a_pipe_shows_values_and_x_ray_without_prompt_colour_or_wrapping() -> None:
    done = ptrepl(
        stdin="w = torch.tensor([1.], requires_grad=True)\nfor i in range(2):\n    i\n\n    w.detach().shape\nw.sum()\n"
    )
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "│ w  shape=(1,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · requires_grad",
        "0",
        "torch.Size([1])",
        "1",
        "torch.Size([1])",
        "tensor(1., grad_fn=<SumBackward0>)",
        "│ w.sum()  shape=()  dtype=float32  device=cpu  grad_fn=SumBackward0  is_leaf=False  · value 1.0",
    ]


def test_a_pipe_stops_at_the_first_statement_that_raises() -> None:
    done = ptrepl(stdin="print('one')\n1 / 0\nprint('two')\n")
    assert (done.returncode, done.stdout) == (1, "one\n")
    assert done.stderr.splitlines()[-1] == "ZeroDivisionError: division by zero"
    assert OURS not in done.stderr


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("x = 1", 0),
        ("1/0", 1),
        ("x = (", 1),
        ("exit()", 0),
        ("exit(3)", 3),
        ("raise SystemExit('bye')", 1),
        ("raise SystemExit(True)", 1),
        ("import signal; signal.raise_signal(signal.SIGINT)", 130),
    ],
)
def test_exit_status(code: str, status: int) -> None:
    assert ptrepl("-c", code).returncode == status
    assert ptrepl(stdin=code + "\n").returncode == status


def test_code_has_its_own_arguments() -> None:
    done = ptrepl("-c", "import sys; print(sys.argv)", "--flag", "-i")
    assert done.stdout == "['-c', '--flag', '-i']\n"


def test_a_script_sees_itself_as_under_python(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(
        '"""Mine."""\nimport sys\nfrom helper import h\n'
        "if __name__ == '__main__':\n    print(sys.argv, __file__, __doc__, h)\n    for i in range(2):\n        i\n"
        "t = torch.zeros(2)\nsys.exit(5)\n"
    )
    (tmp_path / "helper.py").write_text("h = 'helped'\n")
    done = ptrepl(str(script), "a", "--list", folder=Path("/"))
    assert done.returncode == 5
    assert done.stdout.splitlines() == [
        f"['{script}', 'a', '--list'] {script} Mine. helped",
        "│ t  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True",
    ]


def test_the_hook_of_a_script_shows_its_error(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    hook = "def hook(cls, error, trace):\n    print('hooked', cls.__name__, trace.tb_frame.f_code.co_filename)\n"
    script.write_text(f"import sys\n{hook}sys.excepthook = hook\n1 / 0\n")
    done = ptrepl(str(script))
    assert (done.returncode, done.stdout, done.stderr) == (1, f"hooked ZeroDivisionError {script}\n", "")


def test_a_hook_that_fails_hides_no_error(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text("import sys\nsys.excepthook = lambda *_: [][0]\n1 / 0\n")
    done = ptrepl(str(script))
    assert done.returncode == 1
    assert "IndexError: list index out of range\n" in done.stderr
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")


def test_what_a_script_defines_reaches_workers_and_pickles(tmp_path: Path) -> None:
    script = tmp_path / "work.py"
    script.write_text(
        "import pickle\nimport torch\nfrom torch.utils.data import DataLoader, Dataset\n"
        "class Squares(Dataset):\n    def __len__(self): return 4\n    def __getitem__(self, i): return i * i\n"
        "if __name__ == '__main__':\n"
        "    print(type(pickle.loads(pickle.dumps(Squares()))).__name__)\n"
        "    for context in ('fork', 'spawn'):\n"
        "        loader = DataLoader(Squares(), 2, num_workers=1, multiprocessing_context=context)\n"
        "        print([batch.tolist() for batch in loader])\n"
    )
    done = ptrepl("--xray", "off", str(script))
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["Squares", "[[0, 1], [4, 9]]", "[[0, 1], [4, 9]]"]


def test_stay_goes_on_with_the_names_of_the_code() -> None:
    done = ptrepl("-i", "-c", "a = 20", stdin="print(a + 22)\n")
    assert (done.returncode, done.stdout) == (0, "42\n")


def test_xray_can_be_off_or_full() -> None:
    assert ptrepl("--xray", "off", "-c", "x = torch.ones(2)").stdout == ""
    full = ptrepl("--xray", "full", "-c", "x = torch.ones(2)").stdout
    assert "strides=(1,)" in full
    assert "version=0" in full


def test_seed_makes_random_numbers_repeat() -> None:
    code = "import random; print(torch.rand(3), random.random(), np.random.rand())"
    runs = {ptrepl("--seed", "3", "-c", code).stdout for _ in range(2)}
    assert len(runs) == 1
    assert ptrepl("--seed", "4", "-c", code).stdout not in runs


def in_shell(command: str) -> subprocess.CompletedProcess[str]:
    """``command``, in which PTREPL stands for the program."""
    command = command.replace("PTREPL", f"{shlex.quote(sys.executable)} -m ptrepl")
    return run_child(["/bin/sh", "-c", command])


def test_a_reader_that_goes_away_ends_the_program_in_silence() -> None:
    done = in_shell("PTREPL -c 'for i in range(100000): i' | head -1")
    assert done.stdout == "0\n"
    assert OURS not in done.stderr


@pytest.mark.parametrize("what", ["-c 'x = torch.ones(2)'", "--list", "--doctor"])
def test_a_full_disk_is_one_line(what: str) -> None:
    done = in_shell(f"PTREPL {what} > /dev/full")
    assert (done.returncode, done.stderr) == (1, "The output cannot be written: No space left on device.\n")


@pytest.mark.parametrize("closed", ["--list >&-", "-c 'x = torch.ones(2)' >&-", "<&-", "--lesson autograd <&-"])
def test_closed_streams_are_empty_ones(closed: str) -> None:
    done = in_shell(f"PTREPL {closed}")
    assert "Traceback" not in done.stderr
    assert done.returncode == ("lesson" in closed)


@pytest.mark.parametrize(
    "text",
    [
        "print(1)\n  y = 2\n",
        "for i in range(2):\n    print(i)\n  print('x')\n",
        "if 1:\n\tx = 1\n        y = 2\n",
        ">>> print(1)\n",
    ],
)
def test_a_file_means_what_it_says(text: str, tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(text)
    for done in (ptrepl("odd.py", folder=tmp_path), ptrepl("-c", text)):
        assert (done.returncode, done.stdout) == (1, "")
        said = {line.partition(":")[0] for line in done.stderr.splitlines()}
        assert said & {"IndentationError", "TabError", "SyntaxError"}


def test_bytes_that_are_no_text_come_through_no_pipe() -> None:
    done = in_shell("printf 'x = \"\\377\"\\n' | LC_ALL=C.UTF-8 PTREPL")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_memory_that_is_gone_is_not_read() -> None:
    code = (
        "import mmap\nm = mmap.mmap(-1, 65536)\nt = torch.frombuffer(m, dtype=torch.float32)\nm.close()\n"
        "print('alive')\n"
    )
    done = ptrepl(stdin=code)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "alive"


def test_output_that_cannot_be_encoded_is_still_read() -> None:
    done = ptrepl("-c", "x = torch.ones(2)", PYTHONIOENCODING="ascii")
    assert done.stdout.startswith("| x  shape=(2,)")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lessons"], "There is no option --lessons. Did you mean --lesson?"),
        (["--gather"], "There is no option --gather. Try ptrepl --help."),
        (["--zzz"], "There is no option --zzz. Try ptrepl --help."),
        (
            ["--device", "gpu"],
            "There is no device 'gpu'; choose one of auto, cpu, cuda, mps, xpu, meta. Did you mean cuda?",
        ),
        (["--xray", "foo"], "There is no x-ray mode 'foo'; choose one of off, line, full."),
        (["--xray=ful"], "There is no x-ray mode 'ful'; choose one of off, line, full. Did you mean full?"),
        (["--xray"], "--xray wants one of off, line, full."),
        (["--lesson"], "--lesson wants a value. Try ptrepl --help."),
        (["-c"], "-c wants a value. Try ptrepl --help."),
        (["--list=3"], "--list takes no value. Try ptrepl --help."),
        (["-ix"], "-i takes no value. Try ptrepl --help."),
        (["--seed", "many"], "--seed wants a whole number, not 'many'."),
        (["nowhere.py"], "Cannot read nowhere.py: No such file or directory."),
        (["."], ". is a folder; ptrepl runs a file."),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = ptrepl(*arguments, folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said + "\n")


@pytest.mark.skipif(torch.xpu.is_available(), reason="this machine has one")
def test_a_device_that_the_machine_lacks_is_one_line() -> None:
    done = ptrepl("--device", "xpu", "-c", "1")
    here = ", ".join(available_devices())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"This machine has no device 'xpu': it has {here}.\n"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x = '\xe9'\n", b"a\0b"])
def test_a_file_that_is_not_text(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_bytes(content)
    done = ptrepl("odd.py", folder=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("option", ["--help", "--version", "--list"])
def test_what_needs_no_torch_does_not_import_it(option: str) -> None:
    probe = f"""
import sys
from ptrepl.cli import main
try: main([{option!r}])
except SystemExit: pass
print("torch" in sys.modules)
"""
    done = run_child([sys.executable, "-c", probe])
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "False"


def test_a_file_shows_no_values_of_expressions(tmp_path: Path) -> None:
    script = tmp_path / "sum.py"
    script.write_text('"""What it is about."""\n1 + 1\nif True:\n    2 + 2\nx = 5\nx\nprint("said")\n')
    done = run_ptrepl(str(script))
    assert (done.returncode, done.stdout) == (0, "said\n")
