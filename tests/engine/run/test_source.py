"""Text → statements, whatever text: pasted prompts come off, statements keep their source, indents follow blocks."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.engine.run.indentation import next_indent
from ptrepl.engine.run.source import Complete, Incomplete, Invalid, check_input, clean, parse_source, split

STATEMENTS = [
    "x = 1",
    "é = '图🔥'; y = 2",
    "print('a'); print('b');",
    "x: int = 3",
    "del x",
    "# only a comment\nx = 1  # and another",
    "x = (1,\n     2,\n)",
    "x = 1 + \\\n    2",
    "text = '''one\n  two\n>>> three\n... four\nfive'''",
    'f"{x!r:>{10}}"',
    "f(1)(2)[3].é",
    "import os, sys",
    "from math import (\n    pi,\n    tau,\n)",
    "if x:\n    y\nelif z:\n    w\nelse:\n    pass",
    "for i in range(3): print(i)",
    "for i in x:\n    if i:\n        continue\n    break",
    "while True:\n    pass",
    "def f(a, *b, c=1, **d):\n    '''A docstring.'''\n    return a",
    "@decorator\n@other(1, 2)\ndef f(): pass",
    "@decorator\nasync def f():\n    async with a as b: await c",
    "@decorator\nclass A(B, metaclass=C):\n    x = 1\n    def f(self):\n        return self.x",
    "try:\n    1 / 0\nexcept (A, B) as error:\n    raise\nfinally:\n    y",
    "try:\n    1\nexcept* ValueError:\n    pass",
    "with a as b, c:\n    d",
    "match x:\n    case [1, *rest] if rest:\n        pass\n    case _:\n        y",
    "lambda: (yield)",
    "await f(x)",
    "[i async for i in x]",
    "x = [\n    1,\n\n    2,\n]",
    "if a:\n\ttabbed = 1\n\tif b:\n\t\tmore = 2",
    "assert x, 'message'",
    "global x",
    "x = -1 if not y else ~z",
]
programs = st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=6)


def dump(text: str) -> str:
    return ast.dump(parse_source(text)[1])


def compound(statement: str) -> bool:
    """Whether it needs a blank line to end at a prompt."""
    return statement.split()[0].rstrip(":") in {
        *("if", "for", "while", "def", "class", "try", "with", "match", "@decorator", "async"),
    }


# clean


@given(programs)
def test_valid_text_is_left_alone(statements: list[str]) -> None:
    text = "\n".join(statements)
    assert clean(text) == text
    assert clean(text + "\n") == text + "\n"


outputs = st.sampled_from(["", "3\n", "tensor([1., 2.])\n", "Traceback (most recent call last):\n  File\n", "'>'\n"])


@given(programs, st.lists(outputs, min_size=6, max_size=6), st.integers(0, 8))
def test_pythons_prompts_come_off(statements: list[str], printed: list[str], indent: int) -> None:
    lines = []
    for statement, output in zip(statements, printed, strict=False):
        first, *rest = statement.split("\n")
        lines += [f">>> {first}", *(f"... {line}".rstrip() if not line else f"... {line}" for line in rest)]
        lines += ["..."] * compound(statement) + output.splitlines()
    transcript = textwrap.indent("\n".join(lines), " " * indent)
    assert dump(clean(transcript)) == dump("\n".join(statements))


@given(programs, st.lists(outputs, min_size=6, max_size=6))
def test_ipythons_prompts_come_off(statements: list[str], printed: list[str]) -> None:
    lines = []
    for number, (statement, output) in enumerate(zip(statements, printed, strict=False), 1):
        first, *rest = statement.split("\n")
        prompt = f"In [{number}]: "
        more = "...: ".rjust(len(prompt))
        lines += [prompt + first, *(more + line for line in rest)]
        lines += [more] * compound(statement)
        lines += [f"Out[{number}]: {output.strip()}", ""] if output.strip() else [""]
    assert dump(clean("\n".join(lines))) == dump("\n".join(statements))


@given(programs, st.sampled_from([" ", "    ", "\t", "          "]))
def test_a_common_indent_comes_off(statements: list[str], indent: str) -> None:
    text = textwrap.indent("\n".join(statements), indent)
    assert dump(clean(text)) == dump("\n".join(statements))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (">>> x", "x"),
        (">>>x", "x"),
        (">>> x\n>>> y", "x\ny"),
        (">>> x\n3\n>>> y\n4", "x\ny"),
        (">>> if x:\n...     y\n... \n>>> z", "if x:\n    y\n\nz"),
        (">>> ", "\n"),
        ("In [12]: x\nOut[12]: 3", "x"),
        ("In [12]: if x:\n    ...:     y\n    ...: ", "if x:\n    y\n"),
        ("x = 1\n│ x  shape=(1,)  dtype=float32\ny = 2", "x = 1\ny = 2"),
        (">>> x = 1\n│ x  shape=(1,)\n│   continued\n>>> y", "x = 1\ny"),
        ("  x = 1\n  y = 2", "x = 1\ny = 2"),
        ("x = 1\n    y = 2\n    z = 3", "x = 1\ny = 2\nz = 3"),
        ("if a:\n        b = 1\n\tc = 2", "if a:\n        b = 1\n        c = 2"),
        ("'''\n>>> x\n'''", "'''\n>>> x\n'''"),
        ("x >>> y", "x >>> y"),
        ("print 'x'", "print 'x'"),
        ("if a:\n    b\n  c", "if a:\n    b\n  c"),
        ("", ""),
    ],
)
def test_what_was_meant(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(st.sampled_from("ab1 \n\t:()[]{}'\"#\\>.│é;,=@\x0c\u2028"), max_size=40))
def test_any_text_comes_through(text: str) -> None:
    cleaned = clean(text)
    verdict = check_input(text)
    assert isinstance(cleaned, str)
    try:
        meant, tree = parse_source(text)
    except (SyntaxError, ValueError):
        assert not isinstance(verdict, Complete) or not text.strip()
    else:
        assert not isinstance(verdict, Invalid)
        assert len(split(meant, tree)) == len(tree.body)


# split


@given(programs)
def test_statements_keep_their_source(statements: list[str]) -> None:
    text, tree = parse_source("\n".join(statements))
    parts = split(text, tree)
    assert [ast.dump(part.node) for part in parts] == [ast.dump(node) for node in tree.body]
    assert dump("\n".join(part.source for part in parts)) == dump(text)
    for part in parts:
        (alone,) = parse_source(part.source)[1].body
        assert ast.dump(alone) == ast.dump(part.node)


@given(st.lists(st.sampled_from(["x = 1", "é", "f('图;')", "'''a\nb'''", "del y", "(1,\n2)"]), min_size=1, max_size=5))
def test_statements_on_one_line(statements: list[str]) -> None:
    text = " ; ".join(statements)
    assert [part.source for part in split(text, parse_source(text)[1])] == statements


@pytest.mark.parametrize(
    ("text", "silenced"),
    [
        ("x", [False]),
        ("x;", [True]),
        ("x ; ", [True]),
        ("x;  # quiet", [True]),
        ("x; y", [False, False]),
        ("x; y;", [False, True]),
        ("x;\ny", [True, False]),
        ("x = 1;", [False]),
        ("x  # not; quiet", [False]),
        ("';'", [False]),
        ("'é图';", [True]),
        ("(x\n);", [True]),
        ("if a: x;", [False]),
    ],
)
def test_a_trailing_semicolon_silences_an_expression(text: str, silenced: list[bool]) -> None:
    assert [part.silenced for part in split(text, parse_source(text)[1])] == silenced


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("@a\n@b(1,\n   2)\ndef f(): pass", "@a\n@b(1,\n   2)\ndef f(): pass"),
        ("@ a\nclass C: pass", "@ a\nclass C: pass"),
        ("@(a)\nclass C: pass", "@(a)\nclass C: pass"),
        ("\\\nx = 1", "x = 1"),
        ("@(\n  a\n)\nclass C: pass", "@(\n  a\n)\nclass C: pass"),
        ("x = '''\n\n'''  ", "x = '''\n\n'''"),
    ],
)
def test_the_source_of_one_statement(text: str, source: str) -> None:
    (part,) = split(text, parse_source(text)[1])
    assert part.source == source


# check and indent


@given(programs, st.data())
def test_no_beginning_of_a_program_is_invalid(statements: list[str], data: st.DataObject) -> None:
    lines = "\n".join(statements).split("\n")
    beginning = "\n".join(lines[: data.draw(st.integers(1, len(lines)))])
    assert not isinstance(check_input(beginning), Invalid), beginning


def blocks(depth: int = 0) -> st.SearchStrategy[list[str]]:
    """The lines of nested blocks, four spaces a level, each line with what follows."""
    pad = " " * (4 * depth)
    simple = st.sampled_from(["x = 1", "f(x)", "y += (1 +\n{pad}     2)", "s = 'a:'  # b:"]).map(
        lambda line: [pad + line.replace("{pad}", pad)]
    )
    if depth == 3:
        return simple
    opener = st.sampled_from(
        ["if a:", "for i in (1,\n{pad}          2):", "def f(a={}):  # :", "while a[1:]:", "with a: # no", "class A: "]
    ).map(lambda line: pad + line.replace("{pad}", pad))
    return st.one_of(
        simple,
        st.tuples(opener, st.lists(blocks(depth + 1), min_size=1, max_size=2)).map(
            lambda pair: [pair[0], *(line for block in pair[1] for line in block)]
        ),
    )


@given(blocks())
def test_the_next_line_goes_where_the_block_goes(lines: list[str]) -> None:
    for number, line in enumerate(lines):
        typed = "\n".join(lines[: number + 1])
        code = line.split("#")[0].rstrip()
        expected = len(line) - len(line.lstrip()) + 4 * code.endswith(":")
        verdict = check_input(typed)
        if isinstance(verdict, Incomplete):
            assert verdict.indent == next_indent(typed) == expected
            assert not isinstance(check_input(f"{typed}\n{' ' * expected}pass"), Invalid)
        else:
            assert expected == 0


@pytest.mark.parametrize("word", ["return", "return x", "pass", "break", "continue", "raise", "raise ValueError('x:')"])
def test_a_block_that_was_left_ends(word: str) -> None:
    assert next_indent(f"if a:\n    if b:\n        {word}") == 4
    assert next_indent(f"if a:\n    {word}") == 0


@pytest.mark.parametrize("word", ["returned = 1", "passing()", "breaker", "raised"])
def test_a_name_that_begins_as_such_a_word_ends_nothing(word: str) -> None:
    assert next_indent(f"if a:\n    {word}") == 4


@pytest.mark.parametrize(
    ("text", "indent"),
    [
        ("f(", 4),
        ("    f(", 8),
        ("f(a,\n  b,", 4),
        ("f([", 4),
        ("f(\n    [1],", 4),
        ("x = '''", 0),
        ("if a:\n    x = '''\n  deep", 0),
        ("if a:\n\tb", 8),
        ("x = {1: 2,", 4),
        ("x[1:", 4),
        ("if (a and\n        b):", 4),
        ("", 0),
        ("\n\n", 0),
        ("x = 'unterminated", 0),
        ("def f(): return (", 4),
    ],
)
def test_the_next_indent(text: str, indent: int) -> None:
    assert next_indent(text) == indent


@given(st.text(st.sampled_from("ab1 \n\t:()[]{}'\"#\\"), max_size=40))
def test_there_is_always_a_next_indent(text: str) -> None:
    assert next_indent(text) >= 0
