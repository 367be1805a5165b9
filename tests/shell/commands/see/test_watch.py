"""``%watch`` at the prompt."""

from __future__ import annotations

import pytest

from ptrepl.shell.loader import TorchLoader
from ptrepl.shell.prompt.status import bar, status
from tests.shell.commands.commanding import Shell


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def told(shown: str) -> list[str]:
    return [line for line in shown.splitlines() if line.startswith("watch: ")]


def test_names_are_followed_from_input_to_input(shell: Shell) -> None:
    assert shell("%watch loss, w").splitlines() == [
        "loss –",
        "w –",
        "loss and w are not there yet: – stands for them until they are.",
    ]
    assert told(shell("w = torch.tensor([3., 4.], requires_grad=True)")) == ["watch: w (2,) norm 5 v0"]
    assert told(shell("loss = (w * w).sum()")) == ["watch: loss 25 v0"]
    assert told(shell("loss.backward()")) == ["watch: w (2,) norm 5 grad 10 v0"]
    assert told(shell("with torch.no_grad(): w -= w / 2")) == ["watch: w (2,) norm 2.5 grad 10 v1"]
    assert told(shell("w + 1")) == []
    assert told(shell("del loss")) == ["watch: loss –"]
    assert shell("%watch").splitlines() == ["loss –", "w (2,) norm 2.5 grad 10 v1"]


def test_a_name_that_is_not_there_may_be_a_slip(shell: Shell) -> None:
    shell("losses = [1]")
    assert shell("%watch lossses").splitlines()[-1] == (
        "lossses is not there yet: – stands for it until it is. Did you mean %watch losses? %watch off lossses ends "
        "this one."
    )
    assert shell("%watch losses").splitlines() == ["lossses –", "losses list"]
    shell.context.has_bar = True
    assert shell("%watch zz9").splitlines() == ["zz9 is not there yet: – stands for it until it is."]


def test_help_tells_of_the_version_of_curves_and_of_names_to_come(shell: Shell) -> None:
    shown = " ".join(shell("%help %watch").split())
    assert "v61 is the version: so often was w written to in place" in shown
    assert "the curves of what is watched are drawn as they grow" in shown
    assert "A name may be watched before it is there" in shown


def test_a_statement_that_fails_half_way_is_looked_at_too(shell: Shell) -> None:
    assert told(shell("%watch n", "n = 1; oops")) == ["watch: n 1"]


def test_parts_of_a_model(shell: Shell) -> None:
    shell("net = nn.Sequential(nn.Linear(2, 1))", "_ = nn.init.ones_(net[0].weight); _ = nn.init.zeros_(net[0].bias)")
    assert shell("%watch net net[0].weight net[0].bias.grad").splitlines() == [
        "net Sequential norm 1.414",
        "net[0].weight (1, 2) norm 1.414 v2",
        "net[0].bias.grad None",
    ]


def test_it_ends_for_one_and_for_all(shell: Shell) -> None:
    shell("%watch a b c", "a = b = c = 1", "%watch off b")
    assert shell("%watch").splitlines() == ["a 1", "c 1"]
    shell("%watch off")
    assert shell("%watch") == "Nothing is watched. %watch loss w.grad shows these two after every line.\n"
    assert told(shell("a = 2")) == []
    assert shell.context.pins is None


def test_a_name_off_can_be_followed(shell: Shell) -> None:
    shell("off = 3", "%watch x off")
    assert shell("%watch").splitlines() == ["x –", "off 3"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%watch w + 1", "'+' is not a name. Write one as you use it in Python, such as net[0].weight."),
        ("%watch 3", "'3' is not a name. Write one as you use it in Python, such as net[0].weight."),
        ("%watch w.T", "w.T would have to run first. Give its value a name, then ask for the name."),
        ("%watch f(w)", "f(w) would have to run first. Give its value a name, then ask for the name."),
        ("%watch w[i]", "w[i]: only a plain number or string can stand in the brackets here."),
        ("%watch off w", "w is not watched. %watch lists what is."),
    ],
)
def test_what_cannot_be_followed(shell: Shell, line: str, said: str) -> None:
    shell("w = torch.ones(2)", line)
    assert not shell.succeeded
    assert shell.err.splitlines() == [said]
    assert shell.context.pins is None


def test_where_there_is_a_bar_no_line_is_printed(shell: Shell) -> None:
    shell.context.has_bar = True
    assert shell("n = 40", "%watch n") == ""
    assert shell("n = 41") == ""
    assert shell.context.pins is not None
    assert shell.context.pins.texts == ["n 41"]


def test_the_bar_shows_them_before_memory() -> None:
    parts = status(TorchLoader(), "autograd 3/15", pins=["loss 0.5 v0", "w (3,) norm 2 v1"])
    texts = [text for _, text in parts]
    assert texts[1:4] == ["autograd 3/15", "loss 0.5 v0", "w (3,) norm 2 v1"]
    assert "".join(text for _, text in bar(parts, 40)).split("  ")[2:] == ["autograd 3/15", "loss 0.5 v0"]


def test_what_cannot_be_read_stops_nothing(shell: Shell) -> None:
    assert told(shell("%watch n", "n = 10 ** 400")) == ["watch: n 1e+400"]
    assert told(shell("n = 10 ** 9000")) == ["watch: n 1e+9000"]
    assert told(shell("n = 3")) == ["watch: n 3"]
