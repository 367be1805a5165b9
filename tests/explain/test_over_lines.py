"""Expressions that are written over several lines are explained as they are in one."""

from __future__ import annotations

import ast
import gc
import importlib
import inspect
import io
import re
import tokenize
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from ptrepl.engine.explanation import Explanation
from ptrepl.explain import failing_node, locate
from tests.explain.failing import fails, runs_after, session, shown, why

HEAD = "x = torch.ones(2, 3); w = torch.ones(2, 3); net = nn.Linear(5, 2)\n"


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("(x\n .relu()\n .view(7))", "x.relu() is (2, 3) and has 6 elements", 1),
        ("(x.relu()\n .matmul(w))", "x.relu() is (2, 3) and w is (2, 3)", 2),
        ("(net\n .forward(x))", "net.forward expects a last dim of 5", 0),
        ("x\\\n.reshape(4)", "x is (2, 3) and has 6 elements", 1),
        ("(x\n .relu()\n .rleu())", "rleu", 1),
        ("y = (x\n     .relu()  # a comment (\n     .view(\n         7,\n     ))", "(7,) needs 7", 1),
        ("def f(a):\n    return (a\n            .relu()\n            .view(7))\n\nf(x)", "a.relu() is (2, 3)", 1),
        ("(x\n .data\n .matmul(w.T\n         .t()))", "x.data is (2, 3)", 2),
        ("[a\n .view(7)\n for a in (x, w)]", "(7,) needs 7", 1),
    ],
)
def test_a_call_that_goes_on_in_the_next_line(code, said, fixes):
    assert said in why(HEAD + code).text
    assert runs_after(HEAD + code) == fixes


def test_the_screen_of_a_chain():
    assert shown(HEAD + "y = (x\n     .relu()\n     .view(7)\n     .sum())").split("\n") == [
        "RuntimeError: shape '[7]' is invalid for input of size 6",
        "    y = (x",
        "         ^",
        "         .relu()",
        "         ^^^^^^^",
        "         .view(7)",
        "         ^^^^^^^^",
        "│ x.relu() is (2, 3) and has 6 elements. The shape (7,) needs 7.",
        "│ try  (x",
        "│           .relu()",
        "│           .view(-1))",
        "│      → shape (6,)",
    ]


def test_two_calls_in_one_line_are_told_apart():
    assert "(7,) needs 7" in why(HEAD + "(x.view(6).view(7), x\n.view(8))").text
    assert "(8,) needs 8" in why(HEAD + "(x.view(6).view(6), x\n.view(8))").text


def _dots(code: str) -> list[int]:
    """Where the dots of attributes stand in ``code``, outside of strings and imports."""
    starts = [0]
    for line in code.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found, inside, before = [], 0, ""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        name = tokenize.tok_name[token.type]
        inside += (name == "FSTRING_START") - (name == "FSTRING_END")
        follows = before.isidentifier() or before in (")", "]", "}")
        if token.string == "." and follows and not inside and "import" not in token.line:
            found.append(starts[token.start[0] - 1] + token.start[1])
        before = token.string
    return found


def _at_each_dot(code: str, end: str) -> str:
    for dot in reversed(_dots(code)):
        code = f"{code[:dot]}{end}\n    {code[dot:]}"
    return code


def _backslashes(code: str) -> str:
    return _at_each_dot(code, "\\")


def _brackets(code: str) -> str:
    """The values of the last statement, in brackets that hold its lines together."""
    *first, last = ast.parse(code).body
    if not isinstance(last, (ast.Expr, ast.Assign, ast.AugAssign)):
        return code
    text = ast.unparse(last.value)
    before = ast.unparse(last).removesuffix(text)
    return "\n".join([*map(ast.unparse, first), f"{before}({_at_each_dot(text, '')})"])


def _errors_of_the_tests() -> Iterator[tuple[str, str]]:
    """Each line that some other test below this folder looks at, with what it puts before it: ``why(HEAD + line)``."""
    seen = set()
    folder = Path(__file__).parent
    for file in sorted(folder.rglob("test_*.py")):
        if file.samefile(__file__):
            continue
        module = importlib.import_module(".".join(["tests.explain", *file.relative_to(folder).with_suffix("").parts]))
        for test in vars(module).values():
            for mark in getattr(test, "pytestmark", ()):
                names = mark.args[0] if mark.name == "parametrize" else ()
                names = (names,) if isinstance(names, str) else tuple(names)
                for head, name in re.findall(r"\b([A-Z]+) \+ (\w+)\b", inspect.getsource(test)):
                    if name in names:
                        for each in mark.args[1]:
                            values = getattr(each, "values", (each,) if len(names) == 1 else each)
                            case = getattr(module, head).strip("\n") + "\n", values[names.index(name)]
                            if case not in seen:
                                seen.add(case)
                                yield case


def _kept(explanation: Explanation) -> tuple[str, list[tuple[str, str]]]:
    return explanation.text, [(ast.dump(ast.parse(fix.code)), fix.gives) for fix in explanation.fixes]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("broken", [_backslashes, _brackets])
@pytest.mark.parametrize("part", [0, *(pytest.param(each, marks=pytest.mark.nightly) for each in (1, 2, 3, 4))])
def test_each_error_of_the_tests_is_explained_alike_over_several_lines(part, broken):
    compared = 0
    for head, line in [*_errors_of_the_tests()][part::5]:
        try:
            one = ast.unparse(ast.parse(line))
        except SyntaxError:
            continue  # its own subject
        many = broken(one)
        if "\n." not in re.sub(r"\n +", "\n", many):
            continue
        explanation = [*session().run(head + one + "\n")][-1].explanation
        if explanation is not None:
            again = fails(head + many).explanation
            assert again is not None, many
            assert _kept(again) == _kept(explanation), many
            compared += 1
    assert compared > 40


def test_no_tree_of_a_statement_is_kept_for_ever():
    live = session()
    fails(HEAD + "x.view(7)", live)
    newest = [*locate._sources.values()][-1]
    tree = weakref.ref(newest)
    del newest
    for _ in range(locate._MOST_SOURCES):
        fails("x.view(7)", live)
    gc.collect()
    assert tree() is None
    assert len(locate._sources) == locate._MOST_SOURCES
    kept = [name for name in vars(failing_node.FileSource) if "cache" in name]
    assert not any(getattr(failing_node.FileSource, name) for name in kept)


def test_a_file_that_changed_is_read_anew(tmp_path):
    live = session()
    live.namespace["path"] = tmp_path / "mine.py"
    run = "import linecache; linecache.checkcache(); exec(compile(path.read_text(), str(path), 'exec'))"
    (tmp_path / "mine.py").write_text("import torch\ntorch.ones(2, 3).view(7)\n")
    first = fails(run, live).explanation
    (tmp_path / "mine.py").write_text("import torch\nx = torch.ones(2)\nx.view(3)  # longer than it was\n")
    second = fails(run, live).explanation
    assert first is not None
    assert second is not None
    assert "torch.ones(2, 3) is" in first.text
    assert "x is (2,)" in second.text
