"""Names, types and files of any kind: none ends a session, and none gets a control character to the terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.children import run_ptrepl
from tests.program.screen import program

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
ESCAPE = r"\x1b]0;PWN\x07\x9b31m"


@pytest.mark.parametrize(
    "made",
    [
        "globals()[3] = torch.ones(1)",
        "globals()[(1, 2)] = torch.ones(1)",
        "globals()[None] = nn.Linear(2, 2)",
        "globals()[b'x'] = {'a': torch.ones(1)}",
        "class S(str):\n    def isascii(self): raise ValueError\n\nglobals()[S('zz')] = torch.ones(1)",
        "class M(type):\n    __name__ = property(lambda cls: 1 / 0)\n\nclass Q(metaclass=M): pass\n\nq = Q()",
        "class M(type):\n    def __getattribute__(cls, name): raise SystemExit(3)\n\n"
        "class Q(list, metaclass=M): pass\n\nq = Q([torch.ones(1)])",
        "import builtins; builtins.len = None",
    ],
)
def test_the_session_goes_on(made: str) -> None:
    done = run_ptrepl(stdin=f"{made}\n1 + 1\n%who\n%x q\n" if "q =" in made else f"{made}\n1 + 1\n%who\nprint('on')\n")
    assert "\n2\n" in f"\n{done.stdout}"
    assert "other names:" in done.stdout
    assert done.returncode == 0, done.stderr
    assert not done.stderr


@pytest.mark.parametrize(
    "made",
    [
        f"T = type('{ESCAPE}', (list,), {{}}); t = T([torch.ones(2)])",
        f"m = nn.Module(); m._parameters['{ESCAPE}'] = nn.Parameter(torch.ones(1))",
        f"globals()['{ESCAPE}'] = torch.ones(1)",
        f"globals()['a\\n{ESCAPE}'] = torch.ones(1)",
        f"raise type('{ESCAPE}', (Exception,), {{}})",
        f"raise ValueError('{ESCAPE}')",
        f"exec(compile('1/0', '{ESCAPE}', 'exec'))",
    ],
)
def test_nothing_that_a_terminal_obeys_is_printed(made: str) -> None:
    done = run_ptrepl(stdin=f"{made}\n%who\n")
    said = done.stdout + done.stderr
    assert "PWN" in said
    assert not _CONTROLS.search(said), ascii(said)


def test_a_message_may_be_coloured() -> None:
    done = run_ptrepl("-c", r"raise ValueError('\x1b[31mred\x1b[0m and \x1b]0;PWN\x07')")
    assert "\x1b[31mred\x1b[0m and \\x1b]0;PWN\\x07" in done.stderr


def test_a_name_of_any_length_has_its_line() -> None:
    done = run_ptrepl(stdin="globals()['n' * 10**6] = torch.ones(1)\n%who\n")
    assert max(map(len, done.stdout.splitlines())) < 300
    assert done.stdout.count("n" * 40) == 2


BAD = "good\x1b[2K\rautograd.md"


@pytest.mark.parametrize(
    "arguments",
    [("--lesson", BAD), ("--check", BAD), ("--new", BAD), ("--reset", BAD), ("--device", BAD), (f"--{BAD}",), (BAD,)],
)
def test_a_file_of_any_name_is_named_harmlessly(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / BAD).write_text("x = = 1")
    done = run_ptrepl(*arguments, folder=tmp_path)
    assert done.returncode
    assert "autograd" in done.stderr + done.stdout
    assert not _CONTROLS.search(done.stderr + done.stdout), ascii(done.stderr)


def test_the_question_of_trust_shows_the_whole_name(tmp_path: Path) -> None:
    lesson = Path(__file__).parents[2] / "lessons" / "creation.md"
    (tmp_path / BAD).write_text(lesson.read_text("utf-8"), "utf-8")
    with program("--lesson", BAD, folder=tmp_path, columns=100) as screen:
        screen.wait("Trust it?")
        assert r"good\x1b[2K\rautograd.md did not come with ptrepl" in screen.text
        screen.enter("n")
        assert screen.leave() == 2


def test_torch_taken_away_is_said() -> None:
    done = run_ptrepl(stdin="x = torch.ones(2)\ntorch.Tensor = None\n%x x\n")
    assert "torch has been removed or changed in this session" in done.stderr
