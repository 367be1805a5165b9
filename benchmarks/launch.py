"""How long until one can type, and until the first tensor is there."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.measure import Measure, Row, compare, seconds
from benchmarks.terminal import in_terminal

OURS = (sys.executable, "-m", "ptrepl")
MOST_ROUNDS = 9
"""Each round starts torch anew, which takes seconds."""


def rows(rounds: int) -> Iterator[Row]:
    """Launch to prompt, launch to first tensor, and what answers without a prompt."""
    few = min(rounds, MOST_ROUNDS)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        imports_torch = home / "imports_torch.py"
        imports_torch.write_text("import torch\n")
        yield compare(
            "launch until the prompt takes keys",
            _until_a_key_is_taken(OURS, ">>>", home),
            "`ipython -i` on a file that imports torch",
            _until_a_key_is_taken((sys.executable, "-m", "IPython", "-i", str(imports_torch)), "In [1]:", home),
            limit=0.13,
            rounds=few,
        )
        yield compare(
            "launch until the first tensor is shown, typed at once",
            _until_the_first_tensor(OURS, "is_leaf=True", home),
            "`python -i` on the same file",
            _until_the_first_tensor((sys.executable, "-i", str(imports_torch)), "tensor([1., 1.])", home),
            limit=1.05,
            rounds=few,
        )
        for option in ("--list", "--help"):
            yield compare(
                f"`{option}`",
                _until_it_ends((*OURS, option), home),
                "`python -c 'import prompt_toolkit'`",
                _until_it_ends((sys.executable, "-c", "import prompt_toolkit"), home),
                limit=2.0,
                rounds=rounds,
            )


def _until_a_key_is_taken(command: Sequence[str], prompt: str, home: Path) -> Measure:
    def measure() -> float:
        began = time.perf_counter()
        with in_terminal(command, home=home, echo=False) as terminal:
            terminal.wait_for(prompt)
            terminal.type("q")
            terminal.wait_for("q")
            return time.perf_counter() - began

    return measure


def _until_the_first_tensor(command: Sequence[str], shown: str, home: Path) -> Measure:
    def measure() -> float:
        began = time.perf_counter()
        with in_terminal(command, home=home) as terminal:
            terminal.wait_for(">>>")
            terminal.type("torch.ones(2)\r")
            terminal.wait_for(shown)
            return time.perf_counter() - began

    return measure


def _until_it_ends(command: Sequence[str], home: Path) -> Measure:
    return lambda: seconds(lambda: subprocess.run(command, cwd=home, stdout=subprocess.DEVNULL, check=True))
