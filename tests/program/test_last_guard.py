"""Whatever fails of ours, or of an import on demand: one line, an entry in the log, and the prompt again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.children import ROOT, run_ptrepl
from tests.program.screen import Screen, program

BREAK = "import ptrepl.screen.xray as x; x.xray_lines = None"
"""From here on, showing a tensor fails."""
FAILED = "ptrepl itself failed ("


def log_of(home: Path) -> str:
    return (home / "state" / "errors.log").read_text(encoding="utf-8")


def ptrepl(*arguments: str, stdin: str = "", folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return run_ptrepl(*arguments, stdin=stdin, folder=folder)


def leave(screen: Screen) -> None:
    # at a terminal that is between two modes, Ctrl-D is lost
    screen.enter("'the ' + 'end'")
    screen.wait("'the end'")
    screen.wait(">>>", screen.text.count(">>> ") + 1)
    screen.type("\x04")
    assert screen.leave() == 0


@pytest.mark.parametrize("how", [(), ("--plain",)])
def test_an_error_of_ours_is_one_line_and_the_prompt_again(how: tuple[str, ...], own_surroundings: Path) -> None:
    with program(*how, columns=200) as screen:
        screen.wait(">>>")
        screen.enter("kept = 41")
        screen.enter(BREAK)
        screen.enter("y = torch.ones(2)")
        screen.wait(f"{FAILED}TypeError). Details")
        screen.wait("errors.log.")
        screen.enter("kept + int(y.sum())")
        screen.wait("43")
        leave(screen)
        assert "Traceback" not in screen.text
    assert log_of(own_surroundings).count("\n== ") == 0
    assert "TypeError: 'NoneType' object is not callable\n" in log_of(own_surroundings)
    doctor = ptrepl("--doctor").stdout
    path = own_surroundings / "state" / "errors.log"
    assert re.search(rf"  error log +{re.escape(str(path))}  \(1 entry of 20", doctor)


def test_debug_shows_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTREPL_DEBUG", "1")
    done = ptrepl(stdin=f"{BREAK}\ny = torch.ones(2)\nprint('never')\n")
    assert done.returncode == 1
    assert "show.py" in done.stderr
    assert "TypeError: 'NoneType' object is not callable" in done.stderr
    assert FAILED in done.stderr.splitlines()[-1]


def test_a_pipe_ends_with_one_line_and_1(own_surroundings: Path) -> None:
    done = ptrepl(stdin=f"{BREAK}\nprint('before')\ny = torch.ones(2)\nprint('never')\n")
    assert (done.returncode, done.stdout) == (1, "before\n")
    assert done.stderr.startswith(f"{FAILED}TypeError).")
    assert done.stderr.count("\n") == 1
    assert "show.py" in log_of(own_surroundings)


def test_what_follows_the_code_still_comes() -> None:
    done = ptrepl("-i", "-c", f"{BREAK}\nkept = 41\ny = torch.ones(2)", stdin="print(kept + 1)\n")
    assert (done.returncode, done.stdout) == (0, "42\n")
    assert done.stderr.startswith(f"{FAILED}TypeError).")


def test_an_os_error_is_not_taken_for_the_outputs() -> None:
    code = "def refuse(*_): raise PermissionError(13, 'Permission denied')\n"
    done = ptrepl("-c", f"{code}import ptrepl.screen.xray as x; x.xray_lines = refuse\ny = torch.ones(2)")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{FAILED}PermissionError).")
    assert "output" not in done.stderr


def test_an_input_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as only_written:
        done = subprocess.run(
            [sys.executable, "-m", "ptrepl"], stdin=only_written, stderr=subprocess.PIPE, timeout=120, check=False
        )
    assert (done.returncode, done.stderr) == (2, b"The input cannot be read: Bad file descriptor.\n")


def test_a_lesson_whose_check_fails_goes_on_and_one_that_fails_at_every_turn_is_closed() -> None:
    with program("--lesson", "creation", columns=200, rows=60) as screen:
        screen.wait("creation 1/")
        screen.enter("kept = 41")
        screen.enter("from ptrepl.tutor.play.run import LessonRun; ran, LessonRun.ran = LessonRun.ran, None")
        screen.wait(f"{FAILED}TypeError)")
        screen.enter("LessonRun.ran = ran; kept + 1")
        screen.wait("42")
        screen.wait("creation 1/")
        screen.enter("LessonRun.mode = property(lambda self: 1 / 0)")
        screen.wait("The lesson is closed; your names stay.")
        screen.enter("kept + 2")
        screen.wait("43")
        leave(screen)


def test_a_prompt_that_fails_gives_way_to_the_plain_one() -> None:
    with program(columns=200) as screen:
        screen.wait(">>>")
        screen.enter("kept = 41")
        screen.enter("import ptrepl.shell.prompt.prompt as p; p.PromptReader.read = None")
        screen.wait(f"{FAILED}TypeError)", 3)
        screen.enter("kept + 1")
        screen.wait("42")
        leave(screen)


def test_a_key_that_fails_costs_one_line() -> None:
    with program(columns=200) as screen:
        screen.wait(">>>")
        screen.enter("import ptrepl.shell.complete.completion as c; c.completions = None")
        screen.wait(">>>", 2)
        screen.type("kept = 4\t")
        screen.wait(f"{FAILED}TypeError)")
        screen.type("1\r")
        screen.enter("kept + 1")
        screen.wait("42")
        leave(screen)
        assert "Press ENTER" not in screen.text


def test_an_import_on_demand_that_fails_is_the_statements_error(tmp_path: Path) -> None:
    broken = tmp_path / "pandas.py"
    broken.write_text("rows = [1, 2]\nprint(rows[2])\n")
    with program(folder=tmp_path, columns=200) as screen:
        screen.wait(">>>")
        screen.enter("kept = 41")
        screen.enter("pd")
        screen.wait("(pd was not defined, so ptrepl imported pandas.)")
        at = screen.printed.index("Traceback (most recent call last):")
        assert screen.printed[at + 1 : at + 5] == [
            f'  File "{broken}", line 2, in <module>',
            "    print(rows[2])",
            "          ~~~~^^^",
            "IndexError: list index out of range",
        ]
        broken.write_text("import sys\nsys.exit(3)\n")
        screen.enter("pd")
        screen.wait("SystemExit: 3")
        broken.write_text("print('slow')\nimport time\ntime.sleep(100)\n")
        screen.enter("pd")
        screen.wait("slow")
        screen.type("\x03")
        screen.wait("KeyboardInterrupt")
        screen.enter("kept + 1")
        screen.wait("42")
        leave(screen)
        assert FAILED not in screen.text
        assert "importlib" not in screen.text


def test_a_bad_backend_is_the_statements_error(tmp_path: Path) -> None:
    package = tmp_path / "matplotlib"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "pyplot.py").write_text("import os\nraise ValueError(os.environ['MPLBACKEND'])\n")
    code = "import os, sys; sys.path[:0] = ['.']; os.environ['MPLBACKEND'] = 'nonsense'\nplt\n"
    done = ptrepl(stdin=code, folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        "ValueError: nonsense",
        "(plt was not defined, so ptrepl imported matplotlib.pyplot.)",
    ]


@pytest.mark.parametrize("code", [("-c", "first = torch.rand(3)"), ("mine.py",)])
def test_the_seed_is_sown_once(code: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import torch\nfirst = torch.rand(3)\n")
    done = ptrepl("--seed", "0", "-i", *code, stdin="print(torch.equal(first, torch.rand(3)))\n", folder=tmp_path)
    assert done.stdout.endswith("False\n")


def test_ctrl_c_while_the_program_starts_ends_it(tmp_path: Path) -> None:
    # a torch whose import is interrupted, and which makes of it another error
    (tmp_path / "torch.py").write_text(
        "import signal\ntry:\n    signal.raise_signal(signal.SIGINT)\n"
        "except KeyboardInterrupt:\n    raise ImportError('initialization failed')\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "ptrepl", "-c", "print('ran')"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("piped", [False, True])
def test_without_a_file_descriptor_left_the_learners_error_is_shown(piped: bool, tmp_path: Path) -> None:
    code = "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))\nfiles = open('/dev/null')\n"
    (tmp_path / "greedy.py").write_text(code)
    done = run_ptrepl(*(() if piped else ("greedy.py",)), stdin=code if piped else "", folder=tmp_path, cold=True)
    assert done.returncode == 1
    assert "OSError: [Errno 24] Too many open files: '/dev/null'" in done.stderr
    assert "ptrepl" not in done.stderr.replace("<ptrepl-", "")
