"""Which backend matplotlib has: ours where the learner has chosen none, theirs in every other case."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ptrepl.engine.plotting.offer import BACKEND

pytest.importorskip("matplotlib")

BEFORE = """\
import sys
from ptrepl.engine.plotting.offer import offer_backend
class Viewer:
    def show(self, figure, *, is_frame): return not print("shown", is_frame)
offer_backend(Viewer())
assert "matplotlib" not in sys.modules
"""
AFTER = """
import matplotlib
print(matplotlib.get_backend())
"""


def backend(code: str, folder: Path, **environment: str) -> list[str]:
    found = {**os.environ, "MPLCONFIGDIR": str(folder), **environment}
    done = subprocess.run(
        [sys.executable, "-c", BEFORE + code + AFTER], cwd=folder, env=found, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "code",
    [
        "import matplotlib.pyplot as plt",
        "def main():\n    from matplotlib import pyplot\nmain()",
        "import sys; finders = len(sys.meta_path); import matplotlib; assert len(sys.meta_path) == finders - 1",
        "import matplotlib as m; assert type(m.__spec__.loader).__name__ == 'SourceFileLoader'"
        "; assert 'exec_module' not in vars(m.__spec__.loader)",
    ],
)
def test_ours_where_none_is_chosen(code: str, tmp_path: Path) -> None:
    assert backend(code, tmp_path) == [BACKEND]


@pytest.mark.parametrize(
    ("code", "variable", "chosen"),
    [
        ("import matplotlib", "svg", "svg"),
        ("import matplotlib; matplotlib.use('pdf')", "", "pdf"),
        ("import matplotlib.pyplot as plt; plt.switch_backend('agg')", "", "agg"),
    ],
)
def test_the_learners_where_one_is_chosen(code: str, variable: str, chosen: str, tmp_path: Path) -> None:
    assert backend(code, tmp_path, **({"MPLBACKEND": variable} if variable else {})) == [chosen]


def test_the_one_of_a_matplotlibrc(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("backend: ps\n")
    assert backend("import matplotlib", tmp_path) == ["ps"]


def test_show_closes_and_pause_does_not(tmp_path: Path) -> None:
    lines = """
import matplotlib.pyplot as plt
plt.plot([1, 2]); plt.show(); print(plt.get_fignums())
plt.plot([1, 2]); plt.pause(0.001); print(plt.get_fignums())
plt.show(block=False); print(plt.get_fignums())
plt.ion(); plt.show(); print(plt.get_fignums()); plt.close()
plt.figure(); plt.show()
fig, (a, b) = plt.subplots(2); a.text(0, 0, "a"); fig.show()
from ptrepl.engine.plotting.backend import has_left, show_left
print(has_left()); a.plot([1]); print(has_left()); show_left(); print(has_left())
"""
    # each a piece of code of its own, as statements at the prompt are
    said = backend(f"for line in {lines!r}.splitlines(): exec(line)", tmp_path)[:-1]
    assert said == [
        "shown False", "[]",
        "shown True", "[1]",
        "shown False", "[1]",
        "shown False", "[1]",
        "shown False",
        "False", "True", "shown False", "False",
    ]  # fmt: skip


def test_without_matplotlib_the_import_fails_as_ever(tmp_path: Path) -> None:
    code = "sys.path = []\ntry: import matplotlib\nexcept ModuleNotFoundError as error: print(error)\nsys.exit()"
    assert backend(code, tmp_path) == ["No module named 'matplotlib'"]
