"""A paste with commands in it, cut into inputs; and what is cleaned of a paste, and not of what is typed."""

from __future__ import annotations

import pytest

from ptrepl.engine.run.source import check_input, clean, is_indented
from ptrepl.shell.readers.pieces import split_paste


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("%time 1 + 1\nprint('q')", ["%time 1 + 1", "print('q')"]),
        ("%time f(1,\n  2)\nx = 1", ["%time f(1,\n  2)", "x = 1"]),
        ("%timeit x @ x\n%time y\nz", ["%timeit x @ x", "%time y", "z"]),
        (
            "%time for x in y:\n    print(x)\nelse:\n    pass\nz = 3",
            ["%time for x in y:\n    print(x)\nelse:\n    pass", "z = 3"],
        ),
        ("%time if a:\n  b\n\nelif c:\n  d\n", ["%time if a:\n  b\n\nelif c:\n  d"]),
        ("%time\nfor x in y:\n    pass", ["%time\nfor x in y:\n    pass"]),
        ("def f():\n    s = '''\n%time\n'''\n", ["def f():\n    s = '''\n%time\n'''\n"]),
        ("x = 1\n%\ny = 2", ["x = 1", "%", "y = 2"]),
    ],
)
def test_a_command_ends_with_its_statement(text: str, pieces: list[str]) -> None:
    assert split_paste(text, check_input) == pieces


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ("│ x  shape=(1,)\n>>> x = torch.ones(1)\n│ x  shape=(1,)", "x = torch.ones(1)"),
        ("│   · new\n\n>>> for i in y:\n...     i\n...\n0\n>>> z", "for i in y:\n    i\n\nz"),
        ("...     b\n>>> c = 1\n", "c = 1"),
        # code with prompts in a string, and an error in it, is left alone
        ("x = (\ns = '''\n>>> y = 1\n'''\n", "x = (\ns = '''\n>>> y = 1\n'''\n"),
    ],
)
def test_a_transcript_may_begin_in_its_middle(pasted: str, meant: str) -> None:
    assert clean(pasted) == meant


@pytest.mark.parametrize(
    ("text", "indented"),
    [("  x = 1", True), ("\tx", True), ("x = 1\n  y", False), ("   >>> x", False), ("  In [3]: x", False), ("", False)],
)
def test_blanks_before_code_are_the_authors(text: str, indented: bool) -> None:
    assert is_indented(text) is indented
