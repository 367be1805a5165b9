"""A fix is tried on what follows too: one that breaks the next line of its function or block is not offered."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, why

HEAD = "x = torch.rand(10, 4, 8, 8)\nrows = torch.rand(6, 4)\nlinear = nn.Linear(256, 2)\n"


def in_function(body: str, call: str = "f(x)") -> str:
    return HEAD + "def f(x):\n" + "".join(f"    {line}\n" for line in body.split("\n")) + call


def texts(code: str) -> list[str]:
    return [fix.code for fix in why(code).fixes]


@pytest.mark.parametrize(
    ("body", "kept", "dropped"),
    [
        # one of the two sizes may be inferred, and the next line takes one of them
        ("z = x.reshape(-1).view(16, 256)\nreturn linear(z)", ".view(-1, 256)", ".view(16, -1)"),
        (
            "z = x.reshape(-1).view(16, 256)\nwith torch.no_grad():\n    z = z + 1\nreturn linear(z)",
            "-1, 256",
            "16, -1",
        ),
        ("with torch.no_grad():\n    z = x.reshape(-1).view(16, 256)\nreturn linear(z)", "-1, 256", "16, -1"),
        ("if True:\n    z = x.reshape(-1).view(16, 256)\nelse:\n    z = x\nreturn linear(z)", "-1, 256", "16, -1"),
        (
            "for k in range(2):\n    z = x.reshape(-1).view(16, 256)\n    out = linear(z)\nreturn out",
            "-1, 256",
            "16, -1",
        ),
        ("z = x.reshape(-1).view(16, 256)\ny = z\nw = y * 2\nreturn linear(w)", "-1, 256", "16, -1"),
        ("z = x.reshape(-1).view(16, 256)\na, b = z, 1\nreturn linear(z) + b", "-1, 256", "16, -1"),
    ],
)
def test_the_next_lines_decide(body, kept, dropped):
    found = texts(in_function(body))
    assert any(kept in each for each in found), found
    assert not any(dropped in each for each in found), found
    assert runs_after(in_function(body)) == len(found)


@pytest.mark.parametrize(
    "rest",
    [
        "return z",
        "z = helper(z)\nreturn linear(z)",  # not known what the learner's function gives
        "torch.ones(2, 3) @ torch.ones(2)\nreturn z",  # broken, but not by this fix
        "for k in range(3):\n    z = linear(z)\nreturn z",
        "if z.mean() > 0:\n    z = linear(z)\nreturn z",
        "parts = []\nparts.append(z)\nreturn torch.cat(parts)",
    ],
)
def test_what_is_not_known_is_not_held_against_a_fix(rest):
    code = "def helper(t):\n    return t if t.sum() > 0 else -t\n" + in_function(
        "z = x.reshape(-1).view(16, 256)\n" + rest
    )
    found = texts(code)
    assert any("-1, 256" in each for each in found)
    assert any("16, -1" in each for each in found)


def test_the_next_statement_of_the_same_input():
    code = HEAD + "with torch.no_grad():\n    z = x.reshape(-1).view(16, 256)\n    out = linear(z)"
    assert texts(code) == ["x.reshape(-1).view(-1, 256)"]


def test_a_network_with_another_fault_behind_a_linear_layer():
    code = (
        "class Net(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.one, self.two = nn.Linear(12, 4), nn.Linear(5, 1)\n"
        "    def forward(self, x):\n"
        "        h = self.one(x)\n"
        "        return self.two(h)\n"
        "Net()(torch.ones(2, 3, 4))"
    )
    assert ["self.one(x.flatten(1))" in each for each in texts(code)] == [True]


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("x.view(-1, 25)", "is not a multiple of 25", ["x.flatten(1)", "x.view(x.size(0), -1)"]),
        ("(x * 2).view(-1, 25)", "is not a multiple of 25", ["(x * 2).flatten(1)"]),
        ("rows.view(-1, 5)", "is not a multiple of 5", []),
        ("x.view(16, 256)", "needs 4096", ["x.view(-1, 256)"]),
        ("x.view(10, 250)", "needs 2500", ["x.view(10, -1)"]),
        ("x.view(-1, -1)", "it may stand only once", ["x.flatten(1)"]),
        ('rows.to("float32")', "'float32' is the name of a dtype", ["rows.to(torch.float32)"]),
        ('linear.to("float64")', "'float64' is the name of a dtype", ["linear.to(torch.float64)"]),
    ],
)
def test_views(line, said, fixes):
    check(HEAD + line, said, fixes)
