"""What is a command and what is Python."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.engine.run.source import Complete, Incomplete, check_input
from ptrepl.shell.command import CommandLine
from ptrepl.shell.command_table import COMMANDS, GROUPS
from ptrepl.shell.commands.dispatch import check_command, is_command, parse_command


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("%who", "who", ""),
        ("  %who  ", "who", ""),
        ("%time x = 1", "time", "x = 1"),
        ("%time\tx = 1", "time", "x = 1"),
        ("%time\nx = 1", "time", "\nx = 1"),
        ("%time for i in x:\n    i\n", "time", "for i in x:\n    i"),
        ("%hlep", "hlep", ""),
        ("%%time x", "%time", "x"),
        ("%x.y", "x.y", ""),
        ("%who?", "help", "%who"),
        ("!ls -l", "!", "ls -l"),
        ("! ls", "!", "ls"),
        ("!", "!", ""),
        ("?", "help", ""),
        ("x?", "?", "x?"),
        ("x ?", "?", "x?"),
        ("?x", "?", "x?"),
        ("x??", "?", "x??"),
        ("??x", "?", "x??"),
        ("torch.nn.Linear?", "?", "torch.nn.Linear?"),
        ("net[0].weight?", "?", "net[0].weight?"),
        ("d['a?b']?", "?", "d['a?b']?"),
        ("f(x)?", "?", "f(x)?"),
    ],
)
def test_a_command_is_seen(text: str, name: str, arguments: str) -> None:
    assert parse_command(text) == CommandLine(name, arguments)


@pytest.mark.parametrize(
    "text",
    [
        "x = 7 % 2",
        "%",
        "% who",
        "%5",
        "x\n%who",
        '"""\n%who\n"""',
        "(7\n%who)",
        "# really?",
        "x = 1  # why?",
        '"what?"',
        "'''what?",
        '"what?',
        "print('eh') # ?",
        "d['?']",
        "(1, # one?",
        "a b?",
        "for?",
        "x???",
        "x = 1?",
        "x?\ny?",
        "",
        "   ",
    ],
)
def test_python_is_no_command_however_it_looks(text: str) -> None:
    assert parse_command(text) is None


@given(st.text(alphabet="x1 %?!#'\"\n()[].=:", max_size=12))
def test_valid_python_is_never_a_command(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text.strip())
        except SyntaxError:
            return
    assert parse_command(text) is None


@given(st.text(max_size=40))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    parse_command(text)
    is_command(text)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("%time x = 1", Complete()),
        ("%time for i in range(3):", Incomplete(4)),
        ("%time for i in range(3):\n    i", Incomplete(4)),
        ("%time for i in range(3):\n    i\n", Complete()),
        ("%time (1,", Incomplete(0)),
        ("%time", Complete()),
        ("%who", Complete()),
        ("%run x.py:", Complete()),
        ("!if true; then", Complete()),
        ("for i in range(3):", Incomplete(4)),
        ("x = 1", Complete()),
    ],
)
def test_a_command_that_takes_code_waits_for_the_end_of_the_code(text: str, verdict: object) -> None:
    found = check_command(text, check_input)
    assert type(found) is type(verdict)
    if isinstance(verdict, Incomplete) and text.endswith(":"):
        assert found == verdict


def test_enter_runs_every_command_but_the_one_that_takes_code() -> None:
    assert is_command("%who")
    assert is_command("%nonsense")
    assert is_command("!ls")
    assert not is_command("%time x = 1")
    assert not is_command("x = 1")


def test_the_table_says_all_that_help_needs() -> None:
    names = [command.name for command in COMMANDS]
    assert len(set(names)) == len(names)
    for command in COMMANDS:
        assert command.group in GROUPS
        assert command.summary.endswith(".")
        assert command.name in command.usage or command.name == "!"
        # %progress and %review stand with them, and work outside a lesson too
        assert command.lesson == (
            command.group == GROUPS[-1] and command.name not in ("progress", "review", "next", "lesson")
        )
