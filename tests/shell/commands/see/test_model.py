"""``%model`` at the prompt."""

from __future__ import annotations

import pytest

from tests.shell.commands.commanding import Shell


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def test_an_input_is_an_expression_and_may_be_several(shell: Shell) -> None:
    shell("net = nn.Bilinear(2, 3, 4)", "x = torch.ones(5, 2)")
    assert "→ (5, 4)" in shell("%model net x, torch.ones(5, 3)")
    assert "→ (5, 2)" in shell("two = nn.Sequential(nn.Linear(3, 2))", "%model two[0] torch.ones(5, 3)")


def test_where_the_shapes_end_is_said(shell: Shell) -> None:
    shown = shell("net = nn.Sequential(nn.Linear(3, 4), nn.Linear(5, 2))", "%model net torch.ones(2, 3)")
    assert "The shapes end at net.1, which raised RuntimeError" in shown
    assert not shell.succeeded


def test_nothing_is_printed_by_forward_and_no_name_is_left(shell: Shell) -> None:
    shell("class Loud(nn.Module):\n    def forward(self, x):\n        print('loud')\n        return x\n")
    shown = shell("net = Loud()", "%model net torch.ones(2)")
    assert "loud" not in shown
    assert shell("[name for name in globals() if 'ptrepl' in name]").startswith("[]")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%model", "%model wants the name of a module, such as %model net or %model net x."),
        ("%model torch", "%model is about modules, and torch is of type module. torch? tells more about it."),
    ],
)
def test_what_is_no_module_is_refused_in_one_line(shell: Shell, line: str, said: str) -> None:
    shell(line)
    assert shell.err.strip() == said


def test_an_error_in_the_input_is_shown(shell: Shell) -> None:
    shell("net = nn.Linear(1, 1)", "%model net nothing")
    assert "NameError" in shell.err
    assert "__ptrepl" not in shell.err


def test_a_layer_under_two_names_and_of_two_shapes(shell: Shell) -> None:
    code = (
        "class Twice(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.a = nn.Linear(3, 3)\n"
        "        self.b = self.a\n"
        "    def forward(self, x):\n"
        "        return self.b(self.a(x)[:1])\n"
    )
    rows = shell(code, "net = Twice()", "%model net torch.ones(2, 3)").splitlines()
    [first] = [row for row in rows if "a  Linear" in row or " a " in row]
    assert "→ (2, 3); (1, 3)" in first
    [second] = [row for row in rows if "the same module as" in row]
    assert "→" not in second
