"""A pack in the real program: listed, asked for once, kept under its own name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.program.screen import program
from tests.program.test_command_line import ptrepl
from tests.tutor.library.test_packs import CATS, PURR, install, write

TASK = """
## Two
<!-- step: two task -->
```python setup
open("ran", "w").close()
```
Make `a` one.
<details><summary>Hint</summary>One.</details>

```python solution
a = 1
```
```python check
scalar("a", 1)
```
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installed pack."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    made = install(tmp_path, CATS)
    (made / "purr.md").write_text(PURR.format(id="purr", needs="[]") + TASK)
    return made


def test_a_pack_is_listed_behind_our_own_with_its_faults_on_stderr(folder: Path) -> None:
    write(folder, "autograd")
    (folder / "hiss.md").write_text("no lesson")
    done = ptrepl("--list")
    assert done.returncode == 0
    rows = [line.split()[0] for line in done.stdout.splitlines() if re.search(r" of \d+ steps?  ", line)]
    assert "autograd" in rows[:-2]
    assert rows[-2:] == ["cats/autograd", "cats/purr"]
    assert done.stderr.splitlines() == [
        f"{folder}/hiss.md: this is not a lesson; ptrepl --check says why.",
        "The lesson 'autograd' is the one that came with ptrepl; cats/autograd is another one.",
    ]


def test_a_lesson_of_a_pack_is_trusted_by_its_content_and_kept_under_its_pack(folder: Path, tmp_path: Path) -> None:
    done = ptrepl("--lesson", "purr", stdin="a = 1\n", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "--trust" in done.stderr
    with program("--lesson", "cats/purr", folder=tmp_path, columns=200) as screen:
        screen.wait("Trust it?")
        assert not (tmp_path / "ran").exists()
        screen.enter("y")
        screen.wait("Purr.")
        screen.wait("Press Enter to go on.")
        screen.enter("")
        screen.wait("cats/purr 2/2")
        assert (tmp_path / "ran").exists()
    assert ptrepl("--lesson", "purr", stdin="a = 1\n", folder=tmp_path).returncode == 0, "it was trusted"
    assert "cats/purr █████░░░░░ 1 of 2 steps" in " ".join(ptrepl("--list").stdout.split())
    lesson = folder / "purr.md"
    lesson.write_text(lesson.read_text() + "\n")
    assert ptrepl("--lesson", "purr", stdin="a = 1\n", folder=tmp_path).returncode == 2, "it has changed"
    assert ptrepl("--reset", "purr").stdout == "Forgotten: cats/purr.\n"
