"""Errors that teach, in the whole program: at a terminal, in a pipe, in a script, in a transcript."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.children import run_ptrepl
from tests.program.screen import program

HEAD = "x = torch.ones(2, 3)\nw = torch.randn(2, 3)\n"
SAID = [
    "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
    "    y = x @ w.relu()",
    "        ~~^~~~~~~~~~",
    "│ x is (2, 3) and w.relu() is (2, 3): @ needs the last dim of the left (3) to equal the first of the right (2).",
    "│ try  x @ w.relu().T   → shape (2, 2)       try  x.T @ w.relu()   → shape (3, 3)",
]


def ptrepl(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return run_ptrepl(*arguments, stdin=stdin)


def test_a_pipe_and_c_explain_on_stderr() -> None:
    for done in (ptrepl(stdin=HEAD + "y = x @ w.relu()\n"), ptrepl("-c", HEAD + "y = x @ w.relu()")):
        assert done.returncode == 1
        assert done.stderr.splitlines() == SAID
        assert "│ try" not in done.stdout


def test_a_script_is_explained_in_its_own_lines(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text("import torch\n\ndef run(a, b):\n    return a @ b\n\nrun(torch.ones(2, 3), torch.ones(2, 3))\n")
    done = ptrepl(str(script))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Traceback (most recent call last):",
        f'  File "{script}", line 6, in <module>',
        "    run(torch.ones(2, 3), torch.ones(2, 3))",
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
        "    return a @ b",
        "           ~~^~~",
        "│ a is (2, 3) and b is (2, 3): @ needs the last dim of the left (3) to equal the first of the right (2).",
        "│ try  def run(a, b):",
        "│          return a @ b.T",
        "│ try  def run(a, b):",
        "│          return a.T @ b",
    ]


def test_traps_are_told_on_stderr_and_can_be_switched_off(own_surroundings: Path) -> None:
    code = "d = (torch.ones(4, 1) - torch.ones(4)).sum()\n"
    told = ptrepl(stdin=code)
    assert told.stderr.startswith("│ careful: torch.ones(4, 1) is (4, 1) and torch.ones(4) is (4,)")
    off = ptrepl(stdin="%config traps false\n" + code)
    assert off.stderr == ""
    assert off.stdout.endswith("│ d  shape=()  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · value 0.0\n")


def test_a_fix_is_put_into_the_prompt_changed_and_run(tmp_path: Path) -> None:
    transcript = tmp_path / "session.md"
    with program() as screen:
        screen.wait(">>>")
        screen.enter("x = torch.ones(2, 3); w = torch.ones(2, 3)")
        screen.wait("is_leaf=True", 2)
        screen.enter("y = x @ w")
        screen.wait("Ctrl-T puts the first one into the prompt, and pressed again the next one")
        screen.type("\x14")
        screen.wait(">>> y = x @ w.T")
        screen.enter(" * 2")
        screen.wait("│ y  shape=(2, 2)")
        screen.enter("%explain")
        screen.wait("A product of matrices")
        screen.enter(f"%save {transcript}")
        screen.wait("inputs are saved in")
        screen.type("\x04")
        assert screen.leave() == 0
    saved = transcript.read_text(encoding="utf-8")
    assert "│ try  x @ w.T   → shape (2, 2)       try  x.T @ w   → shape (3, 3)\n" in saved


def test_the_calls_that_detect_anomaly_names_are_the_learners(tmp_path: Path) -> None:
    """torch lists every frame since the program began, ours among them."""
    code = (
        "x = torch.zeros(1, requires_grad=True)\nwith torch.autograd.detect_anomaly():\n"
        "    y = x.sqrt() * 0\n    y.backward()\n"
    )
    script = tmp_path / "train.py"
    script.write_text(f"import torch\n{code}")
    for done in (ptrepl("-c", code), ptrepl(stdin=f"{code}\n"), ptrepl(str(script))):
        assert "Error detected in SqrtBackward0" in done.stderr
        frames = [line for line in done.stderr.splitlines() if line.startswith("  File ")]
        assert frames
        assert all(", in <module>" in frame and ("<ptrepl-" in frame or "train.py" in frame) for frame in frames)


def test_explain_says_when_there_is_nothing_to_say() -> None:
    assert ptrepl(stdin="%explain\n").stderr == "There is no error to explain: nothing has failed yet.\n"
    with program("--plain") as screen:
        screen.wait(">>>")
        screen.enter("1 / 0")
        screen.wait("ZeroDivisionError")
        screen.enter("%explain")
        screen.wait("ptrepl knows no more about the last error than its message says.")
        screen.wait(">>>", 3)
        screen.type("\x04")
        assert screen.leave() == 0
