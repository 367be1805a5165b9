"""A pipe is cut into statements where Python cuts a file, and no statement waits for more than it needs."""

from __future__ import annotations

import ast
import inspect
import io
import textwrap
import tokenize
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.errors import UsageError
from ptrepl.shell.readers.pipe import PipeReader
from tests.shell.typing_keys import is_command


def inputs(text: str) -> list[str]:
    """Everything that the reader makes of ``text``."""
    return list(until_the_end(PipeReader(io.StringIO(text), is_command)))


def until_the_end(reader: PipeReader) -> Iterator[str]:
    while True:
        try:
            yield reader.read()
        except EOFError:
            return


def dumped(text: str) -> list[str]:
    return [ast.dump(node) for node in ast.parse(text).body]


SIMPLE = st.sampled_from(
    [
        "x = 1",
        "x = [\n1,\n\n2]  # why?",
        "f(a,\n  b)",
        "s = '''one\n\ntwo\n# three\nelse:\n'''",
        's = f"""{x}\n  % 3\n"""',
        "y = x \\\n    + 1",
        "x = (7\n% 4)",
        "pass",
        "import os, sys",
        "lambda: 0",
        "print('#', \"'\")",
        "x: int = 3",
        "'''docstring'''",
        "a = b = c",
        "match = 1",
        "s = 'open \\\nend'",
    ]
)
HEADER = st.sampled_from(
    [
        "if a:",
        "for i in range(3):",
        "while x:",
        "with a as b:",
        "def f(a,\n      b=2):",
        "@dec\n\n# between\n@dec2(1,\n  2)\ndef f():",
        "class A(B):",
        "async def g():",
        "@dec\nclass A:",
        "if (a and\nb):  # why:",
    ]
)
TAIL = st.sampled_from(
    [
        ("if a:", "else:"),
        ("if a:", "elif b:"),
        ("for i in x:", "else:"),
        ("while a:", "else:"),
        ("try:", "finally:"),
        ("try:", "except E as e:"),
    ]
)
FILLER = st.sampled_from(["", "", "\n", "   \n", "# comment\n", "        # deep comment\n", "\n\n"])
INDENT = st.sampled_from(["    ", "  ", "\t"])


def indented(text: str, indent: str) -> str:
    """``text`` deeper by ``indent``, its strings and brackets as they were: only the first line of each must move."""
    lines = text.split("\n")
    starts = {node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)}
    return textwrap.indent(text, indent) if len(starts) > 1 else "\n".join([indent + lines[0], *lines[1:]])


@st.composite
def bodies(draw: st.DrawFn) -> str:
    indent = draw(INDENT)
    parts = draw(st.lists(st.tuples(FILLER, SIMPLE), min_size=1, max_size=3))
    return "".join(filler + indented(statement, indent) + "\n" for filler, statement in parts)


@st.composite
def statements(draw: st.DrawFn) -> str:
    kind = draw(st.integers(0, 4))
    if kind <= 1:
        return draw(SIMPLE) + "\n"
    if kind == 2:
        return f"{draw(HEADER)}\n{draw(bodies())}"
    if kind == 3:
        head, tail = draw(TAIL)
        return f"{head}\n{draw(bodies())}{draw(FILLER)}{tail}\n{draw(bodies())}"
    head, tail = draw(TAIL)
    return f"{head} pass\n{draw(FILLER)}{tail} x = 2\n"


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@given(st.lists(st.tuples(FILLER, statements().filter(parses)), max_size=8))
def test_statements_are_those_of_the_file(parts: list[tuple[str, str]]) -> None:
    text = "".join(filler + statement for filler, statement in parts)
    whole = dumped(text)
    found = inputs(text)
    assert [dumped(part) for part in found] == [[statement] for statement in whole]


@pytest.mark.parametrize("module", [ast, inspect, textwrap, tokenize, io, pytest])
def test_whole_modules_come_through(module: object) -> None:
    text = inspect.getsource(module)  # type: ignore[arg-type]
    assert [dump for part in inputs(text) for dump in dumped(part)] == dumped(text)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("x = 1\n", 1),
        ("f(1,\n2)\n", 2),
        ("s = '''\n\n'''\n", 3),
        ("x = 1; y = 2\n", 1),
        ("def f(): return 1\n", 1),
        ("class A: pass\n", 1),
        ("%who\n", 1),
        ("x = )\n", 1),
        ("x = 'abc\n", 1),
        ("if a:\n    b\n", 3),
        ("if a: b\n", 2),
        ("for i in x:\n    y\n\n\n", 5),
    ],
)
def test_no_statement_waits_for_more_lines_than_it_needs(text: str, taken: int) -> None:
    asked = 0

    class Counting(io.StringIO):
        def readline(self, size: int | None = -1, /) -> str:
            nonlocal asked
            asked += 1
            return super().readline(size if size is not None else -1)

    reader = PipeReader(Counting(text + "last = 1\n"), is_command)
    assert reader.read() == text.rstrip()
    assert asked == taken


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%who\nx = 1\n!ls\n", ["%who", "x = 1", "!ls"]),
        ("x = (7\n% 4)\n", ["x = (7\n% 4)"]),
        ("s = '''\n%who\n!ls\n'''\n", ["s = '''\n%who\n!ls\n'''"]),
        ("x = 7 \\\n% 4\n", ["x = 7 \\\n% 4"]),
        ("def f():\n    a\n%who\n", ["def f():\n    a", "%who"]),
        ("x = 1\n\n\n", ["x = 1"]),
        ("# comment\n\n", []),
        ("", []),
        ("\ufeffx = 1\n", ["x = 1"]),
        ("x = [1,\n2", ["x = [1,\n2"]),
        ("def f():\n", ["def f():"]),
        ("if a:\n    b", ["if a:\n    b"]),
        ("if a:\nb\n", ["if a:", "b"]),
        ("else:\n    b\nx\n", ["else:\n    b", "x"]),
        ("@dec", ["@dec"]),
        ("x = 'a\ny = 1\n", ["x = 'a", "y = 1"]),
        ("x = $\ny = 1\n", ["x = $", "y = 1"]),
        ("  x = 1\n  y = 2\n", ["  x = 1", "  y = 2"]),
        ("x = 1\r\ny = 2\r\n", ["x = 1", "y = 2"]),
    ],
)
def test_commands_and_broken_code_come_through_in_their_places(text: str, found: list[str]) -> None:
    assert inputs(text) == found


def test_help_is_asked_for_whole_statements_only() -> None:
    asked: list[str] = []
    text = "torch.ones?\ns = '''why?\n'''\nx = 1  # why?\n"
    reader = PipeReader(io.StringIO(text), lambda line: bool(asked.append(line)) or line.endswith("?"))
    assert list(until_the_end(reader)) == ["torch.ones?", "s = '''why?\n'''", "x = 1  # why?"]
    assert asked == ["torch.ones?", "x = 1  # why?"]


def test_answers_stand_between_statements() -> None:
    reader = PipeReader(io.StringIO("def f():\n    return 1\n\n# the shape\n(2, 3)  \nx = 1\n\nB\n"), is_command)
    assert reader.read() == "def f():\n    return 1"
    assert reader.read_line("answer> ") == "(2, 3)"
    assert reader.read() == "x = 1"
    assert reader.read_line("answer> ") == "B"
    with pytest.raises(EOFError):
        reader.read_line("answer> ")


def test_the_end_stays_the_end() -> None:
    reader = PipeReader(io.StringIO("x"), is_command)
    assert reader.read() == "x"
    for _ in range(2):
        with pytest.raises(EOFError):
            reader.read()


def test_what_is_no_text_is_said_in_one_line() -> None:
    reader = PipeReader(io.TextIOWrapper(io.BytesIO(b"x = '\xff'\n"), encoding="utf-8"), is_command)
    with pytest.raises(UsageError, match="0xff") as caught:
        reader.read()
    assert "\n" not in str(caught.value)


def test_a_long_literal_is_read_in_good_time() -> None:
    text = "x = [\n" + "    (1, 2, 3),\n" * 20_000 + "]\n"
    assert inputs(text) == [text.rstrip()]
