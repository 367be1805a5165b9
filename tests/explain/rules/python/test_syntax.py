"""Text that is no Python: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import fails, runs_after, session, shown, why


def test_an_open_bracket_on_the_screen():
    assert shown("x = torch.zeros(2, 3") == "\n".join(
        [
            '  File "<ptrepl-1>", line 1',
            "    x = torch.zeros(2, 3",
            "                   ^",
            "SyntaxError: '(' was never closed",
            "│ Every opening bracket needs a closing one, and this one has none.",
            "│ try  x = torch.zeros(2, 3)   → shape (2, 3)",
        ]
    )


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("print(torch.zeros(2)", "needs a closing one", ["print(torch.zeros(2))"]),
        ("x = torch.tensor([[1, 2], [3, 4]", "needs a closing one", ["x = torch.tensor([[1, 2], [3, 4]])"]),
        ("x = torch.zeros(2, 3))", "has no opening one before it", ["x = torch.zeros(2, 3)"]),
        ("x = torch.tensor([1, 2)", "here ) comes while [ is open, and ] closes that", None),
        ("x = torch.tensor([1, 2))", "closed by its own kind", ["x = torch.tensor([1, 2])"]),
        ("x = torch.ones(2)\nx => 4", "written >= in Python", ["x = torch.ones(2)\nx >= 4"]),
        ("x = torch.ones(2)\nx =< 4", "written <= in Python", ["x = torch.ones(2)\nx <= 4"]),
        ("torch.arange(2000;2025;4)", "Between arguments stands a comma", ["torch.arange(2000,2025,4)"]),
        ("y = torch.full((2; 2), 3); z = y", "stands a comma", ["y = torch.full((2, 2), 3); z = y"]),
        ("x = [1, 2]\nx[0;1]", "in a slice a colon", []),
        ("if device = 3:\n    print(1)", "== tests whether two values are equal", []),
        ("torch.ones(2).sum() = 3", "== tests whether two values are equal", []),
        ("x = torch.arange(4.)\ny = x[x > -50 & < 50]", "also behind &: name x again", None),
        ("x = torch.ones(4, 4)\nx[[:-3], 1]", "has no brackets of its own", ["x = torch.ones(4, 4)\nx[:-3, 1]"]),
        ("try", "The word try stands before what you could type", []),
        ("x = 3\ntry x + 1", "The word try stands before what you could type", ["x = 3\nx + 1"]),
        ("try  torch.ones(2)", "it is not typed. Ctrl-T takes the line over", ["torch.ones(2)"]),
        ("try\n    x = 1\nexcept ValueError:\n    pass", "so it ends with a colon", None),
        ("def f(x)\n    return x", "so it ends with a colon", ["def f(x):\n    return x"]),
        ("for i in range(3)\n    print(i)", "so it ends with a colon", []),
        ("if True:\n    pass\nelse if False:\n    pass", "Python writes else if as elif", []),
        ("for i in range(3):\nprint(i)", "is indented by four spaces", []),
        ("def f():\n    x = 1\n      y = 2", "is indented more than the one above", []),
        ("pip install pandas", "not Python. At the prompt, type %pip install pandas", []),
        ("pip3 install -U torchvision", "type %pip install -U torchvision", []),
        ("python3 -m pip install x y", "type %pip install x y", []),
        ("uv pip install x", "type %pip install x", []),
        ("def f():\n        x = 1\n    return x", "is indented between two levels", []),
        ("if True:\n    x = 1\n\ty = 2", "use four spaces everywhere", []),
        ('x = "abc', "The closing one is missing", []),
        ("print torch.ones(2)", "write what it prints in parentheses", ["print(torch.ones(2))"]),
        ("x = torch.tensor([1 2])", "There is nothing between two values here", []),
        ("torch.ones(2)\ny = 2torch", "write the * too", []),
        ("y = 2device", "write the * too", []),
        ("x = torch.ones(3) − 1", "looks like one that Python uses", ["x = torch.ones(3) - 1"]),
        ("x = torch.ones（3）", "looks like one that Python uses", ["x = torch.ones(3)"]),
        ("x = torch.tensor([4€, 3])", "€ is no part of a number", ["x = torch.tensor([4, 3])"]),
        ("x = [£2.5, 4]", "£ is no part of a number", ["x = [2.5, 4]"]),
        ("x = torch.ones(3) + “a”", "looks like one that Python uses", None),
        ("x = 4 ☕", "Python has no ☕ of its own", []),
        ("x = 20°", "Python has no ° of its own", []),
        ("return 3", "return belongs in a function", []),
        ("torch.ones(size=3, 4)", "Positional arguments come first", []),
        ("x++", "Write x += 1 instead.", []),
        ("True && False", "Python writes && as and", []),
        ("x =", "it is missing here", []),
        ("live = torch.as_tensor?", "only behind a name alone on its line: torch.as_tensor?", []),
    ],
)
def test_what_is_missing(code, said, fixes):
    explanation = why(code)
    assert said in explanation.text
    if fixes is not None:
        assert [fix.code for fix in explanation.fixes] == fixes
    runs_after(code)


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("x(0, 1) = 4", "An index stands in square brackets: x[0, 1].", ["x[0, 1] = 4"]),
        ("row(1) = -1", "An index stands in square brackets: row[1].", ["row[1] = -1"]),
        ("torch.ones(2) = 4", "== tests whether two values are equal", []),
        ("double(3) = 4", "== tests whether two values are equal", []),
        ("row.0", "An index stands in square brackets: row[0].", ["row[0]"]),
        ("y = x.1 + row.0", "An index stands in square brackets: x[1].", ["y = x[1] + row[0]"]),
        ("row[:::2]", "A slice has two colons at most", ["row[::2]"]),
        ("x[0, : : :2]", "A slice has two colons at most", ["x[0, ::2]"]),
        ("x[[:1], 0]", "A slice has no brackets of its own: :1 stands between the commas.", ["x[:1, 0]"]),
        ("x[[0:1], 2] = 4", "A slice has no brackets of its own: 0:1 stands", ["x[0:1, 2] = 4"]),
        ("x[0, [:]]", "A slice has no brackets of its own: : stands", ["x[0, :]"]),
        ("x[[0, 1], [:, 2]]", "A slice cannot stand in a list", []),
        ("y = row > 1 & < 3", "also behind &: name row again.", ["y = (row > 1) & (row < 3)"]),
        ("row[row >= 1 and < 3.5]", "also behind and: name row again.", ["row[(row >= 1) & (row < 3.5)]"]),
        ("row == 1 or == 3", "also behind or: name row again.", ["(row == 1) | (row == 3)"]),
        ("1:3", "A slice stands behind a name, in square brackets: x[1:3].", []),
        ('torch.einsum(""ij->j"", x)', "Two quotes side by side are a whole string", ['torch.einsum("ij->j", x)']),
    ],
)
def test_a_place_in_other_brackets(line, said, fixes):
    live = session()
    for _ in live.run("x = torch.ones(2, 3)\nrow = torch.arange(4)\ndef double(n):\n    return 2 * n\n"):
        pass
    explanation = fails(line, live).explanation
    assert explanation is not None
    assert said in explanation.text
    assert [fix.code for fix in explanation.fixes] == fixes
    for fix in fixes:
        assert all(outcome.error is None for outcome in live.run(fix))


def test_a_fix_knows_the_names_of_the_session():
    live = session()
    assert all(outcome.error is None for outcome in live.run("n = torch.ones(3)\n"))
    explanation = fails("y = 2n + 1", live).explanation
    assert explanation is not None
    assert [fix.code for fix in explanation.fixes] == ["y = 2 * n + 1"]


@pytest.mark.parametrize(
    "code", ["x = = 3", "{1, 2: 3}", "x[0]: 3 = 4", 'eval("1 +")', "import json\njson.loads('{')", "class = 3"]
)
def test_what_is_not_known_is_left_to_python(code):
    assert fails(code).explanation is None
