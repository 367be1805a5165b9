"""Complete, incomplete or invalid: as CPython's own codeop decides, but for the differences that are listed here."""

from __future__ import annotations

import codeop
import warnings

import pytest

from ptrepl.engine.run.source import Complete, Incomplete, Invalid, check_input

# transcribed from Lib/test/test_codeop.py of CPython 3.11

VALID = [
    "",
    "\n",
    "a = 1",
    "\na = 1",
    "a = 1\n",
    "a = 1\n\n",
    "\n\na = 1\n\n",
    "def x():\n  pass\n",
    "if 1:\n pass\n",
    "\n\nif 1: pass\n",
    "\n\nif 1: pass\n\n",
    "def x():\n\n pass\n",
    "def x():\n  pass\n  \n",
    "def x():\n  pass\n \n",
    "pass\n",
    "3**3\n",
    "if 9==3:\n   pass\nelse:\n   pass\n",
    "if 1:\n pass\n if 1:\n  pass\n else:\n  pass\n",
    "#a\n#b\na = 3\n",
    "#a\n\n   \na=3\n",
    "a=3\n\n",
    "a = 9+ \\\n3",
    "\n\nif 1: a=1\n\n",
    "#a\n\n   \na=3\n\n",
    "def f():\n try: pass\n finally: [x for x in (1,2)]\n",
    "def f():\n pass\n#foo\n",
    "@a.b.c\ndef f():\n pass\n",
]

INCOMPLETE = [
    "(a **",
    "(a,b,",
    "(a,b,(",
    "a = (",
    "a = {",
    "b + {",
    "print([1,\n2,",
    "print({1:1,\n2:3,",
    "print((1,\n2,",
    "if 9==3:\n   pass\nelse:",
    "if 9==3:\n   pass\nelse:\n",
    "if 9==3:\n   pass\nelse:\n   pass",
    "if 1:",
    "if 1:\n",
    "if 1:\n pass\n if 1:\n  pass\n else:",
    "if 1:\n pass\n if 1:\n  pass\n else:\n",
    "if 1:\n pass\n if 1:\n  pass\n else:\n  pass",
    "def x():",
    "def x():\n",
    "def x():\n\n",
    "def x():\n  pass",
    "def x():\n  pass\n ",
    "def x():\n  pass\n  ",
    "\n\ndef x():\n  pass",
    "a = 9+ \\",
    "a = 'a\\",
    "a = '''xy",
    "if True:\n if True:\n  if True:   \n",
    "@a(",
    "@a(b",
    "@a(b,",
    "@a(b,c",
    "@a(b,c,",
    "from a import (",
    "from a import (b",
    "from a import (b,",
    "from a import (b,c",
    "from a import (b,c,",
    "[",
    "[a",
    "[a,",
    "[a,b",
    "[a,b,",
    "{",
    "{a",
    "{a:",
    "{a:b",
    "{a:b,",
    "{a:b,c",
    "{a:b,c:",
    "{a:b,c:d",
    "{a:b,c:d,",
    "a(",
    "a(b",
    "a(b,",
    "a(b,c",
    "a(b,c,",
    "a[",
    "a[b",
    "a[b,",
    "a[b:",
    "a[b:c",
    "a[b:c:",
    "a[b:c:d",
    "def a(",
    "def a(b",
    "def a(b,",
    "def a(b,c",
    "def a(b,c,",
    "(",
    "(a",
    "(a,",
    "(a,b",
    "if a:\n pass\nelif b:",
    "if a:\n pass\nelif b:\n pass\nelse:",
    "while a:",
    "while a:\n pass\nelse:",
    "for a in b:",
    "for a in b:\n pass\nelse:",
    "try:",
    "try:\n pass\nexcept:",
    "try:\n pass\nfinally:",
    "try:\n pass\nexcept:\n pass\nfinally:",
    "with a:",
    "with a as b:",
    "class a:",
    "class a(",
    "class a(b",
    "class a(b,",
    "class a():",
    "[x for",
    "[x for x in",
    "[x for x in (",
    "(x for",
    "(x for x in",
    "(x for x in (",
]

INVALID = [
    "a b",
    "a @",
    "a b @",
    "a ** @",
    "a = ",
    "a = 9 +",
    "def x():\n\npass\n",
    "\n\n if 1: pass\n\npass",
    "a = 9+ \\\n",
    "a = 'a\\ ",
    "a = 'a\\\n",
    "return 2.3",
    "if (a == 1 and b = 2): pass",
    "del 1",
    "del (1,)",
    "del [1]",
    "del '1'",
    "[i for i in range(10)] = (1, 2, 3)",
]

OF_OTHER_SYMBOLS = [
    "3**3",
    "(lambda z: \n z**3)",
    "9+ \\\n3",
    "9+ \\\n3\n",
    "\n\na**3",
    "\n \na**3",
    "#a\n#b\na**3",
    "(9+",
    "9+ \\",
    "lambda z: \\",
    "]",
    "())",
    "[}",
    "9+",
    "lambda z:",
    "raise = 4",
    "def a-b",
    "await?",
    "=!=",
    "a await raise b",
    "a await raise b?+1",
]

DIFFERENT = {
    # text → what we say, and why
    "def x():\n  pass\n ": ("Complete", "auto-indent writes the spaces of the blank line that ends a block"),
    "def x():\n  pass\n  ": ("Complete", "auto-indent writes the spaces of the blank line that ends a block"),
    "return 2.3": ("Complete", "found when it is compiled to run, and nothing has run then; parsing alone is faster"),
    "a = 1\nb = 2": ("Complete", "whole programs are pasted"),
    "a = 1\nif b:\n    c\n": ("Complete", "whole programs are pasted"),
    "if a:\n    b\nc = 1": ("Complete", "whole programs are pasted"),
    "await f()": ("Complete", "await works at top level"),
    "async with a: pass\n": ("Complete", "await works at top level"),
    ">>> a = 1": ("Complete", "a prompt that was pasted is stripped"),
    "In [3]: print(1)\n   ...: b": ("Complete", "a prompt that was pasted is stripped"),
    "    a = 1": ("Complete", "an indent that was pasted is stripped"),
}


def verdict(text: str) -> str:
    return type(check_input(text)).__name__


def codeop_says(text: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return "Incomplete" if codeop.compile_command(text, symbol="single") is None else "Complete"
        except (SyntaxError, OverflowError, ValueError):
            return "Invalid"


AGREED = [text for text in [*VALID, *INCOMPLETE, *INVALID, *OF_OTHER_SYMBOLS] if text not in DIFFERENT]


@pytest.mark.parametrize("text", AGREED)
def test_we_agree_with_codeop(text: str) -> None:
    assert verdict(text) == codeop_says(text)


@pytest.mark.parametrize(("texts", "expected"), [(VALID, "Complete"), (INCOMPLETE, "Incomplete"), (INVALID, "Invalid")])
def test_codeop_says_what_cpython_expects_of_it(texts: list[str], expected: str) -> None:
    # so that the lists were transcribed right, and agreement with codeop means something
    assert {text: codeop_says(text) for text in texts} == dict.fromkeys(texts, expected)


@pytest.mark.parametrize("text", DIFFERENT)
def test_we_differ_only_where_we_say_so(text: str) -> None:
    ours, reason = DIFFERENT[text]
    assert verdict(text) == ours, reason
    assert codeop_says(text) != ours, "no difference any more: take it off the list"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a comment", Complete()),
        ("   ", Complete()),
        ("\n\n", Complete()),
        ("a = 1  # why", Complete()),
        ('"""a\n  b', Incomplete(0)),
        ("a = (1,  # one", Incomplete(4)),
        ("if a:", Incomplete(4)),
        ("if a:\n    b", Incomplete(4)),
        ("if a:\n    if b:", Incomplete(8)),
        ("if a:\n    return", Incomplete(0)),
        ("@decorator", Incomplete(0)),
        ("@decorator\n", Incomplete(0)),
        ("class A:\n    x = 1\n\n    def f(self):", Incomplete(8)),
        ("try:\n    a\n", Incomplete(4)),
        ("match a:\n    case 1: pass", Incomplete(4)),
        ("async def f():", Incomplete(4)),
        ("x = [\n    1,", Incomplete(4)),
        ("a; b", Complete()),
        ("a;", Complete()),
        ("if a: b", Incomplete(0)),
        ("if a: b\n", Complete()),
        ("lambda: (\n", Incomplete(4)),
        ("a \\", Incomplete(0)),
    ],
)
def test_how_far_the_next_line_is_indented(text: str, expected: Complete | Incomplete) -> None:
    assert check_input(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a b", "invalid syntax"),
        ("a = 'x", "unterminated string literal"),
        ("(a]", "closing parenthesis ']' does not match opening parenthesis '('"),
        ("if a:\nb", "expected an indented block"),
        ("x = \0", "null bytes"),
        ("else:", "invalid syntax"),
        ("a = 08", "leading zeros"),
        ("f(a=1, 2)", "positional argument follows keyword argument"),
    ],
)
def test_what_cannot_become_valid_says_why(text: str, message: str) -> None:
    found = check_input(text)
    assert isinstance(found, Invalid)
    assert message in str(found.error)


@pytest.mark.parametrize("text", [r"'\e' is 0", r"'\e' + (", r"'\e' 1", "1 is 1", "assert (1, 'x')"])
def test_checking_warns_of_nothing(text: str) -> None:
    with warnings.catch_warnings(record=True) as messages:
        warnings.simplefilter("always")
        check_input(text)
    assert messages == []


def test_future_imports_that_were_made_are_heeded() -> None:
    import __future__

    flag = __future__.barry_as_FLUFL.compiler_flag
    assert isinstance(check_input("1 <> 2"), Invalid)
    assert check_input("1 <> 2", flag) == Complete()


@pytest.mark.parametrize("text", ["(" * 500, "[" * 199 + "]" * 199, "-" * 5000 + "1", "x = " + "+".join("1" * 5000)])
def test_deep_text_ends_in_a_verdict(text: str) -> None:
    assert verdict(text) in ("Complete", "Incomplete", "Invalid")
