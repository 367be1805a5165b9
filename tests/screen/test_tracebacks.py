"""Tracebacks as a learner reads them: their own frames whole, those of libraries folded, nothing of ours."""

from __future__ import annotations

from textwrap import dedent

import pytest

from ptrepl.engine.outcome import ErrorReport
from ptrepl.screen.line import plain
from ptrepl.screen.theme import STYLES
from ptrepl.screen.tracebacks import error_lines, final_lines
from tests.engine.prompt import Prompt


def report(source: str) -> ErrorReport:
    found = Prompt("learner").last(dedent(source)).error
    assert found is not None
    return found


def told(source: str, *, folded: bool = True) -> str:
    return "\n".join(plain(line) for line in error_lines(report(source), folded=folded))


HEAD = "Traceback (most recent call last):\n"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            "x = 1\ny = nope + x\n",
            """
              File "<ptrepl-1>", line 2, in <module>
                y = nope + x
                    ^^^^
            NameError: name 'nope' is not defined""",
        ),
        (
            "nn.Linear(2, 3)(torch.ones(4))",
            """
              File "<ptrepl-1>", line 1, in <module>
                nn.Linear(2, 3)(torch.ones(4))
              … 3 frames in torch
            RuntimeError: mat1 and mat2 shapes cannot be multiplied (1x4 and 2x3)""",
        ),
        (
            """
            import json
            def load(text):
                return json.loads(text)
            load("")
            """,
            """
              File "<ptrepl-1>", line 5, in <module>
                load("")
              File "<ptrepl-1>", line 4, in load
                return json.loads(text)
                       ^^^^^^^^^^^^^^^^
              … 3 frames in json
            json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)""",
        ),
        (
            "sorted([1, 2], key=lambda n: n / 0)",
            """
              File "<ptrepl-1>", line 1, in <module>
                sorted([1, 2], key=lambda n: n / 0)
              File "<ptrepl-1>", line 1, in <lambda>
                sorted([1, 2], key=lambda n: n / 0)
                                             ~~^~~
            ZeroDivisionError: division by zero""",
        ),
        (
            "import functools\nfunctools.reduce(lambda a, b: a + b, map(lambda n: n / 0, [1, 2]))",
            """
              File "<ptrepl-1>", line 2, in <module>
                functools.reduce(lambda a, b: a + b, map(lambda n: n / 0, [1, 2]))
              File "<ptrepl-1>", line 2, in <lambda>
                functools.reduce(lambda a, b: a + b, map(lambda n: n / 0, [1, 2]))
                                                                   ~~^~~
            ZeroDivisionError: division by zero""",
        ),
        (
            "def f(n):\n    return f(n - 1) if n else 1 / 0\n\nf(6)",
            """
              File "<ptrepl-1>", line 4, in <module>
                f(6)
              File "<ptrepl-1>", line 2, in f
                return f(n - 1) if n else 1 / 0
                       ^^^^^^^^
              File "<ptrepl-1>", line 2, in f
                return f(n - 1) if n else 1 / 0
                       ^^^^^^^^
              File "<ptrepl-1>", line 2, in f
                return f(n - 1) if n else 1 / 0
                       ^^^^^^^^
              [Previous line repeated 4 more times]
            ZeroDivisionError: division by zero""",
        ),
        (
            "error = ValueError('first\\nsecond')\nerror.add_note('a note')\nraise error",
            """
              File "<ptrepl-1>", line 3, in <module>
                raise error
            ValueError: first
            second
            a note""",
        ),
        (
            "def é(图): return 图 + 1 / 0 + 2\n\né(1)",
            """
              File "<ptrepl-1>", line 3, in <module>
                é(1)
              File "<ptrepl-1>", line 1, in é
                def é(图): return 图 + 1 / 0 + 2
                                       ~~^~~
            ZeroDivisionError: division by zero""",
        ),
    ],
)
def test_folded(source: str, text: str) -> None:
    assert told(source) == HEAD + dedent(text).strip("\n")


@pytest.mark.parametrize(
    ("how", "link"),
    [
        (
            "raise KeyError('k') from error",
            "\n\nThe above exception was the direct cause of the following exception:\n\n",
        ),
        ("raise KeyError('k')", "\n\nDuring handling of the above exception, another exception occurred:\n\n"),
    ],
)
def test_a_chain_is_told_from_its_beginning(how: str, link: str) -> None:
    text = told(f"try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    {how}\n")
    first, second = text.split(link)
    assert first.startswith(HEAD)
    assert first.endswith("ZeroDivisionError: division by zero")
    assert second.startswith(HEAD)
    assert second.endswith("KeyError: 'k'")


def test_a_chain_that_was_cut_is_not_told() -> None:
    text = told("try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise KeyError('k') from None\n")
    assert text.count(HEAD) == 1


def test_a_chain_that_bites_its_tail_ends() -> None:
    assert told("error = ValueError('a'); error.__cause__ = error; raise error").count(HEAD) == 1


def test_the_members_of_a_group_are_told() -> None:
    text = told(
        """
        def fail():
            return 1 / 0

        found = []
        try:
            fail()
        except ZeroDivisionError as error:
            found.append(error)

        raise ExceptionGroup("two", [*found, ExceptionGroup("inner", [TypeError("b")])])
        """
    )
    assert text.startswith(HEAD)
    for line in (
        "  | ExceptionGroup: two (2 sub-exceptions)",
        "  +-+---------------- 1 ----------------",
        "    | ZeroDivisionError: division by zero",
        "    |     return 1 / 0",
        "      | TypeError: b",
    ):
        assert f"\n{line}\n" in text
    assert text.count("ExceptionGroup: two") == 1


def test_a_syntax_error_has_no_frames() -> None:
    assert (
        told("x = (1,\n") == "  File \"<ptrepl-1>\", line 1\n    x = (1,\n        ^\nSyntaxError: '(' was never closed"
    )


def test_unfolded_is_what_python_prints() -> None:
    source = "import json\njson.loads('{')\n"
    text = told(source, folded=False)
    assert text == report(source).text.rstrip("\n")
    assert text.count("json/decoder.py") == 2
    assert "ptrepl/" not in text


def test_every_style_has_a_look() -> None:
    lines = error_lines(report("try:\n    1 / 0\nexcept Exception:\n    nn.Linear(1, 2)(torch.ones(3))\n"))
    assert {style for line in lines for style, _ in line} <= STYLES.keys()
    assert ("bad", "RuntimeError") in lines[-1]


def test_a_long_message_is_broken_between_its_words_on_a_terminal_alone() -> None:
    """Where the message itself has lines, and where one is laid out by spaces, those stay."""
    found = report("import torch\ntorch.tensor(1.0).backward()")
    assert max(len(plain(line)) for line in error_lines(found)) > 70
    lines = [plain(line) for line in error_lines(found, 40)]
    message = lines[next(number for number, line in enumerate(lines) if line.startswith("RuntimeError")) :]
    assert all(len(line) <= 40 for line in message)
    assert " ".join(message) == f"{found.type_name}: {found.message}"
    laid_out = report("raise ValueError('first\\n" + " " * 4 + "x" * 60 + " y')")
    assert " " * 4 + "x" * 60 + " y" in [plain(line) for line in error_lines(laid_out, 40)]


def test_of_torchs_signatures_only_what_is_given_by_place_is_listed_on_a_narrow_terminal() -> None:
    for source in ("torch.randint(1, 7, 600)", "torch.linspace(2000, 2100)", "torch.arange('2000', 2100, 4)"):
        found = report(f"import torch\n{source}")
        lines = [plain(line) for line in error_lines(found, 80)]
        assert all(len(line) <= 80 for line in lines)
        listed = [line for line in lines if line.startswith(" * (")]
        assert 2 <= len(listed) <= found.message.count(" * (")
        assert len(set(listed)) == len(listed)
        assert all(line.endswith("*, …)") for line in listed)
        assert any(plain(line).endswith("requires_grad = False)") for line in error_lines(found))
        narrow = [plain(line) for line in error_lines(found, 40)]
        assert all(len(line) <= 40 for line in narrow)


def test_the_table_of_torchs_dispatcher_is_counted_on_a_terminal_alone() -> None:
    found = report("import torch\ntorch.sparse_coo_tensor([[0], [1]], [2.0], (2, 2), check_invariants=True) > 0")
    table = sum("registered at" in line for line in found.final.split("\n"))
    assert table > 20
    lines = [plain(line) for line in error_lines(found, 80)]
    assert lines[-1] == f"… {table} lines on what is registered where: %tb shows them"
    assert not any("registered at" in line for line in lines)
    assert sum("registered at" in plain(line) for line in error_lines(found)) == table


def test_what_a_library_has_raised_to_itself_is_told_once() -> None:
    """pandas looks a column up in compiled code, whose files are on no other machine, and raises its KeyError again."""
    pytest.importorskip("pandas")
    text = told('import pandas\npandas.DataFrame({"a": [1]})["b"]\n')
    assert text.count("KeyError: 'b'") == 1
    assert ".pyx" not in text
    assert ".pxi" not in text
    assert "in pandas\n" in text
    lookup = "pandas.DataFrame({'a': [1]})['b']"
    again = told(f"import pandas\ntry:\n    {lookup}\nexcept KeyError:\n    raise KeyError('b')\n")
    assert again.count("KeyError: 'b'") == 2


def test_a_line_that_torch_has_indented_by_a_tab_fits_as_the_others_do() -> None:
    keys = "Missing key(s) in state_dict: " + ", ".join(f'"{name}"' for name in ("0.weight", "0.bias", "2.weight", "2"))
    failed = report(f"raise RuntimeError('Error(s) in loading:\\n\\t{keys}.\\n\\tUnexpected key(s): \"x\".')")
    lines = [plain(line) for line in final_lines(failed, len(keys) + 3)]
    assert lines == [
        "RuntimeError: Error(s) in loading:",
        f"    {keys[:-4]}",
        '       "2".',
        '    Unexpected key(s): "x".',
    ]
    assert [plain(line) for line in final_lines(failed)][1] == f"\t{keys}."
