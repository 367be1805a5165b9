"""``%save``, ``%load``, ``%history``, ``%edit``: what was typed, and getting it out and in again."""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path

import pytest
from prompt_toolkit.history import InMemoryHistory

from ptrepl.errors import UsageError
from ptrepl.shell.commands.session.save_load import lines_of
from ptrepl.shell.transcript.recording import MOST_CAPTURED
from tests.children import run_child
from tests.shell.commands.commanding import Shell


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(capfd)


def saved(shell: Shell, name: str) -> str:
    shell(f"%save -f {name}")
    assert shell.succeeded, shell.err
    return Path(name).read_text(encoding="utf-8")


def test_a_script_holds_what_ran_and_runs_by_itself(shell: Shell) -> None:
    shell("x = torch.ones(2, device=device)", "y = x +", "x = 5; 1 / 0; x = 6", "%who", "%time z = x + 1")
    shell("def f(a):\n    # doubled\n    return 2 * a\n", "from __future__ import annotations", "print(np.array(f(z)))")
    script = saved(shell, "s.py")
    assert script.startswith("from __future__ import annotations\n\nimport numpy as np\nimport torch\n")
    assert "\nx = torch.ones(2, device=device)\nx = 5\n# %who\nz = x + 1\n\ndef f(a):\n    # doubled\n" in script
    assert "1 / 0" not in script
    assert "y = x +" not in script
    done = run_child([sys.executable, "s.py"])
    assert (done.stdout, done.stderr) == ("12\n", "")


def test_a_transcript_holds_what_was_printed_the_x_ray_and_errors(shell: Shell) -> None:
    shell("for i in range(2):\n    print(i, '```')\n", "x = torch.ones(2)", "x + 1", "1 / 0", "%xray off", "z = x * 2")
    text = saved(shell, "t.md")
    assert text.startswith("# A ptrepl session\n\n````pycon\n>>> for i in range(2):\n...     print(i, '```')\n")
    assert "\n0 ```\n1 ```\n````\n" in text
    assert "\n>>> x = torch.ones(2)\n│ x  shape=(2,)  dtype=float32  device=cpu  grad_fn=None  is_leaf=True\n" in text
    assert "\n>>> x + 1\ntensor([2., 2.])\n│ x + 1  shape=(2,)" in text
    assert "\nZeroDivisionError: division by zero\n```" in text
    assert ">>> z = x * 2\n```" in text  # the x-ray was off


def test_a_transcript_can_be_pasted_back(shell: Shell) -> None:
    shell("x = torch.arange(3)", "def f(a):\n    return a + 1\n", "f(x)")
    fences = saved(shell, "t.md").split("```pycon\n")[1:]
    shell("%reset -f")
    for fence in fences:
        shell(fence.split("```")[0])
    assert shell("f(x).tolist()") == "[1, 2, 3]\n"


def test_a_transcript_has_progress_bars_as_they_ended_and_does_not_grow_for_ever(shell: Shell) -> None:
    shell(r"print('10%\r50%\rdone')", f"print('a' * {10 * MOST_CAPTURED})")
    text = saved(shell, "t.md")
    assert "\ndone\n" in text
    assert "50%\r" not in text
    assert len(text) < 2 * MOST_CAPTURED


def test_stdout_stays_the_stream_that_it_was(shell: Shell) -> None:
    shell("import sys", "before = sys.stdout", "kept = sys.stdout.write")
    assert shell("sys.stdout is before") == "True\n"
    assert "write" not in vars(sys.stdout)
    assert shell("kept('late')") == "late4\n"
    shell("sys.stdout.write = lambda text: None", "print('gone')", "sys.stdout.__dict__.pop('write')('');")
    assert "write" not in vars(sys.stdout)


def test_a_stream_without_attributes_is_written_to_all_the_same(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    shell("print('heard')")
    assert stream.getvalue() == "heard\n"
    monkeypatch.setattr(sys, "stdout", None)
    shell("y = 1")
    assert shell.succeeded


def test_save_asks_before_it_writes_over_a_file(shell: Shell) -> None:
    shell("x = 1")
    Path("s.py").write_text("mine")
    assert shell("%save s.py") == ""
    assert shell.err == "s.py exists already; %save -f s.py writes over it.\n"
    answers = ["n", "y"]
    shell.context.read_line, shell.context.stdin_is_tty = (lambda prompt: answers.pop(0)), True
    assert shell("%save s.py") == "s.py is as it was.\n"
    assert Path("s.py").read_text() == "mine"
    shell("%save s.py")
    assert "x = 1" in Path("s.py").read_text()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("%save", "%save wants one file"),
        ("%save a.txt", "%save writes FILE.py, a script, or FILE.md"),
        ("%save none/a.py", "none/a.py cannot be written: No such file or directory."),
        ("%save 'a.py", "%save: a quotation mark has no partner."),
        ("%save a.py\\", "%save: there is nothing behind the backslash at the end."),
        ("%load a.py", "%load puts a file into the prompt, and there is none here."),
        ("%edit", "%edit opens an editor, and there is no terminal here"),
        ("%edit a b", "%edit wants one name, file or number"),
        ("%history -x", "%history has the option -n"),
        ("%history 0", "%history wants a number from 1 on"),
        ("%history qqq", "No input matches qqq."),
        ("%device gpu", "There is no device 'gpu'; choose one of"),
        ("%mem all", "%mem takes free"),
        ("%pip", "%pip wants a pip command"),
        ("%config xrai", "There is no setting xrai. Did you mean xray?"),
        ("%config xray 3", "xray cannot be 3. It can be off, line or full."),
        ("%config vi true", "vi is read when ptrepl starts. Write this line into"),
        ("%timeit", "%timeit wants a statement"),
        ("%timeit -t 0 x", "%timeit -t wants a number of threads from 1 on."),
        ("%who -x", "%who takes one pattern"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(shell: Shell, typed: str, said: str) -> None:
    shell("x = 1")
    assert shell(typed) == ""
    assert shell.err.startswith(said)
    assert shell.err.count("\n") == 1
    assert not shell.succeeded


# %load


def test_load_puts_a_file_into_the_next_prompt_and_runs_nothing(shell: Shell) -> None:
    Path("f.py").write_text("a = 1\nb = 2\nc = 3\n")
    shell.context.read_line = lambda prompt: ""
    shell("%load f.py 2-")
    assert shell.context.prefill == "b = 2\nc = 3"
    assert "b" not in shell.session.namespace


@pytest.mark.parametrize(
    ("wanted", "lines"), [("2", "b"), ("2-3", "b\nc"), ("-2", "a\nb"), ("3-", "c\n"), ("1-99", "a\nb\nc\n")]
)
def test_lines_of_a_file(wanted: str, lines: str) -> None:
    assert lines_of("a\nb\nc\n", wanted, "f") == lines


@pytest.mark.parametrize("wanted", ["", "-", "x", "0", "4", "3-2", "1,2", "2 3"])
def test_lines_that_are_not_there(wanted: str) -> None:
    with pytest.raises(UsageError):
        lines_of("a\nb\nc\n", wanted, "f")


# %history


def test_history_lists_this_session_and_searches_earlier_ones(shell: Shell) -> None:
    past = InMemoryHistory()
    for typed in ("old = 1", "older_x = 2", "a = 1", "b = 2", "%history"):
        past.append_string(typed)
    shell.context.past = past
    assert shell("a = 1", "b = 2", "%history") == "a = 1\nb = 2\n"
    past.append_string("%history -n 3")
    assert shell("%history -n 4") == "       older_x = 2\n    1  a = 1\n    2  b = 2\n    3  %history\n"
    past.append_string("%history -n 4")
    past.append_string("%history OLD*")
    assert shell("%history OLD") == "old = 1\nolder_x = 2\n"


# %edit


@pytest.fixture
def editor(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    script = tmp_path / "editor.py"
    script.write_text("import sys\np = sys.argv[1]\nt = open(p).read()\nopen(p, 'w').write(t.replace('1', '2'))\n")
    monkeypatch.setenv("VISUAL", f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}")
    shell.context.read_line = lambda prompt: ""
    return shell


def test_edit_runs_the_last_input_as_it_was_changed(editor: Shell) -> None:
    assert editor("n = 1", "%time m = 1", "%edit") == "m = 2\n"
    assert editor("n, m") == "(1, 2)\n"
    editor("%edit 1")
    assert editor("n, m") == "(2, 2)\n"


def test_edit_of_a_function_and_of_a_file(editor: Shell) -> None:
    editor("def f():\n    return 1\n", "%edit f")
    assert editor("f()") == "2\n"
    Path("mod.py").write_text("value = 1\n")
    editor("%edit mod.py")
    assert Path("mod.py").read_text() == "value = 2\n"
    assert editor("value") == "2\n"
    assert editor("%edit mod.py") == "Nothing was changed, so nothing was run.\n"


def test_edit_that_does_not_run_leaves_it_in_the_prompt(editor: Shell) -> None:
    editor("n = 1", "%edit -x")
    assert editor.context.prefill == "n = 2"
    assert editor("n") == "1\n"


def test_what_was_edited_is_in_the_saved_session(editor: Shell) -> None:
    editor("n = 1", "%edit")
    assert "n = 1\nn = 2\n" in saved(editor, "s.py")
    assert ">>> %edit\n>>> n = 2\n" in saved(editor, "t.md")


# pastes


def test_a_paste_that_mixes_commands_and_python_runs_piece_by_piece(shell: Shell) -> None:
    out = shell("x = torch.ones(2)\n%xray off\nfor i in range(2):\n    print(i)\n\n!echo hi\ny = x\n%who y")
    assert [line.split()[0] for line in out.splitlines()] == ["│", "The", "0", "1", "hi", "│", "│"]
    assert shell.succeeded


def test_a_mixed_paste_stops_at_what_fails(shell: Shell) -> None:
    shell("a = 1\n%nothing\nb = 2")
    assert not shell.succeeded
    assert "b" not in shell.session.namespace
    assert "a" in shell.session.namespace


@pytest.mark.parametrize("text", ["s = '''\n%who\n'''", "7\n(7\n%4)", "%time s = '''\n%who\n'''"])
def test_python_that_looks_like_commands_is_python(shell: Shell, text: str) -> None:
    assert "name" not in shell(text)
    assert shell.succeeded
