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
    assert shown.splitlines()[-1] == (
        "The shapes end at net[1]: net[1] expects a last dim of 5 (in_features=5). input is (2, 4). The last dim of "
        "the input is 4."
    )
    assert not shell.succeeded


NETS = """\
class Joins(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 4)
    def forward(self, x):
        h = self.fc(x)
        return torch.cat([h, x])
class Looks(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%model conv torch.ones(1, 3, 9, 9)", "conv: conv was made for one channel. input is (1, 3, 9, 9)."),
        ("%model emb torch.ones(2)", "emb: input is float32. An embedding looks up rows by their indices"),
        ("%model norm torch.ones(4, 2)", "norm: norm expects 3 features in dim 1 (num_features=3). input is (4, 2)."),
        ("%model parts[0].fc torch.ones(2)", "parts[0].fc: parts[0].fc expects a last dim of 3 (in_features=3)."),
        (
            "%model joins torch.ones(2, 3)",
            "joins: h is (2, 4) and x is (2, 3): torch.cat joins them along dim 0",
        ),
        ("%model joins torch.ones(2, 3), 1", "joins, which raised TypeError: Joins.forward() takes 2 positional"),
        (
            "%model twice torch.ones(2, 2), torch.ones(2, 2)",
            "twice, which raised RuntimeError: bilinear(): input2 size",
        ),
        ("%model looks torch.ones(2)", "The shapes end here: forward looks at the values of a tensor"),
    ],
)
def test_what_a_layer_refuses_is_explained_with_what_it_got(shell: Shell, line: str, said: str) -> None:
    shell(
        NETS,
        "joins, looks = Joins(), Looks()",
        "conv, emb, norm = nn.Conv2d(1, 2, 3), nn.Embedding(3, 2), nn.BatchNorm1d(3)",
    )
    shell("twice = nn.Bilinear(2, 3, 4)", "parts = nn.Sequential(joins)", "before = norm.running_mean.clone()")
    shown = shell(line)
    assert said in shown
    assert not shell.succeeded
    assert shell("bool((norm.running_mean == before).all()), norm.training").splitlines()[0] == "(True, True)"


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


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%model net x +", "%model cannot read x +. It wants inputs as in a call: %model net x, y."),
        ("%model net x) + (x", "%model cannot read x) + (x. It wants inputs as in a call: %model net x, y."),
        ("%model nn.Linear(2, 2)", "nn.Linear(2, 2) would have to run first. Give its value a name, then ask for the"),
        ("%model net[9]", "net has no [9]."),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(shell: Shell, line: str, said: str) -> None:
    shell("x = torch.ones(1)", "net = nn.Sequential()", line)
    assert shell.err.startswith(said)
    assert len(shell.err.splitlines()) == 1


def test_a_list_of_layers_cannot_be_called(shell: Shell) -> None:
    shown = shell("layers = nn.ModuleList([nn.Linear(1, 1)])", "%model layers torch.ones(1)")
    assert "The shapes end at layers: layers only holds the layers" in shown
    assert "looks at the values" not in shown
