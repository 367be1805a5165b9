"""The lesson autograd, played from start to end: through a pipe and at a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.tutor.progress.log import Progress
from tests.program.screen import program
from tests.program.test_command_line import ptrepl

ANSWERS = """\
c
24
x = torch.tensor(2.0, requires_grad=True)
y = x**3 + x
y.backward()
[1, 5, 9, 13]
x.grad = None
(x * x).sum().backward()
4
w = torch.tensor(1.0, requires_grad=True)
for step in range(2):
    (w * w).backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad = None
price = torch.tensor(3.0, requires_grad=True)
for step in range(30):
    (price * (100 - 10 * price)).backward()
    with torch.no_grad():
        price += 0.01 * price.grad
    price.grad = None
total = sum(((w * day - place / 500) ** 2).mean().item() for place in range(500))
[0, 1, 4, 9]
10
"""


def test_right_answers_through_a_pipe_complete_the_lesson(own_surroundings: Path) -> None:
    done = ptrepl("--lesson", "autograd", stdin=ANSWERS)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "\x1b" not in done.stdout
    assert "│ x.grad  shape=()  dtype=float32  device=cpu  grad_fn=None  is_leaf=True  · new" in done.stdout
    assert not (own_surroundings / "state" / "progress.jsonl").exists()


def test_what_stands_behind_the_last_answer_of_a_pipe_opens_nothing() -> None:
    done = ptrepl("--lesson", "autograd", stdin=ANSWERS + "\n\n%next\nprint('never run')\n")
    assert done.returncode == 0
    title = "Jacobians, second derivatives, and old code"
    assert done.stdout.endswith(f"Next comes '{title}': ptrepl --lesson autograd-more\n")


def test_enter_behind_the_last_step_opens_the_next_lesson_and_keeps_what_was_made(own_surroundings: Path) -> None:
    progress = Progress(own_surroundings / "state")
    for step in ("slope", "first-gradient", "at-four"):
        progress.save("autograd", step, "passed", 1)
    with program("--lesson", "autograd/15", columns=100, rows=40) as screen:
        screen.wait("15/15")
        screen.enter("mine = 42")
        screen.enter("%skip")
        screen.wait("You have done 3 of the 15 steps")
        screen.wait("Next comes 'Jacobians, second derivatives, and old code': press Enter to open it")
        screen.enter("")
        screen.wait("1/15")
        screen.wait("Jacobians, second derivatives, and old code   15 steps")
        screen.enter("print(mine + 1)")
        screen.wait("\n43")
        screen.enter("exit")
        assert screen.leave() == 0


@pytest.mark.parametrize("answers", ["", "a\n", ANSWERS.rpartition("10")[0], "print('hello')\n"])
def test_a_piped_lesson_that_is_not_completed_ends_with_1(answers: str) -> None:
    assert ptrepl("--lesson", "autograd", stdin=answers).returncode == 1


def test_exit_says_how_to_come_back_as_ctrl_d_does() -> None:
    with program("--lesson", "autograd/3") as screen:
        screen.wait("answer>")
        screen.enter("exit()")
        screen.wait("The lesson goes on from here with: ptrepl --lesson autograd")


@pytest.mark.parametrize("columns", [80, 120])
def test_played_at_a_terminal_with_mistakes_and_taken_up_again(columns: int) -> None:
    with program("--lesson", "autograd", columns=columns, rows=60) as screen:
        screen.wait("1/15")
        screen.enter("c")
        screen.wait("Press Enter to go on.")
        screen.enter("")
        screen.wait("2/15")
        for press in range(1, 4):
            screen.wait("Press Enter to run it.", press)
            screen.enter("")
        screen.wait("tensor(6.)")
        screen.wait("Press Enter to go on.", 2)
        screen.enter("")
        screen.wait("answer>")
        screen.enter("12")
        screen.wait("Try once more.")
        screen.enter("x * 2")  # no answer, so it runs and the question stays
        screen.wait("tensor(8., grad_fn=<MulBackward0>)")
        screen.enter("24")
        screen.wait("tensor(24.)")
        screen.enter("")
        screen.wait("4/15")
        screen.wait("y.___()")
        screen.type("\x03")  # put the starter away and play
        screen.enter("spare = torch.ones(3)")
        screen.wait("spare  shape=(3,)")
        screen.enter("x = torch.tensor(2.0); y = x**3 + x")
        screen.wait("x does not require grad yet.")
        screen.enter("%hint")
        screen.wait("The first blank is what makes autograd follow")
        screen.enter("x = torch.tensor(2.0, requires_grad=True); y = x**3 + x; y.backward()")
        screen.wait("Every gradient begins with three lines")
        screen.enter("exit")
        assert screen.leave() == 0
        assert len(screen.printed) > 40
        assert all(len(line) <= columns for line in screen.printed)
    with program("--lesson", "autograd", columns=columns) as screen:
        screen.wait("5/15")
        screen.enter("%goto clear")
        screen.wait("7/15")
        screen.enter("x.grad")
        screen.wait("tensor([ 0.,  4.,  8., 12.])")
        screen.enter("%leave")
        screen.enter("print(6 * 7)")
        screen.wait("\n42")


def test_blanks_keep_their_answers_whatever_is_asked_in_between() -> None:
    with program("--lesson", "regression/five-parts", columns=100, rows=50) as screen:
        screen.wait("w -= 0.1 * ___")
        for typed in ("w * distance + b", "%hint", "%hint", "loss.backward()", "w.grad", "%hint"):
            screen.enter(typed)
        screen.wait("goes against its gradient")
        screen.wait("w -= 0.1 * w.grad")
        screen.enter("b.grad = None")
        text = screen.wait("Yes, that is it.")
        assert "predicted = w * distance + b" in text
    with program("--lesson", "creation/price-list", columns=100, rows=50) as screen:
        screen.wait("___, device=device)")
        for typed in ("[6, 7, 8]", "prices = torch.tensor([[3, 4, 5], [6, 7, 8]], dtype=torch.float32)"):
            screen.enter(typed)
        screen.wait("Yes, that is it.")


def test_a_step_taller_than_the_terminal_is_read_a_screenful_at_a_time() -> None:
    with program("--lesson", "autograd/slope", rows=12) as screen:
        screen.wait("more: Enter · stop: q")
        assert any(row.startswith("Gradients that compute themselves") for row in screen.visible)
        screen.type("q")
        screen.wait("%redo shows this step from its beginning.")
        assert not any("more: Enter" in row for row in screen.visible)
        screen.enter("%redo")
        screen.wait("more: Enter · stop: q")
        assert any(row.startswith("1/15") for row in screen.visible)


@pytest.mark.parametrize(
    ("step", "answers", "status"),
    [
        ("autograd/at-four", "24\n", 0),
        ("autograd/at-four", "8\n", 1),
        ("autograd/at-four", "", 1),
        ("autograd/your-own", "x = torch.tensor(2., requires_grad=True)\ny = x**3 + x\ny.backward()\n1 / 0\n", 0),
        ("autograd/your-own", "x = torch.tensor(2., requires_grad=True)\ny = x**3\ny.backward()\n", 1),
        ("autograd/your-own", "x = nothing\n%skip\n24\n", 1),
        ("autograd/first-gradient", "", 0),
        ("creation/nobody-chose", "b\n", 0),
        ("creation/nobody-chose", "a\n", 1),
    ],
)
def test_one_step_alone_is_graded_by_the_exit_status(step: str, answers: str, status: int) -> None:
    done = ptrepl("--lesson", step, "--only", stdin=answers)
    assert done.returncode == status, done.stdout + done.stderr
    assert done.stdout.count("/15  ") == 1


@pytest.mark.parametrize(
    "ends",
    [
        "import os; os._exit(0)",
        'import os; os.execv("/bin/true", ["true"])',
        "import ctypes; ctypes.CDLL(None)._exit(0)",
        "exit(0)",
        "import os; os.kill(os.getpid(), 9)",
    ],
)
def test_an_answer_that_ends_the_program_has_not_passed(ends: str) -> None:
    done = ptrepl("--lesson", "autograd/clear", "--only", stdin=f"{ends}\n")
    assert done.returncode in (1, 137)
    assert ("has ended the program" in done.stderr) is ("_exit" in ends or "execv" in ends)


def test_a_step_that_was_passed_stays_so_and_one_that_cannot_be_shown_does_not_pass() -> None:
    right = "x.grad = None\n(x * x).sum().backward()\n"
    assert ptrepl("--lesson", "autograd/clear", "--only", stdin=f"{right}import os; os._exit(0)\n").returncode == 0
    done = ptrepl("--lesson", "autograd/clear", "--only", stdin=f"import os; os.close(1)\n{right}")
    assert (done.returncode, "output cannot be written" in done.stderr) == (1, True)


@pytest.mark.parametrize("arguments", [("--only",), ("--lesson", "autograd", "--only")])
def test_only_wants_a_step(arguments: tuple[str, ...]) -> None:
    done = ptrepl(*arguments, stdin="")
    assert done.returncode == 2
    assert done.stderr == "--only wants the step that it is about: --lesson NAME/STEP --only.\n"


def test_one_step_of_a_lesson_can_be_asked_for() -> None:
    with program("--lesson", "autograd/detach") as screen:
        screen.wait("13/15")
        screen.wait("answer>")
        screen.enter("x")
        screen.wait("tensor([0., 1., 2., 3.]")
        screen.wait("answer>", 2)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("autogrd", "There is no lesson 'autogrd'; did you mean 'autograd'?"),
        ("autograd/detatch", "Lesson 'autograd' has no step 'detatch'; did you mean autograd/detach?"),
        ("missing.md", "missing.md: there is no such lesson file."),
    ],
)
def test_unknown_lessons_and_steps_name_the_nearest(name: str, said: str) -> None:
    done = ptrepl("--lesson", name)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said + "\n")


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"caf\xe9\n", b"# No front matter\n\ntext\n"])
def test_files_that_are_no_lessons_give_one_line_with_their_place(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_bytes(content)
    done = ptrepl("--lesson", "mine.md", "--trust", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("mine.md:1: ")


MINE = """---
id: mine
title: Mine
---
## One
<!-- step: one task -->
```python setup
print("the setup ran")
```
Make `a` one.

<details><summary>Hint</summary>

One.

</details>
<details><summary>Solution</summary>

```python solution
a = 1
```
```python check
scalar("a", 1)
```

</details>
"""


def test_a_foreign_lesson_runs_nothing_before_it_is_trusted(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text(MINE)
    done = ptrepl("--lesson", "mine.md", stdin="a = 1\n", folder=tmp_path)
    assert done.returncode == 2
    assert "--trust" in done.stderr
    assert "the setup ran" not in done.stdout
    assert ptrepl("--lesson", "mine.md", "--trust", stdin="a = 1\n", folder=tmp_path).returncode == 0
    with program("--lesson", "mine.md", folder=tmp_path) as screen:
        screen.wait("Trust it?")
        screen.enter("n")
        assert screen.leave() == 2
    for question in (1, 0):
        with program("--lesson", "mine.md", folder=tmp_path) as screen:
            if question:
                screen.wait("Trust it?")
                screen.enter("y")
            screen.wait("Make")
            screen.enter("a = 1")
            assert ("Trust it?" in screen.text) == bool(question)


def test_lessons_refuse_the_meta_device() -> None:
    done = ptrepl("--lesson", "autograd", "--device", "meta")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_reset_forgets_progress() -> None:
    with program("--lesson", "autograd", rows=60) as screen:
        screen.wait("answer>")
        screen.enter("c")
        screen.wait("Press Enter to go on.")
        screen.enter("")
        screen.wait("2/15")
        screen.enter("exit")
        screen.leave()
    assert " 1 of 15 steps" in ptrepl("--list").stdout
    assert ptrepl("--reset", "autograd").returncode == 0
    assert " 0 of 15 steps" in ptrepl("--list").stdout
    assert ptrepl("--reset", "autogrd").returncode == 2


READING = "---\nid: small\ntitle: Small\n---\n# Small\n\n## One\n<!-- step: one read -->\nRead this.\n"
LESEN = "---\nid: small\ntitle: Klein\nlang: de\n---\n# Klein\n\n## Eins\n<!-- step: one read -->\nLies das.\n"


def test_a_lesson_in_the_language_of_the_terminal_or_of_the_configuration(
    tmp_path: Path, own_surroundings: Path
) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "small.md").write_text(READING, encoding="utf-8")
    (tmp_path / "de" / "small.md").write_text(LESEN, encoding="utf-8")
    arguments = ("--lesson", "small.md", "--trust")
    assert "Lies das." in ptrepl(*arguments, folder=tmp_path, LC_ALL="de_DE.UTF-8").stdout
    config = own_surroundings / "config"
    config.mkdir()
    (config / "config.toml").write_text('language = "en"\n')
    assert "Read this." in ptrepl(*arguments, folder=tmp_path, LC_ALL="de_DE.UTF-8").stdout
    done = ptrepl("--check", "--trust", ".", folder=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "de/small.md: steps 1, translated 1; faults 0")
    (tmp_path / "de" / "small.md").write_text(LESEN.replace("step: one", "step: two"), encoding="utf-8")
    done = ptrepl("--check", "de", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "de/small.md:9: unknown step 'two'; known: one" in done.stdout.splitlines()


def test_an_answer_that_begins_at_more_is_whole() -> None:
    with program("--lesson", "regression/loss", rows=24) as screen:
        screen.wait("answer>")
        screen.enter("?")
        screen.wait("more: Enter · stop: q")
        screen.enter("28.75")
        screen.wait("answer> 28.75")
        screen.wait("tensor(28.75")
        assert "Not that" not in screen.text


def test_the_first_screen_of_the_first_lesson_leaves_room_to_type() -> None:
    with program("--lesson", "creation", columns=80, rows=24) as screen:
        screen.wait("Press Enter to run it.")
        screen.wait(">>>")
        assert not any("more: Enter" in row for row in screen.visible)
        assert any(row.startswith("Tensors, and where they come from") for row in screen.visible)
        place = next(number for number, row in enumerate(screen.visible) if row.startswith(">>>"))
        assert len(screen.visible) - place >= 10, screen.visible


def test_text_that_was_broken_off_with_ctrl_c_has_a_way_back_too() -> None:
    with program("--lesson", "autograd/slope", rows=12) as screen:
        screen.wait("more: Enter · stop: q")
        screen.type("\x03")
        screen.wait("%redo shows this step from its beginning.")
